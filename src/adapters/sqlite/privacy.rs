//! Taking out what is kept no longer.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use tokio::time::{Instant, sleep};

use super::fault::explain;
use super::write::{Step, Write};
use super::{Options, SqliteStore, open, read};
use crate::adapters::rows::{Columns as _, privacy as rows};
use crate::domain::comment::CommentId;
use crate::domain::history::{Identifier, Sought};
use crate::domain::retention::Ended;
use crate::domain::review::Record;
use crate::domain::site::SiteId;
use crate::ports::privacy::{Attached, Kept, Looked, Privacy};
use crate::ports::store::{Position, StoreError};
use crate::ports::upkeep::TABLES;

/// In the order of the index, so that it reads no further than it must.
const WITH_TEXT: &str = "SELECT * FROM comments WHERE id IN (SELECT DISTINCT comment FROM texts \
     WHERE comment > ? AND comment < ? ORDER BY comment LIMIT ?) ORDER BY id";
/// The revisions come as a JSON array of triples: a comment in hexadecimal, its version, a revision.
const END_TEXTS: &str = "DELETE FROM texts WHERE (comment, revision) IN (SELECT c.id, ended.value ->> 2 \
     FROM json_each(?) AS ended CROSS JOIN comments AS c ON c.id = unhex(ended.value ->> 0) \
     AND c.version = ended.value ->> 1)";
const END_NAMES: &str = "UPDATE texts SET author_name = NULL, author_url = NULL WHERE (comment, revision) IN \
     (SELECT c.id, ended.value ->> 2 FROM json_each(?) AS ended CROSS JOIN comments AS c \
     ON c.id = unhex(ended.value ->> 0) AND c.version = ended.value ->> 1)";

/// The comments come as a JSON array of pairs: an id in hexadecimal and its version. The rest goes with them.
const FORGET_ANSWERS_ABOUT: &str = "DELETE FROM answers WHERE site = ?1 AND comment IN (SELECT c.id \
     FROM json_each(?2) AS looked CROSS JOIN comments AS c ON c.id = unhex(looked.value ->> 0) \
     AND c.version = looked.value ->> 1)";
const ERASE: &str = "DELETE FROM comments WHERE site = ?1 AND id IN (SELECT c.id FROM json_each(?2) AS looked \
     CROSS JOIN comments AS c ON c.id = unhex(looked.value ->> 0) AND c.version = looked.value ->> 1)";

/// How long a checkpoint waits for a reader before it lets writes go on, and tries again.
const BRIEF: Duration = Duration::from_millis(50);

#[async_trait]
impl Privacy for SqliteStore {
    async fn with_text(
        &self,
        below: CommentId,
        after: Option<Position>,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        self.read(async |connection| with_text(connection, below, after, limit).await).await
    }

    async fn end_texts(&self, ended: &[Ended]) -> Result<u64, StoreError> {
        let texts = self.write(end(END_TEXTS, ended, |ended| &ended.texts)).await?;
        Ok(texts + self.write(end(END_NAMES, ended, |ended| &ended.names)).await?)
    }

    async fn erase(&self, site: SiteId, comments: &[Looked]) -> Result<u64, StoreError> {
        let pairs: Vec<_> = comments.iter().map(|looked| (looked.id.0.simple().to_string(), looked.version)).collect();
        let pairs = json!(pairs).to_string();
        let values = || vec![site.into(), pairs.as_str().into()];
        self.write(Write(vec![Step::Run(FORGET_ANSWERS_ABOUT, values()), Step::Run(ERASE, values())])).await
    }

    async fn written_by(
        &self,
        site: SiteId,
        sought: &Sought,
        after: Option<Position>,
        limit: u32,
    ) -> Result<Vec<CommentId>, StoreError> {
        let after = after.map_or(uuid::Uuid::nil(), |Position(id)| id.0);
        let bytes = |identifier: Option<Identifier>| identifier.map(|Identifier(bytes)| bytes.to_vec());
        let query = sqlx::query(rows::WRITTEN_BY)
            .bind(site.0.as_bytes().to_vec())
            .bind(bytes(sought.email))
            .bind(bytes(sought.account))
            .bind(bytes(sought.addresses.first().copied()))
            .bind(bytes(sought.addresses.get(1).copied()))
            .bind(after.as_bytes().to_vec())
            .bind(limit);
        self.read(async |connection| {
            let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
            found.iter().map(|row| row.id("id").map(CommentId)).collect()
        })
        .await
    }

    async fn attached(&self, site: SiteId, comment: CommentId) -> Result<Attached, StoreError> {
        let [site, comment] = [site.0, comment.0].map(|id| id.as_bytes().to_vec());
        let query = sqlx::query(rows::ATTACHED).bind(site).bind(comment);
        self.read(async |connection| {
            let found = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
            found.as_ref().map_or_else(|| Ok(Attached::default()), rows::attached)
        })
        .await
    }

    async fn kept(&self, site: SiteId) -> Result<Kept, StoreError> {
        let asked = |sql: &'static str| sqlx::query(sql).bind(site.0.as_bytes().to_vec());
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
        empty_log(&self.path, self.time_out).await.map(|()| true).map_err(|error| self.located(error))
    }
}

fn end(sql: &'static str, ended: &[Ended], revisions: impl Fn(&Ended) -> &[u32]) -> Write {
    let triples: Vec<_> = ended
        .iter()
        .flat_map(|ended| {
            revisions(ended).iter().map(|revision| (ended.id.0.simple().to_string(), ended.version, *revision))
        })
        .collect();
    Write(vec![Step::Run(sql, vec![json!(triples).to_string().as_str().into()])])
}

async fn with_text(
    connection: &mut SqliteConnection,
    below: CommentId,
    after: Option<Position>,
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let mut snapshot = connection.begin().await.map_err(|error| explain(&error))?;
    let after = after.map_or(uuid::Uuid::nil(), |Position(id)| id.0);
    let query = sqlx::query(WITH_TEXT)
        .bind(after.as_bytes().to_vec())
        .bind(below.0.as_bytes().to_vec())
        .bind(limit.min(read::MOST_LISTED));
    let found = query.fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    read::whole(&mut snapshot, &found).await
}

/// Moves the log into the file and cuts it to nothing, over a connection of its own: on the writer's, a reader that
/// takes long would keep every write waiting.
async fn empty_log(path: &Path, time_out: Duration) -> Result<(), StoreError> {
    let options = Options { time_out: BRIEF * 2, ..Options::default() };
    let mut connection = open::writer(path, &options).await.map_err(|error| explain(&error))?;
    let deadline = Instant::now() + time_out;
    let emptied = loop {
        match sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut connection).await {
            Ok(row) if row.get::<i64, _>(0) == 0 => break Ok(()),
            Err(error) if !super::fault::is_busy(&error) => break Err(explain(&error)),
            _ if Instant::now() >= deadline => {
                break Err(StoreError::Unavailable("readers keep the log busy; it is emptied later".to_owned()));
            }
            _ => sleep(BRIEF).await,
        }
    };
    connection.close().await.map_err(|error| explain(&error))?;
    emptied
}
