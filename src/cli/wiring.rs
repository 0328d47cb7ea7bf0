//! The one place that picks adapters, from the configuration.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::CliError;
use crate::adapters::failover::Failover;
use crate::adapters::memory::MemoryLimiter;
use crate::adapters::memory::sightings::MemorySightings;
use crate::adapters::postgres::{self, PostgresStore, PostgresUpkeep};
use crate::adapters::redis::sightings::RedisSightings;
use crate::adapters::redis::{self, RedisLimiter};
use crate::adapters::registry::ObjectRegistry;
use crate::adapters::rules_folder::RulesFolder;
use crate::adapters::smtp::{self, SmtpMailer};
use crate::adapters::sqlite::{self, SqliteStore, SqliteUpkeep};
use crate::adapters::system::{SystemClock, SystemRandom};
use crate::config::{Config, MailServer, MailTls, PasswordSource, SecretSource, StoreUrl};
use crate::domain::activation::Scope;
use crate::domain::classifier::Model;
use crate::domain::rules::RuleSet;
use crate::domain::secrets::SealingKey;
use crate::domain::sieve::Sieve;
use crate::http::BulletinScribe;
use crate::ports::campaigns::Sightings;
use crate::ports::clock::{Clock, Random};
use crate::ports::limiter::Limiter;
use crate::ports::store::{Database, StoreError};
use crate::ports::upkeep::Upkeep;
use crate::service::accounts::{Accounts, Notifications, Passwords, Sessions};
use crate::service::bulletins::Mailing;
use crate::service::keys::KeysError;
use crate::service::{AddressKeys, Keys, Models, Service, SharedNetworks, Sieves};

/// What every command that touches the store needs.
pub struct Foundation {
    pub store: Arc<dyn Database>,
    pub accounts: Accounts,
    pub keys: Keys,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
}

/// Opens the store and the keys in it, for a command that does what it does and ends.
pub async fn foundation(config: &Config) -> Result<Foundation, CliError> {
    found(config, false).await
}

/// The same for a server: while it runs, nobody copies the store.
pub async fn server_foundation(config: &Config) -> Result<Foundation, CliError> {
    found(config, true).await
}

async fn found(config: &Config, serving: bool) -> Result<Foundation, CliError> {
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let store = store(config, serving).await?;
    let sealing = SealingKey::from_secret(&secret(&config.secret, random.as_ref())?);
    let keys = Keys::load(store.as_ref(), sealing, random.as_ref()).await.map_err(|error| locked(error, config))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let accounts = Accounts { store: store.clone(), clock: Arc::clone(&clock), random: Arc::clone(&random) };
    Ok(Foundation { store, accounts, keys, clock, random })
}

/// Opens the store that is configured.
async fn store(config: &Config, serving: bool) -> Result<Arc<dyn Database>, CliError> {
    match &config.store {
        StoreUrl::Sqlite(path) => {
            let options = sqlite::Options { serving, ..sqlite::Options::default() };
            let opened = SqliteStore::open(&path.to_string_lossy(), options).await;
            let hint = "`store.url` names the file; the folder must exist and be writable";
            Ok(Arc::new(opened.map_err(|error| unopened(&error, hint))?))
        }
        StoreUrl::Postgres(url) => {
            let options = postgres::Options { serving, ..postgres_options(config) };
            let opened = PostgresStore::open(url.expose_secret(), options).await;
            let hint =
                "`store.url` names the server and the database; the user must be allowed to create a schema there";
            Ok(Arc::new(opened.map_err(|error| unopened(&error, hint))?))
        }
    }
}

fn postgres_options(config: &Config) -> postgres::Options {
    postgres::Options { require_durable: config.require_durable, ..postgres::Options::default() }
}

/// A store as its operator sees it.
pub fn upkeep(url: &StoreUrl, config: &Config) -> Result<Box<dyn Upkeep>, CliError> {
    Ok(match url {
        StoreUrl::Sqlite(path) => Box::new(SqliteUpkeep::new(&path.to_string_lossy())?),
        StoreUrl::Postgres(url) => Box::new(PostgresUpkeep::new(url.expose_secret(), postgres_options(config))?),
    })
}

fn unopened(error: &StoreError, hint: &str) -> CliError {
    CliError::new(error.to_string()).hinted(hint)
}

/// The store in words, without a password.
pub fn store_name(config: &Config) -> String {
    match &config.store {
        StoreUrl::Sqlite(path) => path.display().to_string(),
        StoreUrl::Postgres(_) => "the PostgreSQL of `store.url`".to_owned(),
    }
}

fn locked(error: KeysError, config: &Config) -> CliError {
    match error {
        KeysError::Store(error) => error.into(),
        KeysError::Unsealable(error) => CliError::new(format!("{}: {error}", store_name(config))).hinted(
            "give the secret that this store was made with: TAMIS_PRIVACY__SECRET, or `tamis.secret` beside the store",
        ),
    }
}

/// Reads the secret that seals keys; beside an SQLite file it is made the first time.
fn secret(source: &SecretSource, random: &dyn Random) -> Result<String, CliError> {
    let path = match source {
        SecretSource::Given(secret) => return Ok(secret.expose_secret().to_owned()),
        SecretSource::File(path) => path.clone(),
        SecretSource::Made(path) => {
            make_secret(path, random)?;
            path.clone()
        }
    };
    secret_in(&path)
}

