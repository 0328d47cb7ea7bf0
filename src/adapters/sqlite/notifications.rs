//! The feeds and bulletins of moderators.

use async_trait::async_trait;
use jiff::Timestamp;

use super::SqliteStore;
use super::accounts::{moderator_by_id, noted};
use super::fault::explain;
use super::write::{Step, Value, Write};
use crate::adapters::rows::accounts as rows;
use crate::domain::moderator::{AuditLine, Bulletin, Feed, Moderator, ModeratorId, Progress};
use crate::ports::notifications::NotificationStore;
use crate::ports::store::StoreError;

const MAKE_FEED: &str =
    "INSERT OR REPLACE INTO feeds SELECT id, ?, ? FROM moderators WHERE id = ? AND disabled_at IS NULL";
pub(super) const END_FEED: &str = "DELETE FROM feeds WHERE moderator = ?";
/// Most bulletins of one answer.
const MOST_DUE: u32 = 100;
const SET_BULLETIN: &str = "INSERT OR REPLACE INTO bulletins SELECT id, ?, ?, ?, ?, ?, ?, ? FROM moderators \
     WHERE id = ? AND disabled_at IS NULL";
pub(super) const END_BULLETIN: &str = "DELETE FROM bulletins WHERE moderator = ?";
const DUE: &str = "SELECT * FROM bulletins WHERE due_at <= ? ORDER BY due_at, moderator LIMIT ?";
const MOVE_BULLETIN: &str = "UPDATE bulletins SET due_at = ?, tries = ?, sent_at = ?, failed_at = ? \
     WHERE moderator = ? AND due_at = ?";

fn progress_values(progress: Progress) -> [Value; 4] {
    let instant_or_none = |at: Option<Timestamp>| at.map_or(Value::Null, Value::from);
    let Progress { due_at, tries, sent_at, failed_at } = progress;
    [due_at.into(), tries.into(), instant_or_none(sent_at), instant_or_none(failed_at)]
}

#[async_trait]
impl NotificationStore for SqliteStore {
    async fn make_feed(&self, feed: &Feed, line: &AuditLine) -> Result<bool, StoreError> {
        let values = vec![feed.digest.as_slice().into(), feed.made_at.into(), feed.moderator.into()];
        Ok(self.write(noted(vec![Step::Run(MAKE_FEED, values)], line)?).await? > 0)
    }

    async fn feed(&self, digest: &[u8; 32]) -> Result<Option<(Feed, Moderator)>, StoreError> {
        let found = self.owned("SELECT * FROM feeds WHERE digest = ?", digest).await?;
        found.map(|(row, moderator)| Ok((rows::feed(&row)?, moderator))).transpose()
    }

    async fn feed_of(&self, moderator: ModeratorId) -> Result<Option<Feed>, StoreError> {
        self.read(async |connection| {
            let query = sqlx::query("SELECT * FROM feeds WHERE moderator = ?").bind(moderator.0.as_bytes().as_slice());
            let row = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
            row.as_ref().map(rows::feed).transpose()
        })
        .await
    }

    async fn revoke_feed(&self, moderator: ModeratorId, line: &AuditLine) -> Result<bool, StoreError> {
        Ok(self.write(noted(vec![Step::Run(END_FEED, vec![moderator.into()])], line)?).await? > 0)
    }

    async fn set_bulletin(&self, bulletin: &Bulletin, line: &AuditLine) -> Result<bool, StoreError> {
        let (hour, least) = (i64::from(bulletin.wish.hour()), bulletin.wish.least());
        let mut values = vec![bulletin.sealed_address.as_slice().into(), hour.into(), least.into()];
        values.extend(progress_values(bulletin.progress));
        values.push(bulletin.moderator.into());
        Ok(self.write(noted(vec![Step::Run(SET_BULLETIN, values)], line)?).await? > 0)
    }

    async fn bulletin_of(&self, moderator: ModeratorId) -> Result<Option<Bulletin>, StoreError> {
        self.read(async |connection| {
            let query = sqlx::query("SELECT * FROM bulletins WHERE moderator = ?");
            let query = query.bind(moderator.0.as_bytes().as_slice());
            let row = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
            row.as_ref().map(rows::bulletin).transpose()
        })
        .await
    }

    async fn stop_bulletin(&self, moderator: ModeratorId, line: &AuditLine) -> Result<bool, StoreError> {
        Ok(self.write(noted(vec![Step::Run(END_BULLETIN, vec![moderator.into()])], line)?).await? > 0)
    }

    async fn due_bulletins(&self, now: Timestamp, limit: u32) -> Result<Vec<(Bulletin, Moderator)>, StoreError> {
        self.read(async |connection| {
            let query = sqlx::query(DUE).bind(now.as_microsecond()).bind(limit.min(MOST_DUE));
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
        values.extend([seen.moderator.into(), seen.progress.due_at.into()]);
        Ok(self.write(Write(vec![Step::Run(MOVE_BULLETIN, values)])).await? > 0)
    }
}
