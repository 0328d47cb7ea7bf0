//! The configuration as written, and how it becomes one that is ready to use.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::campaign::{CampaignLimits, MOST_COPIES};
use crate::domain::decision::{Thresholds, Verdict};
use crate::domain::limits::Quota;
use crate::domain::moderator::{Email, SessionTerms};
use crate::domain::retention::Retention;
use crate::domain::score::Score;
use crate::service::{Quotas, StoreDown};

use super::units::{Networks, Period, Rate, Size};
use super::{Config, ConfigError, LogFormat, MailServer, MailTls, PasswordSource, SecretSource, StoreUrl, USUAL_FILE};

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Written {
    server: Server,
    store: Store,
    limits: Limits,
    campaigns: Campaigns,
    model: Model,
    rules: Rules,
    policy: Policy,
    privacy: Privacy,
    moderators: Moderators,
    mail: Mail,
    log: Log,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Server {
    listen: SocketAddr,
    max_body: Size,
    public_url: Option<String>,
    trusted_proxies: Networks,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Store {
    #[serde(serialize_with = "redacted")]
    url: String,
    require_durable: bool,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Limits {
    #[serde(serialize_with = "no_nodes")]
    redis_url: Option<Nodes>,
    site: Rate,
    author: Rate,
    network: Rate,
    page: Rate,
    domain: Rate,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Campaigns {
    hold: Rate,
    reject: Rate,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Model {
    registry: String,
    gold: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Rules {
    file: Option<PathBuf>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Policy {
    hold_at: f64,
    reject_at: f64,
    store_down: WhenDown,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Privacy {
    retention: Texts,
    examples: Period,
    #[serde(serialize_with = "no_secret")]
    secret: Option<SecretString>,
    secret_file: Option<PathBuf>,
}

/// How long texts without a label are kept, by the comment's status.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Texts {
    held: Period,
    rejected: Period,
    approved: Period,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Moderators {
    session_idle: Period,
    session_longest: Period,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Mail {
    server: Option<String>,
    tls: Encryption,
    from: Option<String>,
    user: Option<String>,
    #[serde(serialize_with = "no_secret")]
    password: Option<SecretString>,
    password_file: Option<PathBuf>,
    time_zone: String,
}

/// What `mail.tls` may say.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Encryption {
    Tls,
    StartTls,
    None,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Log {
    format: Layout,
    level: String,
}

/// One Redis, or nodes of a cluster.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Nodes {
    One(SecretString),
    Many(Vec<SecretString>),
}

impl Nodes {
    fn urls(&self) -> Vec<SecretString> {
        match self {
            Self::One(url) => vec![url.clone()],
            Self::Many(urls) => urls.clone(),
        }
    }
}

/// What `policy.store_down` may say; TOML and the environment write 503 as a number or as text.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(try_from = "toml::Value")]
enum WhenDown {
    #[serde(rename = "503")]
    Unavailable,
    #[serde(rename = "hold")]
    Hold,
    #[serde(rename = "approve")]
    Approve,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Layout {
    Auto,
    Pretty,
    Json,
}

impl TryFrom<toml::Value> for WhenDown {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        match value {
            toml::Value::Integer(503) => Ok(Self::Unavailable),
            toml::Value::String(text) if text == "503" => Ok(Self::Unavailable),
            toml::Value::String(text) if text == "hold" => Ok(Self::Hold),
            toml::Value::String(text) if text == "approve" => Ok(Self::Approve),
            other => Err(format!("{other} is not 503, \"hold\" or \"approve\"")),
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            max_body: Size(64 << 10),
            public_url: None,
            trusted_proxies: Networks::default(),
        }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self { url: "sqlite:tamis.db".to_owned(), require_durable: true }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let a_minute =
            |count| Rate(NonZeroU32::new(count).map(|count| Quota { count, period: Duration::from_secs(60) }));
        Self {
            redis_url: None,
            site: a_minute(6_000),
            author: a_minute(6),
            network: a_minute(60),
            page: a_minute(120),
            domain: a_minute(30),
        }
    }
}

impl Default for Campaigns {
    fn default() -> Self {
        let an_hour =
            |count| Rate(NonZeroU32::new(count).map(|count| Quota { count, period: Duration::from_secs(3_600) }));
        Self { hold: an_hour(4), reject: an_hour(20) }
    }
}

impl Default for Model {
    fn default() -> Self {
        Self { registry: "models".to_owned(), gold: None }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self { hold_at: 2.0, reject_at: 5.0, store_down: WhenDown::Unavailable }
    }
}

impl Default for Privacy {
    fn default() -> Self {
        Self { retention: Texts::default(), examples: Period::days(365), secret: None, secret_file: None }
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self { held: Period::days(90), rejected: Period::days(30), approved: Period::days(30) }
    }
}

impl Default for Moderators {
    fn default() -> Self {
        let hours = |hours| Period(SignedDuration::from_hours(hours));
        Self { session_idle: hours(8), session_longest: hours(7 * 24) }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            server: None,
            tls: Encryption::StartTls,
            from: None,
            user: None,
            password: None,
            password_file: None,
            time_zone: "UTC".to_owned(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: Layout::Auto, level: "info".to_owned() }
    }
}

/// A URL may carry a password.
fn redacted<S: serde::Serializer>(_: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("…")
}

fn no_secret<S: serde::Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    if secret.is_some() { serializer.serialize_str("…") } else { serializer.serialize_none() }
}

fn no_nodes<S: serde::Serializer>(nodes: &Option<Nodes>, serializer: S) -> Result<S::Ok, S::Error> {
    if nodes.is_some() { serializer.serialize_str("…") } else { serializer.serialize_none() }
}

/// Reads the file and the environment.
///
/// # Errors
/// A named file is missing, or something in it or in the environment is wrong.
pub fn read(file: Option<&Path>) -> Result<Written, ConfigError> {
    let text = match file {
        Some(file) => Some((file, text(file)?)),
        None if Path::new(USUAL_FILE).exists() => Some((Path::new(USUAL_FILE), text(Path::new(USUAL_FILE))?)),
        None => None,
    };
    let (file, toml) = text.unwrap_or((Path::new(USUAL_FILE), String::new()));
    // TAMIS_CONFIG names the file itself.
    let environment = Env::prefixed("TAMIS_").split("__").ignore(&["config"]);
    let figment = Figment::from(Toml::string(&toml)).merge(environment);
    figment.extract().map_err(|error| ConfigError::new(file, &toml, &error))
}

fn text(file: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(file).map_err(|error| ConfigError::unreadable(file, &error))
}

/// Reads a text alone, without the environment.
#[cfg(test)]
pub fn parse(toml: &str) -> Result<Written, ConfigError> {
    let figment = Figment::from(Toml::string(toml));
    figment.extract().map_err(|error| ConfigError::new(Path::new(USUAL_FILE), toml, &error))
}

impl Written {
    /// # Errors
    /// Values that are right alone but not together.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let store = store(&self.store.url)?;
        let public_url = self.server.public_url.as_deref().map(public_url).transpose()?;
        Ok(Config {
            listen: self.server.listen,
            max_body: self.server.max_body.0,
            mail: self.mail.resolve(public_url.as_ref())?,
            public_url,
            trusted_proxies: self.server.trusted_proxies.0,
            sessions: self.moderators.terms()?,
            require_durable: self.store.require_durable,
            redis_urls: self.limits.redis_url.as_ref().map(Nodes::urls).unwrap_or_default(),
            quotas: self.limits.quotas(),
            campaigns: self.campaigns.limits()?,
            registry: self.model.registry,
            gold: self.model.gold,
            rules_file: self.rules.file,
            thresholds: self.policy.thresholds()?,
            store_down: self.policy.store_down(),
            retention: self.privacy.retention(),
            secret: self.privacy.source(&store)?,
            store,
            log_format: self.log.format(),
            log_level: self.log.level,
        })
    }
}

pub(super) fn store(url: &str) -> Result<StoreUrl, ConfigError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => {
            Ok(StoreUrl::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))))
        }
        Some(("postgres" | "postgresql", _)) => Ok(StoreUrl::Postgres(url.into())),
        _ => Err(ConfigError::value(
            "store.url",
            "is not a store that this version knows; write `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`",
        )),
    }
}

/// Where browsers find this server: scheme, host and port, nothing after.
fn public_url(written: &str) -> Result<Url, ConfigError> {
    let sound = |url: &Url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.path() == "/" && url.query().is_none()
    };
    let wrong =
        || ConfigError::value("server.public_url", "must be an address such as `https://moderation.example.org`");
    Url::parse(written).ok().filter(sound).ok_or_else(wrong)
}

