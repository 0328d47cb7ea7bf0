//! The one place that picks adapters, from the configuration.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::ExposeSecret;

use super::CliError;
use crate::adapters::failover::Failover;
use crate::adapters::memory::MemoryLimiter;
use crate::adapters::redis::{self, RedisLimiter};
use crate::adapters::registry::ObjectRegistry;
use crate::adapters::rules_folder::RulesFolder;
use crate::adapters::sqlite::{self, SqliteStore};
use crate::adapters::system::{SystemClock, SystemRandom};
use crate::config::{Config, SecretSource, StoreUrl};
use crate::domain::activation::Scope;
use crate::domain::classifier::Model;
use crate::domain::rules::RuleSet;
use crate::domain::secrets::SealingKey;
use crate::domain::sieve::Sieve;
use crate::ports::clock::{Clock, Random};
use crate::ports::limiter::Limiter;
use crate::ports::store::{Store, StoreError};
use crate::service::keys::KeysError;
use crate::service::{Keys, Models, Service, Sieves};

/// What every command that touches the store needs.
pub struct Foundation {
    pub store: Arc<SqliteStore>,
    pub keys: Keys,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
}

/// Opens the store and the keys in it.
pub async fn foundation(config: &Config) -> Result<Foundation, CliError> {
    let StoreUrl::Sqlite(path) = &config.store;
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let store = SqliteStore::open(&path.to_string_lossy(), sqlite::Options::default()).await.map_err(unopened)?;
    let sealing = SealingKey::from_secret(&secret(&config.secret, path, random.as_ref())?);
    let keys = Keys::load(&store, sealing, random.as_ref()).await.map_err(|error| locked(error, config))?;
    Ok(Foundation { store: Arc::new(store), keys, clock: Arc::new(SystemClock), random })
}

fn unopened(error: StoreError) -> CliError {
    CliError::new(error.to_string()).hinted("`store.url` names the file; the folder must exist and be writable")
}

fn locked(error: KeysError, config: &Config) -> CliError {
    let StoreUrl::Sqlite(path) = &config.store;
    match error {
        KeysError::Store(error) => error.into(),
        KeysError::Unsealable(error) => CliError::new(format!("{}: {error}", path.display())).hinted(
            "give the secret that this store was made with: TAMIS_PRIVACY__SECRET, or `tamis.secret` beside the store",
        ),
    }
}

/// Reads the secret that seals keys; beside an SQLite file it is made the first time.
fn secret(source: &SecretSource, store: &Path, random: &dyn Random) -> Result<String, CliError> {
    let path = match source {
        SecretSource::Given(secret) => return Ok(secret.expose_secret().to_owned()),
        SecretSource::File(path) => path.clone(),
        SecretSource::BesideStore => {
            let path = store.with_file_name("tamis.secret");
            make_secret(&path, random)?;
            path
        }
    };
    let secret = std::fs::read_to_string(&path)
        .map_err(|error| CliError::new(format!("the secret in {} cannot be read: {error}", path.display())))?;
    match secret.trim() {
        "" => Err(CliError::new(format!("the secret in {} is empty", path.display()))),
        secret => Ok(secret.to_owned()),
    }
}

/// Writes a fresh secret, readable by its owner alone, unless there is one. It is complete under its name or not
/// there at all, so that two first starts at once agree on one.
fn make_secret(path: &Path, random: &dyn Random) -> Result<(), CliError> {
    if path.exists() {
        return Ok(());
    }
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    let draft = path.with_extension(format!("secret.{}", std::process::id()));
    let made = write_private(&draft, &hexadecimal(&bytes)).and_then(|()| match std::fs::hard_link(&draft, path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    // A draft left behind is a secret nobody uses.
    let _ = std::fs::remove_file(&draft);
    made.map_err(|error| {
        CliError::new(format!("the secret cannot be written to {}: {error}", path.display()))
            .hinted("make the folder writable, or give TAMIS_PRIVACY__SECRET")
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a file that only its owner can read, and that was not there before.
pub fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Rules and thresholds as configured, and the built-in model.
pub fn sieve(config: &Config) -> Result<Sieve, CliError> {
    let (rules, model) = (Arc::new(rules(config)?), Arc::new(built_in()?));
    Ok(Sieve { rules, model, shadow: None, thresholds: config.thresholds })
}

fn built_in() -> Result<Model, CliError> {
    Model::built_in().map_err(|error| CliError::new(format!("the built-in model is damaged: {error}")))
}

/// The models of the registry and the built-in one.
pub fn models(config: &Config) -> Result<Models, CliError> {
    let registry =
        ObjectRegistry::open(&config.registry).map_err(|error| CliError::new(format!("model.registry: {error}")))?;
    Ok(Models::new(Arc::new(registry), built_in()?))
}

fn rules(config: &Config) -> Result<RuleSet, CliError> {
    match rules_folder(config) {
        Some(folder) => folder.read().map_err(|error| CliError::new(error.to_string())),
        None => RuleSet::built_in().map_err(|error| CliError::new(format!("the built-in rules are damaged: {error}"))),
    }
}

pub fn rules_folder(config: &Config) -> Option<RulesFolder> {
    config.rules_file.clone().map(RulesFolder::new)
}

/// What decides now on a site's comments, or on those of sites without a model of their own, as a server would take it.
/// A store that is not there promoted nothing, and is not made.
pub async fn deciding(config: &Config, site: Option<&str>) -> Result<Sieve, CliError> {
    let base = sieve(config)?;
    let StoreUrl::Sqlite(path) = &config.store;
    if !path.exists() {
        return match site {
            None => Ok(base),
            Some(name) => {
                Err(CliError::new(format!("there is no site named `{name}`: {} is not there", path.display())))
            }
        };
    }
    let store = SqliteStore::open(&path.to_string_lossy(), sqlite::Options::default()).await.map_err(unopened)?;
    let scope = match site {
        None => Scope::Default,
        Some(name) => Scope::Site(super::site::find(&store, name).await?.id),
    };
    let model = models(config)?.active(&store.in_use().await?, scope).await;
    store.close().await?;
    let model = model.map_err(|error| CliError::new(error.to_string()).hinted("see `tamis models list`"))?;
    Ok(Sieve { model, ..base })
}

async fn limiter(config: &Config) -> Result<Arc<dyn Limiter>, CliError> {
    let alone = Arc::new(MemoryLimiter::default());
    let Some(url) = &config.redis_url else { return Ok(alone) };
    let shared = RedisLimiter::open(url.expose_secret(), redis::Settings::default())
        .await
        .map_err(|error| CliError::new(format!("limits.redis_url: {error}")).hinted("write it as redis://HOST:6379"))?;
    Ok(Arc::new(Failover::new(Arc::new(shared), alone)))
}

/// The whole service over a foundation.
pub async fn service(config: &Config, foundation: &Foundation) -> Result<Service, CliError> {
    Ok(Service {
        store: Arc::clone(&foundation.store) as Arc<dyn Store>,
        limiter: limiter(config).await?,
        clock: Arc::clone(&foundation.clock),
        random: Arc::clone(&foundation.random),
        sieves: Sieves::new(sieve(config)?),
        models: models(config)?,
        keys: foundation.keys.clone(),
        quotas: config.quotas,
        store_down: config.store_down,
    })
}

/// Where keys are written when there is no terminal to show them on.
pub fn keys_file(config: &Config) -> PathBuf {
    let StoreUrl::Sqlite(path) = &config.store;
    path.with_file_name("tamis-keys.txt")
}
