//! One head: from features to a score that says why.

use super::card::{HeadFacts, LanguageFacts, Question};
use super::features::{Family, Features};
use super::weights::Weights;
use crate::domain::decision::HeadReading;
use crate::domain::score::Score;
use crate::domain::signal::{Evidence, Explanation};
use crate::domain::text::Text;

/// How many features a signal names.
const MOST_EVIDENCE: usize = 12;

/// Below this share, a language's words are as good as closed and are not said to be known.
const LEAST_OPEN: f64 = 0.05;

#[derive(Clone, Debug)]
pub(super) struct Head {
    pub question: Question,
    pub facts: HeadFacts,
    pub weights: Weights,
}

/// What the features of a comment add up to, before calibration.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Raw {
    /// The sum of the weights over the square root of their number; a feature that counts half is half a feature.
    pub score: f64,
    /// What the sum was divided by.
    pub divisor: f64,
    /// The word features that count and have a weight.
    pub known: u32,
}

/// A head's answer about one comment.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub reading: HeadReading,
    /// What the signal is worth within its bounds; `None` where the head knows too little.
    pub told: Option<(Score, Explanation)>,
}

/// How far a feature counts in a language that is open so far.
pub fn share(family: Family, openness: f64) -> f64 {
    match family {
        Family::Words | Family::Stems => openness,
        Family::Structure => 1.0,
    }
}

/// Adds up the weights of the features that have one, in the order of their keys: the same on every machine.
pub fn raw(weights: impl Iterator<Item = (Family, f32)>, openness: f64) -> Raw {
    let (mut sum, mut number, mut known) = (0.0, 0.0, 0);
    for (family, weight) in weights {
        let share = share(family, openness);
        sum += share * f64::from(weight);
        number += share;
        known += u32::from(family == Family::Words && share >= LEAST_OPEN);
    }
    let divisor = if number > 0.0 { f64::sqrt(number) } else { 1.0 };
    Raw { score: sum / divisor, divisor, known }
}

impl Head {
    pub fn answer(&self, features: &Features, text: &Text) -> Answer {
        let facts = self.facts.language(features.language());
        let known = features.iter().filter_map(|feature| Some((feature.family, self.weights.get(feature.key)?)));
        let raw = raw(known, facts.openness);
        let reading = HeadReading { probability: None, known_tokens: raw.known };
        if !may_speak(self.question, self.facts.fewest_known, raw, carries_an_offer(text)) {
            return Answer { reading, told: None };
        }
        let odds = facts.line.at(raw.score);
        let reading = HeadReading { probability: Some(1.0 / (1.0 + (-odds).exp())), ..reading };
        Answer { reading, told: Some(self.tell(features, text, facts, raw)) }
    }

    fn tell(&self, features: &Features, text: &Text, facts: &LanguageFacts, raw: Raw) -> (Score, Explanation) {
        let scale = facts.line.slope / raw.divisor;
        let evidence = self.strongest(features, text, facts.openness, scale);
        let unbounded = facts.unbounded(raw.score);
        let score = facts.bounded(unbounded, self.facts.floor);
        let rest = unbounded - evidence.iter().map(|evidence| evidence.score).sum();
        let cap = (score != unbounded).then(|| score - unbounded);
        (score, Explanation { evidence, rest, cap })
    }

    fn strongest(&self, features: &Features, text: &Text, openness: f64, scale: f64) -> Vec<Evidence> {
        let mut all: Vec<_> = features
            .iter()
            .filter_map(|feature| Some((feature, f64::from(self.weights.get(feature.key)?))))
            .map(|(feature, weight)| (feature, Score::from_nats(scale * share(feature.family, openness) * weight)))
            .filter(|(_, score)| *score != Score::ZERO)
            .collect();
        all.sort_unstable_by_key(|(feature, score)| (-score.thousandths().abs(), feature.key));
        all.truncate(MOST_EVIDENCE);
        all.into_iter().map(|(feature, score)| Evidence { token: features.token(feature, text), score }).collect()
    }
}

/// A head that knows too few words says nothing, unless the comment carries what spam is made of.
pub fn may_speak(question: Question, fewest_known: u32, raw: Raw, offer: bool) -> bool {
    raw.known >= fewest_known || (question == Question::Spam && offer)
}

/// Whether a comment holds something to follow: a link, a telephone number, an address, an amount, disguised letters.
pub fn carries_an_offer(text: &Text) -> bool {
    let shape = text.shape();
    let marks = shape.amounts + shape.phones + shape.emails + shape.mixed_script_words;
    marks > 0 || text.fields().iter().any(|field| !field.links.is_empty())
}
