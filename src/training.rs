//! From labelled texts to a model: corpus, split, fit, calibrate, evaluate, report.
//!
//! The corpus is read twice, to weigh it and to count it, and never held: what the model is fitted from are sums. What
//! calibrates and measures is an even share of it, held as features. Every fit goes through linfa-bayes (`fit.rs`, the
//! only file that names it); what is measured is measured on examples that the fit in question had not seen:
//! *left out* (trained on all other sources, which is what a new site is), *pooled* (a fifth of all sources, a trade or
//! a video never torn apart) or *inside* (five folds of one source, which is what a site with its own labels is).
//!
//! Same files, same options, same bytes.

mod assess;
mod budgets;
mod calibrate;
mod corpus;
mod counts;
mod fit;
mod lanes;
mod measure;
mod metrics;
mod reading;
mod report;
mod sample;
mod sources;
mod split;
mod study;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use budgets::Budgets;
pub use report::{GroupReport, HeadReport, LanguageClaims, Report};
pub use sources::{Source, Sources, SourcesError};

use crate::domain::classifier::card::{Card, HeadFacts, Metric, Question};
use crate::domain::classifier::features::TOKENIZER;
use crate::domain::classifier::{Model, ModelError, write};
use assess::Tried;
use counts::Fitted;
use split::{Census, FOLDS, Split};
use study::{Recipe, Study};

/// What to train from.
#[derive(Clone, Debug)]
pub struct TrainOptions {
    /// Files of JSON lines: `text`, `label` (ham, spam, abuse), `lang`, `source`; where known `author_name`,
    /// `author_url`, `group`.
    pub files: Vec<PathBuf>,
    pub sources: Sources,
    pub seed: u64,
    /// The day, such as `2026-11-24`: it names the model.
    pub date: jiff::civil::Date,
    /// The version of the model that this one follows.
    pub parent: Option<String>,
    pub budgets: Budgets,
}

/// A model file, and what its card says.
#[derive(Clone, Debug)]
pub struct Trained {
    pub model_bytes: Vec<u8>,
    /// Such as `2026-11-24-3f9c1a`; the file is best named by it.
    pub version: String,
    pub card: Card,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// `count`, `read`, or a head whose fits are tried.
    pub step: &'static str,
    pub done: u64,
    pub of: u64,
}

/// Why a corpus gives no model.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    #[error("no corpus: name at least one file of JSON lines")]
    NoFiles,
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}:{line}: {problem}; a line is {{\"text\": …, \"label\": \"ham\" | \"spam\" | \"abuse\", \"lang\": \"fr\", \"source\": …}}", path.display())]
    Line { path: PathBuf, line: u64, problem: String },
    #[error("the corpus has no examples of both kinds for either head; add ham and spam, or ham and abuse")]
    NothingToLearn,
    #[error("the fit failed: {0}")]
    Fit(String),
    #[error("the trained model cannot be read back: {0}")]
    Unusable(#[from] ModelError),
}

impl TrainingError {
    fn fit(error: impl std::fmt::Display) -> Self {
        Self::Fit(error.to_string())
    }
}

/// Trains both heads, calibrates them on sources left out, bounds them by the budgets, and writes the model file.
///
/// Silences stderr while linfa fits, so it belongs into a process of its own.
///
/// # Errors
/// With file and line, what in the corpus is not what it must be.
pub fn train(options: &TrainOptions, progress: &mut dyn FnMut(Progress)) -> Result<Trained, TrainingError> {
    let read = reading::read(options, progress)?;
    let mut facts = Vec::new();
    let mut fits = Vec::new();
    for (question, whole) in Question::ALL.into_iter().zip(&read.whole) {
        let assessed = assess_head(&read.study(question), options, Depth::Bounds, progress)?;
        facts.push(HeadFacts { metrics: assessed.metrics, ..assessed.facts });
        fits.push(match teaches(whole) {
            true => read.counts.fit(question, study::ALPHA, study::FEWEST_EXAMPLES)?,
            false => Fitted::default(),
        });
    }
    let (Some(abuse), Some(spam), Some(abuse_fit), Some(spam_fit)) = (facts.pop(), facts.pop(), fits.pop(), fits.pop())
    else {
        return Err(TrainingError::NothingToLearn);
    };
    if spam_fit.weights.is_empty() && abuse_fit.weights.is_empty() {
        return Err(TrainingError::NothingToLearn);
    }
    let card = Card {
        date: options.date.to_string(),
        code: env!("CARGO_PKG_VERSION").to_owned(),
        tokenizer: TOKENIZER,
        seed: options.seed,
        parent: options.parent.clone(),
        files: read.files,
        counts: read.whole.iter().flat_map(Census::counts).collect(),
        spam,
        abuse,
    };
    publish(card, &spam_fit, &abuse_fit)
}

fn publish(card: Card, spam: &Fitted, abuse: &Fitted) -> Result<Trained, TrainingError> {
    let mut names = [spam.names.as_slice(), abuse.names.as_slice()].concat();
    names.sort_unstable();
    names.dedup_by_key(|(key, _)| *key);
    let model_bytes = write(&card, &spam.weights, &abuse.weights, &names);
    let version = Model::read(&model_bytes)?.version().to_owned();
    Ok(Trained { model_bytes, version, card })
}

