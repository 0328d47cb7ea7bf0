//! What moderators said of authors.

use async_trait::async_trait;
use jiff::Timestamp;

use super::store::StoreError;
use crate::domain::comment::CommentId;
use crate::domain::history::{Origin, Period};
use crate::domain::moderator::AuditLine;
use crate::domain::site::SiteId;
use crate::domain::standing::Given;

/// What a write changes and the line it leaves in the audit log are on disk together, or neither is.
#[async_trait]
pub trait Standings: Send + Sync {
    /// Gives a standing in place of those given on these comments; false, and nothing is done, when its own comment is
    /// not there or the site would have more than `most`.
    async fn give_standing(
        &self,
        site: SiteId,
        given: &Given,
        in_place_of: &[CommentId],
        most: u32,
        line: &AuditLine,
    ) -> Result<bool, StoreError>;

    /// Lifts those given on these comments; false when there was none.
    async fn lift_standings(&self, site: SiteId, comments: &[CommentId], line: &AuditLine) -> Result<bool, StoreError>;

    /// Notes where an author comes from under a newer key; nothing where it is known under that key already.
    async fn renew_standing(&self, site: SiteId, comment: CommentId, origin: Origin) -> Result<(), StoreError>;

    /// Takes those out that are over, or that take an address of before `oldest` to apply; how many there were.
    async fn end_standings(&self, now: Timestamp, oldest: Period) -> Result<u64, StoreError>;
}
