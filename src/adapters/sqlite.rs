//! The store in a SQLite file: the default, with nothing to install.
//!
//! One task writes, and commits whatever is waiting at once; a caller hears of its write after the disk has it.
//! Reads go over connections of their own and never wait for a write; look-ups that wait together go as one query.
//! Other processes may open the same file.

mod accounts;
mod authors;
mod fault;
mod ledger;
mod lookup;
mod mark;
mod models;
mod notifications;
mod open;
mod privacy;
mod queue;
mod read;
mod rows;
mod standings;
mod transit;
mod upkeep;
mod write;
mod writer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::SqlitePool;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

use self::authors::RememberedLookup;
use self::lookup::Lookup;
use self::mark::Mark;
pub use self::upkeep::SqliteUpkeep;
use self::write::Write;
use self::writer::Writer;
use crate::adapters::gather::Queue;
use crate::domain::activation::{Activation, InUse, ModelVersion, Scope};
use crate::domain::comment::{CommentId, Content};
use crate::domain::review::Record;
use crate::domain::site::{Site, SiteId};
use crate::ports::queue::{Done, Facet, Filter, Held, Look, QueueStore, Rank, Spread, Tally};
use crate::ports::store::{Change, Entry, FirstAnswer, Known, Position, Selection, Shadowed, Store, StoreError};

/// How the store behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The longest that any call waits. A lock that another process holds is given half of it.
    pub time_out: Duration,
    /// Connections that read, each with a thread of its own.
    pub readers: u32,
    /// Most pages of 4 KiB that the file may grow to; without it, the disk is the bound.
    pub max_pages: Option<u32>,
    /// Whether a server is at work, so that nobody copies the store meanwhile.
    pub serving: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { time_out: Duration::from_secs(5), readers: 4, max_pages: None, serving: false }
    }
}

/// A [`Store`] in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    time_out: Duration,
    readers: SqlitePool,
    lookups: Queue<Lookup>,
    author_lookups: Queue<RememberedLookup>,
    writer: Queue<Writer>,
    /// `None` once the store was closed.
    task: Mutex<Option<JoinHandle<()>>>,
    _mark: Option<Mark>,
}

impl SqliteStore {
    /// Opens the file that `location` names, a path or a URL such as `sqlite:tamis.db`; creates it, readable by its
    /// owner alone, or brings its schema up to date. Must be called within a Tokio runtime, which then runs the
    /// task that writes.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the file is not a Tamis database, is damaged, or was written by a newer Tamis:
    /// it is left as it was. [`StoreError::Unavailable`] when it cannot be created or opened.
    pub async fn open(location: &str, options: Options) -> Result<Self, StoreError> {
        let path = open::path_of(location)?;
        Self::start(path.clone(), options).await.map_err(|error| located(&path, error))
    }

    async fn start(path: PathBuf, options: Options) -> Result<Self, StoreError> {
        open::prepare(&path, &options).await?;
        let mark = options.serving.then(|| mark::set(&path)).transpose()?;
        let connection = open::writer(&path, &options).await.map_err(|error| fault::explain(&error))?;
        let readers = open::readers(&path, &options);
        let time_out = options.time_out;
        let (lookups, _) = Queue::start(Lookup(readers.clone()), time_out);
        let (author_lookups, _) = Queue::start(RememberedLookup(readers.clone()), time_out);
        let writer = Writer { connection: Some(connection), path: path.clone(), options, readers: readers.clone() };
        let (writer, task) = Queue::start(writer, time_out);
        Ok(Self { path, time_out, readers, lookups, author_lookups, writer, task: Mutex::new(Some(task)), _mark: mark })
    }

