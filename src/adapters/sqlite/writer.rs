//! The one task that writes: it commits whatever is waiting as one transaction, and answers after the commit.
//!
//! There is no timer: while one commit waits for the disk, the next batch gathers by itself.

mod batch;

use std::path::PathBuf;
use std::time::Duration;

use sqlx::SqliteConnection;
use sqlx::sqlite::SqlitePool;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::write::Write;
use super::{Options, fault, open};
use crate::ports::store::StoreError;

/// Most writes in one transaction.
const BATCH: usize = 256;

/// Most writes that wait while a transaction is under way.
const QUEUE: usize = 1_024;

/// The queue to the task; cheap to share.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
    time_out: Duration,
}

#[derive(Debug)]
enum Job {
    Write(Write, Answer),
    Close,
}

/// Rows that the write's last statement touched.
type Answer = oneshot::Sender<Result<u64, StoreError>>;

impl Writer {
    /// Starts the task on a connection that stands.
    pub(super) fn start(
        connection: SqliteConnection,
        path: PathBuf,
        options: Options,
        readers: SqlitePool,
    ) -> (Self, JoinHandle<()>) {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let time_out = options.time_out;
        let task = Task { queue, connection: Some(connection), path, options, readers };
        (Self { jobs, time_out }, tokio::spawn(task.run()))
    }

    /// Writes, and waits for the disk; how many rows the last statement touched.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a constraint says no; [`StoreError::Unavailable`] when the queue stays full, the
    /// disk fails, or no answer comes in time.
    pub(super) async fn write(&self, write: Write) -> Result<u64, StoreError> {
        let deadline = Instant::now() + self.time_out;
        let (answer, answered) = oneshot::channel();
        match timeout_at(deadline, self.jobs.send(Job::Write(write, answer))).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(closed()),
            Err(_) => return Err(StoreError::Unavailable(self.slow("too many writes wait; nothing was written"))),
        }
        match timeout_at(deadline, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(StoreError::Unavailable(self.slow("the disk did not answer; the write may still arrive"))),
        }
    }

    /// Asks the task to finish what waits and to take no more.
    pub(super) async fn finish(&self) {
        // A task that is gone has nothing left to finish.
        let _ = timeout_at(Instant::now() + self.time_out, self.jobs.send(Job::Close)).await;
    }

    fn slow(&self, what: &str) -> String {
        format!("{what} after {} ms. Look at the disk’s load, and try again", self.time_out.as_millis())
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed; nothing was written. Start Tamis again".to_owned())
}

struct Task {
    queue: mpsc::Receiver<Job>,
    /// `None` after an error that leaves its state in doubt, until the next batch opens another.
    connection: Option<SqliteConnection>,
    path: PathBuf,
    options: Options,
    readers: SqlitePool,
}

impl Task {
    async fn run(mut self) {
        let mut jobs = Vec::with_capacity(BATCH);
        while self.queue.recv_many(&mut jobs, BATCH).await > 0 {
            let writes = self.wanted(&mut jobs);
            if !writes.is_empty() {
                self.commit(writes).await;
            }
        }
        // The writer last: only it can move the log into the file.
        self.readers.close().await;
        let Some(connection) = self.connection else { return };
        if let Err(error) = sqlx::Connection::close(connection).await {
            tracing::warn!(%error, "the database file did not close cleanly; the next start puts it right");
        }
    }

    /// The writes whose callers still wait; an order to close keeps what came before it.
    fn wanted(&mut self, jobs: &mut Vec<Job>) -> Vec<(Write, Answer)> {
        let mut writes = Vec::with_capacity(jobs.len());
        for job in jobs.drain(..) {
            match job {
                Job::Write(write, answer) if !answer.is_closed() => writes.push((write, answer)),
                Job::Write(..) => {}
                Job::Close => self.queue.close(),
            }
        }
        writes
    }

    async fn commit(&mut self, jobs: Vec<(Write, Answer)>) {
        let (writes, answers): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
        match self.try_commit(&writes).await {
            Ok(results) => {
                for (answer, result) in answers.into_iter().zip(results) {
                    // A caller that went away meanwhile finds its write when it asks again.
                    let _ = answer.send(result);
                }
            }
            Err(error) => {
                tracing::error!(%error, writes = answers.len(), "a transaction failed; none of its writes was made");
                for answer in answers {
                    let _ = answer.send(Err(error.clone()));
                }
            }
        }
    }

    /// One result a write once all are on disk, or why none is.
    async fn try_commit(&mut self, writes: &[Write]) -> Result<Vec<Result<u64, StoreError>>, StoreError> {
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
