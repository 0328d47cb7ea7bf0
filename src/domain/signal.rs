//! The one answer of every detector.

use serde::{Deserialize, Serialize};

use super::comment::CommentId;
use super::decision::Verdict;
use super::score::Score;
use super::site::Locale;

/// One piece of evidence about one comment: a rule that matched, a classifier head, a limit that refused.
///
/// It holds no word of the comment: spans say where the evidence stands in the text as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Stable and dotted: `links.too_many`, `classifier.spam`, `limits.author`.
    pub id: String,
    pub source: Source,
    pub score: Score,
    pub message: Message,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    /// The verdict this signal demands whatever the sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Verdict>,
    /// False when the detector could not run; the message then says why, and the score is zero.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub ran: bool,
    /// How a head's score comes about; only heads have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// Comments of the same campaign that were approved; only campaigns have some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<CommentId>,
    /// What the campaign is known by: the id of one of its comments. Only campaigns have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CommentId>,
}

impl Signal {
    /// A detector that found something worth `score`.
    pub fn new(id: impl Into<String>, source: Source, score: Score, message: Message) -> Self {
        Self {
            id: id.into(),
            source,
            score,
            message,
            spans: Vec::new(),
            floor: None,
            ran: true,
            explanation: None,
            copies: Vec::new(),
            campaign: None,
        }
    }

    /// A detector that did not run, and why.
    pub fn did_not_run(id: impl Into<String>, source: Source, message: Message) -> Self {
        Self { ran: false, ..Self::new(id, source, Score::ZERO, message) }
    }

    /// Whether it is evidence against the comment: by its score or its floor.
    pub fn speaks_against(&self) -> bool {
        self.score > Score::ZERO || self.floor.is_some()
    }

    pub fn at(mut self, spans: Vec<Span>) -> Self {
        self.spans = spans;
        self
    }

    pub fn demanding(mut self, floor: Verdict) -> Self {
        self.floor = Some(floor);
        self
    }

    pub fn explained(mut self, explanation: Explanation) -> Self {
        self.explanation = Some(explanation);
        self
    }
}

fn yes() -> bool {
    true
}

fn is_true(value: &bool) -> bool {
    *value
}

/// Which kind of detector speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Classifier,
    Rule,
    Limit,
    History,
    Campaign,
    Policy,
}

/// A sentence for people, in every language they read it in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub fr: String,
    pub en: String,
}

impl Message {
    pub fn new(fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self { fr: fr.into(), en: en.into() }
    }

    pub fn in_locale(&self, locale: Locale) -> &str {
        match locale {
            Locale::Fr => &self.fr,
            Locale::En => &self.en,
        }
    }
}

/// Where in a comment evidence stands: scalars `start..end` of a field of the text as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    pub field: Field,
    /// Unicode scalars before the span.
    pub start: u32,
    /// Unicode scalars before its end; `start <= end`.
    pub end: u32,
}

/// The parts of a comment that a span can point into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Field {
    #[serde(rename = "body")]
    Body,
    #[serde(rename = "author.name")]
    AuthorName,
    #[serde(rename = "author.url")]
    AuthorUrl,
    #[serde(rename = "author.email")]
    AuthorEmail,
}

/// Why a head's score is what it is: `evidence + rest + cap` add up to the signal's score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The strongest features, strongest first.
    pub evidence: Vec<Evidence>,
    /// What all other features, the prior and the calibration add.
    pub rest: Score,
    /// What a bound on the head's signal takes away or adds, where one applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Score>,
}

/// What one feature adds to a head's score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub token: Token,
    pub score: Score,
}

/// A feature as a person can recognise it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Token {
    /// Words of the comment itself, told by where they stand; never the words.
    Words(Vec<Span>),
    /// A fact about the comment's structure, such as `links=2`.
    Structure(String),
}
