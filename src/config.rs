//! The configuration: as written (`tamis.toml`, overridden by `TAMIS_SECTION__KEY`) → ready to use.
//!
//! Everything has a default that works with nothing installed. Unknown keys are errors that name the nearest
//! known one; every error names the file and line, or the variable, at fault. Secrets redact themselves.

mod error;
mod units;
mod written;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use url::Url;

use crate::domain::campaign::CampaignLimits;
use crate::domain::decision::Thresholds;
use crate::domain::moderator::{Email, SessionTerms};
use crate::domain::retention::Retention;
use crate::service::{Quotas, StoreDown};

pub use error::ConfigError;

/// The annotated example that `tamis config example` prints; every key stands in it with its default.
pub const EXAMPLE: &str = include_str!("config/example.toml");

/// The file that is read when none is named.
pub const USUAL_FILE: &str = "tamis.toml";

/// A configuration ready to use.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Bytes, after decompression.
    pub max_body: usize,
    /// Where browsers find this server, when not at the address it listens on.
    pub public_url: Option<Url>,
    /// Whose `Forwarded` or `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    pub sessions: SessionTerms,
    pub store: StoreUrl,
    /// Whether to refuse a PostgreSQL that may lose in a power cut what it said was on disk.
    pub require_durable: bool,
    /// None: limits are counted in this process. Several: nodes of one cluster.
    pub redis_urls: Vec<SecretString>,
    pub quotas: Quotas,
    pub campaigns: CampaignLimits,
    /// Where models are kept beside the built-in one: a folder, or an address such as `s3://BUCKET/PREFIX`.
    pub registry: String,
    /// The operator's own examples that a model must do well on before it is promoted: a file or a folder of them.
    pub gold: Option<PathBuf>,
    /// A rules file; none: the rules built in.
    pub rules_file: Option<PathBuf>,
    pub thresholds: Thresholds,
    pub store_down: StoreDown,
    /// How long what people wrote is kept.
    pub retention: Retention,
    pub secret: SecretSource,
    /// What sends bulletins; none: nothing is sent.
    pub mail: Option<MailServer>,
    pub log_format: LogFormat,
    /// A level, or directives as `tracing_subscriber::EnvFilter` reads them.
    pub log_level: String,
}

/// Where the store is.
#[derive(Clone, Debug)]
pub enum StoreUrl {
    Sqlite(PathBuf),
    /// It may hold a password.
    Postgres(SecretString),
}

/// Where `privacy.secret` comes from.
#[derive(Clone, Debug)]
pub enum SecretSource {
    Given(SecretString),
    File(PathBuf),
    /// A file that is made when it is not there: `tamis.secret` beside the SQLite file.
    Made(PathBuf),
}

/// Where mails go out.
#[derive(Clone, Debug)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub tls: MailTls,
    /// User name and password.
    pub login: Option<(String, PasswordSource)>,
    pub from: Email,
    /// Where the hours of bulletins are told.
    pub zone: TimeZone,
    /// Where mails lead to.
    pub public_url: Url,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    FromTheStart,
    StartTls,
    None,
}

#[derive(Clone, Debug)]
pub enum PasswordSource {
    Given(SecretString),
    File(PathBuf),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Pretty,
    Json,
    /// Pretty on a terminal, else JSON.
    Auto,
}

impl StoreUrl {
    /// Reads what `store.url` may say.
    ///
    /// # Errors
    /// It is neither a file's nor a PostgreSQL database's.
    pub fn parse(url: &str) -> Result<Self, ConfigError> {
        written::store(url)
    }
}

