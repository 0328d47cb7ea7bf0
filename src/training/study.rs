//! Two passes over the corpus: the first fits every split, the second tries each on what it has not seen.

use std::collections::BTreeMap;

use super::corpus::Corpus;
use super::counts::{Counts, Fitted};
use super::sources::Sources;
use super::split::{Census, DomainId, Labels, Masses, Place, Split};
use super::{Progress, TrainingError};
use crate::domain::classifier::card::Question;
use crate::domain::classifier::features::{Family, Feature, Features};
use crate::domain::classifier::{may_speak, raw};
use crate::domain::comment::Language;
use crate::domain::text::Text;

/// The most predictions that are kept of a study; of a larger corpus, an even share.
const MOST_PREDICTIONS: u64 = 500_000;

/// How a fit is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Recipe {
    /// As the model is: balanced masses, words and structure, over the square root of their number.
    Tamis,
    /// What everybody has: multinomial naive Bayes over words and pairs of words, each example weighing one.
    PlainWords,
}

/// Laplace's smoothing in units of mass, of which a domain has a thousand a label.
pub(super) const ALPHA: f64 = 1.0;

/// The fewest examples that make a feature.
const FEWEST_EXAMPLES: u32 = 2;

/// The fewest known word features with which a head speaks.
pub(super) const FEWEST_KNOWN: u32 = 4;

/// What a fit said of an example it had not seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prediction {
    pub raw: f64,
    pub unwanted: bool,
    pub domain: DomainId,
    pub language: Option<Language>,
    /// What it weighs where sources and kinds of label weigh the same.
    pub weight: f64,
    /// Whether the head knew enough to speak.
    pub speaks: bool,
}

/// One head's corpus, ready to be studied.
pub(super) struct Study<'a> {
    pub corpus: &'a Corpus,
    pub sources: &'a Sources,
    pub question: Question,
    pub census: &'a Census,
    pub seed: u64,
}

/// An example as the passes see it.
struct Seen<'a> {
    place: Place,
    author: Option<u64>,
    features: &'a Features,
    text: &'a Text,
}

/// One split's fit while its training set is counted.
struct Counting {
    split: Split,
    counts: Counts,
    masses: Masses,
}

/// One split's fit.
pub(super) struct Outcome {
    split: Split,
    pub fitted: Fitted,
    labels: BTreeMap<Language, Labels>,
}

impl Recipe {
    /// Form tells offers from conversation. It does not tell an insult from an argument: on sources left out, the
    /// abuse head is better without it.
    fn counts(self, question: Question, feature: &Feature) -> bool {
        feature.family == Family::Words || (self == Self::Tamis && question == Question::Spam)
    }
}

impl Study<'_> {
    /// Fits every split.
    pub fn fit(
        &self,
        splits: &[Split],
        recipe: Recipe,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, TrainingError> {
        let mut fits: Vec<_> = splits
            .iter()
            .map(|&split| Counting {
                split,
                counts: Counts::new(split == Split::Whole),
                masses: self.census.masses(split),
            })
            .collect();
        let needed = |place: &Place| splits.iter().any(|split| split.trains(place.domain, place.fold));
        self.pass("count", &needed, progress, &mut |Seen { place, author, features, .. }| {
            for fit in fits.iter_mut().filter(|fit| fit.split.trains(place.domain, place.fold)) {
                let mass = match recipe {
                    Recipe::Tamis => fit.masses.of(place),
                    Recipe::PlainWords => super::counts::ONE,
                };
                fit.counts.add(features, place.unwanted, mass, author, |feature| recipe.counts(self.question, feature));
            }
        })?;
        fits.into_iter().map(|fit| self.finish(fit, recipe)).collect()
    }

    fn finish(&self, fit: Counting, recipe: Recipe) -> Result<Outcome, TrainingError> {
        let labels = self.census.labels(fit.split);
        let fewest = if recipe == Recipe::Tamis { FEWEST_EXAMPLES } else { 1 };
        Ok(Outcome { split: fit.split, fitted: fit.counts.fit(ALPHA, fewest)?, labels })
    }

    /// Tries every fit on what it has not seen.
    pub fn predict(
        &self,
        fits: &[Outcome],
        recipe: Recipe,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Prediction>, TrainingError> {
        let masses = self.census.masses(Split::Whole);
        let mut predictions = Vec::new();
        let needed = |place: &Place| fits.iter().any(|fit| fit.split.tries(place.domain, place.fold));
        self.pass("try", &needed, progress, &mut |Seen { place, features, text, .. }| {
            for fit in fits.iter().filter(|fit| fit.split.tries(place.domain, place.fold)) {
                let openness = match (recipe, features.language()) {
                    (Recipe::PlainWords, _) => 1.0,
                    (Recipe::Tamis, Some(language)) => {
                        fit.labels.get(&language).map_or(0.0, |labels| labels.openness())
                    }
                    (Recipe::Tamis, None) => 0.0,
                };
                let raw = raw(features, openness, |feature| fit.fitted.weight(feature.key));
                predictions.push(Prediction {
                    raw: if recipe == Recipe::Tamis { raw.score } else { raw.score * raw.divisor },
                    unwanted: place.unwanted,
                    domain: place.domain,
                    language: features.language(),
                    weight: masses.of(place) as f64 / super::counts::ONE as f64,
                    speaks: may_speak(self.question, FEWEST_KNOWN, raw, text),
                });
            }
        })?;
        Ok(predictions)
    }

    /// Reads the corpus once and derives the features of what is needed.
    fn pass(
        &self,
        step: &'static str,
        needed: &dyn Fn(&Place) -> bool,
        progress: &mut dyn FnMut(Progress),
        visit: &mut dyn FnMut(Seen<'_>),
    ) -> Result<(), TrainingError> {
        let of = self.census.examples();
        let share = MOST_PREDICTIONS.saturating_mul(1_000).checked_div(of).unwrap_or(1_000);
        let mut done = 0;
        self.corpus.each(&mut |example| {
            let Some(place) = self.census.place(&example, self.sources) else { return };
            done += 1;
            if done % 500 == 0 || done == of {
                progress(Progress { question: self.question, step, done, of });
            }
            let sampled = step != "try" || example.draw(self.seed.wrapping_add(1)) % 1_000 < share;
            if !needed(&place) || !sampled {
                return;
            }
            let author = example.author();
            if let Some(text) = example.text(place.author) {
                visit(Seen { place, author, features: &Features::of(&text), text: &text });
            }
        })
    }
}
