//! From predictions to figures: what a head, the rules and both together do to comments that the head had not seen.

use std::collections::{BTreeMap, BTreeSet};

use super::assess::{self, Tried};
use super::budgets::Budgets;
use super::calibrate::{Prior, SHRINKAGE, TIMID};
use super::metrics::{self, Outcome};
use super::report::GroupReport;
use super::split::{Census, DomainId, FOLDS};
use super::study::Prediction;
use crate::domain::classifier::card::{HeadFacts, Line, Metric, Question, Reached};
use crate::domain::comment::Language;
use crate::domain::decision::{Thresholds, Verdict};
use crate::domain::score::Score;

/// The row of all real domains.
pub(super) const ALL: &str = "(all real)";

/// The row of all groups of examples written for the project.
pub(super) const EVERY_GROUP: &str = "(all)";

/// The fewest predictions for a language to have a row of its own.
const ENOUGH: usize = 20;

/// Sources left out, each calibrated and bounded by what was learned from others: `nested` are predictions on the
/// others by fits that had seen neither. Where leaving two sources out closes a language that leaving one out does not,
/// such fits cannot read it; the others are then told by fits that had seen the hidden source, of which no label is
/// calibrated on all the same.
pub(super) fn left_out<'a>(
    question: Question,
    census: &Census,
    tried: &Tried<'a>,
    nested: &BTreeMap<DomainId, Vec<Prediction<'a>>>,
    budgets: Budgets,
) -> Vec<Outcome> {
    let outcomes = nested.iter().flat_map(|(&hidden, others)| {
        let elsewhere = |predictions: &[Prediction<'a>]| -> Vec<Prediction<'a>> {
            predictions.iter().filter(|prediction| prediction.domain != hidden).cloned().collect()
        };
        let unseen = Tried {
            left_out: readable(elsewhere(others), elsewhere(&tried.left_out)),
            pooled: elsewhere(&tried.pooled),
        };
        let facts = assess::facts(question, census, &unseen, budgets, None);
        let of_it = tried.left_out.iter().filter(move |prediction| prediction.domain == hidden);
        of_it.map(move |prediction| outcome(prediction, &facts, None)).collect::<Vec<_>>()
    });
    outcomes.collect()
}

/// The `nested` predictions, but where those fits read much less of a language than the fits of `left_out`.
fn readable<'a>(nested: Vec<Prediction<'a>>, left_out: Vec<Prediction<'a>>) -> Vec<Prediction<'a>> {
    let open = |predictions: &[Prediction<'_>]| -> BTreeMap<_, f64> {
        predictions.iter().map(|prediction| (place(prediction), prediction.openness)).collect()
    };
    let (nested_open, open) = (open(&nested), open(&left_out));
    let read = |prediction: &Prediction<'_>| {
        let of = |open: &BTreeMap<_, f64>| open.get(&place(prediction)).copied().unwrap_or(0.0);
        of(&nested_open) >= assess::WITNESS * of(&open)
    };
    let instead = left_out.into_iter().filter(|prediction| !read(prediction));
    nested.into_iter().filter(read).chain(instead).collect()
}

/// What a fit is tried on: one source, in one language.
fn place(prediction: &Prediction<'_>) -> (DomainId, Option<Language>) {
    (prediction.domain, prediction.language)
}

/// Fifths of all sources, each calibrated on the other four.
pub(super) fn pooled(predictions: &[Prediction<'_>], facts: &HeadFacts) -> Vec<Outcome> {
    let lines: Vec<_> = (0..FOLDS).map(|fold| lines(predictions, fold)).collect();
    let line = |prediction: &Prediction<'_>| {
        let (common, own) = lines.get(prediction.fold as usize)?;
        Some(prediction.language.and_then(|language| own.get(&language)).copied().unwrap_or(*common))
    };
    predictions.iter().map(|prediction| outcome(prediction, facts, line(prediction))).collect()
}