    /// Reads over one connection, within the time that a call may take.
    async fn read<T>(
        &self,
        reading: impl AsyncFnOnce(&mut sqlx::SqliteConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connect = async || self.readers.acquire().await.map_err(|error| fault::explain(&error));
        self.in_time(async { reading(&mut *connect().await?).await }).await
    }

    async fn in_time<T>(&self, reading: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let slow = || StoreError::Unavailable("did not answer in time; look at the disk’s load".to_owned());
        timeout(self.time_out, reading).await.unwrap_or_else(|_| Err(slow())).map_err(|error| self.located(error))
    }

    async fn write(&self, write: Write) -> Result<u64, StoreError> {
        self.writer.ask(write).await.map_err(|error| self.located(error))
    }

    fn located(&self, error: StoreError) -> StoreError {
        located(&self.path, error)
    }
}

/// The error with the file it is about.
fn located(path: &Path, error: StoreError) -> StoreError {
    let at = |what| format!("{}: {what}", path.display());
    match error {
        StoreError::Conflict => StoreError::Conflict,
        StoreError::Unavailable(what) => StoreError::Unavailable(at(what)),
        StoreError::Damaged(what) => StoreError::Damaged(at(what)),
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn add_site(&self, site: &Site) -> Result<(), StoreError> {
        self.write(Write::add_site(site)).await.map(drop)
    }

    async fn sites(&self) -> Result<Vec<Site>, StoreError> {
        self.read(async |connection| read::sites(connection).await).await
    }

    async fn set_site_keys(
        &self,
        site: SiteId,
        key_digest: [u8; 32],
        sealed_akismet_key: &[u8],
    ) -> Result<bool, StoreError> {
        Ok(self.write(Write::set_site_keys(site, &key_digest, sealed_akismet_key)).await? > 0)
    }

    async fn known(&self, site: SiteId, external_id: &str) -> Result<Option<Known>, StoreError> {
        self.lookups.ask((site, external_id.to_owned())).await.map_err(|error| self.located(error))
    }

    async fn record(&self, entry: Entry) -> Result<(), StoreError> {
        self.write(Write::record(&entry)?).await.map(drop)
    }

    async fn comment(&self, site: SiteId, id: CommentId) -> Result<Option<Record>, StoreError> {
        self.read(async |connection| read::comment(connection, site, id).await).await
    }

    async fn list(
        &self,
        site: SiteId,
        selection: &Selection,
        after: Option<Position>,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        self.read(async |connection| read::list(connection, site, selection, after, limit).await).await
    }

    async fn change(&self, change: Change) -> Result<(), StoreError> {
        self.write(Write::change(&change)?).await.map(drop)
    }

    async fn first_answer(&self, site: SiteId, key: &[u8; 32]) -> Result<Option<FirstAnswer>, StoreError> {
        self.read(async |connection| read::first_answer(connection, site, key).await).await
    }

    async fn forget_answers(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.write(Write::forget_answers(before, limit)).await
    }

    async fn sealed_key(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let stored = async |connection: &mut _| read::sealed_key(connection, name).await;
        if let Some(first) = self.read(stored).await? {
            return Ok(first);
        }
        self.write(Write::seal_key(name, sealed)).await?;
        let gone = || self.located(StoreError::Unavailable("a key went away as it was stored; try again".to_owned()));
        self.read(stored).await?.ok_or_else(gone)
    }

    async fn in_use(&self) -> Result<InUse, StoreError> {
        self.read(async |connection| models::in_use(connection).await).await
    }

    async fn activate(&self, activation: &Activation) -> Result<(), StoreError> {
        self.write(models::activate(activation)?).await.map(drop)
    }

    async fn activations(&self, scope: Scope) -> Result<Vec<Activation>, StoreError> {
        self.read(async |connection| models::activations(connection, scope).await).await
    }

    async fn set_shadow(&self, scope: Scope, candidate: Option<&ModelVersion>) -> Result<(), StoreError> {
        self.write(models::set_shadow(scope, candidate)).await.map(drop)
    }

    async fn shadowed(&self, site: SiteId, candidate: &ModelVersion, limit: u32) -> Result<Shadowed, StoreError> {
        self.read(async |connection| models::shadowed(connection, site, candidate, limit).await).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.write(Write::nothing()).await?;
        self.read(async |connection| read::probe(connection).await).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        let Some(task) = self.task.lock().await.take() else { return Ok(()) };
        self.writer.finish().await;
        match timeout(self.time_out, task).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.located(StoreError::Unavailable(format!("the writer ended badly ({error})")))),
            Err(_) => Err(self.located(StoreError::Unavailable("is still writing; wait before copying it".to_owned()))),
        }
    }
}

#[async_trait]
impl QueueStore for SqliteStore {
    async fn held(&self, site: SiteId, look: &Look, after: Option<Rank>, limit: u32) -> Result<Vec<Held>, StoreError> {
        self.read(async |connection| queue::held(connection, site, look, after, limit).await).await
    }

    async fn latest_held(&self, sites: &[SiteId], limit: u32) -> Result<Vec<(SiteId, CommentId)>, StoreError> {
        self.read(async |connection| queue::latest_held(connection, sites, limit).await).await
    }

    async fn held_texts(
        &self,
        site: SiteId,
        look: &Look,
        after: Option<Rank>,
        limit: u32,
    ) -> Result<Vec<(Rank, Content)>, StoreError> {
        self.read(async |connection| queue::held_texts(connection, site, look, after, limit).await).await
    }

    async fn held_number(&self, site: SiteId, filter: &Filter) -> Result<u64, StoreError> {
        self.read(async |connection| queue::held_number(connection, site, filter).await).await
    }

    async fn tallies(&self, site: SiteId, facet: Facet, limit: u32) -> Result<Vec<Tally>, StoreError> {
        self.read(async |connection| queue::tallies(connection, site, facet, limit).await).await
    }

    async fn spread(&self, site: SiteId, campaign: CommentId) -> Result<Option<Spread>, StoreError> {
        self.read(async |connection| queue::spread(connection, site, campaign).await).await
    }

    async fn still_held(&self, site: SiteId, ids: &[CommentId]) -> Result<Vec<CommentId>, StoreError> {
        self.read(async |connection| queue::still_held(connection, site, ids).await).await
    }

    async fn comments(&self, site: SiteId, ids: &[CommentId]) -> Result<Vec<Record>, StoreError> {
        self.read(async |connection| queue::comments(connection, site, ids).await).await
    }

    async fn around(&self, site: SiteId, page_url: &str, id: CommentId, count: u32) -> Result<Vec<Record>, StoreError> {
        self.read(async |connection| queue::around(connection, site, page_url, id, count).await).await
    }

    async fn done_by(
        &self,
        site: SiteId,
        by: &str,
        before: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<Done>, StoreError> {
        self.read(async |connection| queue::done_by(connection, site, by, before, limit).await).await
    }

    async fn done_at(&self, site: SiteId, by: &str, at: Timestamp) -> Result<Vec<(CommentId, Uuid)>, StoreError> {
        self.read(async |connection| queue::done_at(connection, site, by, at).await).await
    }

    /// There is nothing to tidy: with one writer a count is one row.
    async fn tidy_queue(&self, _: u32) -> Result<u64, StoreError> {
        Ok(0)
    }
}
