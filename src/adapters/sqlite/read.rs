//! What is read, over a connection that can only read.

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection, QueryBuilder, Sqlite};

use super::fault::explain;
use crate::adapters::rows::{self, Columns};
use crate::domain::comment::CommentId;
use crate::domain::review::Record;
use crate::domain::site::{Site, SiteId};
use crate::ports::store::{FirstAnswer, Known, Position, Selection, StoreError};

/// Most comments of one list, whatever was asked for.
pub(super) const MOST_LISTED: u32 = 500;

/// The names come as a JSON array of pairs, a site in hexadecimal and an external id; `place` counts them from 0.
const DIGESTS: &str = "SELECT asked.key AS place, c.id, r.digest FROM json_each(?) AS asked \
     CROSS JOIN comments AS c ON c.site = unhex(asked.value ->> 0) AND c.external_id = asked.value ->> 1 \
     JOIN revisions AS r ON r.comment = c.id ORDER BY place, r.number";
const FIRST_ANSWER: &str = "SELECT request, comment, revision, status, version FROM answers \
     WHERE site = ? AND key = ?";
const COMMENT: &str = "SELECT * FROM comments WHERE site = ? AND id = ?";
/// A list of ids comes as a JSON array of hexadecimal strings: one statement, whatever their number.
const REVISIONS: &str = "SELECT r.comment, r.number, r.decision, t.body, t.format, t.author_name, t.author_url \
     FROM revisions AS r LEFT JOIN texts AS t ON t.comment = r.comment AND t.revision = r.number \
     WHERE r.comment IN (SELECT unhex(value) FROM json_each(?)) ORDER BY r.comment, r.number";
const EVENTS: &str = "SELECT * FROM events WHERE comment IN (SELECT unhex(value) FROM json_each(?)) \
     ORDER BY comment, version";

/// Reads as little as shows that reading works.
pub(super) async fn probe(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let query = sqlx::query("SELECT EXISTS (SELECT 1 FROM sites)");
    query.fetch_one(connection).await.map(drop).map_err(|error| explain(&error))
}

pub(super) async fn sites(connection: &mut SqliteConnection) -> Result<Vec<Site>, StoreError> {
    let found = sqlx::query("SELECT * FROM sites ORDER BY created_at, id").fetch_all(connection).await;
    found.map_err(|error| explain(&error))?.iter().map(rows::site).collect()
}

/// What is known under each of the names, in their order.
pub(super) async fn known(
    connection: &mut SqliteConnection,
    names: &[(SiteId, String)],
) -> Result<Vec<Result<Option<Known>, StoreError>>, StoreError> {
    let pairs: Vec<_> = names.iter().map(|(site, name)| (site.0.simple().to_string(), name)).collect();
    let query = sqlx::query(DIGESTS).bind(serde_json::json!(pairs).to_string());
    let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
    rows::known(&found, names.len())
}

pub(super) async fn first_answer(
    connection: &mut SqliteConnection,
    site: SiteId,
    key: &[u8; 32],
) -> Result<Option<FirstAnswer>, StoreError> {
    let query = sqlx::query(FIRST_ANSWER).bind(site.0.as_bytes().as_slice()).bind(key.as_slice());
    let found = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
    found.as_ref().map(rows::first_answer).transpose()
}

pub(super) async fn sealed_key(connection: &mut SqliteConnection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let query = sqlx::query_scalar("SELECT sealed FROM sealed_keys WHERE name = ?").bind(name);
    query.fetch_optional(connection).await.map_err(|error| explain(&error))
}

pub(super) async fn comment(
    connection: &mut SqliteConnection,
    site: SiteId,
    id: CommentId,
) -> Result<Option<Record>, StoreError> {
    let mut snapshot = connection.begin().await.map_err(|error| explain(&error))?;
    let query = sqlx::query(COMMENT).bind(site.0.as_bytes().as_slice()).bind(id.0.as_bytes().as_slice());
    let found = query.fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    Ok(whole(&mut snapshot, &found).await?.pop())
}

pub(super) async fn list(
    connection: &mut SqliteConnection,
    site: SiteId,
    selection: &Selection,
    after: Option<Position>,
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let mut snapshot = connection.begin().await.map_err(|error| explain(&error))?;
    let mut query = selecting(site, selection, after, limit.min(MOST_LISTED));
    let found = query.build().fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    whole(&mut snapshot, &found).await
}

