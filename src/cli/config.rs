//! `tamis config`: the example, and whether what is written can be used.

use std::path::Path;

use clap::Subcommand;

use super::{CliError, Outcome};
use crate::config::{Config, EXAMPLE};

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every key with its default
    Example,
    /// Check the file and the environment
    Check,
}

impl ConfigCommand {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        match self {
            Self::Example => super::print(EXAMPLE.trim_end())?,
            Self::Check => {
                let config = Config::load(config)?;
                super::wiring::sieve(&config)?;
                super::wiring::models(&config)?;
                super::print("the configuration, its rules and its model can be used")?;
            }
        }
        Ok(Outcome::Done)
    }
}