/// The common line and each language's, from all folds but one.
fn lines(predictions: &[Prediction<'_>], fold: u64) -> (Line, BTreeMap<Language, Line>) {
    let seen = || predictions.iter().filter(move |prediction| prediction.fold != fold);
    let common = assess::line(seen(), TIMID);
    let prior = Prior { line: common, strength: SHRINKAGE };
    let languages: BTreeSet<Language> = seen().filter_map(|prediction| prediction.language).collect();
    let own = |language| {
        (language, assess::line(seen().filter(move |prediction| prediction.language == Some(language)), prior))
    };
    (common, languages.into_iter().map(own).collect())
}

/// What a head with these facts says.
pub(super) fn bounded(predictions: &[Prediction<'_>], facts: &HeadFacts) -> Vec<Outcome> {
    predictions.iter().map(|prediction| outcome(prediction, facts, None)).collect()
}

/// A baseline, which has neither calibration nor bounds.
pub(super) fn plain(predictions: &[Prediction<'_>]) -> Vec<Outcome> {
    predictions.iter().map(|prediction| Outcome { told: None, ..bare(prediction, prediction.raw) }).collect()
}

fn outcome(prediction: &Prediction<'_>, head: &HeadFacts, line: Option<Line>) -> Outcome {
    let facts = head.language(prediction.language);
    let told = facts.bounded(facts.unbounded(prediction.raw), head.floor);
    let odds = line.unwrap_or(facts.line).at(prediction.raw);
    let told = Some(if prediction.speaks { told } else { Score::ZERO });
    Outcome { told, spoken: prediction.speaks, ..bare(prediction, odds) }
}

fn bare(prediction: &Prediction<'_>, odds: f64) -> Outcome {
    Outcome {
        odds,
        told: None,
        spoken: true,
        rules: prediction.rules,
        unwanted: prediction.unwanted,
        domain: prediction.domain,
        language: prediction.language,
        weight: 1.0,
        share: prediction.weight,
    }
}

/// The figures of a split: a row a domain, one a language where a domain has several, and one of all real domains,
/// each weighing the same.
pub(super) fn rows(split: &str, census: &Census, outcomes: &[Outcome]) -> Vec<Metric> {
    let mut rows = Vec::new();
    for (id, domain) in census.domains().iter().enumerate() {
        let all: Vec<_> = outcomes.iter().filter(|outcome| outcome.domain == id).copied().collect();
        let languages: BTreeSet<_> = all.iter().map(|outcome| outcome.language).collect();
        let single = languages.first().copied().flatten().filter(|_| languages.len() == 1);
        rows.extend((!all.is_empty()).then(|| row(split, &domain.name, single, &all)));
        for language in languages.iter().filter(|_| languages.len() > 1) {
            let of_it: Vec<_> = all.iter().filter(|outcome| outcome.language == *language).copied().collect();
            rows.extend((of_it.len() >= ENOUGH).then(|| row(split, &domain.name, *language, &of_it)));
        }
    }
    let real = |outcome: &&Outcome| census.domains().get(outcome.domain).is_some_and(|domain| !domain.written);
    let all: Vec<_> =
        outcomes.iter().filter(real).map(|outcome| Outcome { weight: outcome.share, ..*outcome }).collect();
    rows.extend((!all.is_empty()).then(|| row(split, ALL, None, &all)));
    rows
}

fn row(split: &str, source: &str, language: Option<Language>, outcomes: &[Outcome]) -> Metric {
    let quality = metrics::quality(outcomes);
    let head = reached(outcomes, |outcome| Some((outcome.told?, None)));
    let one = |of: fn(Reached) -> f64, kind: u64| head.map(of).filter(|_| kind > 0);
    Metric {
        split: split.to_owned(),
        source: source.to_owned(),
        language,
        wanted: quality.wanted,
        unwanted: quality.unwanted,
        auc: quality.auc,
        auc_margin: quality.auc_margin,
        recall_at_1_percent: quality.recall_at_1_percent,
        wanted_held: one(|head| head.wanted_held, quality.wanted),
        wanted_rejected: one(|head| head.wanted_rejected, quality.wanted),
        unwanted_held: one(|head| head.unwanted_held, quality.unwanted),
        unwanted_rejected: one(|head| head.unwanted_rejected, quality.unwanted),
        rules: head.and(reached(outcomes, |outcome| Some((outcome.rules.score, outcome.rules.floor)))),
        whole: reached(outcomes, |outcome| Some((outcome.rules.score + outcome.told?, outcome.rules.floor))),
        brier: quality.brier,
        ece: quality.ece,
        spoken: Some(quality.spoken),
    }
}

/// What share of outcomes reach which verdict by what `says` takes of them; `None` where it takes nothing.
fn reached(outcomes: &[Outcome], says: impl Fn(&Outcome) -> Option<(Score, Option<Verdict>)>) -> Option<Reached> {
    let thresholds = Thresholds::default();
    let share = |unwanted: bool, verdict: Verdict, threshold: Score| {
        let those = || outcomes.iter().filter(|outcome| outcome.unwanted == unwanted);
        let all: f64 = those().map(|outcome| outcome.weight).sum();
        let there = |outcome: &&Outcome| {
            says(outcome).is_some_and(|(score, floor)| score >= threshold || floor >= Some(verdict))
        };
        // An empty sum of floats is −0.
        let there = those().filter(there).map(|outcome| outcome.weight).sum::<f64>() + 0.0;
        if all > 0.0 { there / all } else { 0.0 }
    };
    says(outcomes.first()?)?;
    Some(Reached {
        wanted_held: share(false, Verdict::Hold, thresholds.hold_at),
        wanted_rejected: share(false, Verdict::Reject, thresholds.reject_at),
        unwanted_held: share(true, Verdict::Hold, thresholds.hold_at),
        unwanted_rejected: share(true, Verdict::Reject, thresholds.reject_at),
    })
}

/// What happens to each group of the examples written for the project, by fits that had seen nothing of that group.
pub(super) fn groups(census: &Census, predictions: &[Prediction<'_>], facts: &HeadFacts) -> Vec<GroupReport> {
    let written = |prediction: &&Prediction<'_>| !assess::is_real(census, prediction);
    let mut groups: BTreeMap<(Option<Language>, bool, &str), Vec<Outcome>> = BTreeMap::new();
    for prediction in predictions.iter().filter(written) {
        let kind = (prediction.language, prediction.unwanted);
        for group in [EVERY_GROUP, prediction.group.unwrap_or("?")] {
            groups.entry((kind.0, kind.1, group)).or_default().push(outcome(prediction, facts, None));
        }
    }
    let enough = groups.into_iter().filter(|(_, outcomes)| outcomes.len() >= 5);
    enough.map(|((language, unwanted, group), outcomes)| group_row(language, unwanted, group, &outcomes)).collect()
}

fn group_row(language: Option<Language>, unwanted: bool, group: &str, outcomes: &[Outcome]) -> GroupReport {
    let of_kind = |reached: Option<Reached>| match reached.unwrap_or_default() {
        reached if unwanted => (reached.unwanted_held, reached.unwanted_rejected),
        reached => (reached.wanted_held, reached.wanted_rejected),
    };
    let head = of_kind(reached(outcomes, |outcome| Some((outcome.told?, None))));
    let rules = of_kind(reached(outcomes, |outcome| Some((outcome.rules.score, outcome.rules.floor))));
    let whole = of_kind(reached(outcomes, |outcome| Some((outcome.rules.score + outcome.told?, outcome.rules.floor))));
    GroupReport {
        language,
        unwanted,
        group: group.to_owned(),
        examples: outcomes.len() as u64,
        head_held: head.0,
        head_rejected: head.1,
        rules_held: rules.0,
        rules_rejected: rules.1,
        whole_held: whole.0,
        whole_rejected: whole.1,
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
