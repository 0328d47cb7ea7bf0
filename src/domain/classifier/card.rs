//! What a model says about itself: where it comes from, what it knows, and what has been shown about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::comment::Language;
use crate::domain::decision::Verdict;
use crate::domain::ledger::Exclusion;
use crate::domain::score::Score;

/// The card of a model, as JSON inside its file. Everything that scoring needs beside the weights is here too, so
/// that nothing a model does is hidden from its reader.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The day of training as it was given, such as `2026-11-24`.
    pub date: String,
    /// The version of Tamis that trained it.
    pub code: String,
    /// The version of the feature list it counts with.
    pub tokenizer: u32,
    pub seed: u64,
    /// The version of the model it followed.
    pub parent: Option<String>,
    pub files: Vec<FileFacts>,
    pub counts: Vec<Count>,
    pub spam: HeadFacts,
    pub abuse: HeadFacts,
}

/// One file of the corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileFacts {
    /// Its name without its folder.
    pub name: String,
    pub sha256: String,
    pub examples: u64,
    /// Whose labels it does not hold, though they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undone: Vec<Exclusion>,
}

/// How many examples of one kind the model was trained on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Count {
    pub source: String,
    pub head: Question,
    pub label: Label,
    pub language: Option<Language>,
    pub examples: u64,
}

/// The yes/no question that a head answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Question {
    Spam,
    Abuse,
}

impl Question {
    pub const ALL: [Self; 2] = [Self::Spam, Self::Abuse];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Abuse => "abuse",
        }
    }
}

/// A person's word on an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    Ham,
    Spam,
    #[serde(alias = "toxic")]
    Abuse,
}

impl Label {
    /// The label's answer to a head's question; `None` where it has none: spam may or may not be abusive.
    pub const fn answers(self, question: Question) -> Option<bool> {
        match (self, question) {
            (Self::Ham, _) => Some(false),
            (Self::Spam, Question::Spam) | (Self::Abuse, Question::Abuse) => Some(true),
            (Self::Spam, Question::Abuse) | (Self::Abuse, Question::Spam) => None,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ham => "ham",
            Self::Spam => "spam",
            Self::Abuse => "abuse",
        }
    }
}

/// What one head knows, how its score is made, and what was measured on data that it had not seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadFacts {
    /// Laplace's smoothing: so many examples of each kind are taken to have held every feature.
    pub alpha: f64,
    /// The fewest word features it must know to speak where nothing else speaks for it.
    pub fewest_known: u32,
    /// No signal lies below: padding with good words must not buy off a rule.
    pub floor: Score,
    /// For a language that is not among `languages`.
    pub elsewhere: LanguageFacts,
    pub languages: BTreeMap<Language, LanguageFacts>,
    #[serde(default)]
    pub metrics: Vec<Metric>,
}

impl HeadFacts {
    /// What holds in a language.
    pub fn language(&self, language: Option<Language>) -> &LanguageFacts {
        language.and_then(|language| self.languages.get(&language)).unwrap_or(&self.elsewhere)
    }
}

/// What a head knows about one language, and what it may say in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LanguageFacts {
    /// Labels of persons on real comments that say no: neither examples written for the project are counted nor what only
    /// a machine approved.
    pub wanted: u64,
    /// Such labels that say yes.
    pub unwanted: u64,
    #[serde(default, skip_serializing_if = "Written::is_none")]
    pub written: Written,
    /// How far the language's own words count, in 0..=1: n / (n + 100) for the rarer kind of label, of which written ones
    /// count half where 149 real good comments or more show what harm it does, and else nothing.
    pub openness: f64,
    pub line: Line,
    /// Taken off the calibrated score so that the budgets hold; below zero, added to it because they leave room.
    pub shift: Score,
    /// No signal lies above.
    pub ceiling: Score,
    pub claims: Vec<Claim>,
}

/// How many examples written for the project say no, and yes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub wanted: u64,
    pub unwanted: u64,
}

