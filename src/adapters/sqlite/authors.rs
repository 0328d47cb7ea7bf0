//! Who wrote comments, and the keys that their addresses are recognised by.

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use super::fault::explain;
use super::write::{Step, Write};
use super::{SqliteStore, fault};
use crate::adapters::gather::Worker;
use crate::adapters::rows::{self, Columns};
use crate::domain::comment::CommentId;
use crate::domain::history::{Identifier, Identity, MOST_LOOKED_AT, Origin, Past, Period};
use crate::domain::site::SiteId;
use crate::ports::authors::Authors;
use crate::ports::campaigns::Approved;
use crate::ports::store::StoreError;

/// The latest settled comments that share one identifier; the places are those of the array in [`PAST`].
macro_rules! latest {
    ($column:literal, $place:literal) => {
        concat!(
            "SELECT comment FROM (SELECT comment FROM authors WHERE site = unhex(asked.value ->> 0) AND ",
            $column,
            " = unhex(asked.value ->> ",
            $place,
            ") AND settled IS NOT NULL ORDER BY comment DESC LIMIT ?2)"
        )
    };
}

/// The authors come as a JSON array of arrays: site, e-mail, and address and network under each live key, all in
/// hexadecimal or null; `place` counts them from 0.
const PAST: &str = concat!(
    "SELECT asked.key AS place, a.settled, a.email, a.name, a.address, a.network FROM json_each(?1) AS asked \
     CROSS JOIN authors AS a ON a.comment IN (",
    latest!("email", "1"),
    " UNION ",
    latest!("address", "2"),
    " UNION ",
    latest!("network", "3"),
    " UNION ",
    latest!("address", "4"),
    " UNION ",
    latest!("network", "5"),
    ")"
);
const APPROVED: &str = "SELECT id FROM comments WHERE site = ? AND status = 'approved' \
     AND id IN (SELECT unhex(value) FROM json_each(?))";
const ADDRESS_KEY: &str = "SELECT sealed FROM address_keys WHERE period = ?";
const KEEP_ADDRESS_KEY: &str = "INSERT INTO address_keys VALUES (?, ?) ON CONFLICT (period) DO NOTHING";
const DESTROY_ADDRESS_KEYS: &str = "DELETE FROM address_keys WHERE period < ?";

/// Looks authors up, which every submission does: whatever is waiting goes as one query.
#[derive(Debug)]
pub(super) struct PastLookup(pub(super) SqlitePool);

impl Worker for PastLookup {
    type Question = (SiteId, Identity);
    type Answer = Vec<Past>;

    const FULL: &str = "too many authors are looked up at once; look at the disk’s load, and try again";
    const SLOW: &str = "did not answer in time; look at the disk’s load";

    async fn serve(&mut self, authors: &[Self::Question]) -> Result<Vec<Result<Vec<Past>, StoreError>>, StoreError> {
        let mut connection = self.0.acquire().await.map_err(|error| explain(&error))?;
        past(&mut connection, authors).await
    }

    async fn end(self) {}
}

async fn past(
    connection: &mut SqliteConnection,
    authors: &[(SiteId, Identity)],
) -> Result<Vec<Result<Vec<Past>, StoreError>>, StoreError> {
    let asked: Vec<_> = authors.iter().map(|(site, author)| asked(*site, author)).collect();
    let query = sqlx::query(PAST).bind(serde_json::json!(asked).to_string()).bind(MOST_LOOKED_AT);
    let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
    rows::past(&found, authors.len())
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

#[async_trait]
impl Authors for SqliteStore {
    async fn past(&self, site: SiteId, author: &Identity) -> Result<Vec<Past>, StoreError> {
        self.past_lookups.ask((site, author.clone())).await.map_err(|error| self.located(error))
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
        let ids: Vec<_> = ids.iter().map(|id| id.0.simple().to_string()).collect();
        let query = sqlx::query(APPROVED).bind(site.0.as_bytes().as_slice()).bind(serde_json::json!(ids).to_string());
        let found = async |connection: &mut SqliteConnection| {
            let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
            found.iter().map(|row| row.id("id").map(CommentId)).collect()
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
        let explained = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {PAST}"));
        let steps = sqlx::query(explained).bind("[]").bind(32).fetch_all(&mut connection).await.unwrap();
        let plan: String = steps.iter().map(|step| step.get::<String, _>("detail") + "; ").collect();
        for (index, times) in [("authors_by_email", 1), ("authors_by_address", 2), ("authors_by_network", 2)] {
            let search = format!("INDEX {index} (site=? AND ");
            assert_eq!(plan.matches(&search).count(), times, "{plan}");
        }
        assert!(plan.contains("SEARCH a USING PRIMARY KEY") && !plan.contains("ORDER BY"), "{plan}");
    }
}
