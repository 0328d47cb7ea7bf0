//! The classifier: what a trained model says about a comment, feature by feature.
//!
//! A model has two heads, `spam` and `abuse`. A head adds up the log odds of the comment's features (multinomial naive
//! Bayes on binarised features), divides by the square root of their number, since neighbouring words are no
//! independent witnesses, and puts the result on a line that was calibrated on comments of sources it had not seen.
//!
//! **What a score means.** The prior is taken at the balanced point, where a comment is as likely unwanted as wanted.
//! The calibrated log odds are then the comment's *weight of evidence*: how much it shifts whatever the base rate is.
//! That is what a rule's score is too, so that rules and heads add up, and a site full of spam needs no other
//! thresholds than a quiet one. A head's probability is told at the same point.
//!
//! **What a head may say** is bounded, and told as a `cap`: see [`card::HeadFacts`] and [`card::LanguageFacts`].

pub mod card;
pub mod features;
mod file;
mod head;
mod messages;
mod names;
mod weights;

use super::comment::Kind;
use super::decision::Heads;
use super::signal::Signal;
use super::text::Text;
use card::{Card, Question};
use features::{Features, Key};
use head::Head;
use weights::Weights;

pub use file::{HeadMasses, HeadParts, Masses, masses, write};
pub use head::{Raw, carries_an_offer, may_speak, raw};
pub use names::Names;

/// The model that is built into the binary, so that the binary alone decides.
const BUILT_IN: &[u8] = include_bytes!("../../models/2026-11-29-490157.tamis");

/// A trained model: immutable, versioned, with its card.
#[derive(Clone, Debug)]
pub struct Model {
    version: String,
    card: Card,
    spam: Head,
    abuse: Head,
    weights: Weights,
    names: Names,
}

/// What a model says about one comment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    pub heads: Heads,
    /// One a head that has something to say: a score of zero is nothing.
    pub signals: Vec<Signal>,
}

/// Why some bytes are not a model that this build can use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    #[error("not a Tamis model file; `tamis train` makes one")]
    NotAModel,
    #[error(
        "the model file has format {found}, and this build reads format {known}; use the Tamis it came with, or train anew"
    )]
    Format { found: u32, known: u32 },
    #[error("the model counts with tokenizer {found}, and this build with {known}; train it anew with `tamis train`")]
    Tokenizer { found: u32, known: u32 },
    #[error("the model file ends too early or too late; copy it again")]
    Cut,
    #[error("the model file's checksum does not fit its content; copy it again")]
    Damaged,
    #[error("the model file has no section {0}; train it anew")]
    Missing(&'static str),
    #[error("the model's card cannot be read: {0}; train it anew")]
    Card(String),
    #[error("section {0} of the model file is out of order; train it anew")]
    Order(&'static str),
    #[error("section {0} of the model file holds a number that no training gives; train it anew")]
    Number(&'static str),
}

/// The bytes of the model that the binary carries.
pub fn built_in() -> &'static [u8] {
    BUILT_IN
}

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// A sentence on why the bytes are not a model that this build can use: damaged, cut, or of another format.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let parts = file::read(bytes)?;
        Ok(Self {
            version: format!("{}-{}", parts.card.date, parts.stamp),
            spam: Head { question: Question::Spam, facts: parts.card.spam.clone() },
            abuse: Head { question: Question::Abuse, facts: parts.card.abuse.clone() },
            card: parts.card,
            weights: parts.weights,
            names: parts.names,
        })
    }

    /// The model that the binary carries.
    ///
    /// # Errors
    /// None in a binary whose tests passed: one of them reads it.
    pub fn built_in() -> Result<Self, ModelError> {
        Self::read(BUILT_IN)
    }

    /// The date of training and the first digits of the file's checksum, such as `2026-11-24-3f9c1a`.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The names of a head's features that have one, sorted by key.
    pub fn names(&self, question: Question) -> impl Iterator<Item = (Key, &str)> {
        self.weights(question).filter_map(|(key, _)| Some((key, self.names.get(key)?)))
    }

    /// A head's features that have a name, with their weights: positive is evidence for yes.
    pub fn named_weights(&self, question: Question) -> impl Iterator<Item = (&str, f32)> {
        self.weights(question).filter_map(|(key, weight)| Some((self.names.get(key)?, weight)))
    }

    /// All of a head's weights, sorted by key.
    pub fn weights(&self, question: Question) -> impl Iterator<Item = (Key, f32)> + '_ {
        self.weights.of(question)
    }

    /// What the model says about a comment. What a machine wrote (a pingback) it does not judge.
    pub fn judge(&self, text: &Text, kind: Kind) -> Judgement {
        let mut judgement = Judgement::default();
        if !kind.is_prose() {
            return judgement;
        }
        let features = Features::of(text);
        let known = self.weights.known(&features);
        let [spam, abuse] = [&self.spam, &self.abuse].map(|head| head.answer(&features, &known, text));
        judgement.heads = Heads { spam: spam.reading, abuse: abuse.reading };
        judgement.signals.extend([spam, abuse].into_iter().filter_map(|answer| answer.signal));
        judgement
    }
}

#[cfg(test)]
mod tests;