impl Written {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl LanguageFacts {
    /// The calibrated score of a raw one, before its bounds.
    pub fn unbounded(&self, raw: f64) -> Score {
        Score::from_nats(self.line.at(raw)) - self.shift
    }

    /// A score within the head's bounds.
    pub fn bounded(&self, score: Score, floor: Score) -> Score {
        score.clamp(self.lowest(floor), self.ceiling)
    }

    /// The head's `floor` as far as the language is open: where its words say nothing, a comment's form alone must not
    /// speak against a rule that has read them.
    pub fn lowest(&self, floor: Score) -> Score {
        Score::from_nats(floor.nats() * self.openness)
    }
}

/// Platt's line from a head's raw score to natural-log odds at even base rates.
///
/// J. Platt, "Probabilistic outputs for support vector machines", 1999. A line, so that evidence still adds up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub slope: f64,
    pub intercept: f64,
}

impl Line {
    pub fn at(self, raw: f64) -> f64 {
        self.slope.mul_add(raw, self.intercept)
    }
}

/// Whether a budget is kept: at most `budget` of good comments reach `verdict` by what the built-in rules and this head
/// say together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    pub verdict: Verdict,
    pub budget: f64,
    /// Good comments that neither the fit nor the bounds they were tried with had seen.
    pub good: u64,
    /// Those of them that reach the verdict, at or above its threshold.
    pub errors: u64,
    /// The exact binomial upper bound (95 %) of their share.
    pub bound: f64,
    pub shown: bool,
    /// How many more good comments without an error would show it.
    pub missing: u64,
}

/// One row of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// `left-out` (trained on all other sources), `pooled` (five folds over all sources together; a trade, a video is
    /// never torn apart) or `inside` (five folds of one source).
    pub split: String,
    pub source: String,
    pub language: Option<Language>,
    pub wanted: u64,
    pub unwanted: u64,
    /// The area under the ROC curve; `None` where one kind of label is absent.
    pub auc: Option<f64>,
    /// The half-width of its 95 % interval (Hanley and McNeil 1982).
    pub auc_margin: Option<f64>,
    /// The share of the unwanted caught where 1 % of the wanted are.
    pub recall_at_1_percent: Option<f64>,
    /// The share of the wanted that the head alone would hold or reject, within its bounds; `None` for a baseline.
    pub wanted_held: Option<f64>,
    /// The share of the wanted that it would reject.
    pub wanted_rejected: Option<f64>,
    /// The share of the unwanted that it would hold or reject.
    pub unwanted_held: Option<f64>,
    /// The share of the unwanted that it would reject.
    #[serde(default)]
    pub unwanted_rejected: Option<f64>,
    /// The same shares for the built-in rules by themselves; `None` for a baseline.
    #[serde(default)]
    pub rules: Option<Reached>,
    /// And for whole decisions: rules and head together.
    #[serde(default)]
    pub whole: Option<Reached>,
    /// Both kinds of label weighing the same.
    pub brier: f64,
    /// The expected calibration error in ten bins, both kinds of label weighing the same, of the comments that a
    /// probability is told of.
    pub ece: f64,
    /// The share of those comments, both kinds of label weighing the same; of the others the head knows too little.
    #[serde(default)]
    pub spoken: Option<f64>,
}

impl Metric {
    /// The shares for the head by itself; `None` for a baseline.
    pub fn head(&self) -> Option<Reached> {
        self.whole?;
        Some(Reached {
            wanted_held: self.wanted_held.unwrap_or_default(),
            wanted_rejected: self.wanted_rejected.unwrap_or_default(),
            unwanted_held: self.unwanted_held.unwrap_or_default(),
            unwanted_rejected: self.unwanted_rejected.unwrap_or_default(),
        })
    }
}

/// What share of the comments with each kind of label reach a verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    /// Held or rejected.
    pub wanted_held: f64,
    pub wanted_rejected: f64,
    /// Held or rejected.
    pub unwanted_held: f64,
    pub unwanted_rejected: f64,
}
