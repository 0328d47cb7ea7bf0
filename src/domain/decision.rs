//! The immutable record of what Tamis concluded about one revision of a comment, and from what.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::comment::Language;
use super::score::Score;
use super::signal::Signal;

/// What the machine concludes. Ordered: `Approve < Hold < Reject`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Approve,
    Hold,
    Reject,
}

impl Verdict {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Hold => "hold",
            Self::Reject => "reject",
        }
    }
}

/// Where the sum of the scores becomes a verdict; `hold_at <= reject_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    pub hold_at: Score,
    pub reject_at: Score,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { hold_at: Score::from_thousandths(2_000), reject_at: Score::from_thousandths(5_000) }
    }
}

impl Thresholds {
    /// How far a score is from the middle between the thresholds, where as much speaks for letting a comment pass as
    /// for rejecting it: in half thousandths of a nat, so that it is a whole number. The nearer, the more a person's
    /// look changes.
    pub fn distance(self, score: Score) -> u32 {
        let twice = |score: Score| 2 * i64::from(score.thousandths());
        let middle = i64::from(self.hold_at.thousandths()) + i64::from(self.reject_at.thousandths());
        u32::try_from((twice(score) - middle).unsigned_abs()).unwrap_or(u32::MAX)
    }
}

/// What settled the verdict: the sum, or the signal whose floor stood above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecidedBy {
    Score,
    Floor(String),
}

impl DecidedBy {
    /// `score`, or the id of the signal that set the floor.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Score => "score",
            Self::Floor(id) => id,
        }
    }
}

/// What one head knows about a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeadReading {
    /// Calibrated, in 0..=1; `None` when the head knows too little to say.
    pub probability: Option<f64>,
    /// How many of the comment's features the head has a weight for.
    pub known_tokens: u32,
}

/// Both heads' readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heads {
    pub spam: HeadReading,
    pub abuse: HeadReading,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub verdict: Verdict,
    /// The sum of the signals' scores.
    pub score: Score,
    pub decided_by: DecidedBy,
    pub thresholds: Thresholds,
    pub heads: Heads,
    pub signals: Vec<Signal>,
    /// The model's version, such as `2026-11-24-3f9c1a`.
    pub model: String,
    /// The first 16 hexadecimal digits of the rule set's digest.
    pub ruleset: String,
    pub language: Option<Language>,
    /// True when a part of Tamis was away and the decision was made without it.
    pub degraded: bool,
    pub checked_at: Timestamp,
}
