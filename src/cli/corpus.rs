//! `tamis corpus`: from what a site has to examples that `tamis train` reads.

mod export;
mod import;
mod stats;

use std::path::Path;

use clap::Subcommand;

use super::{CliError, Outcome};

#[derive(Debug, Subcommand)]
pub enum CorpusCommand {
    /// Make examples of exports of WordPress or Akismet, of tables and of JSON lines
    Import(import::Import),
    /// Make examples of what moderators decided, from the store
    Export(export::Export),
    /// Count what files of examples hold, and list labels to look at again
    Stats(stats::Stats),
}

impl CorpusCommand {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        match self {
            Self::Import(command) => command.run(),
            Self::Export(command) => command.run(config),
            Self::Stats(command) => command.run(),
        }
    }
}
