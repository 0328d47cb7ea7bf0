//! Whose labels do not count.

use async_trait::async_trait;
use jiff::Timestamp;

use super::store::StoreError;
use crate::domain::ledger::Exclusion;
use crate::domain::moderator::AuditLine;
use crate::domain::site::SiteId;

/// What a write changes and the line it leaves in the audit log are on disk together, or neither is.
#[async_trait]
pub trait LedgerStore: Send + Sync {
    /// Whose labels on a site's comments do not count, by name.
    async fn undone_labels(&self, site: SiteId) -> Result<Vec<Exclusion>, StoreError>;

    /// Lets a person's labels on a site's comments not count from an instant on, in place of an earlier one. `None` lets
    /// all of them count again: false when they did already.
    async fn undo_labels(
        &self,
        site: SiteId,
        by: &str,
        since: Option<Timestamp>,
        line: &AuditLine,
    ) -> Result<bool, StoreError>;
}
