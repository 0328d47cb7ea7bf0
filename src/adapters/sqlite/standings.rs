//! What moderators said of authors.

use async_trait::async_trait;
use jiff::Timestamp;

use super::SqliteStore;
use super::accounts::noted;
use super::authors::array;
use super::write::{Step, Value, Write};
use crate::domain::comment::CommentId;
use crate::domain::history::{Origin, Period};
use crate::domain::moderator::AuditLine;
use crate::domain::site::SiteId;
use crate::domain::standing::Given;
use crate::ports::standings::Standings;
use crate::ports::store::StoreError;

const LIFT: &str = "DELETE FROM standings WHERE site = ? AND comment IN (SELECT unhex(value) FROM json_each(?))";
const GIVE: &str = "INSERT OR REPLACE INTO standings SELECT id, site, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM comments \
     WHERE id = ?1 AND site = ?2 AND (SELECT count(*) FROM standings WHERE site = ?2 \
     AND comment <> ?1) < ?12";
const RENEW: &str = "UPDATE standings SET address = ?1, network = ?2, period = ?3 \
     WHERE site = ?4 AND comment = ?5 AND period < ?3";
const END: &str = "DELETE FROM standings WHERE until <= ? OR (standing = 'trusted' AND period < ?)";

#[async_trait]
impl Standings for SqliteStore {
    async fn give_standing(
        &self,
        site: SiteId,
        given: &Given,
        in_place_of: &[CommentId],
        most: u32,
        line: &AuditLine,
    ) -> Result<bool, StoreError> {
        let lift = Step::Run(LIFT, vec![site.into(), array(in_place_of).as_str().into()]);
        Ok(self.write(noted(vec![lift, Step::Run(GIVE, row(site, given, most))], line)?).await? > 0)
    }

    async fn lift_standings(&self, site: SiteId, comments: &[CommentId], line: &AuditLine) -> Result<bool, StoreError> {
        let lift = Step::Run(LIFT, vec![site.into(), array(comments).as_str().into()]);
        Ok(self.write(noted(vec![lift], line)?).await? > 0)
    }

    async fn renew_standing(&self, site: SiteId, comment: CommentId, origin: Origin) -> Result<(), StoreError> {
        let Origin { period, address, network } = origin;
        let values = vec![Some(address).into(), Some(network).into(), period.0.into(), site.into(), comment.into()];
        self.write(Write(vec![Step::Run(RENEW, values)])).await.map(drop)
    }

    async fn end_standings(&self, now: Timestamp, oldest: Period) -> Result<u64, StoreError> {
        self.write(Write(vec![Step::Run(END, vec![now.into(), oldest.0.into()])])).await
    }
}

fn row(site: SiteId, given: &Given, most: u32) -> Vec<Value> {
    vec![
        given.comment.into(),
        site.into(),
        given.standing.as_str().into(),
        given.until.into(),
        given.by.as_str().into(),
        given.at.into(),
        given.author.email.into(),
        given.author.name.into(),
        given.author.address.into(),
        given.author.network.into(),
        given.period.map_or(Value::Null, |period| period.0.into()),
        most.into(),
    ]
}
