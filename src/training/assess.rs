//! From predictions to what a head may say: calibration and bounds.

use std::collections::{BTreeMap, BTreeSet};

use super::budgets::{self, Budgets, Good, Limits};
use super::calibrate::{self, Prior, SHRINKAGE, TIMID, Trial};
use super::metrics::Outcome;
use super::openness::Labels;
use super::split::{Census, DomainId, Split};
use super::study::{ALPHA, FEWEST_KNOWN, Prediction};
use crate::domain::classifier::card::{HeadFacts, LanguageFacts, Line, Question};
use crate::domain::comment::Language;
use crate::domain::decision::{Thresholds, Verdict};
use crate::domain::score::Score;

/// As far as a spam signal goes at most: beyond any threshold.
const SPAM_CEILING: Score = Score::from_thousandths(20_000);
/// Insults are held for a person; only an operator may have them rejected.
const ABUSE_CEILING: Score = Score::from_thousandths(4_000);
/// Good words must not buy off a rule. Letting them speak against one (down to −1) freed no good comment on a source
/// left out, and let a quarter of the spam go that the rules had found.
const FLOOR: Score = Score::ZERO;

/// The fewest predictions in a language for it to have a line and bounds of its own.
const ENOUGH_TRIED: usize = 30;

/// A fit that reads a language less than so far as the model does is no witness of what the model says in it.
pub(super) const WITNESS: f64 = 0.5;

/// What was tried on data that it had not seen.
pub(super) struct Tried<'a> {
    /// On sources left out.
    pub left_out: Vec<Prediction<'a>>,
    /// On a fifth of all sources.
    pub pooled: Vec<Prediction<'a>>,
}

impl<'a> Tried<'a> {
    /// Which predictions tell what the model will do on a source it has not seen.
    pub fn witnesses<'c>(&self, census: &'c Census) -> Witnesses<'c> {
        let labels = census.labels(Split::Whole);
        let open = |language| labels.get(&language).map_or(0.0, |labels: &Labels| labels.openness());
        let closed = self
            .left_out
            .iter()
            .filter_map(|prediction| Some((prediction.language?, prediction.openness)))
            .filter(|(language, openness)| *openness < WITNESS * open(*language))
            .map(|(language, _)| language)
            .collect();
        Witnesses { census, alone: self.left_out.is_empty(), closed }
    }

    /// The predictions that tell what the model will do on a source it has not seen.
    pub fn judging(&self, census: &Census) -> Vec<&Prediction<'a>> {
        self.witnesses(census).of(&self.left_out, &self.pooled)
    }
}

/// Where the fifths, and not the sources left out, tell what the model will do on a source it has not seen: where
/// leaving a source out closes a language that the model reads, and for examples written for the project, of which only
/// a trade at a time is unknown to the model.
pub(super) struct Witnesses<'c> {
    census: &'c Census,
    /// With a single domain nothing is left to train on, and the fifths must do.
    alone: bool,
    closed: BTreeSet<Language>,
}

impl Witnesses<'_> {
    /// What tells, of what was found on sources left out and on fifths.
    pub fn of<T: Told>(&self, left_out: impl IntoIterator<Item = T>, pooled: impl IntoIterator<Item = T>) -> Vec<T> {
        let left_out = left_out.into_iter().filter(|told| !self.fifths(told));
        left_out.chain(pooled.into_iter().filter(|told| self.fifths(told))).collect()
    }

    fn fifths(&self, told: &impl Told) -> bool {
        let (domain, language) = told.about();
        let written = self.census.domains().get(domain).is_none_or(|domain| domain.written);
        self.alone || written || language.is_some_and(|language| self.closed.contains(&language))
    }
}

/// What was said of an example.
pub(super) trait Told {
    /// Where the example is from, and its language.
    fn about(&self) -> (DomainId, Option<Language>);
}

impl Told for &Prediction<'_> {
    fn about(&self) -> (DomainId, Option<Language>) {
        (self.domain, self.language)
    }
}

impl Told for Outcome {
    fn about(&self) -> (DomainId, Option<Language>) {
        (self.domain, self.language)
    }
}

