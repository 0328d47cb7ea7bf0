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
use crate::ports::privacy::Attached;
use crate::ports::store::Store;
use crate::service::ServiceError;
use crate::service::erasure::{self, Erased, Receipt};
use crate::service::holdings::{self, Holdings};
use crate::service::written::Export;

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
    #[arg(required_unless_present = "person")]
    comments: Vec<Uuid>,
    #[command(flatten)]
    whose: Whose,
    /// Only on this site [default: on every site there is]
    #[arg(long, value_name = "NAME", requires = "person")]
    site: Option<String>,
}

/// A person, by what they tell of themselves.
#[derive(Debug, Args)]
#[group(id = "person", multiple = true, conflicts_with = "comments")]
pub struct Whose {
    /// What was sent with this e-mail; `-` reads it from standard input, which no history of commands keeps
    #[arg(long, value_name = "E-MAIL")]
    email: Option<String>,
    /// What was sent from this address, by whomever, as far as its keys are left; `-` as for the e-mail
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<String>,
    /// What was sent with this id of the host site's (`author.id`); `-` as for the e-mail
    #[arg(long, value_name = "ID")]
    author_id: Option<String>,
}

impl Whose {
    fn is_there(&self) -> bool {
        self.email.is_some() || self.ip.is_some() || self.author_id.is_some()
    }
}

impl PrivacyCommand {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let config = Config::load(config)?;
        super::runtime()?.block_on(async {
            let foundation = wiring::foundation(&config).await?;
            let outcome = match self {
                Self::Report { json } => report(&config, &foundation, json).await,
                Self::Export { what } if what.whose.is_there() => {
                    person::export(&foundation, what.whose, what.site.as_deref()).await
                }
                Self::Erase { what, json } if what.whose.is_there() => {
                    person::erase(&config, &foundation, what.whose, what.site.as_deref(), json).await
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
    table.set_header([
        "site",
        "comments with text",
        "texts",
        "with a name",
        "examples",
        "first goes",
        "last goes",
        "e-mails, ids and addresses as digests",
        "addresses recognised until",
        "standings",
        "last is over",
    ]);
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
            format!("{}, {}, {}", texts.emails, texts.author_ids, texts.addresses),
            day(texts.addresses_end),
            texts.standings.to_string(),
            day(texts.standings_end),
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
                let attached = foundation.store.attached(site.id, id).await?;
                let export = record.and_then(|record| Export::of(&record, attached, site.locale));
                print(&json!({ "site": site.name, "comment": export }).to_string())?;
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
    let mut lines: Vec<String> = receipt.comments.iter().map(gone).collect();
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

/// What went with a comment.
fn gone(erased: &Erased) -> String {
    let Erased { id, revisions, texts, events, label, attached, .. } = erased;
    let Attached { identifiers, standing, answers, shadow_verdicts, .. } = attached;
    let mut gone = vec![
        format!("{revisions} revisions"),
        format!("{texts} texts"),
        format!("{events} events"),
        format!("{answers} idempotency answers"),
        format!("{shadow_verdicts} shadow verdicts"),
    ];
    if !identifiers.is_empty() {
        gone.push(format!("the author’s {} as digests", identifiers.join(", ")));
    }
    gone.extend(standing.as_ref().map(|said| format!("the author’s standing, {}", said.standing.as_str())));
    gone.extend(label.map(|label| format!("the example labelled {}", label.as_str())));
    format!("erased {id}: {}", gone.join(", "))
}

impl From<ServiceError> for CliError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Store(error) => error.into(),
            error => Self::new(error.to_string()),
        }
    }
}
