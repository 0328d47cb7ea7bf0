//! `tamis models promote` and `rollback`.

use std::path::PathBuf;

use clap::Args;
use comfy_table::{ContentArrangement, Table};
use jiff::Timestamp;
use serde_json::json;

use super::super::words::{excerpt, verdict};
use super::super::{CliError, Outcome, print, wiring};
use super::{By, Desk, Named, Where, gold};
use crate::domain::activation::{Activation, ModelVersion, Scope};
use crate::domain::classifier::card::Label;
use crate::service::gate::{Flip, GateReport, Row};
use crate::service::promote::{self, PromoteError, Promoted, Promotion};

#[derive(Debug, Args)]
pub struct Promote {
    version: ModelVersion,
    #[command(flatten)]
    place: Where,
    /// Your own labelled examples to try it on too [default: `model.gold`]
    #[arg(long, value_name = "PATH")]
    gold: Option<PathBuf>,
    /// Promote whatever speaks against it; what does is recorded
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    by: By,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct Rollback {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    by: By,
    #[arg(long)]
    json: bool,
}

/// Gold examples shown on which two models differ.
pub(super) const FLIPS_SHOWN: usize = 10;

impl Promote {
    pub(super) async fn run(self, desk: &Desk) -> Result<Outcome, CliError> {
        let place = self.place.find(desk).await?;
        let sets = gold::sets(self.gold.as_deref().or(desk.config.gold.as_deref()))?;
        let base = wiring::sieve(&desk.config)?;
        let version = self.version.clone();
        let promotion = Promotion {
            scope: place.scope,
            version: self.version,
            force: self.force,
            by: self.by.by,
            at: desk.foundation.clock.now(),
        };
        let promoted = promote::promote(&desk.models, desk.store(), &base, &sets, promotion).await.map_err(failed)?;
        print(&if self.json { as_json(&version, &promoted) } else { as_text(&version, &promoted, &place) })?;
        Ok(if matches!(promoted, Promoted::Refused { .. }) { Outcome::No } else { Outcome::Done })
    }
}

impl Rollback {
    pub(super) async fn run(self, desk: &Desk) -> Result<Outcome, CliError> {
        let place = self.place.find(desk).await?;
        let now: Timestamp = desk.foundation.clock.now();
        let done = promote::roll_back(&desk.models, desk.store(), place.scope, self.by.by, now).await;
        let activation = match done {
            Ok(activation) => activation,
            Err(error @ PromoteError::NothingBefore) => {
                print(&if self.json {
                    json!({ "rolled_back": false, "problem": error.to_string() }).to_string()
                } else {
                    format!("{error} {}", place.place())
                })?;
                return Ok(Outcome::No);
            }
            Err(error) => return Err(failed(error)),
        };
        let version = decides(&activation, desk);
        print(&match self.json {
            true => json!({ "rolled_back": true, "version": version, "serial": activation.serial }).to_string(),
            false => format!("{version} decides {} again; a running server takes it within two seconds", place.place()),
        })?;
        Ok(Outcome::Done)
    }
}

/// What decides after a rollback, in words where it is not the scope's own model.
fn decides(activation: &Activation, desk: &Desk) -> String {
    match (&activation.version, activation.scope) {
        (Some(version), _) => version.to_string(),
        (None, Scope::Default) => desk.models.built_in().version().to_owned(),
        (None, Scope::Site(_)) => "what decides on sites without a model of their own".to_owned(),
    }
}

fn failed(error: PromoteError) -> CliError {
    let hint = match &error {
        PromoteError::Contended => "look at `tamis models list`, and ask again if it still makes sense",
        PromoteError::Store(_) => "check `store.url`, the folder’s rights and the space on its disk",
        _ => "`tamis models list` shows the models and what is wrong with them",
    };
    CliError::new(error.to_string()).hinted(hint)
}

fn as_json(version: &ModelVersion, promoted: &Promoted) -> String {
    match promoted {
        Promoted::Already => json!({ "version": version, "promoted": false, "already": true }),
        Promoted::Refused { active, report } => {
            json!({ "version": version, "promoted": false, "active": active, "gate": report })
        }
        Promoted::Done { active, report, activation } => json!({
            "version": version, "promoted": true, "active": active, "gate": report, "serial": activation.serial,
            "overrides": activation.overrides,
        }),
    }
    .to_string()
}

fn as_text(version: &ModelVersion, promoted: &Promoted, place: &Named) -> String {
    match promoted {
        Promoted::Already => format!("{version} decides {} already; nothing was changed", place.place()),
        Promoted::Refused { active, report } => format!(
            "{}\n\n{version} was not promoted:\n{}\nNothing was changed. --force promotes it all the same and records this.",
            comparison(active, version, report),
            list(&report.objections),
        ),
        Promoted::Done { active, report, activation } => {
            let overridden = match activation.overrides.as_slice() {
                [] => String::new(),
                objections => format!("Promoted against:\n{}\n", list(objections)),
            };
            format!(
                "{}\n\n{overridden}{version} decides {} now; a running server takes it within two seconds. \
                 `tamis models rollback{}` goes back to {active}.",
                comparison(active, version, report),
                place.place(),
                place.flag(),
            )
        }
    }
}

fn list(sentences: &[String]) -> String {
    sentences.iter().map(|sentence| format!("  - {sentence}\n")).collect()
}

/// The gate's table, and the examples on which the two differ.
fn comparison(active: &str, candidate: &ModelVersion, report: &GateReport) -> String {
    format!(
        "Tried on gold examples, which no model is trained on: {active} (active) → {candidate}\n{}{}",
        gold_table(report),
        flips(&report.flips)
    )
}

pub(super) fn gold_table(report: &GateReport) -> String {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["examples", "language", "number", "held or rejected", "of these rejected"]);
    for row in &report.rows {
        table.add_row(cells(row));
    }
    table.to_string()
}

fn cells(row: &Row) -> [String; 5] {
    let kind = match row.label {
        Label::Ham => "good comments",
        Label::Spam => "spam",
        Label::Abuse => "abuse",
    };
    let change = |before: usize, after: usize| format!("{before} → {after}");
    [
        format!("{}, {kind}", row.set),
        row.language.map(|language| language.to_string()).unwrap_or_default(),
        row.examples.to_string(),
        change(row.active.stopped, row.candidate.stopped),
        change(row.active.rejected, row.candidate.rejected),
    ]
}

pub(super) fn flips(flips: &[Flip]) -> String {
    if flips.is_empty() {
        return "\nThe two lead to the same verdict on all of them.".to_owned();
    }
    let shown: String = flips.iter().take(FLIPS_SHOWN).map(flip).collect();
    let more = flips.len().saturating_sub(FLIPS_SHOWN);
    let more = if more == 0 { String::new() } else { format!("\n  and {more} more (--json shows all)") };
    format!("\nOther verdicts, what gets worse first:{shown}{more}")
}

fn flip(flip: &Flip) -> String {
    let direction = if flip.worse { "worse" } else { "better" };
    let (before, after) = (verdict(flip.active), verdict(flip.candidate));
    format!("\n  {direction}, {}: {before} → {after}  {}", flip.label.as_str(), excerpt(&flip.text))
}
