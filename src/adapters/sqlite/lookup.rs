//! Looking external ids up, which every submission does: whatever is waiting goes as one query.
//!
//! A trip to a connection's thread and back costs more than the search itself.

use sqlx::sqlite::SqlitePool;

use super::{fault, read};
use crate::adapters::gather::Worker;
use crate::domain::site::SiteId;
use crate::ports::store::{Known, StoreError};

/// Asks over the connections that read.
#[derive(Debug)]
pub(super) struct Lookup(pub(super) SqlitePool);

impl Worker for Lookup {
    type Question = (SiteId, String);
    type Answer = Option<Known>;

    const FULL: &str = "too many comments are looked up at once; look at the disk’s load, and try again";
    const SLOW: &str = "did not answer in time; look at the disk’s load";

    async fn serve(&mut self, names: &[Self::Question]) -> Result<Vec<Result<Option<Known>, StoreError>>, StoreError> {
        let mut connection = self.0.acquire().await.map_err(|error| fault::explain(&error))?;
        read::known(&mut connection, names).await
    }

    async fn end(self) {}
}
