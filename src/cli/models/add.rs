//! `tamis models add`: a model file, checked, into the registry.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::super::{CliError, Outcome, print};
use super::Desk;

#[derive(Debug, Args)]
pub struct Add {
    /// A file that `tamis train` wrote
    file: PathBuf,
    #[arg(long)]
    json: bool,
}

impl Add {
    pub(super) async fn run(self, desk: &Desk) -> Result<Outcome, CliError> {
        let name = self.file.display();
        let bytes =
            std::fs::read(&self.file).map_err(|error| CliError::new(format!("{name} cannot be read: {error}")))?;
        let added = desk.models.add(bytes).await;
        let version = added.map_err(|error| CliError::new(format!("{name} was not added: {error}")))?;
        print(&match self.json {
            true => json!({ "version": version, "registry": desk.models.place() }).to_string(),
            false => format!(
                "{version} is in {} now; `tamis models shadow {version}` tries it on live comments, \
                 `tamis models promote {version}` lets it decide",
                desk.models.place()
            ),
        })?;
        Ok(Outcome::Done)
    }
}
