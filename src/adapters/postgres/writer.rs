//! The one connection that writes: it commits whatever is waiting at once, and answers after the commit.

mod batch;
mod statements;

use sqlx::postgres::{PgConnection, PgPool};
use tokio::time::timeout;

use super::connect::{self, Place};
use super::fault;
use super::write::Write;
use crate::adapters::gather::Worker;
use crate::ports::store::StoreError;

/// How often a batch is tried again when another replica's transaction stood in its way.
const TRIES: usize = 3;

#[derive(Debug)]
pub(super) struct Writer {
    /// `None` after an error that leaves its state in doubt, until the next batch opens another.
    pub(super) connection: Option<PgConnection>,
    pub(super) place: Place,
    pub(super) readers: PgPool,
}

impl Worker for Writer {
    type Question = Write;
    /// Rows that the write touched, where anybody asks.
    type Answer = u64;

    const FULL: &str = "too many writes wait; nothing was written. Look at its load, and try again";
    const SLOW: &str = "did not answer; the write may still arrive. Look at its load, and try again";

    async fn serve(&mut self, writes: &[Write]) -> Result<Vec<Result<u64, StoreError>>, StoreError> {
        // What is cut off here takes its connection with it: the state of that one is in doubt.
        let committed = match timeout(self.place.options.time_out, self.commit(writes)).await {
            Ok(committed) => committed,
            Err(_) => Err(StoreError::Unavailable(Self::SLOW.to_owned())),
        };
        if let Err(error) = &committed {
            tracing::error!(%error, writes = writes.len(), "a batch of writes failed");
        }
        committed
    }

    async fn end(self) {
        self.readers.close().await;
        // PostgreSQL notices a connection that is gone by itself.
        if let Some(connection) = self.connection {
            let _ = sqlx::Connection::close(connection).await;
        }
    }
}

impl Writer {
    /// One result a write once all are on disk, or why none is.
    async fn commit(&mut self, writes: &[Write]) -> Result<Vec<Result<u64, StoreError>>, StoreError> {
        let mut tries = 1;
        loop {
            let mut connection = match self.connection.take() {
                Some(connection) => connection,
                None => connect::writer(&self.place).await?,
            };
            match batch::commit(&mut connection, writes).await {
                Ok(results) => {
                    self.connection = Some(connection);
                    return Ok(results);
                }
                Err(error) => {
                    // Not put back unless it is certainly out of the transaction; closing it rolls back too.
                    if batch::roll_back(&mut connection).await.is_ok() {
                        self.connection = Some(connection);
                    }
                    if tries == TRIES || !fault::is_passing(&error) {
                        return Err(fault::explain(&error));
                    }
                    tries += 1;
                }
            }
        }
    }
}
