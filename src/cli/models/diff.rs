//! `tamis models diff`: two models side by side, or a shadow's disagreements.

mod live;

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::super::{CliError, Outcome, print, wiring};
use super::{Desk, Where, gold, list, promote, unusable};
use crate::domain::activation::ModelVersion;
use crate::domain::classifier::Model;
use crate::domain::classifier::card::Question;
use crate::domain::sieve::Sieve;
use crate::service::gate::{self, GateReport};

#[derive(Debug, Args)]
pub struct Diff {
    /// The model to compare with
    #[arg(required_unless_present = "shadow", requires = "second")]
    first: Option<ModelVersion>,
    /// The model that is compared
    second: Option<ModelVersion>,
    /// Show live comments on which the shadow would have decided otherwise, worst first, with their text
    #[arg(long, conflicts_with = "first")]
    shadow: bool,
    #[command(flatten)]
    place: Where,
    /// Most comments to show with --shadow
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    limit: u32,
    #[arg(long)]
    json: bool,
}

/// Weights shown that changed most, for each head.
const WEIGHTS_SHOWN: usize = 8;

/// How a named feature's weight changed.
type Changed = (String, f32, f32);

impl Diff {
    pub(super) async fn run(self, desk: &Desk) -> Result<Outcome, CliError> {
        match (self.first, self.second) {
            (Some(first), Some(second)) => compare(desk, &first, &second, self.json).await,
            _ => live::show(desk, &self.place.find(desk).await?, self.limit, self.json).await,
        }
    }
}

async fn compare(desk: &Desk, first: &ModelVersion, second: &ModelVersion, as_json: bool) -> Result<Outcome, CliError> {
    let before = desk.models.load(first).await.map_err(unusable)?;
    let after = desk.models.load(second).await.map_err(unusable)?;
    let base = wiring::sieve(&desk.config)?;
    let with = |model: &Arc<Model>| Sieve { model: Arc::clone(model), ..base.clone() };
    let report = gate::try_out(&with(&before), &with(&after), &gold::sets(desk.config.gold.as_deref())?);
    let changed = Question::ALL.map(|question| (question, changed(&before, &after, question)));
    print(&if as_json {
        let weights: BTreeMap<_, _> = changed.iter().map(|(question, changed)| (question.as_str(), changed)).collect();
        json!({ "first": first, "second": second, "gold": report, "weights": weights }).to_string()
    } else {
        text(&before, &after, &report, &changed)
    })?;
    Ok(Outcome::Done)
}

/// The named features whose weights differ most; one that a model does not know has no weight in it.
fn changed(before: &Model, after: &Model, question: Question) -> Vec<Changed> {
    let mut weights: BTreeMap<&str, (f32, f32)> = BTreeMap::new();
    for (name, weight) in before.named_weights(question) {
        weights.entry(name).or_default().0 = weight;
    }
    for (name, weight) in after.named_weights(question) {
        weights.entry(name).or_default().1 = weight;
    }
    let mut changed: Vec<Changed> =
        weights.into_iter().map(|(name, (before, after))| (name.to_owned(), before, after)).collect();
    changed.retain(|(_, before, after)| before != after);
    changed.sort_by(|a, b| (b.2 - b.1).abs().total_cmp(&(a.2 - a.1).abs()));
    changed.truncate(WEIGHTS_SHOWN);
    changed
}

fn text(before: &Model, after: &Model, report: &GateReport, changed: &[(Question, Vec<Changed>)]) -> String {
    let about = |model: &Model| {
        format!("{}, {} examples of {}", model.version(), list::examples(model.card()), model.card().date)
    };
    let weights: String = changed.iter().map(|(question, changed)| weights(*question, changed)).collect();
    let against = match report.objections.as_slice() {
        [] => "\n\nThe gate would let the second take the first's place.".to_owned(),
        objections => format!(
            "\n\nThe gate would not let the second take the first's place:{}",
            objections.iter().map(|objection| format!("\n  - {objection}")).collect::<String>()
        ),
    };
    format!(
        "first:  {}\nsecond: {}\n\nGold examples, first → second:\n{}{}{weights}{against}",
        about(before),
        about(after),
        promote::gold_table(report),
        promote::flips(&report.flips),
    )
}

fn weights(question: Question, changed: &[Changed]) -> String {
    if changed.is_empty() {
        return String::new();
    }
    let rows: String =
        changed.iter().map(|(name, before, after)| format!("\n  {before:+.2} → {after:+.2}  {name}")).collect();
    format!("\n\nWhat speaks for {} most differently (0 is not known):{rows}", question.as_str())
}
