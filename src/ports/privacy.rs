//! What is taken out of the record: texts whose time is over.

use async_trait::async_trait;

use crate::domain::comment::CommentId;
use crate::domain::retention::Ended;
use crate::domain::review::Record;

use super::store::{Position, StoreError};

#[async_trait]
pub trait Privacy: Send + Sync {
    /// Comments of any site that still have a text, of ids below `below`, in the order of ids, at most `limit`.
    async fn with_text(&self, below: CommentId, after: Option<Position>, limit: u32)
    -> Result<Vec<Record>, StoreError>;

    /// Takes texts and names out, but for comments that have changed since they were looked at; how many rows it touched.
    async fn end_texts(&self, ended: &[Ended]) -> Result<u64, StoreError>;

    /// Leaves nothing in the store's files of what was taken out, as far as the store can: SQLite wipes what it deletes
    /// and here empties its log; PostgreSQL overwrites it in its own time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when readers kept the log busy; what was taken out stays out, and a later call can
    /// empty it.
    async fn wipe(&self) -> Result<(), StoreError>;
}
