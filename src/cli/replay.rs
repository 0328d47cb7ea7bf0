//! `tamis replay`: what another model, other rules or other thresholds would have decided on stored comments.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use comfy_table::{ContentArrangement, Table};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::wiring::{self, Foundation};
use super::words::{excerpt, verdict};
use super::{CliError, Outcome, print, site};
use crate::adapters::rules_folder::RulesFolder;
use crate::config::Config;
use crate::domain::activation::{InUse, ModelVersion, Scope};
use crate::domain::decision::{Thresholds, Verdict};
use crate::domain::review::Label;
use crate::domain::score::Score;
use crate::domain::sieve::Sieve;
use crate::domain::site::Site;
use crate::ports::store::Store;
use crate::service::Models;
use crate::service::replay::{Flip, Tally, is_better, replay};

/// Without a model, rules or thresholds: as they are configured and active now, against the decisions as they were made
#[derive(Debug, Args)]
pub struct Replay {
    /// The model to decide with [default: the active one]
    #[arg(long, value_name = "VERSION")]
    model: Option<ModelVersion>,
    /// The rules to decide with [default: the configured ones]
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// The score from which a comment is held [default: the configured one]
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    hold_at: Option<f64>,
    /// The score from which a comment is rejected [default: the configured one]
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    reject_at: Option<f64>,
    /// A site's name [default: all sites]
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    /// Comments first sent on this day or later, or from this time on
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = since)]
    since: Option<Timestamp>,
    #[arg(long)]
    json: bool,
}

fn since(text: &str) -> Result<Timestamp, String> {
    let day = || jiff::tz::Offset::UTC.to_timestamp(text.parse::<Date>().ok()?.at(0, 0, 0, 0)).ok();
    let wrong = || "write a day, such as 2026-11-24, or a time, such as 2026-11-24T09:00:00Z".to_owned();
    text.parse().ok().or_else(day).ok_or_else(wrong)
}

impl Replay {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let config = Config::load(config)?;
        let base = self.changed(wiring::sieve(&config)?)?;
        super::runtime()?.block_on(async {
            let foundation = wiring::foundation(&config).await?;
            let tally = self.replay(&config, &foundation, &base).await?;
            foundation.store.close().await?;
            print(&if self.json { summary_json(&tally).to_string() } else { summary(&tally) })?;
            Ok(Outcome::Done)
        })
    }

    /// The sieve with what was asked for in place of what is configured; the model comes site by site.
    fn changed(&self, configured: Sieve) -> Result<Sieve, CliError> {
        let rules = match &self.rules {
            None => configured.rules,
            Some(file) => {
                let rules = RulesFolder::new(file.clone()).read();
                Arc::new(rules.map_err(|error| CliError::new(error.to_string()))?)
            }
        };
        let score = |given: Option<f64>, configured| given.map_or(configured, Score::from_nats);
        let thresholds = Thresholds {
            hold_at: score(self.hold_at, configured.thresholds.hold_at),
            reject_at: score(self.reject_at, configured.thresholds.reject_at),
        };
        match thresholds.are_in_order() {
            true => Ok(Sieve { rules, thresholds, ..configured }),
            false => Err(CliError::new("the score that holds must not be above the one that rejects")),
        }
    }

    async fn replay(&self, config: &Config, foundation: &Foundation, base: &Sieve) -> Result<Tally, CliError> {
        let store: &dyn Store = foundation.store.as_ref();
        let models = wiring::models(config)?;
        let in_use = store.in_use().await?;
        let sites = match &self.site {
            Some(name) => vec![site::find(store, name).await?],
            None => store.sites().await?,
        };
        let mut tally = Tally::default();
        for site in sites {
            let sieve = self.sieve(base, &models, &in_use, &site).await?;
            let mut show = |flip: Flip| print(&if self.json { flip_json(&flip, &site) } else { flip_text(&flip) });
            replay(store, &site, &sieve, self.since, &mut tally, &mut show).await?;
        }
        Ok(tally)
    }

    async fn sieve(&self, base: &Sieve, models: &Models, in_use: &InUse, site: &Site) -> Result<Sieve, CliError> {
        let model = match &self.model {
            Some(version) => models.load(version).await,
            None => models.active(in_use, Scope::Site(site.id)).await,
        };
        let model = model.map_err(|error| CliError::new(error.to_string()).hinted("see `tamis models list`"))?;
        Ok(Sieve { model, ..base.clone() })
    }
}

