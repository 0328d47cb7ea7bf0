//! `tamis corpus`: from what a site has to examples that `tamis train` reads.

mod import;

use clap::Subcommand;

use super::{CliError, Outcome};

#[derive(Debug, Subcommand)]
pub enum CorpusCommand {
    /// Make examples of exports of WordPress or Akismet, of tables and of JSON lines
    Import(import::Import),
}

impl CorpusCommand {
    pub fn run(self) -> Result<Outcome, CliError> {
        match self {
            Self::Import(command) => command.run(),
        }
    }
}
