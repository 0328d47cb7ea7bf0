//! What moderators said of authors.

use async_trait::async_trait;
use jiff::Timestamp;

use super::PostgresStore;
use super::accounts::{noted, with_line};
use super::write::{Statement, Value, Write};
use crate::domain::comment::CommentId;
use crate::domain::history::{Identifier, Origin, Period};
use crate::domain::moderator::AuditLine;
use crate::domain::site::SiteId;
use crate::domain::standing::Given;
use crate::ports::standings::Standings;
use crate::ports::store::StoreError;

/// Those on other comments: the one on its own is overwritten.
const GIVE: &str = with_line!(
    "lifted AS (DELETE FROM standings WHERE site = $7 AND comment = ANY(string_to_array($18, ',')::uuid[]) \
     AND comment <> $6), \
     done AS (INSERT INTO standings SELECT id, site, $8, $9, $10, $11, $12, $13, $14, $15, $16 FROM comments \
     WHERE id = $6 AND site = $7 AND (SELECT count(*) FROM standings WHERE site = $7 \
     AND comment <> ALL(string_to_array($18, ',')::uuid[]) AND comment <> $6) < $17 \
     ON CONFLICT (comment) DO UPDATE SET (standing, until, by, at, email, name, address, network, period) = \
     (excluded.standing, excluded.until, excluded.by, excluded.at, excluded.email, excluded.name, excluded.address, \
     excluded.network, excluded.period) RETURNING comment)"
);
const LIFT: &str = with_line!(
    "done AS (DELETE FROM standings WHERE site = $6 AND comment = ANY(string_to_array($7, ',')::uuid[]) \
     RETURNING comment)"
);
const RENEW: &str = "UPDATE standings SET address = $1, network = $2, period = $3 \
     WHERE site = $4 AND comment = $5 AND period < $3";
const END: &str = "DELETE FROM standings WHERE until <= $1 OR (standing = 'trusted' AND period < $2)";

#[async_trait]
impl Standings for PostgresStore {
    async fn give_standing(
        &self,
        site: SiteId,
        given: &Given,
        in_place_of: &[CommentId],
        most: u32,
        line: &AuditLine,
    ) -> Result<bool, StoreError> {
        let mut values = row(site, given, most);
        values.push(list(in_place_of));
        self.run(noted(GIVE, line, values)?).await
    }

    async fn lift_standings(&self, site: SiteId, comments: &[CommentId], line: &AuditLine) -> Result<bool, StoreError> {
        self.run(noted(LIFT, line, vec![site.0.into(), list(comments)])?).await
    }

    async fn renew_standing(&self, site: SiteId, comment: CommentId, origin: Origin) -> Result<(), StoreError> {
        let Origin { period, address, network } = origin;
        let values = vec![Some(address).into(), Some(network).into(), period.0.into(), site.0.into(), comment.0.into()];
        self.run(Statement { sql: RENEW, values }).await.map(drop)
    }

    async fn end_standings(&self, now: Timestamp, oldest: Period) -> Result<u64, StoreError> {
        self.write(Write::Run(Statement { sql: END, values: vec![now.into(), oldest.0.into()] })).await
    }
}

fn list(ids: &[CommentId]) -> Value {
    let ids: Vec<_> = ids.iter().map(|id| id.0.to_string()).collect();
    ids.join(",").as_str().into()
}

fn row(site: SiteId, given: &Given, most: u32) -> Vec<Value> {
    vec![
        given.comment.0.into(),
        site.0.into(),
        given.standing.as_str().into(),
        given.until.into(),
        given.by.as_str().into(),
        given.at.into(),
        given.author.email.into(),
        given.author.name.into(),
        given.author.address.into(),
        given.author.network.into(),
        Value::Integer(given.period.map(|period| period.0.into())),
        most.into(),
    ]
}

impl From<Option<Identifier>> for Value {
    fn from(identifier: Option<Identifier>) -> Self {
        Self::Bytes(identifier.map(|Identifier(bytes)| bytes.to_vec()))
    }
}
