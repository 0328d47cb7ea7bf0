//! Who wrote comments, and the keys that their addresses are recognised by.

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use super::fault::explain;
use super::write::{Step, Write};
use super::{SqliteStore, fault};
use crate::adapters::gather::Worker;
use crate::adapters::rows::{self, Columns};
use crate::domain::comment::CommentId;
use crate::domain::history::{Identifier, Identity, MOST_LOOKED_AT, Origin, Period};
use crate::domain::site::SiteId;
use crate::ports::authors::{Authors, Remembered};
use crate::ports::campaigns::Approved;
use crate::ports::queue::MOST_ASKED;
use crate::ports::store::StoreError;

/// The latest comments in a table that share one identifier; the places are those of the array in [`PAST`].
macro_rules! latest {
    ($table:literal, $column:literal, $place:literal, $which:literal) => {
        concat!(
            "SELECT comment FROM (SELECT comment FROM ",
            $table,
            " WHERE site = unhex(asked.value ->> 0) AND ",
            $column,
            " = unhex(asked.value ->> ",
            $place,
            ")",
            $which,
            " ORDER BY comment DESC LIMIT ?2)"
        )
    };
}

macro_rules! settled {
    ($column:literal, $place:literal) => {
        latest!("authors", $column, $place, " AND settled IS NOT NULL")
    };
}

macro_rules! standing {
    ($column:literal, $place:literal) => {
        latest!("standings", $column, $place, "")
    };
}

/// The authors come as a JSON array of arrays: site, e-mail, and address and network under each live key, all in
/// hexadecimal or null; `place` counts them from 0.
const PAST: &str = concat!(
    "SELECT asked.key AS place, a.comment, a.settled, a.email, a.name, a.address, a.network FROM json_each(?1) AS asked \
     CROSS JOIN authors AS a ON a.comment IN (",
    settled!("email", "1"),
    " UNION ",
    settled!("address", "2"),
    " UNION ",
    settled!("network", "3"),
    " UNION ",
    settled!("address", "4"),
    " UNION ",
    settled!("network", "5"),
    ")"
);
const STANDINGS: &str = concat!(
    "SELECT asked.key AS place, s.* FROM json_each(?1) AS asked CROSS JOIN standings AS s ON s.comment IN (",
    standing!("email", "1"),
    " UNION ",
    standing!("address", "2"),
    " UNION ",
    standing!("address", "4"),
    ")"
);
const AUTHORS: &str = "SELECT comment, email, name, account, address, network, period FROM authors WHERE site = ? \
     AND comment IN (SELECT unhex(value) FROM json_each(?) LIMIT ?)";
const APPROVED: &str = "SELECT id FROM comments WHERE site = ? AND status = 'approved' \
     AND id IN (SELECT unhex(value) FROM json_each(?))";
const HELD_CAMPAIGN: &str = "SELECT value FROM queue WHERE facet = 'campaign' \
     AND comment IN (SELECT unhex(value) FROM json_each(?)) ORDER BY comment DESC LIMIT 1";
const ADDRESS_KEY: &str = "SELECT sealed FROM address_keys WHERE period = ?";
const KEEP_ADDRESS_KEY: &str = "INSERT INTO address_keys VALUES (?, ?) ON CONFLICT (period) DO NOTHING";
const DESTROY_ADDRESS_KEYS: &str = "DELETE FROM address_keys WHERE period < ?";

/// Looks authors up, which every submission does: whatever is waiting goes as one query.
#[derive(Debug)]
pub(super) struct RememberedLookup(pub(super) SqlitePool);

impl Worker for RememberedLookup {
    type Question = (SiteId, Identity);
    type Answer = Remembered;

    const FULL: &str = "too many authors are looked up at once; look at the disk’s load, and try again";
    const SLOW: &str = "did not answer in time; look at the disk’s load";

    async fn serve(&mut self, authors: &[Self::Question]) -> Result<Vec<Result<Remembered, StoreError>>, StoreError> {
        let mut connection = self.0.acquire().await.map_err(|error| explain(&error))?;
        remembered(&mut connection, authors).await
    }

    async fn end(self) {}
}

async fn remembered(
    connection: &mut SqliteConnection,
    authors: &[(SiteId, Identity)],
) -> Result<Vec<Result<Remembered, StoreError>>, StoreError> {
    let asked: Vec<_> = authors.iter().map(|(site, author)| asked(*site, author)).collect();
    let asked = serde_json::json!(asked).to_string();
    let mut found = async |sql: &'static str| {
        let query = sqlx::query(sql).bind(asked.as_str()).bind(MOST_LOOKED_AT);
        query.fetch_all(&mut *connection).await.map_err(|error| explain(&error))
    };
    rows::authors::remembered(&found(PAST).await?, &found(STANDINGS).await?, authors.len())
}

