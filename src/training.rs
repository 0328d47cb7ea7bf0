//! From labelled texts to a model: corpus, split, fit, calibrate, evaluate, report.
//!
//! The corpus is read again for every pass and never held, so that memory does not grow with it. Every fit goes through
//! linfa-bayes (`fit.rs`, the only file that names it); what is measured is measured on examples that the fit in
//! question had not seen: *left out* (trained on all other sources, which is what a new site is) or *inside* (five folds
//! of one source, which is what a site with its own labels is).
//!
//! Same files, same options, same bytes.

mod assess;
mod budgets;
mod calibrate;
mod corpus;
mod counts;
mod fit;
mod metrics;
mod report;
mod sources;
mod split;
mod study;

use std::path::PathBuf;

pub use budgets::Budgets;
pub use report::{Exhibit, HeadReport, LanguageClaims, Report, exhibit};
pub use sources::{Source, Sources, SourcesError};

use crate::domain::classifier::card::{Card, Count, HeadFacts, Metric, Question};
use crate::domain::classifier::features::TOKENIZER;
use crate::domain::classifier::{Model, ModelError, write};
use corpus::Corpus;
use counts::Fitted;
use split::{Census, FOLDS, Split};
use study::{Prediction, Recipe, Study};

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

/// How far a pass over the corpus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub question: Question,
    /// `count`, `try` or `explain`.
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
    let corpus = Corpus::new(options.files.clone())?;
    let mut counts = Vec::new();
    let [spam, abuse] = Question::ALL.map(|question| {
        let census = take_census(&corpus, options, question)?;
        counts.extend(census.counts());
        let study = study(&corpus, options, question, &census);
        let assessed = assess_head(&study, options, progress)?;
        let fitted = fit_whole(&study, progress)?;
        Ok::<_, TrainingError>((HeadFacts { metrics: assessed.metrics, ..assessed.facts }, fitted))
    });
    let ((spam, spam_fit), (abuse, abuse_fit)) = (spam?, abuse?);
    publish(card(options, &corpus, counts, spam, abuse)?, &spam_fit, &abuse_fit)
}

fn card(
    options: &TrainOptions,
    corpus: &Corpus,
    counts: Vec<Count>,
    spam: HeadFacts,
    abuse: HeadFacts,
) -> Result<Card, TrainingError> {
    Ok(Card {
        date: options.date.to_string(),
        code: env!("CARGO_PKG_VERSION").to_owned(),
        tokenizer: TOKENIZER,
        seed: options.seed,
        parent: options.parent.clone(),
        files: corpus.facts()?,
        counts,
        spam,
        abuse,
    })
}

/// The fit of everything; empty where there is nothing to tell apart.
fn fit_whole(study: &Study<'_>, progress: &mut dyn FnMut(Progress)) -> Result<Fitted, TrainingError> {
    if !teaches(study.census) {
        return Ok(Fitted::default());
    }
    let fitted = study.fit(&[Split::Whole], Recipe::Tamis, progress)?.pop().map(|outcome| outcome.fitted);
    Ok(fitted.unwrap_or_default())
}

fn publish(card: Card, spam: &Fitted, abuse: &Fitted) -> Result<Trained, TrainingError> {
    if spam.weights.is_empty() && abuse.weights.is_empty() {
        return Err(TrainingError::NothingToLearn);
    }
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
    let corpus = Corpus::new(options.files.clone())?;
    let mut heads = Vec::new();
    for question in Question::ALL {
        let census = take_census(&corpus, options, question)?;
        let study = study(&corpus, options, question, &census);
        let assessed = assess_head(&study, options, progress)?;
        heads.push(head_report(&study, &assessed, &baseline(&study, progress)?));
    }
    Ok(Report { date: options.date.to_string(), seed: options.seed, heads })
}

fn head_report(study: &Study<'_>, assessed: &Assessed, baseline: &Measured) -> HeadReport {
    let metrics = [assessed.metrics.as_slice(), &baseline.metrics].concat();
    HeadReport {
        question: study.question,
        left_out_auc: assess::mean_auc(LEFT_OUT, study.census, &metrics),
        metrics,
        claims: claims(&assessed.facts),
    }
}

const LEFT_OUT: &str = "left-out";
const INSIDE: &str = "inside";
const LEFT_OUT_PLAIN: &str = "left-out, plain words";
const INSIDE_PLAIN: &str = "inside, plain words";

fn take_census(corpus: &Corpus, options: &TrainOptions, question: Question) -> Result<Census, TrainingError> {
    let mut census = Census::new(question, options.seed);
    corpus.each(&mut |example| census.count(&example, &options.sources))?;
    Ok(census)
}

fn study<'a>(corpus: &'a Corpus, options: &'a TrainOptions, question: Question, census: &'a Census) -> Study<'a> {
    Study { corpus, sources: &options.sources, question, census, seed: options.seed }
}

/// Whether there are examples of both kinds.
fn teaches(census: &Census) -> bool {
    let kinds: std::collections::BTreeSet<_> =
        census.counts().iter().filter_map(|count| count.label.answers(count.head)).collect();
    kinds.len() == 2
}

struct Assessed {
    facts: HeadFacts,
    metrics: Vec<Metric>,
    /// What the facts were settled by.
    judged_by: Vec<Prediction>,
}

/// The figures of the baseline, and the predictions behind them.
struct Measured {
    metrics: Vec<Metric>,
    judged_by: Vec<Prediction>,
}

fn assess_head(
    study: &Study<'_>,
    options: &TrainOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Assessed, TrainingError> {
    let (left_out, inside) = predictions(study, Recipe::Tamis, progress)?;
    let facts = assess::facts(study.question, study.census, judges(&left_out, &inside), options.budgets);
    let mut metrics = assess::metrics(LEFT_OUT, study.census, &left_out, Some(&facts));
    metrics.extend(assess::metrics(INSIDE, study.census, &inside, Some(&facts)));
    Ok(Assessed { facts, metrics, judged_by: judges(&left_out, &inside).to_vec() })
}

/// With a single domain nothing is left to train on, and its own folds must do.
fn judges<'a>(left_out: &'a [Prediction], inside: &'a [Prediction]) -> &'a [Prediction] {
    if left_out.is_empty() { inside } else { left_out }
}

/// The predictions on domains left out, and inside each domain.
fn predictions(
    study: &Study<'_>,
    recipe: Recipe,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Vec<Prediction>, Vec<Prediction>), TrainingError> {
    let mut tried = |splits: &[Split]| {
        let fits = study.fit(splits, recipe, progress)?;
        study.predict(&fits, recipe, progress)
    };
    let domains = 0..study.census.domains().len();
    let left_out = match domains.len() {
        0 | 1 => Vec::new(),
        _ => tried(&domains.clone().map(Split::LeftOut).collect::<Vec<_>>())?,
    };
    let inside = domains.flat_map(|domain| (0..FOLDS).map(move |fold| Split::Inside(domain, fold)));
    Ok((left_out, tried(&inside.collect::<Vec<_>>())?))
}

fn baseline(study: &Study<'_>, progress: &mut dyn FnMut(Progress)) -> Result<Measured, TrainingError> {
    let (left_out, inside) = predictions(study, Recipe::PlainWords, progress)?;
    let mut metrics = assess::metrics(LEFT_OUT_PLAIN, study.census, &left_out, None);
    metrics.extend(assess::metrics(INSIDE_PLAIN, study.census, &inside, None));
    Ok(Measured { metrics, judged_by: judges(&left_out, &inside).to_vec() })
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
