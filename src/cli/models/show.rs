//! `tamis models show`: a model's card for a reader who is no data scientist.

use clap::Args;
use comfy_table::{ContentArrangement, Table};
use serde_json::json;

use super::super::{CliError, Outcome, print};
use super::{Desk, list, unusable};
use crate::domain::activation::ModelVersion;
use crate::domain::classifier::card::{Card, HeadFacts, LanguageFacts, Written};
use crate::domain::decision::{Thresholds, Verdict};

#[derive(Debug, Args)]
pub struct Show {
    version: ModelVersion,
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) async fn run(self, desk: &Desk) -> Result<Outcome, CliError> {
        let model = desk.models.load(&self.version).await.map_err(unusable)?;
        let card = model.card();
        print(&match self.json {
            true => json!({ "version": self.version, "card": card }).to_string(),
            false => card_text(self.version.as_str(), card, desk.config.thresholds),
        })?;
        Ok(Outcome::Done)
    }
}

/// What a model was trained on, and what it may do by itself: one screen.
pub(in crate::cli) fn card_text(version: &str, card: &Card, thresholds: Thresholds) -> String {
    let parent = card.parent.as_ref().map(|parent| format!(", following {parent}")).unwrap_or_default();
    format!(
        "model {version}: trained on {} by Tamis {} from {} examples in {} files{parent}{}\n\n\
         Spam, by itself (a rule's score comes on top):\n{}\n\nAbuse, by itself:\n{}\n\n\
         In brackets: good comments that were held or rejected wrongly when it was measured on ones it had not seen, \
         or how many more of them it takes to show that few would be.",
        card.date,
        card.code,
        list::examples(card),
        card.files.len(),
        undone(card),
        head(&card.spam, thresholds),
        head(&card.abuse, thresholds),
    )
}

/// Whose labels its files do not hold, a line each.
fn undone(card: &Card) -> String {
    let files = card.files.iter().flat_map(|file| file.undone.iter().map(|undone| (&file.name, undone)));
    files
        .map(|(file, undone)| {
            let day = undone.since.strftime("%F");
            format!("\nwithout what {} labelled from {day} on ({file})", undone.by)
        })
        .collect()
}

fn head(head: &HeadFacts, thresholds: Thresholds) -> String {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["language", "real labels", "its words count", "may hold", "may reject"]);
    let languages = head.languages.iter().map(|(language, facts)| (language.to_string(), facts));
    for (language, facts) in languages.chain([("others".to_owned(), &head.elsewhere)]) {
        let may = |verdict| may(facts, verdict, thresholds);
        table.add_row([
            language,
            labels(facts),
            format!("{:.0} %", facts.openness * 100.0),
            may(Verdict::Hold),
            may(Verdict::Reject),
        ]);
    }
    table.to_string()
}

/// Those of persons on real comments, and how many were written for the project.
fn labels(facts: &LanguageFacts) -> String {
    let real = format!("{} good, {} bad", facts.wanted, facts.unwanted);
    match facts.written {
        Written { wanted: 0, unwanted: 0 } => real,
        Written { wanted, unwanted } => format!("{real}\nwritten: {wanted} good, {unwanted} bad"),
    }
}

/// Whether a head may reach a verdict by itself, and what shows that it is right to.
fn may(facts: &LanguageFacts, verdict: Verdict, thresholds: Thresholds) -> String {
    let claim = facts.claims.iter().find(|claim| claim.verdict == verdict);
    let reaches = thresholds.reached(facts.ceiling, verdict);
    match (reaches, claim) {
        (true, Some(claim)) if claim.shown => format!("yes ({} of {} wrongly)", claim.errors, claim.good),
        (true, _) => "yes, though not shown to be safe".to_owned(),
        (false, Some(claim)) if !claim.shown => format!("no ({} more good ones needed)", claim.missing),
        (false, _) => "no".to_owned(),
    }
}
