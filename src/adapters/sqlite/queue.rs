//! The queue: rows that triggers keep, each way to look by its index.

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection, QueryBuilder, Sqlite};
use uuid::Uuid;

use super::fault::explain;
use super::read::{MOST_LISTED, whole};
use crate::adapters::rows;
use crate::domain::comment::{CommentId, Content};
use crate::domain::review::Record;
use crate::domain::site::SiteId;
use crate::ports::queue::{Done, Facet, Filter, Held, Look, MOST_ASKED, MOST_SPREAD, Order, Rank, Spread, Tally};
use crate::ports::store::StoreError;
use jiff::Timestamp;

/// Most texts of one answer, and most tallies.
const MOST_TEXTS: u32 = 1_000;
const MOST_TALLIES: u32 = 100;

/// The sites come as a JSON array of hexadecimal strings. The latest of each, by the index, then the latest of those.
const LATEST_HELD: &str = "SELECT q.site, q.comment FROM json_each(?1) AS asked CROSS JOIN queue AS q \
     ON q.site = unhex(asked.value) AND q.facet = 'all' AND q.value = '' AND q.comment IN (SELECT comment FROM queue \
     WHERE site = unhex(asked.value) AND facet = 'all' AND value = '' ORDER BY comment DESC LIMIT ?2) \
     ORDER BY q.comment DESC LIMIT ?2";
const NUMBER: &str = "SELECT number FROM queue_counts WHERE site = ? AND facet = ? AND value = ?";
const TALLIES: &str = "SELECT value, number FROM queue_counts WHERE site = ? AND facet = ? \
     ORDER BY number DESC, value LIMIT ?";
const SPREAD: &str = "SELECT count(DISTINCT page_url) AS pages, min(created_at) AS since FROM comments \
     WHERE id IN (SELECT comment FROM queue WHERE site = ? AND facet = 'campaign' AND value = ? \
     ORDER BY comment LIMIT ?) HAVING count(*) > 0";
const STILL_HELD: &str = "SELECT comment AS id FROM queue WHERE site = ? AND facet = 'all' AND value = '' \
     AND comment IN (SELECT unhex(value) FROM json_each(?)) ORDER BY comment";
const COMMENTS: &str = "SELECT * FROM comments WHERE site = ? AND id IN (SELECT unhex(value) FROM json_each(?)) \
     ORDER BY id";
const AROUND: &str = "SELECT * FROM (SELECT * FROM comments WHERE site = ?1 AND page_url = ?2 AND id < ?3 \
     ORDER BY id DESC LIMIT ?4) UNION ALL \
     SELECT * FROM (SELECT * FROM comments WHERE site = ?1 AND page_url = ?2 AND id > ?3 ORDER BY id LIMIT ?4) \
     ORDER BY id";
const DONE_BY: &str = "SELECT e.at, count(*) AS number, min(e.comment) AS id FROM events AS e \
     JOIN comments AS c ON c.id = e.comment WHERE e.by = ? AND e.at < ? AND c.site = ? \
     GROUP BY e.at ORDER BY e.at DESC LIMIT ?";
const DONE_AT: &str = "SELECT e.comment, e.id FROM events AS e JOIN comments AS c ON c.id = e.comment \
     WHERE e.by = ? AND e.at = ? AND c.site = ? ORDER BY e.comment LIMIT ?";

pub(super) async fn held(
    connection: &mut SqliteConnection,
    site: SiteId,
    look: &Look,
    after: Option<Rank>,
    limit: u32,
) -> Result<Vec<Held>, StoreError> {
    let mut snapshot = connection.begin().await.map_err(|error| explain(&error))?;
    let mut query = QueryBuilder::new(
        "SELECT q.distance, c.* FROM queue AS q CROSS JOIN comments AS c ON c.id = q.comment WHERE q.site = ",
    );
    looking(&mut query, site, look, after, limit.min(MOST_LISTED));
    let found = query.build().fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    rows::held(&found, whole(&mut snapshot, &found).await?)
}

pub(super) async fn latest_held(
    connection: &mut SqliteConnection,
    sites: &[SiteId],
    limit: u32,
) -> Result<Vec<(SiteId, CommentId)>, StoreError> {
    let sites: Vec<_> = sites.iter().map(|site| site.0.simple().to_string()).collect();
    let query = sqlx::query(LATEST_HELD).bind(serde_json::json!(sites).to_string()).bind(limit.min(MOST_LISTED));
    let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
    found.iter().map(rows::comment_of_site).collect()
}

pub(super) async fn held_texts(
    connection: &mut SqliteConnection,
    site: SiteId,
    look: &Look,
    after: Option<Rank>,
    limit: u32,
) -> Result<Vec<(Rank, Content)>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT q.distance, q.comment AS id, t.body, t.format, t.author_name, t.author_url FROM queue AS q \
         CROSS JOIN comments AS c ON c.id = q.comment \
         CROSS JOIN texts AS t ON t.comment = q.comment AND t.revision = c.revisions WHERE q.site = ",
    );
    looking(&mut query, site, look, after, limit.min(MOST_TEXTS));
    let found = query.build().fetch_all(connection).await.map_err(|error| explain(&error))?;
    rows::held_texts(&found)
}

