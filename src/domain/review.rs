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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    Ham,
    Spam,
    Abuse,
}

impl Label {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ham => "ham",
            Self::Spam => "spam",
            Self::Abuse => "abuse",
        }
    }
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

/// Who acts for the host site: whoever moderates there.
pub const HOST: &str = "host";

/// Something that happened to a recorded comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub id: Uuid,
    pub at: Timestamp,
    /// A moderator's name, which no other moderator has, or [`HOST`].
    pub by: String,
    pub act: Act,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// A person settled the status of a revision; `before` is what an undo restores.
    Resolved {
        revision: u32,
        status: Status,
        before: Status,
        label: Option<Label>,
        reason: Option<Reason>,
        /// What it was brought back for: a copy of this campaign, that came when too few had come to tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign: Option<CommentId>,
    },
    /// A person said what a revision is, without touching its status.
    Labelled { revision: u32, label: Label, reason: Option<Reason> },
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
    #[error("nothing to undo: no resolution of the latest revision stands")]
    NothingToUndo,
    #[error("something else was decided since")]
    DecidedSince,
}

impl Record {
    pub fn latest(&self) -> Option<&Revision> {
        self.revisions.last()
    }

    /// The campaign that the latest revision is one of the copies of: as its decision says, or whoever brought it back.
    pub fn campaign(&self) -> Option<CommentId> {
        let latest = self.latest()?;
        let brought_back = |event: &Event| match event.act {
            Act::Resolved { revision, campaign, .. } if revision == latest.number => campaign,
            _ => None,
        };
        let decided = latest.decision.signals.iter().find_map(|signal| signal.campaign);
        decided.or_else(|| self.events.iter().rev().find_map(brought_back))
    }

    fn revision(&self) -> u32 {
        self.latest().map_or(0, |revision| revision.number)
    }

    /// The label a person gave to the latest revision last, if any still stands.
    pub fn label(&self) -> Option<Label> {
        let latest = self.revision();
        self.standing().rev().find_map(|event| match &event.act {
            Act::Resolved { revision, label, reason, .. } if *revision == latest => {
                label.or_else(|| reason.as_ref()?.teaches())
            }
            Act::Labelled { revision, label, .. } if *revision == latest => Some(*label),
            _ => None,
        })
    }

    /// What persons think of the comment once `event` has happened, as far as it tells of its author: the last act that
    /// stands. A comment that a person held, or rejected as a duplicate or off topic, tells nothing.
    pub fn settled_after(&self, event: &Event) -> Option<Status> {
        let events: Vec<&Event> = self.events.iter().chain([event]).collect();
        standing(&events).rev().find_map(|event| event.act.tells_of_author()).flatten()
    }

    /// Whether the last resolution that stands, on whichever revision, is a rejection.
    pub fn was_rejected_by_a_person(&self) -> bool {
        self.standing()
            .rev()
            .find_map(|event| match event.act {
                Act::Resolved { status, .. } => Some(status == Status::Rejected),
                _ => None,
            })
            .unwrap_or(false)
    }

    /// The act that settles the status of the latest revision.
    pub fn resolve(&self, status: Status, label: Option<Label>, reason: Option<Reason>) -> Act {
        Act::Resolved { revision: self.revision(), status, before: self.status, label, reason, campaign: None }
    }

    /// The act that holds the latest revision as one of the copies of a campaign.
    pub fn bring_back(&self, campaign: Option<CommentId>) -> Act {
        let (revision, before) = (self.revision(), self.status);
        Act::Resolved { revision, status: Status::Held, before, label: None, reason: None, campaign }
    }

    /// The act that says what the latest revision is.
    pub fn label_as(&self, label: Label, reason: Option<Reason>) -> Act {
        Act::Labelled { revision: self.revision(), label, reason }
    }

    /// The act that takes back the last resolution of the latest revision.
    ///
    /// # Errors
    /// None stands.
    pub fn undo(&self) -> Result<Act, Refusal> {
        let latest = self.revision();
        let undone = |event: &Event| match event.act {
            Act::Resolved { revision, before, .. } if revision == latest => {
                Some(Act::Undone { event: event.id, status: before })
            }
            _ => None,
        };
        self.standing().rev().find_map(undone).ok_or(Refusal::NothingToUndo)
    }

