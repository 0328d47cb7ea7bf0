//! The floor under a store: whatever waits is one INSERT of rows of the same size into a table of one index, and no more.

use std::path::Path;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, QueryBuilder};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// As many as a store writes at once.
const BATCH: usize = 256;

type Waiting = ((i64, Vec<u8>), oneshot::Sender<()>);

pub struct Skeleton {
    rows: mpsc::Sender<Waiting>,
    task: JoinHandle<()>,
}

enum Place {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Skeleton {
    pub async fn open(url: &str, folder: Option<&Path>) -> Self {
        let mut place = match folder {
            Some(folder) => Place::Sqlite(sqlite(&folder.join("skeleton.db")).await),
            None => Place::Postgres(PgConnection::connect(url).await.unwrap()),
        };
        place.begin().await;
        let (rows, mut waiting) = mpsc::channel(1_024);
        let task = tokio::spawn(async move {
            let mut batch: Vec<Waiting> = Vec::with_capacity(BATCH);
            while waiting.recv_many(&mut batch, BATCH).await > 0 {
                let (rows, callers): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
                place.insert(rows).await;
                callers.into_iter().for_each(|caller| caller.send(()).unwrap());
            }
        });
        Self { rows, task }
    }

    /// Returns once the row is on disk.
    pub async fn record(&self, number: u32, row: Vec<u8>) {
        let (done, waits) = oneshot::channel();
        self.rows.send(((number.into(), row), done)).await.unwrap();
        waits.await.unwrap();
    }

    pub async fn close(self) {
        drop(self.rows);
        self.task.await.unwrap();
    }
}

/// On disk before a commit returns, as Tamis's own.
async fn sqlite(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let durable = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    durable.connect().await.unwrap()
}

impl Place {
    async fn begin(&mut self) {
        match self {
            Self::Sqlite(connection) => {
                let table = "CREATE TABLE skeleton (id INTEGER PRIMARY KEY, comment BLOB NOT NULL)";
                sqlx::raw_sql(table).execute(connection).await.unwrap();
            }
            Self::Postgres(connection) => {
                let table = "DROP TABLE IF EXISTS skeleton; \
                             CREATE TABLE skeleton (id bigint PRIMARY KEY, comment bytea NOT NULL)";
                sqlx::raw_sql(table).execute(connection).await.unwrap();
            }
        }
    }

    async fn insert(&mut self, rows: Vec<(i64, Vec<u8>)>) {
        match self {
            Self::Sqlite(connection) => {
                let mut insert = QueryBuilder::new("INSERT INTO skeleton ");
                insert.push_values(rows, |mut values, (id, row)| {
                    values.push_bind(id).push_bind(row);
                });
                insert.build().execute(connection).await.unwrap();
            }
            Self::Postgres(connection) => {
                let (ids, rows): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
                let insert = sqlx::query("INSERT INTO skeleton SELECT * FROM unnest($1::bigint[], $2::bytea[])");
                insert.bind(ids).bind(rows).execute(connection).await.unwrap();
            }
        }
    }
}
