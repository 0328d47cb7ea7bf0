//! What is taken out of the record: texts whose time is over, and comments that are erased.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;

use crate::domain::comment::CommentId;
use crate::domain::history::{Period, Sought};
use crate::domain::retention::Ended;
use crate::domain::review::Record;
use crate::domain::site::SiteId;
use crate::domain::standing::Standing;

use super::store::{Position, StoreError};

/// A comment at the version at which it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    pub id: CommentId,
    pub version: u32,
}

/// What hangs on a comment beside its texts, decisions and events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Attached {
    /// By what its author is recognised, each as a keyed digest: `email`, `name`, `id`, `address`.
    pub identifiers: Vec<&'static str>,
    /// When the key of the address is destroyed, and that digest means nothing any more.
    pub address_until: Option<Timestamp>,
    /// What is said of its author from this comment.
    pub standing: Option<Said>,
    /// Answers kept under idempotency keys.
    pub answers: u64,
    pub shadow_verdicts: u64,
}

/// A standing, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    pub standing: Standing,
    pub until: Timestamp,
    pub by: String,
    pub at: Timestamp,
}

/// What is kept of a site's authors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub comments: u64,
    /// Of those, how many came with an e-mail, and with the host site's own id of the author.
    pub emails: u64,
    pub accounts: u64,
    /// How many came with an address, by the period of its key.
    pub addresses: BTreeMap<Period, u64>,
    pub standings: u64,
    /// When the last of them is over.
    pub standings_end: Option<Timestamp>,
}

#[async_trait]
pub trait Privacy: Send + Sync {
    /// Comments of any site that still have a text, of ids below `below`, in the order of ids, at most `limit`.
    async fn with_text(&self, below: CommentId, after: Option<Position>, limit: u32)
    -> Result<Vec<Record>, StoreError>;

    /// Takes texts and names out, but for comments that have changed since they were looked at; how many rows it touched.
    async fn end_texts(&self, ended: &[Ended]) -> Result<u64, StoreError>;

    /// Erases comments with all that hangs on them, in one transaction, but for those that have changed since they were
    /// looked at; how many it erased.
    async fn erase(&self, site: SiteId, comments: &[Looked]) -> Result<u64, StoreError>;

    /// The comments of a site that bear one of these identifiers, in the order of ids, at most `limit`.
    async fn written_by(
        &self,
        site: SiteId,
        sought: &Sought,
        after: Option<Position>,
        limit: u32,
    ) -> Result<Vec<CommentId>, StoreError>;

    /// What hangs on a comment; nothing where there is no such comment.
    async fn attached(&self, site: SiteId, comment: CommentId) -> Result<Attached, StoreError>;

    /// Looks at every comment of a site.
    async fn kept(&self, site: SiteId) -> Result<Kept, StoreError>;

    /// How many rows each table has, by name.
    async fn counts(&self) -> Result<Vec<(String, u64)>, StoreError>;

    /// Leaves nothing in the store's files of what was taken out; false where the store cannot: SQLite wipes what it
    /// deletes and here empties its log, PostgreSQL overwrites it in its own time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when readers kept the log busy; what was taken out stays out, and a later call can
    /// empty it.
    async fn wipe(&self) -> Result<bool, StoreError>;
}
