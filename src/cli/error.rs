//! How a command ends, for people and for scripts.

use std::process::ExitCode;

use crate::config::ConfigError;
use crate::ports::store::StoreError;

/// What a command that ran to its end says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// The answer is no: the server is not ready, a rule's example does not hold.
    No,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::No => Self::from(1),
        }
    }
}

/// What kept a command from being done, and what to do next. The exit code is 2.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CliError {
    message: String,
    hint: Option<String>,
    /// Nobody needs to be told: who read the result has gone, as `head` does.
    quiet: bool,
}

impl CliError {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, quiet: false }
    }

    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn quietly(self) -> Self {
        Self { quiet: true, ..self }
    }

    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self::new(error.to_string()).hinted("`tamis config example` prints every key with its default")
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::new(error.to_string()).hinted("check `store.url`, the folder’s rights and the space on its disk")
    }
}
