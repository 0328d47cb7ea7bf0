//! How long what people wrote is kept.
//!
//! A comment's texts are kept for a period that goes by its status, counted from the last thing that happened to it: its
//! latest revision, or what a person did. A text that a person's label stands on is an example: once the comment's
//! own period is over it loses its author's name and address, and goes when the period of examples is over.

use jiff::{SignedDuration, Timestamp};

use super::comment::CommentId;
use super::review::{Record, Revision, Status};

/// The periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    pub held: SignedDuration,
    pub rejected: SignedDuration,
    pub approved: SignedDuration,
    /// Counted from the label.
    pub examples: SignedDuration,
}

/// What of one comment is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub id: CommentId,
    /// The version of the record that was looked at: a label given meanwhile stops it.
    pub version: u32,
    /// The revisions whose text goes.
    pub texts: Vec<u32>,
    /// The revisions whose text stays, as an example, without its author's name and address.
    pub names: Vec<u32>,
}

impl Retention {
    /// Nothing younger than this has anything to lose.
    pub fn shortest(&self) -> SignedDuration {
        self.held.min(self.rejected).min(self.approved)
    }

    fn of(&self, status: Status) -> SignedDuration {
        match status {
            Status::Held => self.held,
            Status::Rejected => self.rejected,
            Status::Approved => self.approved,
        }
    }
}

impl Record {
    /// What of this comment is to go at `now`, if anything is.
    pub fn ended(&self, retention: &Retention, now: Timestamp) -> Option<Ended> {
        if !is_over(self.last_touched()?, retention.of(self.status), now) {
            return None;
        }
        let mut ended = Ended { id: self.id, version: self.version, texts: Vec::new(), names: Vec::new() };
        for revision in &self.revisions {
            let Some(content) = &revision.content else { continue };
            let named = content.author_name.is_some() || content.author_url.is_some();
            match self.is_example(revision, retention, now) {
                true if named => ended.names.push(revision.number),
                true => {}
                false => ended.texts.push(revision.number),
            }
        }
        (!ended.texts.is_empty() || !ended.names.is_empty()).then_some(ended)
    }

    /// When the text of a revision goes, as things stand; `None` for never.
    pub fn ends(&self, revision: u32, retention: &Retention) -> Option<Timestamp> {
        let own = self.last_touched()?.checked_add(retention.of(self.status)).ok()?;
        match self.labelled_at(revision) {
            Some(labelled) => Some(own.max(labelled.checked_add(retention.examples).ok()?)),
            None => Some(own),
        }
    }

    fn is_example(&self, revision: &Revision, retention: &Retention, now: Timestamp) -> bool {
        self.labelled_at(revision.number).is_some_and(|at| !is_over(at, retention.examples, now))
    }

    /// The latest decision or act.
    pub fn last_touched(&self) -> Option<Timestamp> {
        let decided = self.latest().map(|revision| revision.decision.checked_at);
        decided.max(self.events.iter().map(|event| event.at).max())
    }
}

/// A period that reaches beyond the calendar is never over.
fn is_over(begun: Timestamp, period: SignedDuration, now: Timestamp) -> bool {
    begun.checked_add(period).is_ok_and(|end| end <= now)
}
