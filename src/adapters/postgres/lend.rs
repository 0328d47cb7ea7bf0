//! Connections that are lent for a reading, and given back within bounds.

use std::time::Duration;

use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout, timeout_at};

use super::fault::explain;
use crate::ports::store::StoreError;

/// Reads over one connection, within the time that a call may take.
///
/// # Errors
/// What `reading` fails with, or [`StoreError::Unavailable`] where there is no connection or no answer in time.
pub(super) async fn read<T>(
    readers: &PgPool,
    time_out: Duration,
    reading: impl AsyncFnOnce(&mut PgConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let deadline = Instant::now() + time_out;
    let connection = readers.acquire().await.map_err(|error| explain(&error))?;
    let mut lent = Lent { connection, time_out, lost: false };
    timeout_at(deadline, reading(&mut lent.connection)).await.unwrap_or_else(|_| {
        lent.lost = true;
        Err(StoreError::Unavailable("did not answer in time; look at its load".to_owned()))
    })
}

/// Whoever gives a connection back to a pool is asked whether it still answers, without end: over one that died without a
/// word its place would be lost for the minutes that the system takes to notice, and after as many such deaths as there are
/// places nothing could be read any more.
struct Lent {
    connection: PoolConnection<Postgres>,
    time_out: Duration,
    /// Nothing came over it in time: it may be dead, and is not given back.
    lost: bool,
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.lost {
            self.connection.close_on_drop();
        } else if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(timeout(self.time_out, self.connection.return_to_pool()));
        }
    }
}
