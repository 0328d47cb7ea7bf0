//! Looking external ids up, which every submission does: whatever is waiting goes as one query.
//!
//! A trip to a connection's thread and back costs more than the search itself.

use sqlx::sqlite::SqlitePool;
use tokio::sync::{mpsc, oneshot};

use super::{fault, read};
use crate::domain::site::SiteId;
use crate::ports::store::{Known, StoreError};

/// Most look-ups in one query.
const BATCH: usize = 256;

/// Most look-ups that wait while a query is under way.
const QUEUE: usize = 1_024;

/// The queue to the task that asks; the task ends with it.
#[derive(Clone, Debug)]
pub(super) struct Lookup(mpsc::Sender<Question>);

#[derive(Debug)]
struct Question {
    site: SiteId,
    external_id: String,
    answer: oneshot::Sender<Result<Option<Known>, StoreError>>,
}

impl Lookup {
    pub(super) fn start(readers: SqlitePool) -> Self {
        let (questions, queue) = mpsc::channel(QUEUE);
        tokio::spawn(run(queue, readers));
        Self(questions)
    }

    /// Waits as long as it takes: the caller sets the bound.
    pub(super) async fn known(&self, site: SiteId, external_id: &str) -> Result<Option<Known>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let question = Question { site, external_id: external_id.to_owned(), answer };
        let gone = || StoreError::Unavailable("the store is closed; start Tamis again".to_owned());
        self.0.send(question).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn run(mut queue: mpsc::Receiver<Question>, readers: SqlitePool) {
    let mut questions = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut questions, BATCH).await > 0 {
        questions.retain(|question| !question.answer.is_closed());
        if questions.is_empty() {
            continue;
        }
        match ask(&readers, &questions).await {
            Ok(answers) => {
                for (question, answer) in questions.drain(..).zip(answers) {
                    // A caller that went away needs no answer.
                    let _ = question.answer.send(answer);
                }
            }
            Err(error) => {
                for question in questions.drain(..) {
                    let _ = question.answer.send(Err(error.clone()));
                }
            }
        }
    }
}

async fn ask(
    readers: &SqlitePool,
    questions: &[Question],
) -> Result<Vec<Result<Option<Known>, StoreError>>, StoreError> {
    let mut connection = readers.acquire().await.map_err(|error| fault::explain(&error))?;
    let names: Vec<_> = questions.iter().map(|question| (question.site, question.external_id.as_str())).collect();
    read::known(&mut connection, &names).await
}
