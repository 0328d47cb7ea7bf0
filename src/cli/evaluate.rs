//! `tamis evaluate`: what a model trained on labelled JSON lines is worth, as a table, as data, or as a page to read.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::site::LocaleArg;
use super::train::{Corpus, base, with_progress};
use super::{CliError, Outcome, wiring};
use crate::config::Config;
use crate::domain::site::Locale;
use crate::training::{self, Report, TrainOptions};

#[derive(Debug, Args)]
pub struct Evaluate {
    #[command(flatten)]
    corpus: Corpus,
    /// The model whose counts the labels are added to, as `tamis train` does: `built-in`, a version in the registry, or
    /// `none`. The sources behind it are not at hand to be left out
    #[arg(long, value_name = "MODEL", default_value = "none")]
    from: String,
    /// Also write a page that a moderator can read; it quotes comments, so delete it when it is read
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The language of the page
    #[arg(long, value_enum, default_value = "fr")]
    locale: LocaleArg,
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let models = || wiring::models(&Config::load(config)?);
        let options = TrainOptions { base: base(&self.from, models)?, ..self.corpus.options()? };
        let report = match &self.html {
            None => with_progress(|progress| training::evaluate(&options, progress))?,
            Some(path) => write_page(&options, path, self.locale.into())?,
        };
        let text = if self.json { json!(report).to_string() } else { report.table() };
        super::print(&text)?;
        Ok(Outcome::Done)
    }
}

/// Writes the page, and gives the figures that it shows.
fn write_page(options: &TrainOptions, path: &Path, locale: Locale) -> Result<Report, CliError> {
    let unwritable = |error: &dyn std::fmt::Display| {
        CliError::new(format!("the report cannot be written to {}: {error}", path.display()))
            .hinted("name a file in a folder that exists and that you may write to")
    };
    // Opened first: an evaluation takes a while, and a mistake in the name should not.
    let mut file = private(path).map_err(|error| unwritable(&error))?;
    let exhibit = with_progress(|progress| training::exhibit(options, progress))?;
    let page = exhibit.html(locale).map_err(|error| unwritable(&error))?;
    file.set_len(0).map_err(|error| unwritable(&error))?;
    file.write_all(page.as_bytes()).map_err(|error| unwritable(&error))?;
    Ok(exhibit.report)
}

/// The file, made so that only its owner reads it: it quotes comments. What it held stays until there is better.
fn private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
