//! Who wrote comments, and the keys that their addresses are recognised by.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgConnection, PgPool};
use uuid::Uuid;

use super::fault::explain;
use super::write::Write;
use super::{PostgresStore, lend};
use crate::adapters::gather::Worker;
use crate::adapters::rows;
use crate::domain::comment::CommentId;
use crate::domain::history::{Identifier, Identity, MOST_LOOKED_AT, Origin, Period};
use crate::domain::site::SiteId;
use crate::ports::authors::{Authors, Remembered};
use crate::ports::campaigns::Approved;
use crate::ports::queue::MOST_ASKED;
use crate::ports::store::StoreError;

/// The latest settled comments that share one identifier.
macro_rules! latest {
    ($column:literal, $asked:literal) => {
        concat!(
            "(SELECT comment, settled, email, name, address, network FROM authors WHERE site = asked.site AND ",
            $column,
            " = asked.",
            $asked,
            " AND settled IS NOT NULL ORDER BY comment DESC LIMIT $7)"
        )
    };
}

/// `place` counts the authors from 0.
const PAST: &str = concat!(
    "SELECT asked.place - 1 AS place, a.comment, a.settled, a.email, a.name, a.address, a.network \
     FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[]) \
     WITH ORDINALITY AS asked (site, email, address, network, address_before, network_before, place) \
     CROSS JOIN LATERAL (",
    latest!("email", "email"),
    " UNION ",
    latest!("address", "address"),
    " UNION ",
    latest!("network", "network"),
    " UNION ",
    latest!("address", "address_before"),
    " UNION ",
    latest!("network", "network_before"),
    ") AS a"
);
/// The latest standings on one identifier.
macro_rules! standing {
    ($column:literal, $asked:literal) => {
        concat!(
            "(SELECT * FROM standings WHERE site = asked.site AND ",
            $column,
            " = asked.",
            $asked,
            " ORDER BY comment DESC LIMIT $5)"
        )
    };
}

const STANDINGS: &str = concat!(
    "SELECT asked.place - 1 AS place, s.* FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[]) \
     WITH ORDINALITY AS asked (site, email, address, address_before, place) CROSS JOIN LATERAL (",
    standing!("email", "email"),
    " UNION ",
    standing!("address", "address"),
    " UNION ",
    standing!("address", "address_before"),
    ") AS s"
);
const AUTHORS: &str = "SELECT comment, email, name, account, address, network, period FROM authors WHERE site = $1 \
     AND comment = ANY($2)";
const APPROVED: &str = "SELECT id FROM comments WHERE site = $1 AND status = 'approved' AND id = ANY($2)";
const HELD_CAMPAIGN: &str = "SELECT value FROM queue WHERE facet = 'campaign' AND comment = ANY($1) \
     ORDER BY comment DESC LIMIT 1";
const ADDRESS_KEY: &str = "SELECT sealed FROM address_keys WHERE period = $1";

/// Looks authors up, which every submission does: whatever is waiting goes as one query.
#[derive(Debug)]
pub(super) struct RememberedLookup {
    pub(super) readers: PgPool,
    pub(super) time_out: Duration,
}

impl Worker for RememberedLookup {
    type Question = (SiteId, Identity);
    type Answer = Remembered;

    const FULL: &str = "too many authors are looked up at once; look at its load, and try again";
    const SLOW: &str = "did not answer in time; look at its load";

    async fn serve(&mut self, authors: &[Self::Question]) -> Result<Vec<Result<Remembered, StoreError>>, StoreError> {
        lend::read(&self.readers, self.time_out, async |connection| remembered(connection, authors).await).await
    }

    async fn end(self) {}
}

async fn remembered(
    connection: &mut PgConnection,
    authors: &[(SiteId, Identity)],
) -> Result<Vec<Result<Remembered, StoreError>>, StoreError> {
    let sites: Vec<Uuid> = authors.iter().map(|(site, _)| site.0).collect();
    let emails: Vec<_> = authors.iter().map(|(_, author)| author.email.as_ref().map(bytes)).collect();
    let origins = |nth: usize, part: fn(&Origin) -> &Identifier| -> Vec<Option<&[u8]>> {
        authors.iter().map(|(_, author)| author.origins.get(nth).map(part).map(bytes)).collect()
    };
    let past = sqlx::query(PAST)
        .bind(&sites)
        .bind(&emails)
        .bind(origins(0, |origin| &origin.address))
        .bind(origins(0, |origin| &origin.network))
        .bind(origins(1, |origin| &origin.address))
        .bind(origins(1, |origin| &origin.network))
        .bind(i64::from(MOST_LOOKED_AT));
    let past = past.fetch_all(&mut *connection).await.map_err(|error| explain(&error))?;
    let standings = sqlx::query(STANDINGS)
        .bind(sites)
        .bind(emails)
        .bind(origins(0, |origin| &origin.address))
        .bind(origins(1, |origin| &origin.address))
        .bind(i64::from(MOST_LOOKED_AT));
    let standings = standings.fetch_all(connection).await.map_err(|error| explain(&error))?;
    rows::authors::remembered(&past, &standings, authors.len())
}

pub(super) fn bytes(identifier: &Identifier) -> &[u8] {
    &identifier.0
}

#[async_trait]
impl Authors for PostgresStore {
    async fn remembered(&self, site: SiteId, author: &Identity) -> Result<Remembered, StoreError> {
        self.watched(self.author_lookups.ask((site, author.clone()))).await
    }

    async fn authors(&self, site: SiteId, comments: &[CommentId]) -> Result<Vec<(CommentId, Identity)>, StoreError> {
        let asked: Vec<Uuid> = comments.iter().take(MOST_ASKED as usize).map(|id| id.0).collect();
        let query = sqlx::query(AUTHORS).bind(site.0).bind(asked);
        let found = async |connection: &mut PgConnection| {
            let found = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
            found.iter().map(rows::authors::author).collect()
        };
        self.read(found).await
    }

    async fn address_key(&self, period: Period) -> Result<Option<Vec<u8>>, StoreError> {
        let query = sqlx::query_scalar(ADDRESS_KEY).bind(i64::from(period.0));
        self.read(async |connection| query.fetch_optional(connection).await.map_err(|error| explain(&error))).await
    }

    async fn keep_address_key(&self, period: Period, sealed: &[u8]) -> Result<(), StoreError> {
        self.write(Write::KeepAddressKey { period, sealed: sealed.to_owned() }).await.map(drop)
    }

    async fn destroy_address_keys(&self, before: Period) -> Result<u64, StoreError> {
        self.write(Write::DestroyAddressKeys { before }).await
    }
}

#[async_trait]
impl Approved for PostgresStore {
    async fn approved(&self, site: SiteId, ids: &[CommentId]) -> Result<Vec<CommentId>, StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let query = sqlx::query_scalar(APPROVED).bind(site.0).bind(ids);
        let found = async |connection: &mut PgConnection| {
            let found: Vec<Uuid> = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
            Ok(found.into_iter().map(CommentId).collect())
        };
        self.read(found).await
    }
    async fn held_campaign(&self, ids: &[CommentId]) -> Result<Option<CommentId>, StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let query = sqlx::query(HELD_CAMPAIGN).bind(ids);
        let found = async |connection: &mut PgConnection| {
            let found = query.fetch_optional(connection).await.map_err(|error| explain(&error))?;
            found.as_ref().map(rows::campaign).transpose()
        };
        self.read(found).await
    }
}
