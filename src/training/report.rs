//! What an evaluation found, as data, as a table for a terminal and as a page for people.

mod charts;
mod curves;
mod errors;
mod exhibit;
mod groups;
mod html;
mod numbers;
mod plots;
#[cfg(test)]
mod samples;
mod sentences;
mod tables;
mod words;

use comfy_table::{Cell, CellAlignment, Table, presets};
use serde::{Deserialize, Serialize};

pub use exhibit::{Exhibit, exhibit};

use super::measure::ALL;
use super::{LEFT_OUT, POOLED, TrainOptions};
use crate::domain::classifier::card::{Claim, Metric, Question, Reached};
use crate::domain::comment::Language;
use crate::domain::decision::Verdict;

/// One evaluation: both heads, every split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub date: String,
    pub seed: u64,
    /// The model whose counts the labels were added to.
    #[serde(default)]
    pub from: Option<String>,
    pub heads: Vec<HeadReport>,
}

/// What was measured of one head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadReport {
    pub question: Question,
    /// The mean area under the curve over the sources left out that have both kinds of label and were not written for
    /// the project.
    pub left_out_auc: Option<f64>,
    pub metrics: Vec<Metric>,
    pub claims: Vec<LanguageClaims>,
    /// What happens to the examples written for the project, a group at a time, by fits that had seen nothing of it.
    #[serde(default)]
    pub groups: Vec<GroupReport>,
}

/// What happens to one group of examples: a trade of spammers, a way of insulting, a kind of good comment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupReport {
    pub language: Option<Language>,
    pub unwanted: bool,
    pub group: String,
    pub examples: u64,
    /// Shares that the head alone, the rules alone, and both together hold (or reject), and reject.
    pub head_held: f64,
    pub head_rejected: f64,
    pub rules_held: f64,
    pub rules_rejected: f64,
    pub whole_held: f64,
    pub whole_rejected: f64,
}

/// Which budgets hold in a language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LanguageClaims {
    pub language: String,
    /// Labels of persons on real comments, good and bad.
    pub wanted: u64,
    pub unwanted: u64,
    pub openness: f64,
    pub shift: f64,
    pub ceiling: f64,
    pub slope: f64,
    pub intercept: f64,
    pub claims: Vec<Claim>,
}

impl Report {
    pub(super) fn new(options: &TrainOptions, heads: Vec<HeadReport>) -> Self {
        let from = options.base.as_ref().map(|base| base.version.clone());
        Self { date: options.date.to_string(), seed: options.seed, from, heads }
    }

    /// A table a head, for a terminal.
    pub fn table(&self) -> String {
        let from = self.from.iter().map(|version| format!("labels added to the counts of {version}"));
        from.chain(self.heads.iter().map(HeadReport::tables)).collect::<Vec<_>>().join("\n\n")
    }
}

impl HeadReport {
    /// The row of all real sources together, left out or, where there is but one, by fifths.
    fn all_real(&self) -> Option<&Metric> {
        let row = |split| self.metrics.iter().find(|metric| metric.split == split && metric.source == ALL);
        row(LEFT_OUT).or_else(|| row(POOLED))
    }

    fn tables(&self) -> String {
        let mean = self.left_out_auc.map_or_else(|| "?".to_owned(), |auc| format!("{auc:.3}"));
        let title = format!("{}: mean AUC on sources left out {mean}", self.question.as_str());
        let sentences = self.claims.iter().flat_map(LanguageClaims::sentences).collect::<Vec<_>>().join("\n");
        let tables = [self.quality_table(), self.decisions_table(), self.groups_table(), self.bounds_table()];
        format!("{title}\n{}\n{sentences}", tables.map(|table| table.to_string()).join("\n"))
    }

    fn quality_table(&self) -> Table {
        let header = [
            "split",
            "source",
            "lang",
            "wanted",
            "unwanted",
            "AUC",
            "±",
            "recall at 1 % FP",
            "Brier",
            "calibration error",
            "told",
        ];
        let mut table = table(&header);
        for metric in &self.metrics {
            let figures = [metric.auc, metric.auc_margin, metric.recall_at_1_percent];
            let counts = [metric.wanted, metric.unwanted].map(|count| count.to_string());
            let calibration = Some(metric.ece).filter(|_| metric.spoken != Some(0.0));
            let errors = [Some(metric.brier), calibration, metric.spoken];
            let figures = figures.into_iter().chain(errors).map(share);
            table.add_row(names(metric).into_iter().chain(counts).chain(figures).map(Cell::new));
        }
        align_numbers(&mut table, 3);
        table
    }