impl Config {
    /// Reads `file`, or `tamis.toml` in the working folder if there is one, then the environment.
    ///
    /// # Errors
    /// The file cannot be read, or a key or value in it or in the environment is wrong.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        written::read(file)?.resolve()
    }

    /// What holds where nothing is configured.
    ///
    /// # Errors
    /// None that a test of the defaults would not show.
    pub fn defaults() -> Result<Self, ConfigError> {
        written::Written::default().resolve()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(toml: &str) -> Result<Config, ConfigError> {
        written::parse(toml)?.resolve()
    }

    #[test]
    fn the_example_says_the_defaults() {
        let (example, empty) = (load(EXAMPLE).unwrap(), load("").unwrap());
        assert_eq!(format!("{example:?}"), format!("{empty:?}"));
    }

    #[test]
    fn the_example_names_every_key() {
        let defaults = serde_json::to_value(written::Written::default()).unwrap();
        for (section, keys) in defaults.as_object().unwrap() {
            assert!(EXAMPLE.contains(&format!("[{section}]")), "[{section}]");
            for key in keys.as_object().unwrap().keys() {
                assert!(
                    EXAMPLE.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{key} ="))),
                    "{key}"
                );
            }
        }
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest_known_one() {
        let error = load("[server]\nlissten = \"127.0.0.1:1\"\n").unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        assert!(error.contains("`lissten`") && error.contains("`listen`"), "{error}");
    }

    #[test]
    fn a_wrong_value_names_its_line_and_what_would_be_right() {
        let error = load("\n[limits]\nauthor = \"six\"\n").unwrap_err().to_string();
        assert!(error.contains("line 3") && error.contains("limits.author") && error.contains("6/min"), "{error}");
        let error = load("[policy]\nhold_at = 6.0\n").unwrap_err().to_string();
        assert!(error.contains("policy.hold_at") && error.contains("policy.reject_at"), "{error}");
    }

    #[test]
    fn secrets_do_not_print_themselves() {
        let config = load("[limits]\nredis_url = \"redis://:geheim@localhost\"\n").unwrap();
        assert!(!format!("{config:?}").contains("geheim"));
    }

    #[test]
    fn postgresql_needs_a_secret_that_replicas_share() {
        let store = "[store]\nurl = \"postgres://tamis:geheim@db/tamis\"\n";
        let error = load(store).unwrap_err().to_string();
        assert!(error.contains("privacy.secret") && error.contains("PostgreSQL"), "{error}");
        let config = load(&format!("{store}[privacy]\nsecret = \"streng geheim\"\n")).unwrap();
        assert!(matches!(config.store, StoreUrl::Postgres(_)));
        assert!(!format!("{config:?}").contains("geheim"));
    }

    #[test]
    fn proxies_are_addresses_and_networks_but_never_everybody() {
        let proxies = |list: &str| load(&format!("[server]\ntrusted_proxies = {list}\n")).map(|it| it.trusted_proxies);
        let read = proxies(r#"["10.1.2.3", "192.168.7.9/16", "2001:db8::/32"]"#).unwrap();
        assert_eq!(
            read.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["10.1.2.3/32", "192.168.0.0/16", "2001:db8::/32"]
        );
        assert_eq!(proxies("\"10.1.2.3, ::1\"").unwrap().len(), 2, "as the environment writes them");
        for wrong in [r#"["proxy.example"]"#, r#"["10.0.0/8"]"#, r#"["0.0.0.0/0"]"#, r#""::/0""#, "8"] {
            let error = proxies(wrong).unwrap_err().to_string();
            assert!(error.contains("line 2") && error.contains("server.trusted_proxies"), "{error}");
        }
    }

    #[test]
    fn a_mail_server_is_named_whole_and_its_password_never_goes_in_clear() {
        let mail = |lines: &str| load(&format!("[server]\npublic_url = \"https://m.example\"\n[mail]\n{lines}"));
        let sound = "server = \"mail.example:465\"\nfrom = \"tamis@example.org\"\ntls = \"tls\"\nuser = \"u\"\n";
        let config = mail(&format!("{sound}password = \"geheim\"\ntime_zone = \"Europe/Paris\"\n")).unwrap();
        assert!(!format!("{config:?}").contains("geheim"));
        let server = config.mail.unwrap();
        assert_eq!((server.host.as_str(), server.port, server.tls), ("mail.example", 465, MailTls::FromTheStart));
        assert!(load("").unwrap().mail.is_none(), "nothing is sent unless it is configured");
        let without = |key: &str| {
            let rest = sound.lines().filter(|line| !line.starts_with(key));
            rest.map(|line| format!("{line}\n")).collect::<String>()
        };
        for (lines, key) in [
            (without("from"), "mail.from"),
            (sound.to_owned(), "mail.user"),
            (sound.replace(":465", ""), "mail.server"),
            (format!("{sound}password = \"x\"\npassword_file = \"y\"\n"), "mail.password"),
            (format!("{}password = \"x\"\n", sound.replace("\"tls\"", "\"none\"")), "mail.tls"),
            (format!("{}time_zone = \"Mars\"\n", without("user")), "mail.time_zone"),
        ] {
            let error = mail(&lines).unwrap_err().to_string();
            assert!(error.contains(key), "{key}: {error}");
        }
        let error = load("[mail]\nserver = \"localhost:25\"\nfrom = \"t@example.org\"\n").unwrap_err().to_string();
        assert!(error.contains("server.public_url"), "{error}");
    }

    #[test]
    fn units_are_read_as_people_write_them() {
        let config = load("[server]\nmax_body = \"1 MiB\"\n[limits]\nsite = \"off\"\npage = \"10/s\"\n").unwrap();
        assert_eq!((config.max_body, config.quotas.site), (1 << 20, None));
        assert_eq!(config.quotas.page.unwrap().period.as_secs(), 1);
        let config = load("[privacy]\nretention.held = \"12 h\"\nexamples = \"0 s\"\n").unwrap();
        assert_eq!((config.retention.held.as_hours(), config.retention.rejected.as_hours()), (12, 30 * 24));
        let error = load("[privacy]\nretention.approved = \"1 month\"\n").unwrap_err().to_string();
        assert!(error.contains("privacy.retention.approved") && error.contains("`90 d`"), "{error}");
    }
}
