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
mod base;
mod budgets;
mod calibrate;
mod corpus;
mod counts;
mod fit;
mod lanes;
mod measure;
mod metrics;
mod openness;
mod publish;
mod reading;
mod report;
mod sample;
mod sources;
mod spellings;
mod split;
mod study;
mod tallies;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use base::Base;
pub use budgets::Budgets;
pub use report::{Exhibit, GroupReport, HeadReport, LanguageClaims, Report, exhibit};
pub use sources::{Source, Sources, SourcesError};

use crate::domain::classifier::ModelError;
use crate::domain::classifier::card::{Card, HeadFacts, Metric, Question};
use crate::domain::classifier::features::TOKENIZER;
use assess::Tried;
use metrics::Outcome;
use reading::Read;
use split::{Census, DomainId, FOLDS, Split};
use study::{Prediction, Recipe, Study};
use tallies::Fitted;

/// What to train from.
#[derive(Clone, Debug)]
pub struct TrainOptions {
    /// Files of JSON lines: `text`, `label` (ham, spam, abuse), `lang`, `source`; where known `author_name`,
    /// `author_url`, `group`, `weight`, `format`.
    pub files: Vec<PathBuf>,
    pub sources: Sources,
    pub seed: u64,
    /// The day, such as `2026-11-24`: it names the model.
    pub date: jiff::civil::Date,
    /// The model whose counts the files' labels are added to; without one they are all there is.
    pub base: Option<Base>,
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
    /// `count`, `read`, a head whose fits are tried, or `explain`.
    pub step: &'static str,
    pub done: u64,
    pub of: u64,
}

/// Why a corpus gives no model.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    #[error("no corpus: name at least one file of JSON lines")]
    NoFiles,
    #[error(transparent)]
    Corpus(#[from] crate::corpus::ReadError),
    #[error("the corpus has no examples of both kinds for either head; add ham and spam, or ham and abuse")]
    NothingToLearn,
    #[error(
        "model {version} carries no counts to start from, since it was itself trained from another; start from the one that it names as its parent, or from the built-in one"
    )]
    NoCounts { version: String },
    #[error(
        "the model that is started from was taught by {file}; evaluate files that it has not seen, or start from none"
    )]
    Seen { file: String },
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
    let [spam, abuse] = Question::ALL.map(|question| {
        let assessed = assess_head(&read.study(question), options, Depth::Bounds, progress)?;
        Ok::<_, TrainingError>((assessed.facts, fit_whole(&read, question, options.base.as_ref())?))
    });
    let ((spam, spam_fit), (abuse, abuse_fit)) = (spam?, abuse?);
    publish::publish(card(options, &read, spam, abuse), &spam_fit, &abuse_fit, options.base.as_ref())
}

fn card(options: &TrainOptions, read: &Read, spam: HeadFacts, abuse: HeadFacts) -> Card {
    let before = options.base.as_ref().map(|base| &base.card);
    Card {
        date: options.date.to_string(),
        code: env!("CARGO_PKG_VERSION").to_owned(),
        tokenizer: TOKENIZER,
        seed: options.seed,
        parent: options.base.as_ref().map(|base| base.version.clone()),
        files: before.iter().flat_map(|card| &card.files).chain(&read.files).cloned().collect(),
        counts: before
            .iter()
            .flat_map(|card| card.counts.iter().cloned())
            .chain(read.whole.iter().flat_map(Census::counts))
            .collect(),
        spam,
        abuse,
    }
}

/// The fit of everything; empty where there is nothing to tell apart.
fn fit_whole(read: &Read, question: Question, base: Option<&Base>) -> Result<Fitted, TrainingError> {
    let own = read.whole(question);
    let columns = base.map(|base| base.columns(question, own)).unwrap_or_default();
    match teaches(own) || !columns.is_empty() {
        true => read.counts.fit(question, study::ALPHA, &columns),
        false => Ok(Fitted::default()),
    }
}

/// Measures both heads on what they have not seen, beside a plain naive Bayes classifier on the same splits.
///
/// # Errors
/// With file and line, what in the corpus is not what it must be.
pub fn evaluate(options: &TrainOptions, progress: &mut dyn FnMut(Progress)) -> Result<Report, TrainingError> {
    let read = unseen(options, progress)?;
    let heads = Question::ALL.map(|question| Ok(measure_head(&read.study(question), options, progress)?.report));
    let heads = heads.into_iter().collect::<Result<_, TrainingError>>()?;
    Ok(Report::new(options, heads))
}

/// The corpus, unless it taught the model that is started from: what it has seen says nothing about what it has not.
fn unseen(options: &TrainOptions, progress: &mut dyn FnMut(Progress)) -> Result<Read, TrainingError> {
    let read = reading::read(options, progress)?;
    let taught = options.base.iter().flat_map(|base| &base.card.files);
    match taught.into_iter().find(|file| read.files.iter().any(|own| own.sha256 == file.sha256)) {
        None => Ok(read),
        Some(file) => Err(TrainingError::Seen { file: file.name.clone() }),
    }
}

/// One head's figures, and what stands behind them.
struct Measured<'a> {
    report: HeadReport,
    assessed: Assessed<'a>,
    /// What the baseline said of the same.
    plain: Vec<Outcome>,
}

