//! What is taken out of the record: texts whose time is over, and comments that are erased.

use async_trait::async_trait;

use crate::domain::comment::CommentId;
use crate::domain::history::Identifier;
use crate::domain::retention::Ended;
use crate::domain::review::Record;
use crate::domain::site::SiteId;

use super::store::{Position, StoreError};

/// A comment at the version at which it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    pub id: CommentId,
    pub version: u32,
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

    /// The comments of a site whose author gave this e-mail, in the order of ids, at most `limit`.
    async fn written_by(
        &self,
        site: SiteId,
        email: Identifier,
        after: Option<Position>,
        limit: u32,
    ) -> Result<Vec<CommentId>, StoreError>;

    /// How many comments of a site came without an e-mail: nobody's e-mail finds them.
    async fn without_email(&self, site: SiteId) -> Result<u64, StoreError>;

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