/// Only the conditions there are, so that each selection finds its index.
fn selecting(site: SiteId, selection: &Selection, after: Option<Position>, limit: u32) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT * FROM comments WHERE site = ");
    query.push_bind(site.0.as_bytes().to_vec());
    if let Some(status) = selection.status {
        query.push(" AND status = ").push_bind(status.as_str());
    }
    if let Some(page_url) = &selection.page_url {
        query.push(" AND page_url = ").push_bind(page_url.clone());
    }
    if let Some(external_id) = &selection.external_id {
        query.push(" AND external_id = ").push_bind(external_id.clone());
    }
    if let Some(Position(id)) = after {
        query.push(" AND id > ").push_bind(id.0.as_bytes().to_vec());
    }
    query.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
    query
}

/// The comments of these rows with their revisions and events: two more statements, however many there are.
pub(super) async fn whole(
    connection: &mut SqliteConnection,
    comments: &[SqliteRow],
) -> Result<Vec<Record>, StoreError> {
    if comments.is_empty() {
        return Ok(Vec::new());
    }
    let ids =
        comments.iter().map(|row| row.id("id").map(|id| id.simple().to_string())).collect::<Result<Vec<_>, _>>()?;
    let ids = serde_json::json!(ids).to_string();
    let revisions = children(connection, REVISIONS, &ids).await?;
    let events = children(connection, EVENTS, &ids).await?;
    rows::records(comments, &revisions, &events)
}

async fn children(
    connection: &mut SqliteConnection,
    sql: &'static str,
    ids: &str,
) -> Result<Vec<SqliteRow>, StoreError> {
    sqlx::query(sql).bind(ids).fetch_all(connection).await.map_err(|error| explain(&error))
}

#[cfg(test)]
mod tests {
    use sqlx::Row;

    use super::*;
    use crate::adapters::sqlite::{Options, open};
    use crate::domain::review::Status;

    const SITE: SiteId = SiteId(uuid::Uuid::nil());

    async fn plan(connection: &mut SqliteConnection, selection: &Selection, after: Option<Position>) -> String {
        let query = selecting(SITE, selection, after, 10);
        let explained = format!("EXPLAIN QUERY PLAN {}", query.sql().as_str());
        let steps = sqlx::raw_sql(sqlx::AssertSqlSafe(explained)).fetch_all(connection).await.unwrap();
        steps.iter().map(|step| step.get::<String, _>("detail") + "; ").collect()
    }

    #[tokio::test]
    async fn looking_up_goes_from_the_names_to_their_index() {
        let folder = tempfile::tempdir().unwrap();
        let (path, options) = (folder.path().join("tamis.db"), Options::default());
        open::prepare(&path, &options).await.unwrap();
        let mut connection = open::writer(&path, &options).await.unwrap();
        let explained = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {DIGESTS}"));
        let steps = sqlx::query(explained).bind("[]").fetch_all(&mut connection).await.unwrap();
        let steps: Vec<String> = steps.iter().map(|step| step.get("detail")).collect();
        assert!(steps[0].starts_with("SCAN asked VIRTUAL TABLE"), "{steps:?}");
        assert!(steps[1].starts_with("SEARCH c USING COVERING INDEX comments_by_external_id"), "{steps:?}");
        assert!(steps[2].starts_with("SEARCH r USING INDEX sqlite_autoindex_revisions_1"), "{steps:?}");
    }

    #[tokio::test]
    async fn each_selection_finds_its_index_and_sorts_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (path, options) = (folder.path().join("tamis.db"), Options::default());
        open::prepare(&path, &options).await.unwrap();
        let mut connection = open::writer(&path, &options).await.unwrap();
        let all = Selection::default();
        let held = Selection { status: Some(Status::Held), ..all.clone() };
        let on_page = Selection { page_url: Some(String::new()), ..all.clone() };
        let named = Selection { external_id: Some(String::new()), ..all.clone() };
        let expected = [
            (all, "comments_by_site"),
            (held, "comments_by_status"),
            (on_page, "comments_by_page"),
            (named, "comments_by_external_id"),
        ];
        for (selection, index) in expected {
            for after in [None, Some(Position(CommentId(uuid::Uuid::nil())))] {
                let plan = plan(&mut connection, &selection, after).await;
                assert!(plan.contains(&format!("SEARCH comments USING INDEX {index}")), "{plan}");
                assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
            }
        }
    }
}