impl Moderators {
    fn terms(&self) -> Result<SessionTerms, ConfigError> {
        let (idle, longest) = (self.session_idle.0.unsigned_abs(), self.session_longest.0.unsigned_abs());
        if idle.is_zero() || longest.is_zero() {
            return Err(ConfigError::value("moderators.session_idle", "and `moderators.session_longest` are not none"));
        }
        Ok(SessionTerms { idle, longest })
    }
}

impl Limits {
    fn quotas(&self) -> Quotas {
        Quotas {
            site: self.site.0,
            author: self.author.0,
            network: self.network.0,
            page: self.page.0,
            domain: self.domain.0,
        }
    }
}

impl Campaigns {
    fn limits(&self) -> Result<CampaignLimits, ConfigError> {
        let limits = CampaignLimits { hold: self.hold.0, reject: self.reject.0 };
        if let (Some(hold), Some(reject)) = (limits.hold, limits.reject)
            && (hold.period != reject.period || hold.count > reject.count)
        {
            return Err(ConfigError::value(
                "campaigns.reject",
                "must count the same time as `campaigns.hold`, and no fewer copies: write for instance 4/h and 20/h",
            ));
        }
        let most = limits.hold.into_iter().chain(limits.reject).map(|quota| quota.count.get()).max();
        if most.is_some_and(|most| most as usize >= MOST_COPIES) {
            return Err(ConfigError::value("campaigns.reject", "must stay below 64 copies, as many as are remembered"));
        }
        Ok(limits)
    }
}