/// Measures both heads on what they have not seen, beside a plain naive Bayes classifier on the same splits.
///
/// # Errors
/// With file and line, what in the corpus is not what it must be.
pub fn evaluate(options: &TrainOptions, progress: &mut dyn FnMut(Progress)) -> Result<Report, TrainingError> {
    let read = reading::read(options, progress)?;
    let mut heads = Vec::new();
    for question in Question::ALL {
        let study = read.study(question);
        let assessed = assess_head(&study, options, Depth::Figures, progress)?;
        let mut metrics = assessed.metrics;
        let inside = study.try_all(splits_inside(study.census), Recipe::Tamis, &mut || ())?;
        metrics.extend(measure::rows(INSIDE, study.census, &measure::bounded(&inside, &assessed.facts)));
        metrics.extend(baseline(&study)?);
        heads.push(HeadReport {
            question,
            left_out_auc: measure::mean_auc(LEFT_OUT, study.census, &metrics),
            metrics,
            claims: claims(&assessed.facts),
            groups: assessed.groups,
        });
    }
    Ok(Report { date: options.date.to_string(), seed: options.seed, heads })
}

const LEFT_OUT: &str = "left-out";
const POOLED: &str = "pooled";
const INSIDE: &str = "inside";

/// Whether there are examples of both kinds.
fn teaches(census: &Census) -> bool {
    let kinds: std::collections::BTreeSet<_> =
        census.counts().iter().filter_map(|count| count.label.answers(count.head)).collect();
    kinds.len() == 2
}

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// What bounds the model. Sources left out are told with the model's own bounds, which have seen them.
    Bounds,
    /// What it is worth: sources left out are told with bounds that have not seen them either.
    Figures,
}

struct Assessed {
    facts: HeadFacts,
    metrics: Vec<Metric>,
    groups: Vec<GroupReport>,
}

fn assess_head(
    study: &Study<'_>,
    options: &TrainOptions,
    depth: Depth,
    progress: &mut dyn FnMut(Progress),
) -> Result<Assessed, TrainingError> {
    let domains = 0..study.census.domains().len();
    let of = FOLDS + (domains.len() * if depth == Depth::Figures { domains.len() } else { 1 }) as u64;
    let mut done = 0;
    let mut step = || {
        done += 1;
        progress(Progress { step: study.question.as_str(), done: done.min(of), of });
    };
    let pooled = study.try_all((0..FOLDS).map(Split::Pooled), Recipe::Tamis, &mut step)?;
    let left_out = study.try_all(splits_left_out(study.census), Recipe::Tamis, &mut step)?;
    let mut nested = BTreeMap::new();
    for hidden in domains.clone().filter(|_| domains.len() > 1 && depth == Depth::Figures) {
        let others = domains.clone().filter(|&tried| tried != hidden).map(|tried| Split::Nested { tried, hidden });
        nested.insert(hidden, study.try_all(others, Recipe::Tamis, &mut step)?);
    }
    progress(Progress { step: study.question.as_str(), done: of, of });
    let tried = Tried { left_out, pooled };
    let facts = assess::facts(study.question, study.census, &tried, options.budgets);
    let unseen = match depth {
        Depth::Bounds => measure::bounded(&tried.left_out, &facts),
        Depth::Figures => measure::left_out(study.question, study.census, &tried, &nested, options.budgets),
    };
    let mut metrics = measure::rows(LEFT_OUT, study.census, &unseen);
    metrics.extend(measure::rows(POOLED, study.census, &measure::pooled(&tried.pooled, &facts)));
    let groups = measure::groups(study.census, &tried.pooled, &facts);
    Ok(Assessed { facts, metrics, groups })
}

/// With a single domain nothing is left to train on.
fn splits_left_out(census: &Census) -> impl Iterator<Item = Split> {
    let domains = census.domains().len();
    (0..domains).filter(move |_| domains > 1).map(Split::LeftOut)
}

fn splits_inside(census: &Census) -> impl Iterator<Item = Split> {
    (0..census.domains().len()).flat_map(|domain| (0..FOLDS).map(move |fold| Split::Inside(domain, fold)))
}

fn baseline(study: &Study<'_>) -> Result<Vec<Metric>, TrainingError> {
    let left_out = study.try_all(splits_left_out(study.census), Recipe::PlainWords, &mut || ())?;
    let inside = study.try_all(splits_inside(study.census), Recipe::PlainWords, &mut || ())?;
    let mut metrics = measure::rows("left-out, plain words", study.census, &measure::plain(&left_out));
    metrics.extend(measure::rows("inside, plain words", study.census, &measure::plain(&inside)));
    Ok(metrics)
}

fn claims(facts: &HeadFacts) -> Vec<LanguageClaims> {
    let languages = facts.languages.iter().map(|(language, facts)| (language.to_string(), facts));
    languages
        .chain([("other".to_owned(), &facts.elsewhere)])
        .map(|(language, facts)| LanguageClaims {
            language,
            openness: facts.openness,
            shift: facts.shift.nats(),
            ceiling: facts.ceiling.nats(),
            slope: facts.line.slope,
            intercept: facts.line.intercept,
            claims: facts.claims.clone(),
        })
        .collect()
}
