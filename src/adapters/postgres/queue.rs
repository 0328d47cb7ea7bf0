//! The queue: rows that triggers keep, each way to look by its index.

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::fault::explain;
use super::read::{MOST_LISTED, SNAPSHOT, end, whole};
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

/// The latest of each site, by the index, then the latest of those.
const LATEST_HELD: &str = "SELECT q.site, q.comment FROM unnest($1::uuid[]) AS asked (site) CROSS JOIN LATERAL \
     (SELECT site, comment FROM queue WHERE site = asked.site AND facet = 'all' AND value = '' \
     ORDER BY comment DESC LIMIT $2) AS q ORDER BY q.comment DESC LIMIT $2";
const NUMBER: &str = "SELECT coalesce(sum(number), 0)::bigint FROM queue_counts \
     WHERE site = $1 AND facet = $2 AND value = queue_value($3)";
/// The values with the largest rows by an index of their own, then all rows of each.
const TALLIES: &str = "WITH largest AS MATERIALIZED (SELECT DISTINCT value FROM (SELECT value FROM queue_counts \
     WHERE site::text || facet = $1::uuid::text || $2 ORDER BY number DESC LIMIT $4) AS found) \
     SELECT value, counted.number FROM largest CROSS JOIN LATERAL (SELECT sum(number)::bigint AS number \
     FROM queue_counts WHERE site = $1 AND facet = $2 AND queue_counts.value = largest.value) AS counted \
     WHERE counted.number > 0 ORDER BY 2 DESC, 1 LIMIT $3";
/// So many rows are looked at for each tally: a value may have several.
const ROWS_A_TALLY: u32 = 20;
const SPREAD: &str = "SELECT count(DISTINCT page_url) AS pages, min(created_at) AS since FROM comments \
     WHERE id IN (SELECT comment FROM queue WHERE site = $1 AND facet = 'campaign' AND value = $2 \
     ORDER BY comment LIMIT $3) HAVING count(*) > 0";
const STILL_HELD: &str = "SELECT comment AS id FROM queue WHERE site = $1 AND facet = 'all' AND value = '' \
     AND comment = ANY($2) ORDER BY comment";
const COMMENTS: &str = "SELECT * FROM comments WHERE site = $1 AND id = ANY($2) ORDER BY id";
const AROUND: &str = "(SELECT * FROM comments WHERE site = $1 AND page_url = $2 \
     AND hashtextextended(page_url, 0) = hashtextextended($2, 0) AND id < $3 ORDER BY id DESC LIMIT $4) UNION ALL \
     (SELECT * FROM comments WHERE site = $1 AND page_url = $2 \
     AND hashtextextended(page_url, 0) = hashtextextended($2, 0) AND id > $3 ORDER BY id LIMIT $4) ORDER BY id";
const DONE_BY: &str = "SELECT e.at, count(*) AS number, (array_agg(e.comment))[1] AS id FROM events AS e \
     JOIN comments AS c ON c.id = e.comment WHERE e.by = $1 AND e.at < $2 AND c.site = $3 \
     GROUP BY e.at ORDER BY e.at DESC LIMIT $4";
const DONE_AT: &str = "SELECT e.comment, e.id FROM events AS e JOIN comments AS c ON c.id = e.comment \
     WHERE e.by = $1 AND e.at = $2 AND c.site = $3 ORDER BY e.comment LIMIT $4";

pub(super) async fn held(
    connection: &mut PgConnection,
    site: SiteId,
    look: &Look,
    after: Option<Rank>,
    limit: u32,
) -> Result<Vec<Held>, StoreError> {
    let mut snapshot = connection.begin_with(SNAPSHOT).await.map_err(|error| explain(&error))?;
    let mut query = QueryBuilder::new(
        "SELECT q.distance, c.* FROM queue AS q JOIN comments AS c ON c.id = q.comment WHERE q.site = ",
    );
    looking(&mut query, site, look, after, limit.min(MOST_LISTED));
    let found = query.build().fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    let records = whole(&mut snapshot, &found).await;
    end(snapshot).await?;
    rows::held(&found, records?)
}

pub(super) async fn latest_held(
    connection: &mut PgConnection,
    sites: &[SiteId],
    limit: u32,
) -> Result<Vec<(SiteId, CommentId)>, StoreError> {
    let sites: Vec<_> = sites.iter().map(|site| site.0).collect();
    let query = sqlx::query(LATEST_HELD).bind(sites).bind(i64::from(limit.min(MOST_LISTED)));
    let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
    found.iter().map(rows::comment_of_site).collect()
}

pub(super) async fn held_texts(
    connection: &mut PgConnection,
    site: SiteId,
    look: &Look,
    after: Option<Rank>,
    limit: u32,
) -> Result<Vec<(Rank, Content)>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT q.distance, q.comment AS id, t.body, t.format, t.author_name, t.author_url FROM queue AS q \
         JOIN comments AS c ON c.id = q.comment \
         JOIN texts AS t ON t.comment = q.comment AND t.revision = c.revisions WHERE q.site = ",
    );
    looking(&mut query, site, look, after, limit.min(MOST_TEXTS));
    let found = query.build().fetch_all(connection).await.map_err(|error| explain(&error))?;
    rows::held_texts(&found)
}

