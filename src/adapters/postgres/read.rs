//! What is read, over a connection that can only read.

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::fault::explain;
use crate::adapters::rows::{self, Columns};
use crate::domain::comment::CommentId;
use crate::domain::review::Record;
use crate::domain::site::{Site, SiteId};
use crate::ports::store::{FirstAnswer, Known, Position, Selection, StoreError};

/// Most comments of one list, whatever was asked for.
pub(super) const MOST_LISTED: u32 = 500;

/// `place` counts the names from 0.
const DIGESTS: &str = "SELECT asked.place - 1 AS place, c.id, r.digest \
     FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS asked (site, name, place) \
     JOIN comments AS c ON c.site = asked.site AND c.external_id = asked.name \
     JOIN revisions AS r ON r.comment = c.id ORDER BY asked.place, r.number";
const FIRST_ANSWER: &str = "SELECT request, comment, revision, status, version FROM answers \
     WHERE site = $1 AND key = $2";
const COMMENT: &str = "SELECT * FROM comments WHERE site = $1 AND id = $2";
const REVISIONS: &str = "SELECT r.comment, r.number, r.decision, t.body, t.format, t.author_name, t.author_url \
     FROM revisions AS r LEFT JOIN texts AS t ON t.comment = r.comment AND t.revision = r.number \
     WHERE r.comment = ANY($1) ORDER BY r.comment, r.number";
const EVENTS: &str = "SELECT * FROM events WHERE comment = ANY($1) ORDER BY comment, version";

/// What several statements read is of one moment.
pub(super) const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Reads as little as shows that reading works.
pub(super) async fn probe(connection: &mut PgConnection) -> Result<(), StoreError> {
    let query = sqlx::query("SELECT EXISTS (SELECT FROM sites)");
    query.fetch_one(connection).await.map(drop).map_err(|error| explain(&error))
}

pub(super) async fn sites(connection: &mut PgConnection) -> Result<Vec<Site>, StoreError> {
    let found = sqlx::query("SELECT * FROM sites ORDER BY created_at, id").fetch_all(connection).await;
    found.map_err(|error| explain(&error))?.iter().map(rows::site).collect()
}

/// What is known under each of the names, in their order.
pub(super) async fn known(
    connection: &mut PgConnection,
    names: &[(SiteId, String)],
) -> Result<Vec<Result<Option<Known>, StoreError>>, StoreError> {
    let sites: Vec<Uuid> = names.iter().map(|(site, _)| site.0).collect();
    let external_ids: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
    let query = sqlx::query(DIGESTS).bind(sites).bind(external_ids);
    let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
    rows::known(&found, names.len())
}

pub(super) async fn first_answer(
    connection: &mut PgConnection,
    site: SiteId,
    key: &[u8; 32],
) -> Result<Option<FirstAnswer>, StoreError> {
    let query = sqlx::query(FIRST_ANSWER).bind(site.0).bind(key.as_slice());
    let found = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
    found.as_ref().map(rows::first_answer).transpose()
}

pub(super) async fn sealed_key(connection: &mut PgConnection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let query = sqlx::query_scalar("SELECT sealed FROM sealed_keys WHERE name = $1").bind(name);
    query.fetch_optional(connection).await.map_err(|error| explain(&error))
}

pub(super) async fn comment(
    connection: &mut PgConnection,
    site: SiteId,
    id: CommentId,
) -> Result<Option<Record>, StoreError> {
    let mut snapshot = connection.begin_with(SNAPSHOT).await.map_err(|error| explain(&error))?;
    let query = sqlx::query(COMMENT).bind(site.0).bind(id.0);
    let found = query.fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    let records = whole(&mut snapshot, &found).await;
    end(snapshot).await?;
    Ok(records?.pop())
}

pub(super) async fn list(
    connection: &mut PgConnection,
    site: SiteId,
    selection: &Selection,
    after: Option<Position>,
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let mut snapshot = connection.begin_with(SNAPSHOT).await.map_err(|error| explain(&error))?;
    let mut query = selecting(site, selection, after, limit.min(MOST_LISTED));
    let found = query.build().fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    let records = whole(&mut snapshot, &found).await;
    end(snapshot).await?;
    records
}

pub(super) async fn end(snapshot: sqlx::Transaction<'_, Postgres>) -> Result<(), StoreError> {
    snapshot.commit().await.map_err(|error| explain(&error))
}

/// Only the conditions there are, so that each selection finds its index.
fn selecting(site: SiteId, selection: &Selection, after: Option<Position>, limit: u32) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("SELECT * FROM comments WHERE site = ");
    query.push_bind(site.0);
    if let Some(status) = selection.status {
        query.push(" AND status = ").push_bind(status.as_str());
    }
    if let Some(page_url) = &selection.page_url {
        query.push(" AND page_url = ").push_bind(page_url.clone());
        query.push(" AND hashtextextended(page_url, 0) = hashtextextended(").push_bind(page_url.clone());
        query.push("::text, 0)");
    }
    if let Some(external_id) = &selection.external_id {
        query.push(" AND external_id = ").push_bind(external_id.clone());
    }
    if let Some(Position(id)) = after {
        query.push(" AND id > ").push_bind(id.0);
    }
    query.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
    query
}

/// The comments of these rows with their revisions and events: two more statements, however many there are.
pub(super) async fn whole(connection: &mut PgConnection, comments: &[PgRow]) -> Result<Vec<Record>, StoreError> {
    if comments.is_empty() {
        return Ok(Vec::new());
    }
    let ids = comments.iter().map(|row| row.id("id")).collect::<Result<Vec<_>, _>>()?;
    let revisions = children(connection, REVISIONS, &ids).await?;
    let events = children(connection, EVENTS, &ids).await?;
    rows::records(comments, &revisions, &events)
}

async fn children(connection: &mut PgConnection, sql: &'static str, ids: &[Uuid]) -> Result<Vec<PgRow>, StoreError> {
    sqlx::query(sql).bind(ids).fetch_all(connection).await.map_err(|error| explain(&error))
}
