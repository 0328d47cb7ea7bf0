//! `tamis corpus`: from what a site has to examples that `tamis train` reads.

mod export;
mod import;
mod stats;
mod told;
mod undo;

use std::path::Path;

use clap::Subcommand;

use super::wiring::Foundation;
use super::{CliError, Outcome, site};
use crate::domain::site::Site;

#[derive(Debug, Subcommand)]
pub enum CorpusCommand {
    /// Make examples of exports of WordPress or Akismet, of tables and of JSON lines
    Import(import::Import),
    /// Make examples of what moderators decided, from the store
    Export(export::Export),
    /// Let what a person labelled, from a day on, not be learned from
    Undo(undo::Undo),
    /// Count what files of examples hold, and list labels to look at again
    Stats(stats::Stats),
}

impl CorpusCommand {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        match self {
            Self::Import(command) => command.run(),
            Self::Export(command) => command.run(config),
            Self::Undo(command) => command.run(config),
            Self::Stats(command) => command.run(),
        }
    }
}

/// The site of a name, or every site.
pub(super) async fn sites(foundation: &Foundation, name: Option<&str>) -> Result<Vec<Site>, CliError> {
    match name {
        Some(name) => Ok(vec![site::find(foundation.store.as_ref(), name).await?]),
        None => Ok(foundation.store.sites().await?),
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share: &f64| *share > 0.0 && *share <= 1.0);
    share.ok_or_else(|| "a share is above 0 and at most 1".to_owned())
}