    /// The act that takes back the resolution `event`, as long as it is the last.
    ///
    /// # Errors
    /// It is not, or it was taken back already.
    pub fn undo_of(&self, event: Uuid) -> Result<Act, Refusal> {
        match self.undo()? {
            Act::Undone { event: last, status } if last == event => Ok(Act::Undone { event, status }),
            _ => Err(Refusal::DecidedSince),
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
    pub(super) fn standing(&self) -> impl DoubleEndedIterator<Item = &Event> {
        standing(&self.events)
    }
}

fn standing<E: std::borrow::Borrow<Event>>(events: &[E]) -> impl DoubleEndedIterator<Item = &Event> {
    let is_undone = |id| {
        let undoes = |event: &Event| matches!(event.act, Act::Undone { event: undone, .. } if undone == id);
        events.iter().any(|event| undoes(event.borrow()))
    };
    events.iter().map(E::borrow).filter(move |event| !is_undone(event.id))
}

impl Act {
    /// What whoever did it said of the comment, and why.
    pub fn because(&self) -> (Option<Label>, Option<&Reason>) {
        match self {
            Self::Resolved { label, reason, .. } => (*label, reason.as_ref()),
            Self::Labelled { label, reason, .. } => (Some(*label), reason.as_ref()),
            Self::Undone { .. } => (None, None),
        }
    }

    /// What it says of the author; `None` when it settles nothing, and an earlier act still holds.
    fn tells_of_author(&self) -> Option<Option<Status>> {
        match self {
            Self::Resolved { status: Status::Held, .. }
            | Self::Resolved { reason: Some(Reason::Duplicate | Reason::OffTopic), .. } => Some(None),
            Self::Resolved { status, .. } => Some(Some(*status)),
            Self::Labelled { label: Label::Ham, .. } => Some(Some(Status::Approved)),
            Self::Labelled { .. } => Some(Some(Status::Rejected)),
            Self::Undone { .. } => None,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::BodyFormat;
    use crate::domain::decision::{DecidedBy, Heads, Thresholds};
    use crate::domain::ledger::{Exclusion, Lesson};

    fn record(status: Status) -> Record {
        Record {
            id: CommentId(Uuid::nil()),
            site: SiteId(Uuid::nil()),
            external_id: None,
            kind: Kind::Comment,
            page: Page::default(),
            parent_id: None,
            status,
            version: 1,
            created_at: Timestamp::UNIX_EPOCH,
            revisions: vec![revision(1)],
            events: Vec::new(),
        }
    }

    fn revision(number: u32) -> Revision {
        let decision = Decision {
            verdict: Verdict::Hold,
            score: Score::ZERO,
            decided_by: DecidedBy::Score,
            thresholds: Thresholds::default(),
            heads: Heads::default(),
            signals: Vec::new(),
            model: String::new(),
            ruleset: String::new(),
            language: None,
            degraded: false,
            checked_at: Timestamp::UNIX_EPOCH,
        };
        let content = Content { body: String::new(), format: BodyFormat::Text, author_name: None, author_url: None };
        Revision { number, content: Some(content), decision }
    }

    fn after(mut record: Record, act: Act) -> Record {
        record.status = record.status_after(&act);
        let id = Uuid::from_u128(record.events.len() as u128 + 1);
        record.events.push(Event { id, at: Timestamp::UNIX_EPOCH, by: "host".to_owned(), act });
        record
    }

    fn resolved(record: Record, status: Status, reason: Option<Reason>) -> Record {
        let act = record.resolve(status, None, reason);
        after(record, act)
    }

    #[test]
    fn undo_takes_back_one_resolution_after_the_other() {
        let record = resolved(resolved(record(Status::Held), Status::Approved, None), Status::Rejected, None);
        let act = record.undo().unwrap();
        let record = after(record, act);
        assert_eq!(record.status, Status::Approved);
        let act = record.undo().unwrap();
        let record = after(record, act);
        assert_eq!(record.status, Status::Held);
        assert_eq!(record.undo(), Err(Refusal::NothingToUndo));
    }

    #[test]
    fn only_the_last_resolution_can_be_undone_by_its_name() {
        let record = resolved(resolved(record(Status::Held), Status::Approved, None), Status::Rejected, None);
        let [first, second] = [record.events[0].id, record.events[1].id];
        assert_eq!(record.undo_of(first), Err(Refusal::DecidedSince));
        let act = record.undo_of(second).unwrap();
        let record = after(record, act);
        assert_eq!(record.status, Status::Approved);
        assert_eq!(record.undo_of(second), Err(Refusal::DecidedSince));
        assert!(record.undo_of(first).is_ok());
    }

    #[test]
    fn a_rejection_teaches_through_its_reason_only() {
        let rejected = |reason| resolved(record(Status::Held), Status::Rejected, reason).label();
        assert_eq!(rejected(Some(Reason::Hate)), Some(Label::Abuse));
        assert_eq!(rejected(Some(Reason::Spam)), Some(Label::Spam));
        assert_eq!(rejected(Some(Reason::OffTopic)), None);
        assert_eq!(rejected(None), None);
    }

    #[test]
    fn a_label_goes_with_the_resolution_that_gave_it() {
        let record = resolved(record(Status::Held), Status::Rejected, Some(Reason::Spam));
        let act = record.undo().unwrap();
        assert_eq!(after(record, act).label(), None);
    }

    #[test]
    fn a_label_speaks_of_the_revision_it_was_given_to() {
        let mut record = resolved(record(Status::Held), Status::Rejected, Some(Reason::Spam));
        record.revisions.push(revision(2));
        assert_eq!(record.label(), None);
        assert!(record.was_rejected_by_a_person());
        assert_eq!(record.undo(), Err(Refusal::NothingToUndo));
    }

    #[test]
    fn reasons_are_of_the_list_or_typed() {
        assert_eq!(Reason::parse("off_topic"), Ok(Some(Reason::OffTopic)));
        assert_eq!(Reason::parse(" "), Ok(None));
        assert_eq!(Reason::parse("hors charte"), Ok(Some(Reason::Typed("hors charte".to_owned()))));
        assert_eq!(Reason::parse(&"x".repeat(501)), Err(501));
    }

    fn by(mut record: Record, who: &str, act: Act) -> Record {
        record = after(record, act);
        record.events.last_mut().unwrap().by = who.to_owned();
        record
    }

    fn taught(record: &Record, without: &[Exclusion]) -> Vec<(Option<String>, Label)> {
        let lessons = record.lessons(Timestamp::UNIX_EPOCH, without);
        let example = |lesson| match lesson {
            Lesson::Example(taught) => Some((taught.by, taught.label)),
            Lesson::Disputed { .. } => None,
        };
        lessons.into_iter().filter_map(example).collect()
    }

    #[test]
    fn the_same_person_s_last_word_counts_and_two_persons_who_disagree_are_a_dispute() {
        let record = record(Status::Held);
        let ham = record.resolve(Status::Approved, None, None);
        let spam = record.resolve(Status::Rejected, None, Some(Reason::Spam));
        let silent = record.resolve(Status::Rejected, None, None);
        let changed = by(by(record.clone(), "anne", ham.clone()), "anne", spam.clone());
        assert_eq!(taught(&changed, &[]), [(Some("anne".to_owned()), Label::Spam)]);
        let taken_back = by(by(record.clone(), "anne", ham.clone()), "anne", silent.clone());
        assert_eq!(taught(&taken_back, &[]), []);
        let said = by(by(record.clone(), "anne", record.label_as(Label::Spam, None)), "anne", silent);
        assert_eq!(taught(&said, &[]), [(Some("anne".to_owned()), Label::Spam)]);
        let disputed = by(by(record, "anne", ham), "paul", spam);
        let lessons = disputed.lessons(Timestamp::UNIX_EPOCH, &[]);
        assert!(matches!(&lessons[..], [Lesson::Disputed { said, .. }] if said.len() == 2));
        let without = [Exclusion { by: "paul".to_owned(), since: Timestamp::UNIX_EPOCH }];
        assert_eq!(taught(&disputed, &without), [(Some("anne".to_owned()), Label::Ham)]);
    }

    #[test]
    fn a_machine_s_approval_teaches_once_it_stood_seven_days_untouched() {
        let mut record = record(Status::Approved);
        record.revisions[0].decision.verdict = Verdict::Approve;
        let lessons = |record: &Record, hours| {
            let now = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(hours);
            record.lessons(now, &[]).len()
        };
        assert_eq!((lessons(&record, 167), lessons(&record, 168)), (0, 1));
        record.revisions.push(revision(2));
        assert_eq!(lessons(&record, 168), 0, "an edit begins anew");
        record.revisions.pop();
        let touched = resolved(record.clone(), Status::Rejected, None);
        assert_eq!(lessons(&touched, 168), 0);
        record.revisions[0].content = None;
        assert_eq!(lessons(&record, 168), 0, "without its text nothing is taught");
    }
}
