//! The feeds and bulletins of moderators.

use async_trait::async_trait;
use jiff::Timestamp;

use super::PostgresStore;
use super::accounts::{moderator_by_id, noted, with_line};
use super::fault::explain;
use super::write::{Statement, Value};
use crate::adapters::rows::accounts as rows;
use crate::domain::moderator::{AuditLine, Bulletin, Feed, Moderator, ModeratorId, Progress};
use crate::ports::notifications::NotificationStore;
use crate::ports::store::StoreError;

const MAKE_FEED: &str = with_line!(
    "done AS (INSERT INTO feeds SELECT id, $6, $7 FROM moderators WHERE id = $8 AND disabled_at IS NULL \
     ON CONFLICT (moderator) DO UPDATE SET digest = excluded.digest, made_at = excluded.made_at RETURNING moderator)"
);
const REVOKE_FEED: &str = with_line!("done AS (DELETE FROM feeds WHERE moderator = $6 RETURNING moderator)");
/// Most bulletins of one answer.
const MOST_DUE: u32 = 100;
const SET_BULLETIN: &str = with_line!(
    "done AS (INSERT INTO bulletins SELECT id, $6, $7, $8, $9, $10, $11, $12 FROM moderators \
     WHERE id = $13 AND disabled_at IS NULL ON CONFLICT (moderator) DO UPDATE SET \
     sealed_address = excluded.sealed_address, hour = excluded.hour, least = excluded.least, \
     due_at = excluded.due_at, tries = excluded.tries, sent_at = excluded.sent_at, failed_at = excluded.failed_at \
     RETURNING moderator)"
);
const STOP_BULLETIN: &str = with_line!("done AS (DELETE FROM bulletins WHERE moderator = $6 RETURNING moderator)");
const DUE: &str = "SELECT * FROM bulletins WHERE due_at <= $1 ORDER BY due_at, moderator LIMIT $2";
const MOVE_BULLETIN: &str = "UPDATE bulletins SET due_at = $1, tries = $2, sent_at = $3, failed_at = $4 \
     WHERE moderator = $5 AND due_at = $6";

fn progress_values(progress: Progress) -> [Value; 4] {
    let Progress { due_at, tries, sent_at, failed_at } = progress;
    [due_at.into(), tries.into(), sent_at.into(), failed_at.into()]
}

#[async_trait]
impl NotificationStore for PostgresStore {
    async fn make_feed(&self, feed: &Feed, line: &AuditLine) -> Result<bool, StoreError> {
        let values = vec![feed.digest.as_slice().into(), feed.made_at.into(), feed.moderator.0.into()];
        self.run(noted(MAKE_FEED, line, values)?).await
    }

    async fn feed(&self, digest: &[u8; 32]) -> Result<Option<(Feed, Moderator)>, StoreError> {
        let found = self.owned("SELECT * FROM feeds WHERE digest = $1", digest).await?;
        found.map(|(row, moderator)| Ok((rows::feed(&row)?, moderator))).transpose()
    }

    async fn feed_of(&self, moderator: ModeratorId) -> Result<Option<Feed>, StoreError> {
        self.read(async |connection| {
            let query = sqlx::query("SELECT * FROM feeds WHERE moderator = $1").bind(moderator.0);
            let row = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
            row.as_ref().map(rows::feed).transpose()
        })
        .await
    }

    async fn revoke_feed(&self, moderator: ModeratorId, line: &AuditLine) -> Result<bool, StoreError> {
        self.run(noted(REVOKE_FEED, line, vec![moderator.0.into()])?).await
    }

    async fn set_bulletin(&self, bulletin: &Bulletin, line: &AuditLine) -> Result<bool, StoreError> {
        let (hour, least) = (u32::from(bulletin.wish.hour()), bulletin.wish.least());
        let mut values = vec![bulletin.sealed_address.as_slice().into(), hour.into(), least.into()];
        values.extend(progress_values(bulletin.progress));
        values.push(bulletin.moderator.0.into());
        self.run(noted(SET_BULLETIN, line, values)?).await
    }

    async fn bulletin_of(&self, moderator: ModeratorId) -> Result<Option<Bulletin>, StoreError> {
        self.read(async |connection| {
            let query = sqlx::query("SELECT * FROM bulletins WHERE moderator = $1").bind(moderator.0);
            let row = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
            row.as_ref().map(rows::bulletin).transpose()
        })
        .await
    }

    async fn stop_bulletin(&self, moderator: ModeratorId, line: &AuditLine) -> Result<bool, StoreError> {
        self.run(noted(STOP_BULLETIN, line, vec![moderator.0.into()])?).await
    }

    async fn due_bulletins(&self, now: Timestamp, limit: u32) -> Result<Vec<(Bulletin, Moderator)>, StoreError> {
        self.read(async |connection| {
            let query = sqlx::query(DUE).bind(now.as_microsecond()).bind(i64::from(limit.min(MOST_DUE)));
            let found = query.fetch_all(&mut *connection).await.map_err(|error| explain(&error))?;
            let mut due = Vec::with_capacity(found.len());
            for row in &found {
                let bulletin = rows::bulletin(row)?;
                let moderator = moderator_by_id(connection, bulletin.moderator).await?;
                due.extend(moderator.map(|moderator| (bulletin, moderator)));
            }
            Ok(due)
        })
        .await
    }

    async fn move_bulletin(&self, seen: &Bulletin, to: Progress) -> Result<bool, StoreError> {
        let mut values = progress_values(to).to_vec();
        values.extend([seen.moderator.0.into(), seen.progress.due_at.into()]);
        self.run(Statement { sql: MOVE_BULLETIN, values }).await
    }
}