fn secret_in(path: &Path) -> Result<String, CliError> {
    let secret = std::fs::read_to_string(path)
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

/// The model that the binary carries.
pub fn built_in() -> Result<Model, CliError> {
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
    if let StoreUrl::Sqlite(path) = &config.store
        && !path.exists()
    {
        return match site {
            None => Ok(base),
            Some(name) => {
                Err(CliError::new(format!("there is no site named `{name}`: {} is not there", path.display())))
            }
        };
    }
    let store = store(config, false).await?;
    let scope = match site {
        None => Scope::Default,
        Some(name) => Scope::Site(super::site::find(store.as_ref(), name).await?.id),
    };
    let model = models(config)?.active(&store.in_use().await?, scope).await;
    store.close().await?;
    let model = model.map_err(|error| CliError::new(error.to_string()).hinted("see `tamis models list`"))?;
    Ok(Sieve { model, ..base })
}

fn redis_urls(config: &Config) -> Vec<&str> {
    config.redis_urls.iter().map(ExposeSecret::expose_secret).collect()
}

async fn limiter(config: &Config) -> Result<Arc<dyn Limiter>, CliError> {
    let alone = Arc::new(MemoryLimiter::default());
    let urls = redis_urls(config);
    if urls.is_empty() {
        return Ok(alone);
    }
    let shared = RedisLimiter::open_nodes(&urls, redis::Settings::default())
        .await
        .map_err(|error| CliError::new(format!("limits.redis_url: {error}")).hinted("write it as redis://HOST:6379"))?;
    Ok(Arc::new(Failover::new(Arc::new(shared), alone)))
}

/// What counts copies of texts. Without Redis, a restart forgets.
fn sightings(config: &Config) -> Result<Arc<dyn Sightings>, CliError> {
    let urls = redis_urls(config);
    if urls.is_empty() {
        return Ok(Arc::new(MemorySightings::default()));
    }
    let shared = RedisSightings::new(&urls, redis::Settings::default());
    Ok(Arc::new(shared.map_err(|error| CliError::new(format!("limits.redis_url: {error}")))?))
}

/// The whole service over a foundation.
pub async fn service(config: &Config, foundation: &Foundation) -> Result<Service, CliError> {
    Ok(Service {
        store: foundation.store.clone(),
        privacy: foundation.store.clone(),
        queue: foundation.store.clone(),
        authors: foundation.store.clone(),
        standings: foundation.store.clone(),
        approvals: foundation.store.clone(),
        sightings: sightings(config)?,
        limiter: limiter(config).await?,
        clock: Arc::clone(&foundation.clock),
        random: Arc::clone(&foundation.random),
        sieves: Sieves::new(sieve(config)?),
        models: models(config)?,
        keys: foundation.keys.clone(),
        address_keys: AddressKeys::default(),
        shared_networks: SharedNetworks::default(),
        quotas: config.quotas,
        campaigns: config.campaigns,
        store_down: config.store_down,
    })
}

/// The page's entrance, over a foundation and the limiter of its service.
pub fn sessions(config: &Config, foundation: &Foundation, service: &Service) -> Result<Sessions, CliError> {
    Ok(Sessions {
        accounts: foundation.accounts.clone(),
        limiter: Arc::clone(&service.limiter),
        key: foundation.keys.limits.clone(),
        passwords: Passwords::new(foundation.random.as_ref())?,
        terms: config.sessions,
    })
}

/// What tells moderators that something waits.
pub fn notifications(config: &Config, foundation: &Foundation) -> Result<Notifications, CliError> {
    let (accounts, store) = (foundation.accounts.clone(), foundation.store.clone());
    let mailing = config.mail.as_ref().map(|server| mailing(server, foundation)).transpose()?.map(Arc::new);
    Ok(Notifications { accounts, store, mailing })
}

fn mailing(server: &MailServer, foundation: &Foundation) -> Result<Mailing, CliError> {
    let login =
        server.login.as_ref().map(|(user, password)| Ok::<_, CliError>((user.clone(), mail_password(password)?)));
    let settings = smtp::Settings {
        host: server.host.clone(),
        port: server.port,
        security: match server.tls {
            MailTls::FromTheStart => smtp::Security::Tls,
            MailTls::StartTls => smtp::Security::StartTls,
            MailTls::None => smtp::Security::None,
        },
        login: login.transpose()?,
        from: server.from.clone(),
    };
    let mailer = SmtpMailer::new(settings).map_err(|error| CliError::new(format!("mail.from: {error}")))?;
    Ok(Mailing {
        mailer: Arc::new(mailer),
        scribe: Arc::new(BulletinScribe { public_url: server.public_url.clone() }),
        zone: server.zone.clone(),
        sealing: foundation.keys.sealing.clone(),
    })
}

fn mail_password(source: &PasswordSource) -> Result<SecretString, CliError> {
    match source {
        PasswordSource::Given(password) => Ok(password.clone()),
        PasswordSource::File(path) => secret_in(path).map(SecretString::from),
    }
}

/// Where keys are written when there is no terminal to show them on.
pub fn keys_file(config: &Config) -> PathBuf {
    match &config.store {
        StoreUrl::Sqlite(path) => path.with_file_name("tamis-keys.txt"),
        StoreUrl::Postgres(_) => PathBuf::from("tamis-keys.txt"),
    }
}
