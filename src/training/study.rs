//! Fits of parts of a sample, each tried on what it has not seen.

use std::collections::BTreeMap;

use super::base::Grounds;
use super::counts::{FEWEST_EXAMPLES, Mass, ONE};
use super::openness::Labels;
use super::sample::{Cue, Row, Ruled, Sample};
use super::split::{Census, DomainId, Place, Split};
use super::tallies::enough;
use super::{TrainingError, fit};
use crate::domain::classifier::card::Question;
use crate::domain::classifier::features::{Family, Group, Key};
use crate::domain::classifier::{may_speak, raw};
use crate::domain::comment::Language;

/// How a fit is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Recipe {
    /// As the model is: balanced masses, words, stems and structure, over the square root of their number.
    Tamis,
    /// What everybody has: multinomial naive Bayes over words and pairs of words, each example weighing one.
    PlainWords,
}

/// Laplace's smoothing in units of mass, of which a domain has a thousand a label. Two are worth .015 of AUC on sources
/// left out over one, and four raise the share of good comments held.
pub(super) const ALPHA: f64 = 2.0;

/// The fewest known words with which a head speaks.
pub(super) const FEWEST_KNOWN: u32 = 4;

/// What a fit said of an example it had not seen.
#[derive(Clone, Debug)]
pub(super) struct Prediction<'a> {
    pub raw: f64,
    pub unwanted: bool,
    /// Whether a person said so.
    pub by_person: bool,
    pub domain: DomainId,
    /// One in five, for bounds that must not be tried on what they were drawn from.
    pub fold: u64,
    pub language: Option<Language>,
    /// How far the fit could read its language.
    pub openness: f64,
    pub group: Option<&'a str>,
    /// What it weighs where sources and kinds of label weigh the same.
    pub weight: f64,
    /// Whether the head knew enough to speak.
    pub speaks: bool,
    pub rules: Ruled,
    /// The fit that said it.
    pub split: Split,
    /// The number of the example's text.
    pub lot: u64,
}

/// One head's examples, ready to be studied.
pub(super) struct Study<'a> {
    pub sample: &'a Sample,
    pub question: Question,
    /// Of the sample.
    pub census: &'a Census,
    /// Of the base that is trained from.
    pub grounds: Option<&'a Grounds>,
}

/// One split's fit: a weight for each feature it knows.
struct Fit {
    weights: Vec<Option<f32>>,
    labels: BTreeMap<Language, Labels>,
}

/// What one split counts of one feature.
#[derive(Clone, Copy, Default)]
struct Sum {
    wanted: Mass,
    unwanted: Mass,
    examples: u32,
}

impl Recipe {
    /// Laplace's smoothing: everybody adds one.
    fn alpha(self) -> f64 {
        match self {
            Self::Tamis => ALPHA,
            Self::PlainWords => 1.0,
        }
    }

    fn counts(self, question: Question, cue: Cue) -> bool {
        match self {
            Self::Tamis => counts(question, cue.family, cue.manner),
            Self::PlainWords => cue.family == Family::Words,
        }
    }
}

/// Whether a feature counts for a head. Form tells offers from conversation. It does not tell an insult from an
/// argument, capitals apart: on sources left out, the abuse head is better without it.
pub(super) fn counts(question: Question, family: Family, manner: bool) -> bool {
    family != Family::Structure || manner || question == Question::Spam
}

/// The weights a split teaches, by key, and how many labels of each language are behind them.
type SplitWeights = (Vec<(Key, f32)>, BTreeMap<Language, Labels>);