impl Policy {
    fn thresholds(&self) -> Result<Thresholds, ConfigError> {
        let sound = self.hold_at.is_finite() && self.reject_at.is_finite() && self.hold_at <= self.reject_at;
        if !sound {
            return Err(ConfigError::value("policy.hold_at", "must not be above `policy.reject_at`"));
        }
        Ok(Thresholds { hold_at: Score::from_nats(self.hold_at), reject_at: Score::from_nats(self.reject_at) })
    }

    fn store_down(&self) -> StoreDown {
        match self.store_down {
            WhenDown::Unavailable => StoreDown::Unavailable,
            WhenDown::Hold => StoreDown::AtLeast(Verdict::Hold),
            WhenDown::Approve => StoreDown::AtLeast(Verdict::Approve),
        }
    }
}

impl Privacy {
    fn retention(&self) -> Retention {
        let Texts { held, rejected, approved } = &self.retention;
        Retention { held: held.0, rejected: rejected.0, approved: approved.0, examples: self.examples.0 }
    }

    fn source(self, store: &StoreUrl) -> Result<SecretSource, ConfigError> {
        match (self.secret, self.secret_file) {
            (Some(_), Some(_)) => {
                Err(ConfigError::value("privacy.secret", "and `privacy.secret_file` are both given; keep one"))
            }
            (Some(secret), None) => Ok(SecretSource::Given(secret)),
            (None, Some(file)) => Ok(SecretSource::File(file)),
            (None, None) => match store {
                StoreUrl::Sqlite(path) => Ok(SecretSource::Made(path.with_file_name("tamis.secret"))),
                StoreUrl::Postgres(_) => Err(ConfigError::value(
                    "privacy.secret",
                    "must be given with PostgreSQL, the same for every replica; also as TAMIS_PRIVACY__SECRET or in \
                     `privacy.secret_file`. `openssl rand -hex 32` makes one",
                )),
            },
        }
    }
}

impl Mail {
    /// `None` where no server is named.
    fn resolve(self, public_url: Option<&Url>) -> Result<Option<MailServer>, ConfigError> {
        let Some(server) = &self.server else { return Ok(None) };
        let wrong = |key, problem: &str| Err(ConfigError::value(key, problem));
        let parts = server.rsplit_once(':').map(|(host, port)| (host, port.parse::<u16>()));
        let Some((host, Ok(port))) = parts.filter(|(host, _)| !host.is_empty()) else {
            return wrong("mail.server", "must be a name and a port such as `mail.example.org:587`");
        };
        let Some(Ok(from)) = self.from.as_deref().map(Email::parse) else {
            return wrong("mail.from", "must be the address that mails come from, such as `tamis@example.org`");
        };
        let Some(public_url) = public_url else {
            return wrong("server.public_url", "must be given with `mail.server`: mails lead to the page");
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if self.user.is_some() && matches!(self.tls, Encryption::None) && !is_here {
            return wrong("mail.tls", "must not be \"none\" with `mail.user`: the password would be sent in clear");
        }
        let Ok(zone) = TimeZone::get(&self.time_zone) else {
            return wrong("mail.time_zone", "is not a time zone such as `Europe/Paris`");
        };
        let (tls, login) = (self.tls.resolve(), self.login()?);
        Ok(Some(MailServer { host, port, tls, login, from, zone, public_url: public_url.clone() }))
    }

    fn login(self) -> Result<Option<(String, PasswordSource)>, ConfigError> {
        let password = match (self.password, self.password_file) {
            (Some(_), Some(_)) => {
                return Err(ConfigError::value("mail.password", "and `mail.password_file` are both given; keep one"));
            }
            (Some(password), None) => Some(PasswordSource::Given(password)),
            (None, file) => file.map(PasswordSource::File),
        };
        match (self.user, password) {
            (Some(user), Some(password)) => Ok(Some((user, password))),
            (None, None) => Ok(None),
            _ => Err(ConfigError::value("mail.user", "and `mail.password` (or `mail.password_file`) go together")),
        }
    }
}

impl Encryption {
    fn resolve(self) -> MailTls {
        match self {
            Self::Tls => MailTls::FromTheStart,
            Self::StartTls => MailTls::StartTls,
            Self::None => MailTls::None,
        }
    }
}

impl Log {
    fn format(&self) -> LogFormat {
        match self.format {
            Layout::Auto => LogFormat::Auto,
            Layout::Pretty => LogFormat::Pretty,
            Layout::Json => LogFormat::Json,
        }
    }
}
