//! `tamis store`: the store itself, for its operator.

use std::path::Path;

use clap::Subcommand;
use comfy_table::Table;
use serde_json::json;

use super::{CliError, Outcome, print, wiring};
use crate::config::{Config, StoreUrl};
use crate::ports::upkeep::Upkeep;
use crate::service::upkeep::{self, Copied, CopyError};

#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Create this version's schema, or bring an older one up to date
    Migrate {
        #[arg(long)]
        json: bool,
    },
    /// Say what is wrong with the store: it reads all of it, and changes nothing
    Check {
        #[arg(long)]
        json: bool,
    },
    /// Copy all, or one site, to another store: in one transaction, every row compared before it is committed
    Copy {
        /// Where to: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`
        #[arg(long, value_name = "URL", env = "TAMIS_COPY_TO", hide_env_values = true)]
        to: String,
        /// One site by its name; without it, all that the store holds
        #[arg(long, value_name = "NAME")]
        site: Option<String>,
        #[arg(long)]
        json: bool,
    },
}

impl StoreCommand {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let config = Config::load(config)?;
        let store = wiring::upkeep(&config.store, &config)?;
        super::runtime()?.block_on(async {
            match self {
                Self::Migrate { json } => migrate(store.as_ref(), json).await,
                Self::Check { json } => check(store.as_ref(), &wiring::store_name(&config), json).await,
                Self::Copy { to, site, json } => {
                    let target = StoreUrl::parse(&to).map_err(|_| unreadable_target())?;
                    let target = wiring::upkeep(&target, &config)?;
                    let copied = upkeep::copy(store.as_ref(), target.as_ref(), site.as_deref()).await?;
                    print(&if json { json!(copied).to_string() } else { told(&copied, site.as_deref()) })?;
                    Ok(Outcome::Done)
                }
            }
        })
    }
}

/// The URL may hold a password, so it is not repeated.
fn unreadable_target() -> CliError {
    CliError::new("--to is not a store that this version knows")
        .hinted("write `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`")
}

async fn migrate(store: &dyn Upkeep, json: bool) -> Result<Outcome, CliError> {
    let before = store.schema().await?;
    store.migrate().await?;
    let sentence = match before.found {
        Some(found) if found == before.known => format!("schema {found}: there was nothing to do"),
        Some(found) => format!("schema {found} brought up to {}", before.known),
        None => format!("schema {} created", before.known),
    };
    print(&if json { json!({ "before": before.found, "after": before.known }).to_string() } else { sentence })?;
    Ok(Outcome::Done)
}

async fn check(store: &dyn Upkeep, name: &str, json: bool) -> Result<Outcome, CliError> {
    let findings = upkeep::check(store).await?;
    if json {
        print(&json!(findings).to_string())?;
    } else if findings.is_empty() {
        print(&format!("{name}: nothing is wrong with it"))?;
    } else {
        for finding in &findings {
            print(&format!("{}\n  → {}", finding.what, finding.remedy))?;
        }
    }
    Ok(if findings.is_empty() { Outcome::Done } else { Outcome::No })
}

fn told(copied: &[Copied], site: Option<&str>) -> String {
    let mut table = Table::new();
    table.set_header(["table", "rows copied and compared"]);
    for Copied { table: name, rows } in copied {
        table.add_row([(*name).to_owned(), rows.to_string()]);
    }
    let left_behind = match site {
        Some(_) => "\nModerators, and the keys of addresses, stay behind: they are not one site's.",
        None => "",
    };
    format!(
        "{table}\nThe copy opens with the same `privacy.secret`. Name it in `store.url` and start the server; the store \
         it was copied from is as it was.{left_behind}"
    )
}

impl From<CopyError> for CliError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Store(error) => {
                Self::new(error.to_string()).hinted("nothing was copied; `store.url` and `--to` name the two stores")
            }
            error => Self::new(error.to_string()),
        }
    }
}