    /// Held (or rejected) / rejected, of good and of bad comments.
    fn decisions_table(&self) -> Table {
        let header = [
            "split",
            "source",
            "lang",
            "good: head",
            "good: rules",
            "good: both",
            "bad: head",
            "bad: rules",
            "bad: both",
        ];
        let mut table = table(&header);
        for metric in self.metrics.iter().filter(|metric| metric.whole.is_some()) {
            let pair = |held: f64, rejected: f64| format!("{held:.3}/{rejected:.3}");
            let good = |reached: Reached| pair(reached.wanted_held, reached.wanted_rejected);
            let bad = |reached: Reached| pair(reached.unwanted_held, reached.unwanted_rejected);
            let told = |of: &dyn Fn(Reached) -> String, kind: u64| {
                let all = [metric.head(), metric.rules, metric.whole];
                all.map(|reached| reached.filter(|_| kind > 0).map_or_else(String::new, of))
            };
            let cells = told(&good, metric.wanted).into_iter().chain(told(&bad, metric.unwanted));
            table.add_row(names(metric).into_iter().chain(cells).map(Cell::new));
        }
        align_numbers(&mut table, 3);
        table
    }

    fn groups_table(&self) -> Table {
        let mut table = table(&["written", "lang", "group", "examples", "head", "rules", "both"]);
        for group in &self.groups {
            let pair = |held: f64, rejected: f64| format!("{held:.3}/{rejected:.3}");
            table.add_row(
                [
                    if group.unwanted { self.question.as_str() } else { "ham" }.to_owned(),
                    group.language.map_or_else(String::new, |language| language.to_string()),
                    group.group.clone(),
                    group.examples.to_string(),
                    pair(group.head_held, group.head_rejected),
                    pair(group.rules_held, group.rules_rejected),
                    pair(group.whole_held, group.whole_rejected),
                ]
                .map(Cell::new),
            );
        }
        align_numbers(&mut table, 3);
        table
    }

    fn bounds_table(&self) -> Table {
        let mut table = table(&["lang", "words count", "line", "shift", "ceiling"]);
        for language in &self.claims {
            table.add_row(
                [
                    language.language.clone(),
                    format!("{:.2}", language.openness),
                    format!("{:.2} {:+.2}", language.slope, language.intercept),
                    format!("{:.3}", language.shift),
                    format!("{:.3}", language.ceiling),
                ]
                .map(Cell::new),
            );
        }
        align_numbers(&mut table, 1);
        table
    }
}

impl LanguageClaims {
    /// What is shown and what is not, in words.
    fn sentences(&self) -> impl Iterator<Item = String> {
        self.claims.iter().map(|claim| format!("{}: {}", self.language, sentence(claim)))
    }
}

/// Such as: at most 2 % of good comments held: shown (11 of 4304, surely below 0.42 %).
fn sentence(claim: &Claim) -> String {
    let done = if claim.verdict == Verdict::Reject { "rejected" } else { "held" };
    let percent = |share: f64| format!("{:.2} %", share * 100.0);
    let what = format!("at most {} of good comments {done}", percent(claim.budget));
    let seen = format!("{} of {}, surely below {}", claim.errors, claim.good, percent(claim.bound));
    match claim.shown {
        true => format!("{what}: shown ({seen})"),
        false => format!(
            "{what}: not shown ({seen}); the head stays below that threshold until {} more good comments without an error show it",
            claim.missing
        ),
    }
}

fn names(metric: &Metric) -> [String; 3] {
    let language = metric.language.map_or_else(String::new, |language| language.to_string());
    [metric.split.clone(), metric.source.clone(), language]
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(String::new, |share| format!("{share:.3}"))
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(header.iter().map(Cell::new));
    table
}

fn align_numbers(table: &mut Table, from: usize) {
    for column in table.column_iter_mut().skip(from) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}
