//! What people do with recorded comments: look, list, resolve, label, undo.

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::comment::CommentId;
use crate::domain::review::{Act, Event, Label, Reason, Record, Refusal, Status};
use crate::domain::site::Site;
use crate::ports::store::{Change, Claim, Position, Selection, StoreError};

use super::{Service, ServiceError};

/// What a person wants done to a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    Resolve {
        status: Status,
        label: Option<Label>,
        reason: Option<Reason>,
    },
    /// Held again, as one of the copies of a campaign.
    BringBack {
        campaign: Option<CommentId>,
    },
    Label {
        label: Label,
        reason: Option<Reason>,
    },
    /// The last resolution is taken back.
    Undo,
    /// This resolution is taken back, if it is the last.
    UndoOf(Uuid),
}

/// One page of a list, and where the next one starts.
#[derive(Clone, Debug)]
pub struct Listing {
    pub records: Vec<Record>,
    pub next: Option<Position>,
}

/// How often an act without `If-Match` looks again when others write first.
const TRIES: usize = 8;

impl Intent {
    fn on(self, record: &Record) -> Result<Act, Refusal> {
        match self {
            Self::Resolve { status, label, reason } => Ok(record.resolve(status, label, reason)),
            Self::BringBack { campaign } => Ok(record.bring_back(campaign)),
            Self::Label { label, reason } => Ok(record.label_as(label, reason)),
            Self::Undo => record.undo(),
            Self::UndoOf(event) => record.undo_of(event),
        }
    }
}

impl Service {
    /// # Errors
    /// There is no such comment on this site, or the store is away.
    pub async fn comment(&self, site: &Site, id: CommentId) -> Result<Record, ServiceError> {
        self.store.comment(site.id, id).await?.ok_or(ServiceError::NotFound)
    }

    /// The comments that fit, oldest first.
    ///
    /// # Errors
    /// The store is away.
    pub async fn list(
        &self,
        site: &Site,
        selection: &Selection,
        after: Option<Position>,
        limit: u32,
    ) -> Result<Listing, ServiceError> {
        // One more than asked tells whether there is a next page.
        let mut records = self.store.list(site.id, selection, after, limit + 1).await?;
        let more = records.len() > limit as usize;
        records.truncate(limit as usize);
        let next = records.last().filter(|_| more).map(|record| Position(record.id));
        Ok(Listing { records, next })
    }

    /// Does what a person wants to a comment, as one event. `if_version` is the version they saw: if the comment
    /// has moved on, nothing is done.
    ///
    /// # Errors
    /// No such comment, it changed, the act is not possible, or the store is away.
    pub async fn act(
        &self,
        site: &Site,
        id: CommentId,
        by: &str,
        intent: Intent,
        if_version: Option<u32>,
        claim: Option<Claim>,
    ) -> Result<Record, ServiceError> {
        self.act_at(site, id, by, &intent, if_version, claim, self.clock.now()).await
    }

    /// As [`Service::act`], at an instant: acts of one instant by one moderator are one press of a button.
    #[expect(clippy::too_many_arguments, reason = "what an event is made of")]
    pub(super) async fn act_at(
        &self,
        site: &Site,
        id: CommentId,
        by: &str,
        intent: &Intent,
        if_version: Option<u32>,
        claim: Option<Claim>,
        at: Timestamp,
    ) -> Result<Record, ServiceError> {
        for _ in 0..TRIES {
            if let Some(done) = self.done_before(site, claim).await? {
                return Ok(done);
            }
            let record = self.comment(site, id).await?;
            if if_version.is_some_and(|version| version != record.version) {
                return Err(ServiceError::Changed { current: record.version });
            }
            let act = intent.clone().on(&record)?;
            let change = self.change(&record, by, at, act, claim);
            match self.store.change(change.clone()).await {
                Ok(()) => return Ok(changed(record, change)),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ServiceError::Contended)
    }

    fn change(&self, record: &Record, by: &str, at: Timestamp, act: Act, claim: Option<Claim>) -> Change {
        let (version, status) = (record.version, record.status_after(&act));
        let event = Event { id: self.new_id(), at, by: by.to_owned(), act };
        let settled = record.settled_after(&event);
        Change { site: record.site, id: record.id, version, event, status, settled, claim }
    }

    /// The record as an earlier call with the same idempotency key left it.
    async fn done_before(&self, site: &Site, claim: Option<Claim>) -> Result<Option<Record>, ServiceError> {
        let Some(claim) = claim else { return Ok(None) };
        let first = self.first_answer(site, &claim).await?;
        Ok(first.map(|(record, first)| Record { status: first.status, version: first.version, ..record }))
    }
}

/// The record with the change made.
fn changed(mut record: Record, change: Change) -> Record {
    record.status = change.status;
    record.version = change.version + 1;
    record.events.push(change.event);
    record
}
