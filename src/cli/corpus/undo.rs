//! `tamis corpus undo`: what a person labelled, from a day on, is not learned from.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Args;
use comfy_table::Table;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use crate::cli::wiring::{self, Foundation};
use crate::cli::{CliError, Outcome, print};
use crate::config::Config;
use crate::domain::ledger::Exclusion;
use crate::domain::site::Site;
use crate::service::ledger::{labellers, undo_labels};

#[derive(Debug, Args)]
pub struct Undo {
    /// Whose labels: the name of a moderator, or `host` for those of the host site [default: show what is undone]
    #[arg(value_name = "WHO", required_unless_present = "list")]
    who: Option<String>,
    /// The day from which they do not count
    #[arg(long, value_name = "YYYY-MM-DD", required_unless_present_any = ["lift", "list"])]
    since: Option<Date>,
    /// Let all of them count again
    #[arg(long, conflicts_with = "since")]
    lift: bool,
    /// Show whose labels do not count
    #[arg(long, conflicts_with_all = ["who", "since", "lift"])]
    list: bool,
    /// Only on this site [default: on every site there is]
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    #[arg(long)]
    json: bool,
}

impl Undo {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let config = Config::load(config)?;
        crate::cli::runtime()?.block_on(async {
            let foundation = wiring::foundation(&config).await?;
            let sites = super::sites(&foundation, self.site.as_deref()).await?;
            let outcome = match &self.who {
                Some(who) => self.undo(&foundation, &sites, who).await,
                None => self.list(&foundation, &sites).await,
            };
            foundation.store.close().await?;
            outcome
        })
    }

    async fn undo(&self, foundation: &Foundation, sites: &[Site], who: &str) -> Result<Outcome, CliError> {
        let since = self.since.map(beginning).transpose()?;
        let store = foundation.store.as_ref();
        let (mut changed, mut others) = (Vec::new(), BTreeSet::new());
        for site in sites {
            // A misspelt name would undo nothing, and nobody would see it.
            let labellers = labellers(store, site.id, foundation.clock.now()).await?;
            let known = since.is_none() || labellers.contains_key(who);
            if known && undo_labels(store, &foundation.accounts, site.id, who, since).await? {
                changed.push(site.name.as_str());
            }
            others.extend(labellers.into_keys());
        }
        print(&match self.json {
            true => json!({ "by": who, "since": since, "sites": changed }).to_string(),
            false => self.told(who, &changed, &others),
        })?;
        Ok(if changed.is_empty() { Outcome::No } else { Outcome::Done })
    }

    fn told(&self, who: &str, changed: &[&str], others: &BTreeSet<String>) -> String {
        let sites = changed.join(", ");
        match self.since {
            Some(_) if changed.is_empty() => {
                let others = others.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                let others = if others.is_empty() { "nobody did".to_owned() } else { format!("these did: {others}") };
                format!("nothing is changed: {who} gave no label there; {others}")
            }
            Some(day) => format!(
                "what {who} labelled from {day} on does not count any more on {sites}: no export holds it, and no \
                 model trained on one. Models that learned from it keep it: export and train anew."
            ),
            None if changed.is_empty() => {
                format!("no label of {who} was undone there; `tamis corpus undo --list` shows whose are")
            }
            None => format!("what {who} labelled counts again on {sites}, from the next export on"),
        }
    }

    async fn list(&self, foundation: &Foundation, sites: &[Site]) -> Result<Outcome, CliError> {
        let mut table = Table::new();
        table.set_header(["site", "whose labels", "from"]);
        for site in sites {
            for Exclusion { by, since } in foundation.store.undone_labels(site.id).await? {
                match self.json {
                    true => print(&json!({ "site": site.name, "by": by, "since": since }).to_string())?,
                    false => drop(table.add_row([site.name.clone(), by, since.to_string()])),
                }
            }
        }
        if !self.json {
            print(&if table.is_empty() { "all labels count".to_owned() } else { table.to_string() })?;
        }
        Ok(Outcome::Done)
    }
}

/// When a day begins.
fn beginning(day: Date) -> Result<Timestamp, CliError> {
    jiff::tz::Offset::UTC.to_timestamp(day.into()).map_err(|error| CliError::new(format!("--since: {error}")))
}
