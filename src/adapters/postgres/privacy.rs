//! Taking out what is kept no longer.

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::authors::bytes;
use super::fault::explain;
use super::write::{Revisions, Write};
use super::{PostgresStore, read};
use crate::adapters::rows::{Columns as _, privacy as rows};
use crate::domain::comment::CommentId;
use crate::domain::history::Sought;
use crate::domain::retention::Ended;
use crate::domain::review::Record;
use crate::domain::site::SiteId;
use crate::ports::privacy::{Attached, Kept, Looked, Privacy};
use crate::ports::store::{Position, StoreError};
use crate::ports::upkeep::TABLES;

/// In the order of the index, so that it reads no further than it must.
const WITH_TEXT: &str = "SELECT * FROM comments WHERE id IN (SELECT DISTINCT comment FROM texts \
     WHERE comment > $1 AND comment < $2 ORDER BY comment LIMIT $3) ORDER BY id";
/// The comments are locked, so that a label given at this moment comes before or after, not between.
const END_TEXTS: &str = "DELETE FROM texts USING (SELECT c.id, ended.revision FROM comments AS c \
     JOIN unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS ended (id, version, revision) \
     ON c.id = ended.id AND c.version = ended.version ORDER BY c.id FOR UPDATE OF c) AS ended \
     WHERE texts.comment = ended.id AND texts.revision = ended.revision";
const END_NAMES: &str = "UPDATE texts SET author_name = NULL, author_url = NULL FROM (SELECT c.id, ended.revision \
     FROM comments AS c JOIN unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS ended (id, version, revision) \
     ON c.id = ended.id AND c.version = ended.version ORDER BY c.id FOR UPDATE OF c) AS ended \
     WHERE texts.comment = ended.id AND texts.revision = ended.revision";

#[async_trait]
impl Privacy for PostgresStore {
    async fn with_text(
        &self,
        below: CommentId,
        after: Option<Position>,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        self.read(async |connection| with_text(connection, below, after, limit).await).await
    }

    async fn end_texts(&self, ended: &[Ended]) -> Result<u64, StoreError> {
        let texts = self.write(Write::End(END_TEXTS, revisions(ended, |ended| &ended.texts))).await?;
        Ok(texts + self.write(Write::End(END_NAMES, revisions(ended, |ended| &ended.names))).await?)
    }

    async fn erase(&self, site: SiteId, comments: &[Looked]) -> Result<u64, StoreError> {
        let ids = comments.iter().map(|looked| looked.id.0).collect();
        let versions = comments.iter().map(|looked| looked.version.into()).collect();
        self.write(Write::Erase { site, ids, versions }).await
    }

    async fn written_by(
        &self,
        site: SiteId,
        sought: &Sought,
        after: Option<Position>,
        limit: u32,
    ) -> Result<Vec<CommentId>, StoreError> {
        let after = after.map_or(uuid::Uuid::nil(), |Position(id)| id.0);
        let query = sqlx::query(rows::WRITTEN_BY)
            .bind(site.0)
            .bind(sought.email.as_ref().map(bytes))
            .bind(sought.account.as_ref().map(bytes))
            .bind(sought.addresses.first().map(bytes))
            .bind(sought.addresses.get(1).map(bytes))
            .bind(after)
            .bind(i64::from(limit));
        self.read(async |connection| {
            let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
            found.iter().map(|row| row.id("id").map(CommentId)).collect()
        })
        .await
    }

    async fn attached(&self, site: SiteId, comment: CommentId) -> Result<Attached, StoreError> {
        let query = sqlx::query(rows::ATTACHED).bind(site.0).bind(comment.0);
        self.read(async |connection| {
            let found = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
            found.as_ref().map_or_else(|| Ok(Attached::default()), rows::attached)
        })
        .await
    }

    async fn kept(&self, site: SiteId) -> Result<Kept, StoreError> {
        let asked = |sql: &'static str| sqlx::query(sql).bind(site.0);
        self.read(async |connection| {
            let row = asked(rows::KEPT).fetch_one(&mut *connection).await.map_err(|error| explain(&error))?;
            let addresses = asked(rows::ADDRESSES).fetch_all(connection).await.map_err(|error| explain(&error))?;
            rows::kept(&row, &addresses)
        })
        .await
    }

    async fn counts(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.read(async |connection| {
            let mut counts = Vec::with_capacity(TABLES.len());
            for table in TABLES {
                let query = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {}", table.name)));
                let number: i64 = query.fetch_one(&mut *connection).await.map_err(|error| explain(&error))?;
                counts.push((table.name.to_owned(), number.unsigned_abs()));
            }
            Ok(counts)
        })
        .await
    }

    async fn wipe(&self) -> Result<bool, StoreError> {
        Ok(false)
    }
}

fn revisions(ended: &[Ended], numbers: impl Fn(&Ended) -> &[u32]) -> Revisions {
    let mut revisions = Revisions::default();
    for comment in ended {
        for number in numbers(comment) {
            revisions.comments.push(comment.id.0);
            revisions.versions.push(comment.version.into());
            revisions.numbers.push((*number).into());
        }
    }
    revisions
}

async fn with_text(
    connection: &mut PgConnection,
    below: CommentId,
    after: Option<Position>,
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let mut snapshot = connection.begin_with(read::SNAPSHOT).await.map_err(|error| explain(&error))?;
    let after = after.map_or(uuid::Uuid::nil(), |Position(id)| id.0);
    let query = sqlx::query(WITH_TEXT).bind(after).bind(below.0).bind(i64::from(limit.min(read::MOST_LISTED)));
    let found = query.fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    let records = read::whole(&mut snapshot, &found).await;
    read::end(snapshot).await?;
    records
}
