//! `tamis corpus stats`.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use comfy_table::{ContentArrangement, Table};
use serde::{Serialize, Serializer};
use serde_json::json;

use super::told;
use crate::cli::{CliError, Outcome, print, wiring, words};
use crate::corpus;
use crate::corpus::{Doubt, SourceStats, Survey};
use crate::domain::classifier::Model;

#[derive(Debug, Args)]
pub struct Stats {
    /// Examples, as `tamis corpus import` writes them
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[arg(long)]
    json: bool,
}

/// Where an example stands; `file:line` for people and for scripts.
#[derive(Clone, Copy, Debug)]
struct Place<'f> {
    file: &'f PathBuf,
    line: u64,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

impl Serialize for Place<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Stats {
    pub fn run(self) -> Result<Outcome, CliError> {
        let model = wiring::built_in()?;
        let mut survey = Survey::new(&model);
        for file in &self.files {
            let read = corpus::each(file, &mut |line, example| survey.add(&example, Place { file, line }));
            read.map_err(|error| CliError::new(error.to_string()).hinted("`tamis corpus import` writes such lines"))?;
        }
        let stats = survey.finish();
        print(&if self.json { as_json(&stats, &model) } else { summary(&stats, model.version()) })?;
        Ok(if stats.examples == 0 { Outcome::No } else { Outcome::Done })
    }
}

/// With the model that contradicted labels.
fn as_json(stats: &corpus::Stats<Place<'_>>, model: &Model) -> String {
    let mut told = json!(stats);
    told["model"] = json!({ "version": model.version(), "tokenizer": model.card().tokenizer });
    told.to_string()
}

fn summary(stats: &corpus::Stats<Place<'_>>, model: &str) -> String {
    let mut text = format!("{}\nexamples: {}, duplicates: {}\n", sources(stats), stats.examples, stats.duplicates);
    let mut say = |line: String| {
        let _ = writeln!(text, "{line}");
    };
    if stats.conflicting > 0 {
        say(format!(
            "with a text that came before under another label: {}{}",
            stats.conflicting,
            of_which(stats.conflicting, stats.conflicts.len())
        ));
    }
    for conflict in &stats.conflicts {
        say(format!("  {}", told::conflict(conflict, Place::to_string)));
    }
    if stats.doubtful > 0 {
        say(format!(
            "labels to look at again, of which {model} says otherwise: {}{}",
            stats.doubtful,
            of_which(stats.doubtful, stats.doubts.len())
        ));
    }
    stats.doubts.iter().for_each(|doubt| say(doubted(doubt)));
    if stats.unusable > 0 {
        let places: Vec<String> = stats.unusable_at.iter().map(Place::to_string).collect();
        say(format!(
            "left out, too long for a comment: {} ({}){}",
            stats.unusable,
            places.join(", "),
            of_which(stats.unusable, places.len())
        ));
    }
    told::unchecked(stats.unchecked).into_iter().for_each(say);
    text.trim_end().to_owned()
}

fn sources(stats: &corpus::Stats<Place<'_>>) -> Table {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["source", "ham", "spam", "abuse", "languages", "duplicates"]);
    for (name, source) in &stats.sources {
        table.add_row(row(name, source));
    }
    table
}

fn row(name: &str, source: &SourceStats) -> [String; 6] {
    let label = |name| source.labels.get(name).copied().unwrap_or_default().to_string();
    let plain = name.chars().filter(|c| !c.is_control()).collect();
    [plain, label("ham"), label("spam"), label("abuse"), told::counts(&source.languages), source.duplicates.to_string()]
}

fn doubted(doubt: &Doubt<Place<'_>>) -> String {
    let (label, head) = (doubt.label.as_str(), doubt.head.as_str());
    format!("  {} is {label}, {head} {:.3}: {}", doubt.at, doubt.probability, words::excerpt(&doubt.text))
}

/// ` (20 told)`, where not all are.
fn of_which(count: u64, told: usize) -> String {
    if count > told as u64 { format!(" ({told} told)") } else { String::new() }
}
