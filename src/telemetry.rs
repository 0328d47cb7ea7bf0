//! Logs: to standard error, for people on a terminal, as JSON lines elsewhere.
//!
//! The field names in use: `error`, `id` (a request's), `method`, `route`, `status`, `micros`, `path`, `site`,
//! `address`, `model`, `ruleset`, `ended`, `tries`. No log line holds a comment's text, a name, an address or a key.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::config::{Config, LogFormat};

/// Libraries that tell at `info` what only their authors care for; `log.level` may turn them up again.
const QUIET: &str = "actix_server=warn";

/// Starts logging; later calls in the same process change nothing.
///
/// # Errors
/// `log.level` is not a level or a list of directives.
pub fn start(config: &Config) -> Result<(), ParseError> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", config.log_level))?;
    let pretty = match config.log_format {
        LogFormat::Pretty => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start (tests, demo) keeps the first.
    let _ = if pretty { logs.with_target(false).try_init() } else { logs.json().flatten_event(true).try_init() };
    Ok(())
}