fn measure_head<'a>(
    study: &Study<'a>,
    options: &TrainOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Measured<'a>, TrainingError> {
    let assessed = assess_head(study, options, Depth::Figures, progress)?;
    let mut metrics = assessed.metrics.clone();
    let inside = study.try_all(splits_inside(study.census), Recipe::Tamis, &mut || ())?;
    metrics.extend(measure::rows(INSIDE, study.census, &measure::bounded(&inside, &assessed.facts)));
    let (plain_metrics, plain) = baseline(study)?;
    metrics.extend(plain_metrics);
    let report = HeadReport {
        question: study.question,
        left_out_auc: measure::mean_auc(LEFT_OUT, study.census, &metrics),
        metrics,
        claims: claims(&assessed.facts),
        groups: measure::groups(study.census, &assessed.tried.pooled, &assessed.facts),
    };
    let witnesses = assessed.tried.witnesses(study.census);
    let plain = witnesses.of(measure::plain(&plain.left_out), measure::plain(&plain.pooled));
    Ok(Measured { report, assessed, plain })
}

const LEFT_OUT: &str = "left-out";
const POOLED: &str = "pooled";
const INSIDE: &str = "inside";
const LEFT_OUT_PLAIN: &str = "left-out, plain words";
const POOLED_PLAIN: &str = "pooled, plain words";
const INSIDE_PLAIN: &str = "inside, plain words";

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

struct Assessed<'a> {
    /// As the model's card tells them.
    facts: HeadFacts,
    /// Of sources left out and of fifths, as deep as was asked for.
    metrics: Vec<Metric>,
    /// What is said of examples as of those of a source not seen.
    judged: Vec<Outcome>,
    tried: Tried<'a>,
}

fn assess_head<'a>(
    study: &Study<'a>,
    options: &TrainOptions,
    depth: Depth,
    progress: &mut dyn FnMut(Progress),
) -> Result<Assessed<'a>, TrainingError> {
    let (question, census) = (study.question, study.census);
    let (tried, nested) = try_head(study, depth, progress)?;
    let before = options.base.as_ref().map(|base| base.facts(question));
    let facts = assess::facts(question, census, &tried, options.budgets, before);
    let seen = measure::bounded(&tried.left_out, &facts);
    let unseen = match depth {
        Depth::Bounds => seen.clone(),
        Depth::Figures => measure::left_out(question, census, &tried, &nested, options.budgets),
    };
    let pooled = measure::pooled(&tried.pooled, &facts);
    let metrics = |left_out: &[Outcome]| {
        [measure::rows(LEFT_OUT, census, left_out), measure::rows(POOLED, census, &pooled)].concat()
    };
    let facts = HeadFacts { metrics: metrics(&seen), ..facts };
    let metrics = metrics(&unseen);
    Ok(Assessed { facts, metrics, judged: tried.witnesses(census).of(unseen, pooled), tried })
}

/// Predictions on sources hidden in turn from what calibrates for them, by hidden source.
type Nested<'a> = BTreeMap<DomainId, Vec<Prediction<'a>>>;

fn try_head<'a>(
    study: &Study<'a>,
    depth: Depth,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Tried<'a>, Nested<'a>), TrainingError> {
    // The sources behind a base are not at hand to be left out.
    let domains = 0..if study.grounds.is_some() { 0 } else { study.census.domains().len() };
    let of = FOLDS + (domains.len() * if depth == Depth::Figures { domains.len() } else { 1 }) as u64;
    let mut done = 0;
    let mut step = || {
        done += 1;
        progress(Progress { step: study.question.as_str(), done: done.min(of), of });
    };
    let pooled = study.try_all(splits_pooled(), Recipe::Tamis, &mut step)?;
    let left_out = study.try_all(splits_left_out(domains.len()), Recipe::Tamis, &mut step)?;
    let mut nested = BTreeMap::new();
    for hidden in domains.clone().filter(|_| domains.len() > 1 && depth == Depth::Figures) {
        let others = domains.clone().filter(|&tried| tried != hidden).map(|tried| Split::Nested { tried, hidden });
        nested.insert(hidden, study.try_all(others, Recipe::Tamis, &mut step)?);
    }
    progress(Progress { step: study.question.as_str(), done: of, of });
    Ok((Tried { left_out, pooled }, nested))
}

fn splits_pooled() -> impl Iterator<Item = Split> {
    (0..FOLDS).map(Split::Pooled)
}

/// With a single domain nothing is left to train on.
fn splits_left_out(domains: usize) -> impl Iterator<Item = Split> {
    (0..domains).filter(move |_| domains > 1).map(Split::LeftOut)
}

fn splits_inside(census: &Census) -> impl Iterator<Item = Split> {
    (0..census.domains().len()).flat_map(|domain| (0..FOLDS).map(move |fold| Split::Inside(domain, fold)))
}

fn baseline<'a>(study: &Study<'a>) -> Result<(Vec<Metric>, Tried<'a>), TrainingError> {
    let tried = |splits: &mut dyn Iterator<Item = Split>| study.try_all(splits, Recipe::PlainWords, &mut || ());
    let left_out = tried(&mut splits_left_out(study.census.domains().len()))?;
    let pooled = tried(&mut splits_pooled())?;
    let inside = tried(&mut splits_inside(study.census))?;
    let splits = [(LEFT_OUT_PLAIN, &left_out), (POOLED_PLAIN, &pooled), (INSIDE_PLAIN, &inside)];
    let rows = splits.map(|(split, tried)| measure::rows(split, study.census, &measure::plain(tried)));
    Ok((rows.concat(), Tried { left_out, pooled }))
}

fn claims(facts: &HeadFacts) -> Vec<LanguageClaims> {
    let languages = facts.languages.iter().map(|(language, facts)| (language.to_string(), facts));
    languages
        .chain([("other".to_owned(), &facts.elsewhere)])
        .map(|(language, facts)| LanguageClaims {
            language,
            wanted: facts.wanted,
            unwanted: facts.unwanted,
            openness: facts.openness,
            shift: facts.shift.nats(),
            ceiling: facts.ceiling.nats(),
            slope: facts.line.slope,
            intercept: facts.line.intercept,
            claims: facts.claims.clone(),
        })
        .collect()
}
