//! The durable record: sites, comments with their decisions and events, and the keys that seal them.

use async_trait::async_trait;
use jiff::Timestamp;

use super::authors::Authors;
use super::campaigns::Approved;
use crate::domain::activation::{Activation, InUse, ModelVersion, Scope, Shadow};
use crate::domain::comment::{CommentId, Content, Kind, Page};
use crate::domain::decision::{Decision, Verdict};
use crate::domain::history::Identity;
use crate::domain::review::{Event, Record, Status};
use crate::domain::score::Score;
use crate::domain::secrets::ContentDigest;
use crate::domain::site::{Site, SiteId};

use super::accounts::AccountStore;
use super::ledger::LedgerStore;
use super::notifications::NotificationStore;
use super::privacy::Privacy;
use super::queue::QueueStore;
use super::standings::Standings;

/// When a method that writes returns `Ok`, what it wrote is on disk and survives a power cut. Instants are kept to the
/// microsecond.
#[async_trait]
pub trait Store: Send + Sync {
    /// Adds a site.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when its name is taken.
    async fn add_site(&self, site: &Site) -> Result<(), StoreError>;

    /// All sites, oldest first.
    async fn sites(&self) -> Result<Vec<Site>, StoreError>;

    /// Gives a site other keys; false when there is no such site.
    async fn set_site_keys(
        &self,
        site: SiteId,
        key_digest: [u8; 32],
        sealed_akismet_key: &[u8],
    ) -> Result<bool, StoreError>;

    /// What is recorded under a host site's own name for a comment.
    async fn known(&self, site: SiteId, external_id: &str) -> Result<Option<Known>, StoreError>;

    /// Records one revision of a comment with its decision, all or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another call came first: the external id, the revision, the version or the
    /// idempotency key is taken. Look it up again.
    async fn record(&self, entry: Entry) -> Result<(), StoreError>;

    /// One comment, whole.
    async fn comment(&self, site: SiteId, id: CommentId) -> Result<Option<Record>, StoreError>;

    /// The comments of a site that fit the selection, oldest first, at most `limit`.
    async fn list(
        &self,
        site: SiteId,
        selection: &Selection,
        after: Option<Position>,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError>;

    /// Appends an event and sets the status, if the comment is still at the version the change was made for.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is not, or the idempotency key is taken.
    async fn change(&self, change: Change) -> Result<(), StoreError>;

    /// The first answer to an idempotency key, until it is forgotten.
    async fn first_answer(&self, site: SiteId, key: &[u8; 32]) -> Result<Option<FirstAnswer>, StoreError>;

    /// Drops the idempotency keys of before `before`, at most `limit`; how many it dropped.
    async fn forget_answers(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;

    /// The sealed key stored under `name`; stores `sealed` first when there is none. The first one stays for good.
    async fn sealed_key(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError>;

    /// Which models decide and which shadow: what a running server asks every second.
    async fn in_use(&self) -> Result<InUse, StoreError>;

    /// Appends a change of what decides in a scope. Of older ones the latest [`ACTIVATIONS_KEPT`] are kept.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when its serial is not the one after the scope's latest: another change came first.
    async fn activate(&self, activation: &Activation) -> Result<(), StoreError>;

    /// The changes of what decides in a scope, latest first.
    async fn activations(&self, scope: Scope) -> Result<Vec<Activation>, StoreError>;

    /// Lets a candidate shadow in a scope, in place of another; `None` ends it.
    async fn set_shadow(&self, scope: Scope, candidate: Option<&ModelVersion>) -> Result<(), StoreError>;

    /// How a candidate's verdicts on a site's comments compare with those that were given, and at most `limit` of those
    /// that differ, worst first: by how far apart the verdicts are, then the scores.
    async fn shadowed(&self, site: SiteId, candidate: &ModelVersion, limit: u32) -> Result<Shadowed, StoreError>;

    /// Whether the store can be read and written now.
    async fn check(&self) -> Result<(), StoreError>;

    /// Writes what waits, and refuses what comes after. A second call does nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it takes longer than a call may; what waits is then still being written.
    async fn close(&self) -> Result<(), StoreError>;
}

/// Everything a database of Tamis's does: what the command line opens once and hands out by port.
pub trait Database:
    Store + Approved + Authors + Standings + Privacy + AccountStore + NotificationStore + LedgerStore + QueueStore
{
}

impl<T> Database for T where
    T: Store + Approved + Authors + Standings + Privacy + AccountStore + NotificationStore + LedgerStore + QueueStore
{
}

/// What is recorded under an external id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub id: CommentId,
    /// The digest of each revision's content, from revision 1.
    pub digests: Vec<ContentDigest>,
}

/// One revision to record. An edit leaves the external id, kind, page and parent as the first revision had them.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: CommentId,
    pub site: SiteId,
    pub external_id: Option<String>,
    pub kind: Kind,
    pub page: Page,
    pub parent_id: Option<String>,
    /// 1 records a new comment; n + 1 an edit of a comment that has n revisions.
    pub revision: u32,
    /// For an edit, the version of the record that the decision was made for; 0 for a new comment.
    pub version: u32,
    pub content: Content,
    /// Recorded with the first revision.
    pub author: Identity,
    pub digest: ContentDigest,
    pub decision: Decision,
    pub status: Status,
    pub at: Timestamp,
    pub claim: Option<Claim>,
    /// What a candidate would have decided; kept as long as the text.
    pub shadow: Option<Shadow>,
}

/// An event to append.
#[derive(Clone, Debug)]
pub struct Change {
    pub site: SiteId,
    pub id: CommentId,
    /// The version the change was made for.
    pub version: u32,
    pub event: Event,
    pub status: Status,
    /// What persons think of the comment after the event, as [`Record::settled_after`] tells it.
    pub settled: Option<Status>,
    pub claim: Option<Claim>,
}

/// An idempotency key to claim along with a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// A digest of the key as the client sent it.
    pub key: [u8; 32],
    /// A digest of the request it was sent with.
    pub request: [u8; 32],
    pub at: Timestamp,
}

/// What was first answered to an idempotency key: enough to answer the same again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    pub request: [u8; 32],
    pub id: CommentId,
    pub revision: u32,
    pub status: Status,
    pub version: u32,
}

/// Which comments to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    pub status: Option<Status>,
    pub page_url: Option<String>,
    pub external_id: Option<String>,
}

/// A place in a list: the last comment already seen. Ids grow with time, so they are the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position(pub CommentId);

/// How many changes of what decides in a scope are kept: as many rollbacks are possible.
pub const ACTIVATIONS_KEPT: u32 = 100;

/// A candidate's verdicts beside those that were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shadowed {
    /// How many revisions were given one verdict and would have been given another, or the same.
    pub counts: Vec<(Verdict, Verdict, u64)>,
    pub differing: Vec<Differing>,
}

/// A revision on which a candidate would have decided otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing {
    pub id: CommentId,
    pub revision: u32,
    pub given: (Verdict, Score),
    pub candidate: (Verdict, Score),
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Another write came first.
    #[error("another write came first")]
    Conflict,
    /// The store cannot be reached, is full, or is shutting down, and nothing was written; or it did not answer in
    /// time, and what was asked for may still be written. Asking again with the same id is safe.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// What was read is not what Tamis wrote.
    #[error("the store holds something that Tamis cannot read: {0}")]
    Damaged(String),
}
