//! A recorded comment and what people did to it. Every act is an event; undoing one is another event.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::comment::{CommentId, Content, Kind, Page};
use super::decision::{Decision, Verdict};
use super::score::Score;
use super::signal::{Message, Signal, Source};
use super::site::SiteId;

/// Where a comment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Approved,
    Held,
    Rejected,
}

impl Status {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Held => "held",
            Self::Rejected => "rejected",
        }
    }
}

impl From<Verdict> for Status {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Approve => Self::Approved,
            Verdict::Hold => Self::Held,
            Verdict::Reject => Self::Rejected,
        }
    }
}

/// What a person says a comment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    Ham,
    Spam,
    Abuse,
}

/// Why a person rejected a comment: one of the list, or typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Spam,
    Insult,
    Hate,
    Threat,
    OffTopic,
    Defamation,
    PersonalData,
    Duplicate,
    Other,
    Typed(String),
}

impl Reason {
    /// Longest typed reason, in Unicode scalars.
    pub const MAX_TYPED: usize = 500;

    /// Reads a name of the list (`off_topic`) or takes the words as typed.
    ///
    /// # Errors
    /// The length of typed words that are too long.
    pub fn parse(words: &str) -> Result<Option<Self>, usize> {
        let words = words.trim();
        let length = words.chars().count();
        Ok(Some(match words {
            "" => return Ok(None),
            "spam" => Self::Spam,
            "insult" => Self::Insult,
            "hate" => Self::Hate,
            "threat" => Self::Threat,
            "off_topic" => Self::OffTopic,
            "defamation" => Self::Defamation,
            "personal_data" => Self::PersonalData,
            "duplicate" => Self::Duplicate,
            "other" => Self::Other,
            _ if length > Self::MAX_TYPED => return Err(length),
            _ => Self::Typed(words.to_owned()),
        }))
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Spam => "spam",
            Self::Insult => "insult",
            Self::Hate => "hate",
            Self::Threat => "threat",
            Self::OffTopic => "off_topic",
            Self::Defamation => "defamation",
            Self::PersonalData => "personal_data",
            Self::Duplicate => "duplicate",
            Self::Other => "other",
            Self::Typed(words) => words,
        }
    }

    /// What a rejection for this reason teaches: spam is spam; insult, hate and threat are abuse; the rest, nothing.
    pub fn teaches(&self) -> Option<Label> {
        match self {
            Self::Spam => Some(Label::Spam),
            Self::Insult | Self::Hate | Self::Threat => Some(Label::Abuse),
            _ => None,
        }
    }
}

/// Something that happened to a recorded comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub id: Uuid,
    pub at: Timestamp,
    /// Who: `host` for the host site's own moderators.
    pub by: String,
    pub act: Act,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// A person settled the comment's status; `before` is what an undo restores.
    Resolved { status: Status, before: Status, label: Option<Label>, reason: Option<Reason> },
    /// A person said what the comment is, without touching its status.
    Labelled { label: Label, reason: Option<Reason> },
    /// The resolution `event` was taken back.
    Undone { event: Uuid, status: Status },
}

/// One revision: its content, while it is kept, and the decision on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    pub number: u32,
    /// `None` once the text's time is over or it was erased.
    pub content: Option<Content>,
    pub decision: Decision,
}

/// A comment as recorded, with all its revisions (oldest first) and events.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub id: CommentId,
    pub site: SiteId,
    pub external_id: Option<String>,
    pub kind: Kind,
    pub page: Page,
    pub parent_id: Option<String>,
    pub status: Status,
    /// Counts every change of the record, from 1; what `If-Match` compares.
    pub version: u32,
    pub created_at: Timestamp,
    /// Never empty.
    pub revisions: Vec<Revision>,
    pub events: Vec<Event>,
}

/// Why an act is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("nothing to undo: no resolution of this comment stands")]
    NothingToUndo,
}

impl Record {
    pub fn latest(&self) -> Option<&Revision> {
        self.revisions.last()
    }

    /// The label a person gave last, if any still stands.
    pub fn label(&self) -> Option<Label> {
        self.standing().rev().find_map(|event| match &event.act {
            Act::Resolved { label, reason, .. } => label.or_else(|| reason.as_ref()?.teaches()),
            Act::Labelled { label, .. } => Some(*label),
            Act::Undone { .. } => None,
        })
    }

    /// The resolution that stands, if a person settled the comment.
    pub fn resolution(&self) -> Option<&Event> {
        self.standing().rev().find(|event| matches!(event.act, Act::Resolved { .. }))
    }

    /// Whether the last word a person had on this comment was to reject it.
    pub fn was_rejected_by_a_person(&self) -> bool {
        matches!(self.resolution().map(|event| &event.act), Some(Act::Resolved { status: Status::Rejected, .. }))
    }

    /// The act that settles the status.
    pub fn resolve(&self, status: Status, label: Option<Label>, reason: Option<Reason>) -> Act {
        Act::Resolved { status, before: self.status, label, reason }
    }

    /// The act that takes the standing resolution back.
    ///
    /// # Errors
    /// No resolution stands.
    pub fn undo(&self) -> Result<Act, Refusal> {
        let event = self.resolution().ok_or(Refusal::NothingToUndo)?;
        match &event.act {
            Act::Resolved { before, .. } => Ok(Act::Undone { event: event.id, status: *before }),
            _ => Err(Refusal::NothingToUndo),
        }
    }

    /// The status once `act` is done.
    pub fn status_after(&self, act: &Act) -> Status {
        match act {
            Act::Resolved { status, .. } | Act::Undone { status, .. } => *status,
            Act::Labelled { .. } => self.status,
        }
    }

    /// The events that no later one has undone, oldest first.
    fn standing(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter().filter(|event| {
            !self
                .events
                .iter()
                .any(|other| matches!(other.act, Act::Undone { event: undone, .. } if undone == event.id))
        })
    }
}

/// An edit of what a person rejected is at best held: a person must see it again.
pub fn edited_after_rejection() -> Signal {
    Signal::new(
        "history.rejected_before",
        Source::History,
        Score::ZERO,
        Message::new(
            "Une personne a rejeté une version antérieure de ce commentaire",
            "A person rejected an earlier revision of this comment",
        ),
    )
    .demanding(Verdict::Hold)
}
