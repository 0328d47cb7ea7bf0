//! From predictions to what a head may say: calibration, bounds and figures.

use std::collections::{BTreeMap, BTreeSet};

use super::budgets::{self, Budgets};
use super::calibrate::{self, Prior, SHRINKAGE, TIMID, Trial};
use super::metrics::{self, Outcome};
use super::split::{Census, Labels, Split};
use super::study::{ALPHA, FEWEST_KNOWN, Prediction};
use crate::domain::classifier::card::{HeadFacts, LanguageFacts, Line, Metric, Question};
use crate::domain::comment::Language;
use crate::domain::decision::Thresholds;
use crate::domain::score::Score;

/// As far as a spam signal goes at most: beyond any threshold.
const SPAM_CEILING: Score = Score::from_thousandths(20_000);
/// Insults are held for a person; only an operator may have them rejected.
const ABUSE_CEILING: Score = Score::from_thousandths(4_000);
/// Padding with good words must not buy off a rule.
const SPAM_FLOOR: Score = Score::from_thousandths(-1_000);
/// Being polite is no evidence against spam.
const ABUSE_FLOOR: Score = Score::ZERO;

/// The fewest predictions in a language for it to have a line and bounds of its own.
const ENOUGH_TRIED: usize = 30;

/// What a head may say, from predictions on sources that the fits had not seen.
pub(super) fn facts(question: Question, census: &Census, predictions: &[Prediction], budgets: Budgets) -> HeadFacts {
    let common = line(predictions.iter(), TIMID);
    let labels = census.labels(Split::Whole);
    let open = labels.iter().filter(|(_, labels)| labels.openness() > 0.0).map(|(language, _)| *language);
    let known: BTreeSet<Language> = open.chain(often_tried(predictions)).collect();
    let language = |language: Language| {
        let of_it: Vec<_> = predictions.iter().filter(|prediction| prediction.language == Some(language)).collect();
        let prior = Prior { line: common, strength: SHRINKAGE };
        let line = line(of_it.iter().copied(), prior);
        let labels = labels.get(&language).copied().unwrap_or_default();
        (language, language_facts(question, census, &of_it, labels, line, budgets))
    };
    HeadFacts {
        alpha: ALPHA,
        fewest_known: FEWEST_KNOWN,
        floor: if question == Question::Spam { SPAM_FLOOR } else { ABUSE_FLOOR },
        elsewhere: language_facts(question, census, &[], Labels::default(), common, budgets),
        languages: known.into_iter().map(language).collect(),
        metrics: Vec::new(),
    }
}

/// The languages of enough predictions to say anything of; of the others holds what holds elsewhere.
fn often_tried(predictions: &[Prediction]) -> impl Iterator<Item = Language> {
    let mut tried: BTreeMap<Language, usize> = BTreeMap::new();
    for language in predictions.iter().filter_map(|prediction| prediction.language) {
        *tried.entry(language).or_default() += 1;
    }
    tried.into_iter().filter(|(_, times)| *times >= ENOUGH_TRIED).map(|(language, _)| language)
}

/// The line through predictions, both kinds of label weighing the same; without both kinds, the prior's.
fn line<'a>(predictions: impl Iterator<Item = &'a Prediction> + Clone, prior: Prior) -> Line {
    let weight = |unwanted: bool| -> f64 {
        predictions
            .clone()
            .filter(|prediction| prediction.unwanted == unwanted)
            .map(|prediction| prediction.weight)
            .sum()
    };
    let (wanted, unwanted) = (weight(false), weight(true));
    if wanted <= 0.0 || unwanted <= 0.0 {
        return prior.line;
    }
    let each = f64::min(wanted, unwanted);
    let trials: Vec<_> = predictions
        .map(|prediction| Trial {
            raw: prediction.raw,
            unwanted: prediction.unwanted,
            weight: prediction.weight * each / if prediction.unwanted { unwanted } else { wanted },
        })
        .collect();
    calibrate::platt(&trials, prior)
}

fn language_facts(
    question: Question,
    census: &Census,
    predictions: &[&Prediction],
    labels: Labels,
    line: Line,
    budgets: Budgets,
) -> LanguageFacts {
    let good = predictions.iter().filter(|prediction| !prediction.unwanted && counts_as_good(census, prediction));
    let good =
        good.map(|prediction| if prediction.speaks { Score::from_nats(line.at(prediction.raw)) } else { Score::ZERO });
    let ceiling = if question == Question::Spam { SPAM_CEILING } else { ABUSE_CEILING };
    let bounds = budgets::bounds(good.collect(), budgets, Thresholds::default(), ceiling);
    LanguageFacts {
        wanted: labels.wanted,
        unwanted: labels.unwanted,
        openness: (labels.openness() * 1e6).round() / 1e6,
        line,
        shift: bounds.shift,
        ceiling: bounds.ceiling,
        claims: bounds.claims,
    }
}

