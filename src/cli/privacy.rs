//! `tamis privacy`: what is held, a person's own data, and erasure.

mod person;

use std::io::Write;
use std::path::Path;

use clap::{Args, Subcommand};
use comfy_table::Table;
use serde_json::json;
use uuid::Uuid;

use super::wiring::{self, Foundation};
use super::{CliError, Outcome, print};
use crate::config::Config;
use crate::domain::comment::CommentId;
use crate::domain::site::Site;
use crate::ports::store::Store;
use crate::service::ServiceError;
use crate::service::answer::Detail;
use crate::service::erasure::{self, Receipt};
use crate::service::holdings::{self, Holdings};

#[derive(Debug, Subcommand)]
pub enum PrivacyCommand {
    /// Show what is held, and until when
    Report {
        #[arg(long)]
        json: bool,
    },
    /// Write all that is held of comments, as a JSON line each
    Export {
        #[command(flatten)]
        what: What,
    },
    /// Erase comments and print a receipt: there is no way back
    Erase {
        #[command(flatten)]
        what: What,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub struct What {
    /// Ids of comments
    #[arg(required_unless_present = "email")]
    comments: Vec<Uuid>,
    /// What was sent with this e-mail; `-` reads it from standard input, which no history of commands keeps
    #[arg(long, value_name = "ADDRESS", conflicts_with = "comments")]
    email: Option<String>,
    /// Only on this site [default: on every site there is]
    #[arg(long, value_name = "NAME", requires = "email")]
    site: Option<String>,
}

impl PrivacyCommand {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let config = Config::load(config)?;
        super::runtime()?.block_on(async {
            let foundation = wiring::foundation(&config).await?;
            let outcome = match self {
                Self::Report { json } => report(&config, &foundation, json).await,
                Self::Export { what: What { email: Some(email), site, .. } } => {
                    person::export(&foundation, &email, site.as_deref()).await
                }
                Self::Erase { what: What { email: Some(email), site, .. }, json } => {
                    person::erase(&config, &foundation, &email, site.as_deref(), json).await
                }
                Self::Export { what } => export(&foundation, &what.comments).await,
                Self::Erase { what, json } => erase(&config, &foundation, &what.comments, json).await,
            };
            foundation.store.close().await?;
            outcome
        })
    }
}

async fn report(config: &Config, foundation: &Foundation, json: bool) -> Result<Outcome, CliError> {
    let Foundation { store, clock, .. } = foundation;
    let sites = store.sites().await?;
    let holdings = holdings::holdings(store.as_ref(), &sites, &config.retention, clock.now()).await?;
    print(&if json { json!(holdings).to_string() } else { told(&holdings) })?;
    Ok(Outcome::Done)
}

fn told(holdings: &Holdings) -> String {
    let mut table = Table::new();
    table.set_header(["site", "comments with text", "texts", "with a name", "examples", "first goes", "last goes"]);
    for (site, texts) in &holdings.sites {
        let day = |at: Option<jiff::Timestamp>| at.map_or("–".to_owned(), |at| at.to_string());
        table.add_row([
            site.clone(),
            texts.comments.to_string(),
            texts.texts.to_string(),
            texts.names.to_string(),
            texts.examples.to_string(),
            day(texts.first_ends),
            day(texts.last_ends),
        ]);
    }
    let rows: Vec<_> = holdings.rows.iter().map(|(name, number)| format!("{name} {number}")).collect();
    format!("{table}\nrows: {}", rows.join(", "))
}

async fn export(foundation: &Foundation, comments: &[Uuid]) -> Result<Outcome, CliError> {
    let mut missing = Vec::new();
    for id in comments.iter().copied().map(CommentId) {
        match find(foundation.store.as_ref(), id).await? {
            Some(site) => {
                let record = foundation.store.comment(site.id, id).await?;
                let detail = record.as_ref().and_then(|record| Detail::of(record, site.locale));
                print(&json!({ "site": site.name, "comment": detail }).to_string())?;
            }
            None => missing.push(id),
        }
    }
    Ok(settle(&missing))
}

async fn erase(config: &Config, foundation: &Foundation, comments: &[Uuid], json: bool) -> Result<Outcome, CliError> {
    let Foundation { store, clock, .. } = foundation;
    let models = wiring::models(config)?;
    let mut missing = Vec::new();
    for id in comments.iter().copied().map(CommentId) {
        let Some(site) = find(store.as_ref(), id).await? else {
            missing.push(id);
            continue;
        };
        let receipt = erasure::erase(store.as_ref(), store.as_ref(), &models, site.id, &[id], clock.now()).await?;
        print(&if json { json!(receipt).to_string() } else { sentences(&receipt) })?;
    }
    Ok(settle(&missing))
}

/// Which site a comment is of.
async fn find(store: &dyn Store, id: CommentId) -> Result<Option<Site>, CliError> {
    for site in store.sites().await? {
        if store.comment(site.id, id).await?.is_some() {
            return Ok(Some(site));
        }
    }
    Ok(None)
}

fn settle(missing: &[CommentId]) -> Outcome {
    for id in missing {
        let _ = writeln!(std::io::stderr(), "there is no comment {id}");
    }
    if missing.is_empty() { Outcome::Done } else { Outcome::No }
}

fn sentences(receipt: &Receipt) -> String {
    let mut lines: Vec<String> = receipt
        .comments
        .iter()
        .map(|erased| {
            format!(
                "erased {}: {} revisions, {} texts, {} events{}",
                erased.id,
                erased.revisions,
                erased.texts,
                erased.events,
                erased.label.map_or(String::new(), |label| format!(", and the example labelled {}", label.as_str()))
            )
        })
        .collect();
    lines.push(match receipt.wiped {
        Some(true) => "the database file is free of it".to_owned(),
        Some(false) => "its log still holds it; a running server empties it within the hour".to_owned(),
        None => "PostgreSQL overwrites it in its own time: see docs/operations.md".to_owned(),
    });
    lines.push(match &receipt.models {
        None => "the registry did not answer: models trained since may have counted it".to_owned(),
        Some(models) if models.is_empty() => "no model was trained since".to_owned(),
        Some(models) => {
            let versions: Vec<_> = models.iter().map(|version| version.as_str()).collect();
            format!("trained since, and may have counted it: {}; train anew to be rid of it", versions.join(", "))
        }
    });
    lines.join("\n")
}

impl From<ServiceError> for CliError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Store(error) => error.into(),
            error => Self::new(error.to_string()),
        }
    }
}
