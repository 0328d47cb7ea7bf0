//! Looking external ids up, which every submission does: whatever is waiting goes as one query.

use sqlx::postgres::PgPool;

use super::{fault, read};
use crate::adapters::gather::Worker;
use crate::domain::site::SiteId;
use crate::ports::store::{Known, StoreError};

/// Asks over the connections that read.
#[derive(Debug)]
pub(super) struct Lookup(pub(super) PgPool);

impl Worker for Lookup {
    type Question = (SiteId, String);
    type Answer = Option<Known>;

    const FULL: &str = "too many comments are looked up at once; look at its load, and try again";
    const SLOW: &str = "did not answer in time; look at its load";

    async fn serve(&mut self, names: &[Self::Question]) -> Result<Vec<Result<Option<Known>, StoreError>>, StoreError> {
        let mut connection = self.0.acquire().await.map_err(|error| fault::explain(&error))?;
        read::known(&mut connection, names).await
    }

    async fn end(self) {}
}