/// The rows of one facet and value, after a rank, in order.
fn looking(query: &mut QueryBuilder<Sqlite>, site: SiteId, look: &Look, after: Option<Rank>, limit: u32) {
    let (facet, value) = rows::queue_key(&look.filter);
    query.push_bind(site.0.as_bytes().to_vec());
    query.push(" AND q.facet = ").push_bind(facet).push(" AND q.value = ").push_bind(value.to_owned());
    if let Some(Rank { distance, id }) = after {
        let id = id.0.as_bytes().to_vec();
        match look.order {
            Order::OldestFirst => query.push(" AND q.comment > ").push_bind(id),
            Order::LatestFirst => query.push(" AND q.comment < ").push_bind(id),
            Order::MostDoubtfulFirst => {
                query.push(" AND (q.distance, q.comment) > (").push_bind(i64::from(distance)).push(", ").push_bind(id);
                query.push(")")
            }
        };
    }
    query.push(match look.order {
        Order::OldestFirst => " ORDER BY q.comment LIMIT ",
        Order::LatestFirst => " ORDER BY q.comment DESC LIMIT ",
        Order::MostDoubtfulFirst => " ORDER BY q.distance, q.comment LIMIT ",
    });
    query.push_bind(i64::from(limit));
}

pub(super) async fn held_number(
    connection: &mut SqliteConnection,
    site: SiteId,
    filter: &Filter,
) -> Result<u64, StoreError> {
    let (facet, value) = rows::queue_key(filter);
    let query = sqlx::query_scalar(NUMBER).bind(site.0.as_bytes().as_slice()).bind(facet).bind(value);
    let number: Option<i64> = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
    Ok(number.unwrap_or_default().unsigned_abs())
}

pub(super) async fn tallies(
    connection: &mut SqliteConnection,
    site: SiteId,
    facet: Facet,
    limit: u32,
) -> Result<Vec<Tally>, StoreError> {
    let query = sqlx::query(TALLIES).bind(site.0.as_bytes().as_slice()).bind(facet.as_str());
    let found = query.bind(limit.min(MOST_TALLIES)).fetch_all(connection).await.map_err(|error| explain(&error))?;
    found.iter().map(rows::tally).collect()
}

pub(super) async fn spread(
    connection: &mut SqliteConnection,
    site: SiteId,
    campaign: CommentId,
) -> Result<Option<Spread>, StoreError> {
    let query = sqlx::query(SPREAD).bind(site.0.as_bytes().as_slice()).bind(campaign.to_string()).bind(MOST_SPREAD);
    let found = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
    found.as_ref().map(rows::spread).transpose()
}

pub(super) async fn still_held(
    connection: &mut SqliteConnection,
    site: SiteId,
    ids: &[CommentId],
) -> Result<Vec<CommentId>, StoreError> {
    let found = named(connection, STILL_HELD, site, ids).await?;
    found.iter().map(rows::comment_id).collect()
}

pub(super) async fn comments(
    connection: &mut SqliteConnection,
    site: SiteId,
    ids: &[CommentId],
) -> Result<Vec<Record>, StoreError> {
    let mut snapshot = connection.begin().await.map_err(|error| explain(&error))?;
    let found = named(&mut snapshot, COMMENTS, site, ids).await?;
    whole(&mut snapshot, &found).await
}

async fn named(
    connection: &mut SqliteConnection,
    sql: &'static str,
    site: SiteId,
    ids: &[CommentId],
) -> Result<Vec<SqliteRow>, StoreError> {
    let ids: Vec<_> = ids.iter().take(MOST_ASKED as usize).map(|id| id.0.simple().to_string()).collect();
    let query = sqlx::query(sql).bind(site.0.as_bytes().as_slice()).bind(serde_json::json!(ids).to_string());
    query.fetch_all(connection).await.map_err(|error| explain(&error))
}

pub(super) async fn around(
    connection: &mut SqliteConnection,
    site: SiteId,
    page_url: &str,
    id: CommentId,
    count: u32,
) -> Result<Vec<Record>, StoreError> {
    let mut snapshot = connection.begin().await.map_err(|error| explain(&error))?;
    let query = sqlx::query(AROUND).bind(site.0.as_bytes().as_slice()).bind(page_url);
    let query = query.bind(id.0.as_bytes().as_slice()).bind(count.min(MOST_LISTED));
    let found = query.fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    whole(&mut snapshot, &found).await
}

pub(super) async fn done_by(
    connection: &mut SqliteConnection,
    site: SiteId,
    by: &str,
    before: Option<Timestamp>,
    limit: u32,
) -> Result<Vec<Done>, StoreError> {
    let query = sqlx::query(DONE_BY).bind(by).bind(before.map_or(i64::MAX, Timestamp::as_microsecond));
    let query = query.bind(site.0.as_bytes().as_slice()).bind(limit.min(MOST_LISTED));
    query.fetch_all(connection).await.map_err(|error| explain(&error))?.iter().map(rows::done).collect()
}

pub(super) async fn done_at(
    connection: &mut SqliteConnection,
    site: SiteId,
    by: &str,
    at: Timestamp,
) -> Result<Vec<(CommentId, Uuid)>, StoreError> {
    let query = sqlx::query(DONE_AT).bind(by).bind(at.as_microsecond()).bind(site.0.as_bytes().as_slice());
    let found = query.bind(MOST_ASKED).fetch_all(connection).await.map_err(|error| explain(&error))?;
    found.iter().map(rows::comment_event).collect()
}
