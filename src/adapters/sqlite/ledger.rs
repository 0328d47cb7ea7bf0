//! Whose labels do not count.

use async_trait::async_trait;
use jiff::Timestamp;

use super::SqliteStore;
use super::accounts::noted;
use super::fault::explain;
use super::write::Step;
use crate::adapters::rows;
use crate::domain::ledger::Exclusion;
use crate::domain::moderator::AuditLine;
use crate::domain::site::SiteId;
use crate::ports::ledger::LedgerStore;
use crate::ports::store::StoreError;

const UNDONE: &str = "SELECT * FROM undone_labels WHERE site = ? ORDER BY by";
const UNDO: &str = "INSERT OR REPLACE INTO undone_labels VALUES (?, ?, ?)";
const COUNT_AGAIN: &str = "DELETE FROM undone_labels WHERE site = ? AND by = ?";

#[async_trait]
impl LedgerStore for SqliteStore {
    async fn undone_labels(&self, site: SiteId) -> Result<Vec<Exclusion>, StoreError> {
        self.read(async |connection| {
            let rows = sqlx::query(UNDONE).bind(site.0.as_bytes().as_slice()).fetch_all(connection).await;
            rows.map_err(|error| explain(&error))?.iter().map(rows::exclusion).collect()
        })
        .await
    }

    async fn undo_labels(
        &self,
        site: SiteId,
        by: &str,
        since: Option<Timestamp>,
        line: &AuditLine,
    ) -> Result<bool, StoreError> {
        let mut values = vec![site.0.as_bytes().as_slice().into(), by.into()];
        values.extend(since.map(Into::into));
        let sql = if since.is_some() { UNDO } else { COUNT_AGAIN };
        Ok(self.write(noted(vec![Step::Run(sql, values)], line)?).await? > 0)
    }
}