fn asked(site: SiteId, author: &Identity) -> [Option<String>; 6] {
    let hex = |Identifier(bytes): Identifier| format!("{:032x}", u128::from_be_bytes(bytes));
    let origin = |nth: usize, part: fn(&Origin) -> Identifier| author.origins.get(nth).map(part).map(hex);
    let (address, network) = (|origin: &Origin| origin.address, |origin: &Origin| origin.network);
    [
        Some(site.0.simple().to_string()),
        author.email.map(hex),
        origin(0, address),
        origin(0, network),
        origin(1, address),
        origin(1, network),
    ]
}

/// Ids as a JSON array, in hexadecimal.
pub(super) fn array(ids: &[CommentId]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| id.0.simple().to_string()).collect();
    serde_json::json!(ids).to_string()
}

#[async_trait]
impl Authors for SqliteStore {
    async fn remembered(&self, site: SiteId, author: &Identity) -> Result<Remembered, StoreError> {
        self.author_lookups.ask((site, author.clone())).await.map_err(|error| self.located(error))
    }

    async fn authors(&self, site: SiteId, comments: &[CommentId]) -> Result<Vec<(CommentId, Identity)>, StoreError> {
        let query = sqlx::query(AUTHORS).bind(site.0.as_bytes().as_slice()).bind(array(comments)).bind(MOST_ASKED);
        let found = async |connection: &mut SqliteConnection| {
            let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
            found.iter().map(rows::authors::author).collect()
        };
        self.read(found).await
    }

    async fn address_key(&self, period: Period) -> Result<Option<Vec<u8>>, StoreError> {
        let query = sqlx::query_scalar(ADDRESS_KEY).bind(period.0);
        self.read(async |connection| query.fetch_optional(connection).await.map_err(|error| fault::explain(&error)))
            .await
    }

    async fn keep_address_key(&self, period: Period, sealed: &[u8]) -> Result<(), StoreError> {
        self.write(Write(vec![Step::Run(KEEP_ADDRESS_KEY, vec![period.0.into(), sealed.into()])])).await.map(drop)
    }

    async fn destroy_address_keys(&self, before: Period) -> Result<u64, StoreError> {
        self.write(Write(vec![Step::Run(DESTROY_ADDRESS_KEYS, vec![before.0.into()])])).await
    }
}

#[async_trait]
impl Approved for SqliteStore {
    async fn approved(&self, site: SiteId, ids: &[CommentId]) -> Result<Vec<CommentId>, StoreError> {
        let query = sqlx::query(APPROVED).bind(site.0.as_bytes().as_slice()).bind(array(ids));
        let found = async |connection: &mut SqliteConnection| {
            let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
            found.iter().map(|row| row.id("id").map(CommentId)).collect()
        };
        self.read(found).await
    }

    async fn held_campaign(&self, ids: &[CommentId]) -> Result<Option<CommentId>, StoreError> {
        let query = sqlx::query(HELD_CAMPAIGN).bind(array(ids));
        let found = async |connection: &mut SqliteConnection| {
            let found = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
            found.as_ref().map(rows::campaign).transpose()
        };
        self.read(found).await
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Row;

    use super::*;
    use crate::adapters::sqlite::{Options, open};

    #[tokio::test]
    async fn each_identifier_finds_its_index_and_sorts_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (path, options) = (folder.path().join("tamis.db"), Options::default());
        open::prepare(&path, &options).await.unwrap();
        let mut connection = open::writer(&path, &options).await.unwrap();
        for (sql, indexes) in [
            (PAST, [("authors_by_email", 1), ("authors_by_address", 2), ("authors_by_network", 2)].as_slice()),
            (STANDINGS, &[("standings_by_email", 1), ("standings_by_address", 2)]),
        ] {
            let explained = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let steps = sqlx::query(explained).bind("[]").bind(32).fetch_all(&mut connection).await.unwrap();
            let plan: String = steps.iter().map(|step| step.get::<String, _>("detail") + "; ").collect();
            for (index, times) in indexes {
                let search = format!("INDEX {index} (site=? AND ");
                assert_eq!(plan.matches(&search).count(), *times, "{plan}");
            }
            assert!(plan.contains(" USING PRIMARY KEY") && !plan.contains("ORDER BY"), "{plan}");
        }
    }
}
