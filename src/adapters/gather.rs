//! Callers that wait at the same time are served together, by one task; what a group commit or a joint query needs.
//!
//! There is no timer: while one batch is under way, the next gathers by itself.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::ports::store::StoreError;

/// Most questions served at once.
pub(super) const BATCH: usize = 256;

/// Most questions that wait while a batch is under way.
const QUEUE: usize = 1_024;

/// Who serves the batches.
pub(super) trait Worker: Send + 'static {
    type Question: Send + 'static;
    type Answer: Send + 'static;

    /// What to tell a caller for whom there was no room in the queue, and one who waited too long.
    const FULL: &str;
    const SLOW: &str;

    /// One result a question, in order; or what failed for all of them.
    fn serve(
        &mut self,
        questions: &[Self::Question],
    ) -> impl Future<Output = Result<Vec<Result<Self::Answer, StoreError>>, StoreError>> + Send;

    /// Closes what it holds, after the last batch.
    fn end(self) -> impl Future<Output = ()> + Send;
}

/// The way to a worker; it works until this and all its clones are gone, or it was told to finish.
pub(super) struct Queue<W: Worker> {
    jobs: mpsc::Sender<Job<W>>,
    time_out: Duration,
}

impl<W: Worker> std::fmt::Debug for Queue<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("time_out", &self.time_out).finish_non_exhaustive()
    }
}

impl<W: Worker> Clone for Queue<W> {
    fn clone(&self) -> Self {
        Self { jobs: self.jobs.clone(), time_out: self.time_out }
    }
}

enum Job<W: Worker> {
    Ask(W::Question, Reply<W>),
    Finish,
}

type Reply<W> = oneshot::Sender<Result<<W as Worker>::Answer, StoreError>>;

impl<W: Worker> Queue<W> {
    /// Starts the task; no caller waits longer than `time_out`.
    pub(super) fn start(worker: W, time_out: Duration) -> (Self, JoinHandle<()>) {
        let (jobs, queue) = mpsc::channel(QUEUE);
        (Self { jobs, time_out }, tokio::spawn(run(queue, worker)))
    }

    /// # Errors
    /// What the worker says, or [`StoreError::Unavailable`] when the queue stays full or no answer comes in time.
    pub(super) async fn ask(&self, question: W::Question) -> Result<W::Answer, StoreError> {
        let deadline = Instant::now() + self.time_out;
        let (reply, answered) = oneshot::channel();
        match timeout_at(deadline, self.jobs.send(Job::Ask(question, reply))).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(closed()),
            Err(_) => return Err(self.late(W::FULL)),
        }
        match timeout_at(deadline, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(self.late(W::SLOW)),
        }
    }

    /// Asks the worker to finish what waits and to take no more.
    pub(super) async fn finish(&self) {
        // A task that is gone has nothing left to finish.
        let _ = timeout_at(Instant::now() + self.time_out, self.jobs.send(Job::Finish)).await;
    }

    fn late(&self, what: &str) -> StoreError {
        StoreError::Unavailable(format!("{what} ({} ms have passed)", self.time_out.as_millis()))
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed; nothing was written. Start Tamis again".to_owned())
}

async fn run<W: Worker>(mut queue: mpsc::Receiver<Job<W>>, mut worker: W) {
    let mut jobs = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut jobs, BATCH).await > 0 {
        let (questions, replies) = wanted(&mut jobs, &mut queue);
        if questions.is_empty() {
            continue;
        }
        match worker.serve(&questions).await {
            Ok(results) => {
                for (reply, result) in replies.into_iter().zip(results) {
                    // A caller that went away meanwhile finds its write when it asks again.
                    let _ = reply.send(result);
                }
            }
            Err(error) => {
                for reply in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
        }
    }
    worker.end().await;
}

/// The questions whose callers still wait; an order to finish keeps what came before it.
fn wanted<W: Worker>(jobs: &mut Vec<Job<W>>, queue: &mut mpsc::Receiver<Job<W>>) -> (Vec<W::Question>, Vec<Reply<W>>) {
    let mut wanted = (Vec::with_capacity(jobs.len()), Vec::with_capacity(jobs.len()));
    for job in jobs.drain(..) {
        match job {
            Job::Ask(question, reply) if !reply.is_closed() => {
                wanted.0.push(question);
                wanted.1.push(reply);
            }
            Job::Ask(..) => {}
            Job::Finish => queue.close(),
        }
    }
    wanted
}
