//! How a moderator learns that something waits.

use async_trait::async_trait;
use jiff::Timestamp;

use super::store::StoreError;
use crate::domain::moderator::{AuditLine, Bulletin, Feed, Moderator, ModeratorId, Progress};

/// What a write changes and the line it leaves in the audit log are on disk together, or neither is.
#[async_trait]
pub trait NotificationStore: Send + Sync {
    /// Adds a feed in place of the moderator's last; false when there is no such moderator or the moderator is
    /// disabled. Whoever is disabled, or accepts an invitation, has none any more.
    async fn make_feed(&self, feed: &Feed, line: &AuditLine) -> Result<bool, StoreError>;

    /// The feed with this digest, and whose it is.
    async fn feed(&self, digest: &[u8; 32]) -> Result<Option<(Feed, Moderator)>, StoreError>;

    /// A moderator's feed.
    async fn feed_of(&self, moderator: ModeratorId) -> Result<Option<Feed>, StoreError>;

    /// Ends a moderator's feed; false when there was none.
    async fn revoke_feed(&self, moderator: ModeratorId, line: &AuditLine) -> Result<bool, StoreError>;

    /// Adds a moderator's bulletins, or puts these in place of them; false when there is no such moderator or the
    /// moderator is disabled. They end when the moderator is disabled.
    async fn set_bulletin(&self, bulletin: &Bulletin, line: &AuditLine) -> Result<bool, StoreError>;

    async fn bulletin_of(&self, moderator: ModeratorId) -> Result<Option<Bulletin>, StoreError>;

    /// Ends a moderator's bulletins; false when there were none.
    async fn stop_bulletin(&self, moderator: ModeratorId, line: &AuditLine) -> Result<bool, StoreError>;

    /// The bulletins that are due, with whose they are, the longest due first, at most `limit`.
    async fn due_bulletins(&self, now: Timestamp, limit: u32) -> Result<Vec<(Bulletin, Moderator)>, StoreError>;

    /// Brings a bulletin on, as long as it is still due as it was seen; false when somebody else was quicker.
    async fn move_bulletin(&self, seen: &Bulletin, to: Progress) -> Result<bool, StoreError>;
}
