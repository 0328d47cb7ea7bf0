//! `tamis models`: which models there are, what they are worth, and which one decides. A change counts beside a running
//! server within two seconds.

mod add;
mod diff;
mod gold;
mod list;
mod promote;
mod shadow;
mod show;

use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::wiring::{self, Foundation};
use super::{CliError, Outcome, site};
use crate::config::Config;
use crate::domain::activation::Scope;
use crate::domain::site::Site;
use crate::ports::store::Store;
use crate::service::Models;
use crate::service::models::ModelUnusable;

pub(super) use show::card_text;

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// List the models, and say which one decides where
    List(list::List),
    /// Show what a model was trained on, and what it may do
    Show(show::Show),
    /// Say what differs between two models, or what a shadow would have decided otherwise
    Diff(diff::Diff),
    /// Put a model file into the registry
    Add(add::Add),
    /// Let a model decide, if it does no worse on the gold examples
    Promote(promote::Promote),
    /// Let the model decide that decided before
    Rollback(promote::Rollback),
    /// Let a candidate score live comments for the record only
    Shadow(shadow::Shadow),
}

/// Where a model decides.
#[derive(Debug, Args)]
struct Where {
    /// A site's name [default: every site that has no model of its own]
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
}

/// Who answers for a change.
#[derive(Debug, Args)]
struct By {
    /// Who to record
    #[arg(long, value_name = "NAME", env = "USER", default_value = "operator", hide_env_values = true)]
    by: String,
}

/// What the commands work on.
struct Desk {
    config: Config,
    foundation: Foundation,
    models: Models,
}

/// A scope with the name that people know it by.
struct Named {
    scope: Scope,
    site: Option<Site>,
}

impl ModelsCommand {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let config = Config::load(config)?;
        super::runtime()?.block_on(async {
            let foundation = wiring::foundation(&config).await?;
            let desk = Desk { models: wiring::models(&config)?, config, foundation };
            let outcome = match self {
                Self::List(command) => command.run(&desk).await,
                Self::Show(command) => command.run(&desk).await,
                Self::Diff(command) => command.run(&desk).await,
                Self::Add(command) => command.run(&desk).await,
                Self::Promote(command) => command.run(&desk).await,
                Self::Rollback(command) => command.run(&desk).await,
                Self::Shadow(command) => command.run(&desk).await,
            };
            desk.foundation.store.close().await?;
            outcome
        })
    }
}

impl Desk {
    fn store(&self) -> &dyn Store {
        self.foundation.store.as_ref()
    }
}

impl Where {
    async fn find(&self, desk: &Desk) -> Result<Named, CliError> {
        let site = match &self.site {
            Some(name) => Some(site::find(desk.store(), name).await?),
            None => None,
        };
        Ok(Named { scope: site.as_ref().map_or(Scope::Default, |site| Scope::Site(site.id)), site })
    }
}

impl Named {
    /// For the end of a sentence.
    fn place(&self) -> String {
        match &self.site {
            Some(site) => format!("on the site `{}`", site.name),
            None => "on every site without a model of its own".to_owned(),
        }
    }

    /// ` --site NAME`, to go on with.
    fn flag(&self) -> String {
        self.site.as_ref().map(|site| format!(" --site {}", site.name)).unwrap_or_default()
    }
}

/// A scope's name in results: a site's, or null for the default.
fn scope_name(scope: Scope, sites: &[Site]) -> Value {
    match scope {
        Scope::Default => Value::Null,
        Scope::Site(id) => {
            sites.iter().find(|site| site.id == id).map_or(id.to_string(), |site| site.name.clone()).into()
        }
    }
}

fn unusable(error: ModelUnusable) -> CliError {
    CliError::new(error.to_string()).hinted("`tamis models list` shows the models and what is wrong with them")
}
