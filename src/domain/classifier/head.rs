//! One head: from features to a score that says why.

use super::card::{HeadFacts, LanguageFacts, Question};
use super::features::{Family, Feature, Features};
use super::messages;
use super::weights::Known;
use crate::domain::decision::HeadReading;
use crate::domain::score::Score;
use crate::domain::signal::{Evidence, Explanation, Signal, Source};
use crate::domain::text::Text;

/// How many features a signal names.
const MOST_EVIDENCE: usize = 12;

/// Below this share, a language's words are as good as closed and are not said to be known.
const LEAST_OPEN: f64 = 0.05;

#[derive(Clone, Debug)]
pub(super) struct Head {
    pub question: Question,
    pub facts: HeadFacts,
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
    /// `None` where the head knows too little, or its bounds leave nothing to say.
    pub signal: Option<Signal>,
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
    /// The answer from what is known of a comment's features.
    pub fn answer(&self, features: &Features<'_>, known: &[Known<'_>], text: &Text) -> Answer {
        let facts = self.facts.language(features.language());
        let weights = known.iter().filter_map(|known| Some((known.feature.family, known.weight(self.question)?)));
        let raw = raw(weights, facts.openness);
        let reading = HeadReading { probability: None, known_tokens: raw.known };
        if !may_speak(self.question, self.facts.fewest_known, raw, carries_an_offer(text)) {
            return Answer { reading, signal: None };
        }
        let probability = 1.0 / (1.0 + (-facts.line.at(raw.score)).exp());
        let reading = HeadReading { probability: Some(probability), ..reading };
        let score = facts.bounded(facts.unbounded(raw.score), self.facts.floor);
        let signal = (score != Score::ZERO).then(|| {
            let message = messages::message(self.question, score, probability, facts.openness > 0.0);
            let id = format!("classifier.{}", self.question.as_str());
            let explanation = self.explain(features, known, facts, raw);
            Signal::new(id, Source::Classifier, score, message).explained(explanation)
        });
        Answer { reading, signal }
    }

    fn explain(&self, features: &Features<'_>, known: &[Known<'_>], facts: &LanguageFacts, raw: Raw) -> Explanation {
        let unbounded = facts.unbounded(raw.score);
        let score = facts.bounded(unbounded, self.facts.floor);
        let strongest = self.strongest(known, facts.openness, facts.line.slope / raw.divisor);
        let token = |feature| features.token(feature);
        let evidence: Vec<_> =
            strongest.into_iter().map(|(feature, score)| Evidence { token: token(feature), score }).collect();
        let rest = unbounded - evidence.iter().map(|evidence| evidence.score).sum();
        Explanation { evidence, rest, cap: (score != unbounded).then(|| score - unbounded) }
    }

    /// The features that weigh most, the heaviest first; a word and its stem stand in one place and are told as one.
    fn strongest<'a>(&self, known: &[Known<'a>], openness: f64, scale: f64) -> Vec<(&'a Feature, Score)> {
        let mut all: Vec<_> = known
            .iter()
            .filter_map(|known| Some((known.feature, f64::from(known.weight(self.question)?))))
            .map(|(feature, weight)| (feature, Score::from_nats(scale * share(feature.family, openness) * weight)))
            .collect();
        all.sort_unstable_by_key(|(feature, _)| (feature.spot(), feature.key));
        all.dedup_by(|(feature, score), (first, sum)| {
            let same = feature.spot() == first.spot();
            if same {
                *sum += *score;
            }
            same
        });
        all.retain(|(_, score)| *score != Score::ZERO);
        all.sort_unstable_by_key(|(feature, score)| (-score.thousandths().abs(), feature.key));
        all.truncate(MOST_EVIDENCE);
        all
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