impl<'a> Study<'a> {
    /// Fits every split and tries it on what it has not seen; `done` is told after each.
    pub fn try_all(
        &self,
        splits: impl IntoIterator<Item = Split>,
        recipe: Recipe,
        done: &mut dyn FnMut(),
    ) -> Result<Vec<Prediction<'a>>, TrainingError> {
        let mut predictions = Vec::new();
        for split in splits {
            let fit = self.fit(split, recipe)?;
            self.try_one(&fit, split, recipe, &mut predictions);
            done();
        }
        Ok(predictions)
    }

    /// The weights of one split's fit, sorted by key, and the labels that open its languages.
    pub fn weights(&self, split: Split) -> Result<SplitWeights, TrainingError> {
        let fit = self.fit(split, Recipe::Tamis)?;
        let weights = self.sample.features().iter().zip(fit.weights);
        Ok((weights.filter_map(|(key, weight)| Some((*key, weight?))).collect(), fit.labels))
    }

    /// The examples that speak for this head.
    fn rows(&self) -> impl Iterator<Item = (&'a Row, Place, impl Iterator<Item = Cue> + Clone)> {
        let question = self.question;
        self.sample.iter().filter_map(move |(row, cues)| Some((row, row.place(question)?, cues)))
    }

    fn fit(&self, split: Split, recipe: Recipe) -> Result<Fit, TrainingError> {
        let masses = self.census.masses(split);
        let mut sums = vec![Sum::default(); self.sample.features().len()];
        for (_, place, cues) in self.rows().filter(|(_, place, _)| split.trains(place.at)) {
            let mass = if recipe == Recipe::Tamis { masses.of(place) } else { ONE };
            for cue in cues.filter(|cue| recipe.counts(self.question, *cue)) {
                let Some(sum) = sums.get_mut(cue.id as usize) else { continue };
                sum.examples += 1;
                match place.unwanted {
                    true => sum.unwanted += mass,
                    false => sum.wanted += mass,
                }
            }
        }
        let fewest = if recipe == Recipe::Tamis { FEWEST_EXAMPLES } else { 1 };
        let grounds = self.grounds.filter(|_| recipe == Recipe::Tamis);
        let group = |key: &Key| if recipe == Recipe::Tamis { Group::of(*key) } else { Group::of(0) };
        let groups: Vec<_> = self.sample.features().iter().map(group).collect();
        Ok(Fit {
            weights: weights(&sums, fewest, &groups, grounds, recipe.alpha())?,
            labels: self.census.labels(split),
        })
    }

    fn try_one(&self, fit: &Fit, split: Split, recipe: Recipe, predictions: &mut Vec<Prediction<'a>>) {
        let masses = self.census.masses(Split::Whole);
        for (row, place, cues) in self.rows().filter(|(_, place, _)| split.tries(place.at)) {
            let open = |language| fit.labels.get(&language).map_or(0.0, |labels| labels.openness());
            let openness = if recipe == Recipe::Tamis { row.language.map_or(0.0, open) } else { 1.0 };
            let known = cues.filter_map(|cue| Some((cue.family, fit.weights.get(cue.id as usize).copied()??)));
            let raw = raw(known, openness);
            predictions.push(Prediction {
                raw: if recipe == Recipe::Tamis { raw.score } else { raw.score * raw.divisor },
                unwanted: place.unwanted,
                by_person: place.by_person,
                domain: place.at.domain,
                fold: place.at.fold,
                language: row.language,
                openness,
                group: row.group.as_deref(),
                weight: masses.of(place) as f64 / ONE as f64,
                speaks: may_speak(self.question, FEWEST_KNOWN, raw, row.offer),
                rules: row.ruled(self.question),
                split,
                lot: row.lot,
            });
        }
    }
}

/// A weight for each feature, `None` for one that the fit does not know.
fn weights(
    sums: &[Sum],
    fewest: u32,
    groups: &[Group],
    grounds: Option<&Grounds>,
    alpha: f64,
) -> Result<Vec<Option<f32>>, TrainingError> {
    let before = |at: usize| grounds.and_then(|grounds| grounds.here.get(at).copied().flatten());
    let fewest = enough(sums.iter().map(|sum| sum.examples), fewest);
    let column = |((at, sum), group): ((usize, &Sum), &Group)| {
        let before = before(at);
        let [good, bad] = before.unwrap_or_default();
        let own = [sum.wanted, sum.unwanted].map(|mass| mass as f64 / ONE as f64);
        (before.is_some() || sum.examples >= fewest).then_some((*group, [good + own[0], bad + own[1]]))
    };
    let columns: Vec<_> = sums.iter().enumerate().zip(groups).map(column).collect();
    let elsewhere = grounds.map(|grounds| grounds.elsewhere.as_slice()).unwrap_or_default();
    let elsewhere = elsewhere.iter().map(|(key, column)| (Group::of(*key), *column));
    let fitted: Vec<_> = columns.iter().flatten().copied().chain(elsewhere).collect();
    let mut log_odds = fit::log_odds(&fitted, alpha)?.into_iter();
    Ok(columns.iter().map(|column| column.and_then(|_| log_odds.next())).collect())
}
