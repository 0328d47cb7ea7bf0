//! `tamis train`: from labelled JSON lines to a model file.

use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use serde_json::json;

use super::models::card_text;
use super::{CliError, Outcome, wiring};
use crate::config::Config;
use crate::domain::activation::ModelVersion;
use crate::domain::classifier;
use crate::domain::decision::Thresholds;
use crate::service::models::Models;
use crate::training::{self, Base, Budgets, Progress, Sources, TrainOptions, Trained, TrainingError};

/// Names the model that the binary carries.
const BUILT_IN: &str = "built-in";

#[derive(Debug, Args)]
pub struct Train {
    #[command(flatten)]
    corpus: Corpus,
    /// Where to write the model: a file, or a folder in which it is named by its version [default: the registry]
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// The model whose counts the labels are added to: `built-in`, a version in the registry, or `none`
    #[arg(long, value_name = "MODEL", default_value = BUILT_IN)]
    from: String,
    #[arg(long)]
    json: bool,
}

/// What is trained from and measured on.
#[derive(Debug, Args)]
pub(super) struct Corpus {
    /// JSON lines with `text`, `label` (ham, spam, abuse), `lang` and `source`
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// What is known about the sources [default: the table that comes with Tamis]
    #[arg(long, value_name = "FILE")]
    sources: Option<PathBuf>,
    /// Shuffles the splits; the same seed and corpus give the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day that names the model [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
}

impl Train {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let config = Config::load(config)?;
        // A build with a new tokenizer cannot read the model that it carries: what neither starts from a model nor goes
        // beside one asks for none, so that the next one to be carried can be trained.
        let models = || wiring::models(&config);
        // Before the work: a mistake in the configuration should not cost it.
        let target = self.out.map_or_else(|| models().map(Target::Registry), |path| Ok(Target::File(path)))?;
        let options = TrainOptions { base: base(&self.from, models)?, ..self.corpus.options()? };
        let trained = with_progress(|progress| training::train(&options, progress))?;
        let place = target.take(&trained)?;
        super::print(&match self.json {
            true => as_json(&trained, &place),
            false => as_text(&trained, &place, config.thresholds),
        })?;
        Ok(Outcome::Done)
    }
}

/// Where a trained model goes.
enum Target {
    Registry(Models),
    /// A file, or a folder in which it is named by its version.
    File(PathBuf),
}

impl Target {
    /// Takes the model in: where it lies then.
    fn take(self, trained: &Trained) -> Result<String, CliError> {
        match self {
            Self::File(path) => write(trained, path),
            Self::Registry(models) => {
                let added = super::runtime()?.block_on(models.add(trained.model_bytes.clone()));
                added.map_err(|error| CliError::new(error.to_string()).hinted("--out writes the model to a file"))?;
                Ok(models.place())
            }
        }
    }
}

/// The model that a training starts from.
pub(super) fn base(from: &str, models: impl FnOnce() -> Result<Models, CliError>) -> Result<Option<Base>, CliError> {
    let bytes = match from {
        "none" => return Ok(None),
        BUILT_IN => classifier::built_in().to_vec(),
        version => {
            let version = ModelVersion::parse(version).map_err(|error| CliError::new(format!("--from: {error}")))?;
            let file = super::runtime()?.block_on(models()?.file(&version));
            file.map_err(|error| CliError::new(error.to_string()))?
        }
    };
    Base::read(&bytes).map(Some).map_err(|error| CliError::new(error.to_string()))
}

/// Writes the model to a file, or into a folder: where it lies.
fn write(trained: &Trained, out: PathBuf) -> Result<String, CliError> {
    let path = if out.is_dir() { out.join(format!("{}.tamis", trained.version)) } else { out };
    std::fs::write(&path, &trained.model_bytes)
        .map_err(|error| CliError::new(format!("the model cannot be written to {}: {error}", path.display())))?;
    Ok(path.display().to_string())
}

impl Corpus {
    pub(super) fn options(self) -> Result<TrainOptions, CliError> {
        let sources = match &self.sources {
            Some(path) => read_sources(path)?,
            None => Sources::shipped().map_err(|error| CliError::new(error.to_string()))?,
        };
        let date = self.date.unwrap_or_else(|| jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date());
        Ok(TrainOptions { files: self.files, sources, seed: self.seed, date, base: None, budgets: Budgets::default() })
    }
}

fn read_sources(path: &Path) -> Result<Sources, CliError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| CliError::new(format!("{} cannot be read: {error}", path.display())))?;
    Sources::parse(&text).map_err(|error| CliError::new(format!("{}: {error}", path.display())))
}

/// Runs with a progress bar on standard error.
pub(super) fn with_progress<T>(
    work: impl FnOnce(&mut dyn FnMut(Progress)) -> Result<T, TrainingError>,
) -> Result<T, CliError> {
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template("{msg:24} {wide_bar} {pos}/{len}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut show = |progress: Progress| {
        bar.set_message(progress.step);
        bar.set_length(progress.of);
        bar.set_position(progress.done);
    };
    let done = work(&mut show);
    bar.finish_and_clear();
    done.map_err(|error| CliError::new(error.to_string()))
}

fn as_json(trained: &Trained, place: &str) -> String {
    json!({ "version": trained.version, "file": place, "card": trained.card }).to_string()
}

fn as_text(trained: &Trained, place: &str, thresholds: Thresholds) -> String {
    let Trained { version, model_bytes, card } = trained;
    format!(
        "{}\n\nIt lies in {place} ({} KB). Once it is in the registry, `tamis models promote {version}` tries it and lets \
         it decide.",
        card_text(version, card, thresholds),
        model_bytes.len().div_ceil(1_000)
    )
}
