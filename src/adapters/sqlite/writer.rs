//! The one connection that writes: it commits whatever is waiting as one transaction, and answers after the commit.

mod batch;

use std::path::PathBuf;

use sqlx::SqliteConnection;
use sqlx::sqlite::SqlitePool;

use super::write::Write;
use super::{Options, fault, open};
use crate::adapters::gather::Worker;
use crate::ports::store::StoreError;

#[derive(Debug)]
pub(super) struct Writer {
    /// `None` after an error that leaves its state in doubt, until the next batch opens another.
    pub(super) connection: Option<SqliteConnection>,
    pub(super) path: PathBuf,
    pub(super) options: Options,
    pub(super) readers: SqlitePool,
}

impl Worker for Writer {
    type Question = Write;
    /// Rows that the write's last statement touched.
    type Answer = u64;

    const FULL: &str = "too many writes wait; nothing was written. Look at the disk’s load, and try again";
    const SLOW: &str = "the disk did not answer; the write may still arrive. Look at the disk’s load, and try again";

    async fn serve(&mut self, writes: &[Write]) -> Result<Vec<Result<u64, StoreError>>, StoreError> {
        let committed = self.commit(writes).await;
        if let Err(error) = &committed {
            tracing::error!(%error, writes = writes.len(), "a transaction failed; none of its writes was made");
        }
        committed
    }

    async fn end(self) {
        // The writer last: only it can move the log into the file.
        self.readers.close().await;
        let Some(connection) = self.connection else { return };
        if let Err(error) = sqlx::Connection::close(connection).await {
            tracing::warn!(%error, "the database file did not close cleanly; the next start puts it right");
        }
    }
}

impl Writer {
    /// One result a write once all are on disk, or why none is.
    async fn commit(&mut self, writes: &[Write]) -> Result<Vec<Result<u64, StoreError>>, StoreError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => open::writer(&self.path, &self.options).await.map_err(|error| fault::explain(&error))?,
        };
        match batch::commit(&mut connection, writes).await {
            Ok(results) => {
                self.connection = Some(connection);
                Ok(results)
            }
            Err(error) => {
                // Not put back unless it is certainly out of the transaction; dropping it rolls back too.
                if batch::roll_back(&mut connection).await.is_ok() {
                    self.connection = Some(connection);
                }
                Err(fault::explain(&error))
            }
        }
    }
}
