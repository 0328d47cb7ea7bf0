//! What an evaluation found, as data, as a table for a terminal and as a page for people.

mod charts;
mod curves;
mod errors;
mod exhibit;
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

use super::assess::ALL;
use super::{INSIDE, LEFT_OUT};
use crate::domain::classifier::card::{Claim, Metric, Question};

/// One evaluation: both heads, every split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub date: String,
    pub seed: u64,
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
}

/// Which budgets hold in a language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LanguageClaims {
    pub language: String,
    pub openness: f64,
    pub shift: f64,
    pub ceiling: f64,
    pub slope: f64,
    pub intercept: f64,
    pub claims: Vec<Claim>,
}

impl Report {
    /// A table a head, for a terminal.
    pub fn table(&self) -> String {
        self.heads.iter().map(HeadReport::tables).collect::<Vec<_>>().join("\n\n")
    }
}

impl HeadReport {
    /// The row of all real sources together, left out or, where there is but one, inside it.
    fn all_real(&self) -> Option<&Metric> {
        let row = |split| self.metrics.iter().find(|metric| metric.split == split && metric.source == ALL);
        row(LEFT_OUT).or_else(|| row(INSIDE))
    }

    fn tables(&self) -> String {
        let mean = self.left_out_auc.map_or_else(|| "?".to_owned(), |auc| format!("{auc:.3}"));
        let title = format!("{}: mean AUC on sources left out {mean}", self.question.as_str());
        format!("{title}\n{}\n{}", self.metrics_table(), self.claims_table())
    }

    fn metrics_table(&self) -> Table {
        let mut table = table(&[
            "split",
            "source",
            "lang",
            "wanted",
            "unwanted",
            "AUC",
            "±",
            "recall@1%",
            "good held",
            "rejected",
            "bad held",
            "Brier",
            "ECE",
        ]);
        for metric in &self.metrics {
            let share = |share: Option<f64>| share.map_or_else(String::new, |share| format!("{share:.3}"));
            table.add_row(
                [
                    metric.split.clone(),
                    metric.source.clone(),
                    metric.language.map_or_else(String::new, |language| language.to_string()),
                    metric.wanted.to_string(),
                    metric.unwanted.to_string(),
                    share(metric.auc),
                    share(metric.auc_margin),
                    share(metric.recall_at_1_percent),
                    share(metric.wanted_held),
                    share(metric.wanted_rejected),
                    share(metric.unwanted_held),
                    format!("{:.3}", metric.brier),
                    format!("{:.3}", metric.ece),
                ]
                .map(Cell::new),
            );
        }
        align_numbers(&mut table, 3);
        table
    }

    fn claims_table(&self) -> Table {
        let mut table = table(&[
            "lang", "open", "line", "shift", "ceiling", "budget", "good", "errors", "bound", "shown", "missing",
        ]);
        for language in &self.claims {
            for claim in &language.claims {
                table.add_row(
                    [
                        language.language.clone(),
                        format!("{:.2}", language.openness),
                        format!("{:.2} {:+.2}", language.slope, language.intercept),
                        format!("{:.3}", language.shift),
                        format!("{:.3}", language.ceiling),
                        format!("{} {}", claim.verdict.as_str(), claim.budget),
                        claim.good.to_string(),
                        claim.errors.to_string(),
                        format!("{:.4}", claim.bound),
                        if claim.shown { "yes" } else { "no" }.to_owned(),
                        claim.missing.to_string(),
                    ]
                    .map(Cell::new),
                );
            }
        }
        align_numbers(&mut table, 1);
        table
    }
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