/// What a person's label makes of a flip.
fn direction(flip: &Flip) -> &'static str {
    match is_better(flip.label, flip.before.0, flip.after.0) {
        Some(true) => "better",
        Some(false) => "worse",
        None => "?",
    }
}

fn flip_text(flip: &Flip) -> String {
    let label = flip.label.map_or("no label", Label::as_str);
    let (before, after) = (verdict(flip.before), verdict(flip.after));
    format!("{:6}  {label:8}  {before:12} → {after:12}  {}  {}", direction(flip), flip.id, excerpt(&flip.text))
}

fn flip_json(flip: &Flip, site: &Site) -> String {
    let side = |(verdict, score): (Verdict, Score)| json!({ "verdict": verdict, "score": score });
    json!({
        "site": site.name, "id": flip.id, "external_id": flip.external_id, "label": flip.label,
        "before": side(flip.before), "after": side(flip.after), "change": direction(flip), "text": flip.text,
    })
    .to_string()
}

const VERDICTS: [Verdict; 3] = [Verdict::Approve, Verdict::Hold, Verdict::Reject];

/// Comments with a label, before and after, verdict by verdict.
fn totals(tally: &Tally, label: Option<Label>) -> [(u64, u64); 3] {
    VERDICTS.map(|verdict| {
        let of_label = || tally.counts.iter().filter(|((other, _, _), _)| *other == label);
        let before = of_label().filter(|((_, before, _), _)| *before == verdict).map(|(_, number)| number).sum();
        let after = of_label().filter(|((_, _, after), _)| *after == verdict).map(|(_, number)| number).sum();
        (before, after)
    })
}

const LABELS: [(Option<Label>, &str); 4] =
    [(Some(Label::Ham), "ham"), (Some(Label::Spam), "spam"), (Some(Label::Abuse), "abuse"), (None, "no label")];

fn summary(tally: &Tally) -> String {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["people say", "comments", "approved", "held", "rejected"]);
    for (label, name) in LABELS {
        let totals = totals(tally, label);
        let comments: u64 = totals.iter().map(|(before, _)| before).sum();
        let change = totals.map(|(before, after)| format!("{before} → {after}"));
        if comments > 0 {
            table.add_row([vec![name.to_owned(), comments.to_string()], change.to_vec()].concat());
        }
    }
    let (better, worse, unknown) = tally.flips();
    let gone = match tally.without_text {
        0 => String::new(),
        number => format!(" {number} more comments were passed over: their text is gone."),
    };
    format!("{table}\n{better} better, {worse} worse, {unknown} that no person has labelled.{gone}")
}

fn summary_json(tally: &Tally) -> Value {
    let labels = LABELS.map(|(label, name)| {
        let [approve, hold, reject] = totals(tally, label).map(|(before, after)| json!([before, after]));
        (name.to_owned(), json!({ "approve": approve, "hold": hold, "reject": reject }))
    });
    let (better, worse, unknown) = tally.flips();
    let labels: serde_json::Map<_, _> = labels.into_iter().collect();
    json!({ "summary": { "labels": labels, "better": better, "worse": worse, "unlabelled": unknown,
                         "without_text": tally.without_text } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_day_or_exact() {
        assert_eq!(since("2026-11-24").unwrap().to_string(), "2026-11-24T00:00:00Z");
        assert_eq!(since("2026-11-24T09:00:00+01:00").unwrap().to_string(), "2026-11-24T08:00:00Z");
        assert!(since("hier").unwrap_err().contains("2026-11-24"));
    }
}
