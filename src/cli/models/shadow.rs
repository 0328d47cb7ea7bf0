//! `tamis models shadow`: a candidate scores live comments for the record only.

use clap::Args;
use serde_json::json;

use super::super::{CliError, Outcome, print};
use super::{Desk, Where, scope_name, unusable};
use crate::domain::activation::{ModelVersion, Scope};

#[derive(Debug, Args)]
pub struct Shadow {
    /// The candidate, in place of an earlier one
    #[arg(required_unless_present = "off")]
    version: Option<ModelVersion>,
    /// End it; what was recorded stays as long as the comments' text
    #[arg(long, conflicts_with = "version")]
    off: bool,
    #[command(flatten)]
    place: Where,
    #[arg(long)]
    json: bool,
}

impl Shadow {
    pub(super) async fn run(self, desk: &Desk) -> Result<Outcome, CliError> {
        let place = self.place.find(desk).await?;
        if let Some(version) = &self.version {
            check(desk, place.scope, version).await?;
        }
        desk.store().set_shadow(place.scope, self.version.as_ref()).await?;
        if self.json {
            let site = scope_name(place.scope, place.site.as_slice());
            print(&json!({ "site": site, "shadow": self.version }).to_string())?;
            return Ok(Outcome::Done);
        }
        print(&match &self.version {
            Some(version) => format!(
                "{version} scores new comments {} from now on, for the record only: it changes no verdict. \
                 `tamis models diff --shadow{}` shows where it disagrees.",
                place.place(),
                place.flag()
            ),
            None => format!("no candidate scores comments {} any more", place.place()),
        })?;
        Ok(Outcome::Done)
    }
}

/// A candidate must be readable, and not be what decides anyway.
async fn check(desk: &Desk, scope: Scope, version: &ModelVersion) -> Result<(), CliError> {
    desk.models.load(version).await.map_err(unusable)?;
    let in_use = desk.store().in_use().await?;
    let active = desk.models.active(&in_use, scope).await;
    match active.is_ok_and(|active| active.version() == version.as_str()) {
        true => Err(CliError::new(format!("{version} decides there already: it would agree with itself"))),
        false => Ok(()),
    }
}
