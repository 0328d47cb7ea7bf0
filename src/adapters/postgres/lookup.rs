//! Looking external ids up, which every submission does: whatever is waiting goes as one query.

use std::time::Duration;

use sqlx::postgres::PgPool;

use super::{lend, read};
use crate::adapters::gather::Worker;
use crate::domain::site::SiteId;
use crate::ports::store::{Known, StoreError};

/// Asks over the connections that read.
#[derive(Debug)]
pub(super) struct Lookup {
    pub(super) readers: PgPool,
    pub(super) time_out: Duration,
}

impl Worker for Lookup {
    type Question = (SiteId, String);
    type Answer = Option<Known>;

    const FULL: &str = "too many comments are looked up at once; look at its load, and try again";
    const SLOW: &str = "did not answer in time; look at its load";

    async fn serve(&mut self, names: &[Self::Question]) -> Result<Vec<Result<Option<Known>, StoreError>>, StoreError> {
        lend::read(&self.readers, self.time_out, async |connection| read::known(connection, names).await).await
    }

    async fn end(self) {}
}
