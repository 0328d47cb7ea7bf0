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
use crate::adapters::rows::Columns as _;
use crate::domain::comment::CommentId;
use crate::domain::history::Identifier;
use crate::domain::retention::Ended;
use crate::domain::review::Record;
use crate::domain::site::SiteId;
use crate::ports::privacy::{Looked, Privacy};
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

/// A person asks for it now and then; a walk over the table is no burden, and an index would be one on every comment.
const WRITTEN_BY: &str =
    "SELECT comment AS id FROM authors WHERE site = ? AND email = ? AND comment > ? ORDER BY comment LIMIT ?";
const WITHOUT_EMAIL: &str = "SELECT count(*) FROM comments AS c WHERE c.site = ? \
     AND NOT EXISTS (SELECT 1 FROM authors WHERE comment = c.id AND email IS NOT NULL)";

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
        Identifier(email): Identifier,
        after: Option<Position>,
        limit: u32,
    ) -> Result<Vec<CommentId>, StoreError> {
        let after = after.map_or(uuid::Uuid::nil(), |Position(id)| id.0);
        let query = sqlx::query(WRITTEN_BY)
            .bind(site.0.as_bytes().to_vec())
            .bind(email.to_vec())
            .bind(after.as_bytes().to_vec())
            .bind(limit);
        self.read(async |connection| {
            let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
            found.iter().map(|row| row.id("id").map(CommentId)).collect()
        })
        .await
    }

    async fn without_email(&self, site: SiteId) -> Result<u64, StoreError> {
        let query = sqlx::query_scalar::<_, i64>(WITHOUT_EMAIL).bind(site.0.as_bytes().to_vec());
        self.read(async |connection| query.fetch_one(connection).await.map_err(|error| explain(&error)))
            .await
            .map(i64::unsigned_abs)
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
