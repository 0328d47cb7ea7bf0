//! The ledger of labels: what people did to a recorded comment, as lessons for training.
//!
//! A person's approval is ham; a rejection teaches through its reason only; a label that was said outright stands until
//! the same person says another. What a machine approved and nobody touched for seven days is ham too, told as the
//! machine's word, so that it can weigh less. A label belongs to the revision that it was given to.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::comment::Content;
use super::decision::Verdict;
use super::review::{Act, Event, Label, Record, Revision, Status};

/// How long a machine's approval must stand.
const STANDS_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whose labels do not count, from when on: how a person's labels are undone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    pub by: String,
    pub since: Timestamp,
}

/// What one revision of a comment teaches.
#[derive(Clone, Debug, PartialEq)]
pub enum Lesson<'a> {
    Example(Taught<'a>),
    /// Two persons do not agree.
    Disputed {
        revision: u32,
        said: Vec<Said>,
    },
}

/// A label on a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Taught<'a> {
    pub revision: u32,
    pub content: &'a Content,
    pub label: Label,
    /// `None` is the machine.
    pub by: Option<String>,
    pub at: Timestamp,
}

/// What a person says a revision is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub by: String,
    pub label: Label,
    pub at: Timestamp,
    /// Whether it came with a resolution, so that the next resolution takes it back.
    resolved: bool,
}

impl Record {
    /// What each revision whose text is still kept teaches at `now`, but for what was `without`.
    pub fn lessons(&self, now: Timestamp, without: &[Exclusion]) -> Vec<Lesson<'_>> {
        match self.kind.is_prose() {
            true => self.revisions.iter().filter_map(|revision| self.lesson(revision, now, without)).collect(),
            false => Vec::new(),
        }
    }

    /// When a person last gave a revision a label that stands: what makes its text an example.
    pub fn labelled_at(&self, revision: u32) -> Option<Timestamp> {
        let said = if self.kind.is_prose() { self.said(revision, &[]) } else { Vec::new() };
        said.last().map(|said| said.at)
    }

    fn lesson<'a>(&'a self, revision: &'a Revision, now: Timestamp, without: &[Exclusion]) -> Option<Lesson<'a>> {
        let content = revision.content.as_ref()?;
        let said = self.said(revision.number, without);
        let taught = |label, by, at| Lesson::Example(Taught { revision: revision.number, content, label, by, at });
        match said.last() {
            None => self.stood(revision, now).map(|at| taught(Label::Ham, None, at)),
            Some(last) if said.iter().all(|said| said.label == last.label) => {
                Some(taught(last.label, Some(last.by.clone()), last.at))
            }
            Some(_) => Some(Lesson::Disputed { revision: revision.number, said }),
        }
    }

    /// What each person says last of a revision, oldest first.
    fn said(&self, revision: u32, without: &[Exclusion]) -> Vec<Said> {
        let mut said: BTreeMap<&str, Said> = BTreeMap::new();
        for event in self.standing().filter(|event| !is_excluded(event, without)) {
            let by = event.by.as_str();
            match teaches(&event.act, revision) {
                Some((Some(label), resolved)) => {
                    said.insert(by, Said { by: by.to_owned(), label, at: event.at, resolved });
                }
                Some((None, _)) if said.get(by).is_some_and(|said| said.resolved) => {
                    said.remove(by);
                }
                _ => {}
            }
        }
        let mut said: Vec<_> = said.into_values().collect();
        said.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.by.cmp(&b.by)));
        said
    }

    /// Since when a machine's approval of the latest revision stands, if long enough and nobody ever touched the comment.
    fn stood(&self, revision: &Revision, now: Timestamp) -> Option<Timestamp> {
        let decided = revision.decision.checked_at;
        let approved = revision.decision.verdict == Verdict::Approve && self.status == Status::Approved;
        let latest = self.latest().is_some_and(|latest| latest.number == revision.number);
        let long = now.duration_since(decided) >= STANDS_AFTER;
        (approved && latest && long && self.events.is_empty()).then_some(decided)
    }
}

fn is_excluded(event: &Event, without: &[Exclusion]) -> bool {
    without.iter().any(|exclusion| exclusion.by == event.by && event.at >= exclusion.since)
}

/// What an act says of a revision, if it speaks of it, and whether it is a resolution.
fn teaches(act: &Act, of: u32) -> Option<(Option<Label>, bool)> {
    match act {
        Act::Resolved { revision, status, label, reason, .. } if *revision == of => {
            let implied = match status {
                Status::Approved => Some(Label::Ham),
                Status::Rejected => reason.as_ref().and_then(|reason| reason.teaches()),
                Status::Held => None,
            };
            Some((label.or(implied), true))
        }
        Act::Labelled { revision, label, .. } if *revision == of => Some((Some(*label), false)),
        _ => None,
    }
}