/// Only real comments can show what happens to comments.
fn counts_as_good(census: &Census, prediction: &Prediction) -> bool {
    is_real(census, prediction) && census.domains().get(prediction.domain).is_some_and(|domain| domain.comments)
}

/// The figures of a split: a row a domain, one a language where a domain has several, and one of all real domains,
/// each weighing the same. `facts` are those of the head, or `None` for a baseline that has no calibration.
pub(super) fn metrics(
    split: &str,
    census: &Census,
    predictions: &[Prediction],
    facts: Option<&HeadFacts>,
) -> Vec<Metric> {
    let mut rows = Vec::new();
    for (id, domain) in census.domains().iter().enumerate() {
        let mut by_language: BTreeMap<Option<Language>, Vec<Outcome>> = BTreeMap::new();
        for prediction in predictions.iter().filter(|prediction| prediction.domain == id) {
            by_language.entry(prediction.language).or_default().push(outcome(prediction, facts, 1.0));
        }
        let all: Vec<_> = by_language.values().flatten().copied().collect();
        let single = (by_language.len() == 1).then(|| by_language.keys().next().copied().flatten()).flatten();
        rows.extend((!all.is_empty()).then(|| metric(split, &domain.name, single, &all)));
        if by_language.len() > 1 {
            let enough = by_language.iter().filter(|(_, outcomes)| outcomes.len() >= 20);
            rows.extend(enough.map(|(language, outcomes)| metric(split, &domain.name, *language, outcomes)));
        }
    }
    let real = predictions.iter().filter(|prediction| is_real(census, prediction));
    let all: Vec<_> = real.map(|prediction| outcome(prediction, facts, prediction.weight)).collect();
    rows.extend((!all.is_empty()).then(|| metric(split, ALL, None, &all)));
    rows
}

/// The row of all real domains.
pub(super) const ALL: &str = "(all real)";

pub(super) fn is_real(census: &Census, prediction: &Prediction) -> bool {
    census.domains().get(prediction.domain).is_some_and(|domain| !domain.written)
}

/// What a head with these facts says, calibrated and within its bounds.
pub(super) fn outcome(prediction: &Prediction, facts: Option<&HeadFacts>, weight: f64) -> Outcome {
    let (odds, told) = match facts {
        None => (prediction.raw, None),
        Some(head) => {
            let facts = head.language(prediction.language);
            let told = facts.unbounded(prediction.raw).clamp(head.floor, facts.ceiling);
            (facts.line.at(prediction.raw), Some(if prediction.speaks { told } else { Score::ZERO }))
        }
    };
    Outcome { odds, told, unwanted: prediction.unwanted, weight }
}

fn metric(split: &str, source: &str, language: Option<Language>, outcomes: &[Outcome]) -> Metric {
    let quality = metrics::quality(outcomes);
    let thresholds = Thresholds::default();
    Metric {
        split: split.to_owned(),
        source: source.to_owned(),
        language,
        wanted: quality.wanted,
        unwanted: quality.unwanted,
        auc: quality.auc,
        auc_margin: quality.auc_margin,
        recall_at_1_percent: quality.recall_at_1_percent,
        wanted_held: metrics::reached(outcomes, false, thresholds.hold_at),
        wanted_rejected: metrics::reached(outcomes, false, thresholds.reject_at),
        unwanted_held: metrics::reached(outcomes, true, thresholds.hold_at),
        brier: quality.brier,
        ece: quality.ece,
    }
}

/// The mean area over the real domains that have both kinds of label.
pub(super) fn mean_auc(split: &str, census: &Census, metrics: &[Metric]) -> Option<f64> {
    let real = |name: &str| census.domains().iter().any(|domain| domain.name == name && !domain.written);
    let mut seen = BTreeSet::new();
    // A domain's first row is the whole domain's.
    let first =
        metrics.iter().filter(|metric| metric.split == split && real(&metric.source) && seen.insert(&metric.source));
    let areas: Vec<f64> = first.filter_map(|metric| metric.auc).collect();
    (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64)
}
