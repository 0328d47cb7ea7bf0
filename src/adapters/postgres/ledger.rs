//! Whose labels do not count.

use async_trait::async_trait;
use jiff::Timestamp;

use super::PostgresStore;
use super::accounts::{noted, with_line};
use super::fault::explain;
use crate::adapters::rows;
use crate::domain::ledger::Exclusion;
use crate::domain::moderator::AuditLine;
use crate::domain::site::SiteId;
use crate::ports::ledger::LedgerStore;
use crate::ports::store::StoreError;

const UNDONE: &str = "SELECT * FROM undone_labels WHERE site = $1 ORDER BY by COLLATE \"C\"";
const UNDO: &str = with_line!(
    "done AS (INSERT INTO undone_labels VALUES ($6, $7, $8) \
     ON CONFLICT (site, by) DO UPDATE SET since = excluded.since RETURNING by)"
);
const COUNT_AGAIN: &str = with_line!("done AS (DELETE FROM undone_labels WHERE site = $6 AND by = $7 RETURNING by)");

#[async_trait]
impl LedgerStore for PostgresStore {
    async fn undone_labels(&self, site: SiteId) -> Result<Vec<Exclusion>, StoreError> {
        self.read(async |connection| {
            let rows = sqlx::query(UNDONE).bind(site.0).fetch_all(connection).await;
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
        let mut values = vec![site.0.into(), by.into()];
        values.extend(since.map(Into::into));
        self.run(noted(if since.is_some() { UNDO } else { COUNT_AGAIN }, line, values)?).await
    }
}