/// The rows of one facet and value, after a rank, in order.
fn looking(query: &mut QueryBuilder<Postgres>, site: SiteId, look: &Look, after: Option<Rank>, limit: u32) {
    let (facet, value) = rows::queue_key(&look.filter);
    query.push_bind(site.0);
    query.push(" AND q.facet = ").push_bind(facet).push(" AND q.value = queue_value(").push_bind(value.to_owned());
    query.push("::text)");
    if let Some(Rank { distance, id }) = after {
        let id = id.0;
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
    connection: &mut PgConnection,
    site: SiteId,
    filter: &Filter,
) -> Result<u64, StoreError> {
    let (facet, value) = rows::queue_key(filter);
    let query = sqlx::query_scalar(NUMBER).bind(site.0).bind(facet).bind(value);
    let number: Option<i64> = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
    Ok(number.unwrap_or_default().unsigned_abs())
}

pub(super) async fn tallies(
    connection: &mut PgConnection,
    site: SiteId,
    facet: Facet,
    limit: u32,
) -> Result<Vec<Tally>, StoreError> {
    let limit = limit.min(MOST_TALLIES);
    let query = sqlx::query(TALLIES).bind(site.0).bind(facet.as_str());
    let query = query.bind(i64::from(limit)).bind(i64::from(limit * ROWS_A_TALLY));
    let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
    found.iter().map(rows::tally).collect()
}

pub(super) async fn spread(
    connection: &mut PgConnection,
    site: SiteId,
    campaign: CommentId,
) -> Result<Option<Spread>, StoreError> {
    let query = sqlx::query(SPREAD).bind(site.0).bind(campaign.to_string()).bind(i64::from(MOST_SPREAD));
    let found = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
    found.as_ref().map(rows::spread).transpose()
}

pub(super) async fn still_held(
    connection: &mut PgConnection,
    site: SiteId,
    ids: &[CommentId],
) -> Result<Vec<CommentId>, StoreError> {
    let found = named(connection, STILL_HELD, site, ids).await?;
    found.iter().map(rows::comment_id).collect()
}

pub(super) async fn comments(
    connection: &mut PgConnection,
    site: SiteId,
    ids: &[CommentId],
) -> Result<Vec<Record>, StoreError> {
    let mut snapshot = connection.begin_with(SNAPSHOT).await.map_err(|error| explain(&error))?;
    let found = named(&mut snapshot, COMMENTS, site, ids).await?;
    let records = whole(&mut snapshot, &found).await;
    end(snapshot).await?;
    records
}

async fn named(
    connection: &mut PgConnection,
    sql: &'static str,
    site: SiteId,
    ids: &[CommentId],
) -> Result<Vec<PgRow>, StoreError> {
    let ids: Vec<_> = ids.iter().take(MOST_ASKED as usize).map(|id| id.0).collect();
    let query = sqlx::query(sql).bind(site.0).bind(ids);
    query.fetch_all(connection).await.map_err(|error| explain(&error))
}

pub(super) async fn around(
    connection: &mut PgConnection,
    site: SiteId,
    page_url: &str,
    id: CommentId,
    count: u32,
) -> Result<Vec<Record>, StoreError> {
    let mut snapshot = connection.begin_with(SNAPSHOT).await.map_err(|error| explain(&error))?;
    let query = sqlx::query(AROUND).bind(site.0).bind(page_url);
    let query = query.bind(id.0).bind(i64::from(count.min(MOST_LISTED)));
    let found = query.fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    let records = whole(&mut snapshot, &found).await;
    end(snapshot).await?;
    records
}

pub(super) async fn done_by(
    connection: &mut PgConnection,
    site: SiteId,
    by: &str,
    before: Option<Timestamp>,
    limit: u32,
) -> Result<Vec<Done>, StoreError> {
    let query = sqlx::query(DONE_BY).bind(by).bind(before.map_or(i64::MAX, Timestamp::as_microsecond));
    let query = query.bind(site.0).bind(i64::from(limit.min(MOST_LISTED)));
    query.fetch_all(connection).await.map_err(|error| explain(&error))?.iter().map(rows::done).collect()
}

pub(super) async fn done_at(
    connection: &mut PgConnection,
    site: SiteId,
    by: &str,
    at: Timestamp,
) -> Result<Vec<(CommentId, Uuid)>, StoreError> {
    let query = sqlx::query(DONE_AT).bind(by).bind(at.as_microsecond()).bind(site.0);
    let found = query.bind(i64::from(MOST_ASKED)).fetch_all(connection).await.map_err(|error| explain(&error))?;
    found.iter().map(rows::comment_event).collect()
}