/// What a head may say, from predictions on what the fits had not seen, and from what its base may say `before`.
pub(super) fn facts(
    question: Question,
    census: &Census,
    tried: &Tried<'_>,
    budgets: Budgets,
    before: Option<&HeadFacts>,
) -> HeadFacts {
    let labels = census.labels(Split::Whole);
    let judging = tried.judging(census);
    let real = || judging.iter().copied().filter(|prediction| is_real(census, prediction));
    let common = before.map_or_else(|| line(real(), TIMID), |before| before.elsewhere.line);
    let open = labels.iter().filter(|(_, labels)| labels.openness() > 0.0).map(|(language, _)| *language);
    let known: BTreeSet<Language> = open.chain(often_tried(&judging)).collect();
    let language = |language: Language| {
        let before = before.map(|before| before.language(Some(language)));
        let prior = Prior { line: before.map_or(common, |before| before.line), strength: SHRINKAGE };
        let line = line(real().filter(|prediction| prediction.language == Some(language)), prior);
        let labels = labels.get(&language).copied().unwrap_or_default();
        let judged = judging.iter().copied().filter(|prediction| prediction.language == Some(language));
        let tried = judged.clone().count() > 0;
        let own = language_facts(question, census, judged, labels, line, budgets);
        (
            language,
            before.map_or_else(|| own.clone(), |before| if tried { with_base(&own, before) } else { before.clone() }),
        )
    };
    HeadFacts {
        alpha: ALPHA,
        fewest_known: FEWEST_KNOWN,
        floor: FLOOR,
        elsewhere: before.map_or_else(
            || language_facts(question, census, std::iter::empty(), Labels::default(), common, budgets),
            |before| before.elsewhere.clone(),
        ),
        languages: known.into_iter().map(language).collect(),
        metrics: Vec::new(),
    }
}

/// A site's own bounds count once its good comments show that they keep the holding budget. Until then the base's do,
/// unless the site's comments ask for a greater shift.
fn with_base(own: &LanguageFacts, base: &LanguageFacts) -> LanguageFacts {
    if own.claims.iter().any(|claim| claim.verdict == Verdict::Hold && claim.shown) {
        return own.clone();
    }
    let shift = own.shift.max(base.shift);
    LanguageFacts { shift, ceiling: base.ceiling, claims: base.claims.clone(), ..own.clone() }
}

/// How far a head is raised at most that leaves its budget unused: beyond, its score would say something else than the
/// evidence does. Where only form is read, half as far.
fn raise(openness: f64) -> Score {
    Score::from_nats(-(1.0 + openness) / 2.0)
}

/// The languages of enough predictions to say anything of; of the others holds what holds elsewhere.
fn often_tried(predictions: &[&Prediction<'_>]) -> impl Iterator<Item = Language> {
    let mut tried: BTreeMap<Language, usize> = BTreeMap::new();
    for language in predictions.iter().filter_map(|prediction| prediction.language) {
        *tried.entry(language).or_default() += 1;
    }
    tried.into_iter().filter(|(_, times)| *times >= ENOUGH_TRIED).map(|(language, _)| language)
}

/// The line through predictions, both kinds of label weighing the same; without both kinds, the prior's.
pub(super) fn line<'a, 'b: 'a>(predictions: impl Iterator<Item = &'a Prediction<'b>> + Clone, prior: Prior) -> Line {
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

fn language_facts<'a, 'b: 'a>(
    question: Question,
    census: &Census,
    predictions: impl Iterator<Item = &'a Prediction<'b>>,
    labels: Labels,
    line: Line,
    budgets: Budgets,
) -> LanguageFacts {
    let openness = (labels.openness() * 1e6).round() / 1e6;
    let good: Vec<Good> = predictions
        .filter(|prediction| !prediction.unwanted && is_comment(census, prediction))
        .map(|prediction| Good {
            score: prediction.speaks.then(|| Score::from_nats(line.at(prediction.raw))),
            rules: prediction.rules,
            fold: prediction.fold,
            shows: prediction.by_person && is_real(census, prediction),
        })
        .collect();
    let mut facts = LanguageFacts {
        wanted: labels.wanted,
        unwanted: labels.unwanted,
        written: labels.written,
        openness,
        line,
        shift: Score::ZERO,
        ceiling: if question == Question::Spam { SPAM_CEILING } else { ABUSE_CEILING },
        claims: Vec::new(),
    };
    let limits = Limits { raise: raise(openness), floor: facts.lowest(FLOOR), ceiling: facts.ceiling };
    let bounds = budgets::bounds(&good, budgets, Thresholds::default(), limits);
    (facts.shift, facts.ceiling, facts.claims) = (bounds.shift, bounds.ceiling, bounds.claims);
    facts
}

/// Only comments can show what happens to comments.
fn is_comment(census: &Census, prediction: &Prediction<'_>) -> bool {
    census.domains().get(prediction.domain).is_some_and(|domain| domain.comments)
}

pub(super) fn is_real(census: &Census, prediction: &Prediction<'_>) -> bool {
    census.domains().get(prediction.domain).is_some_and(|domain| !domain.written)
}
