//! The store in PostgreSQL: for several replicas that are one service.
//!
//! One task a replica writes, and commits whatever is waiting at once; a caller hears of its write after PostgreSQL
//! has it on disk. Reads go over connections of their own; look-ups that wait together go as one query.

mod accounts;
mod authors;
mod connect;
mod durability;
mod fault;
mod ledger;
mod lend;
mod lookup;
mod models;
mod notifications;
mod privacy;
mod queue;
mod read;
mod rows;
mod standings;
mod transit;
mod upkeep;
mod watch;
mod write;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::postgres::{PgConnection, PgPool};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

use self::authors::RememberedLookup;
use self::connect::Place;
use self::lookup::Lookup;
pub use self::upkeep::PostgresUpkeep;
use self::watch::Watch;
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
    /// The longest that any call waits. A statement is given two thirds of it, a new connection one third.
    pub time_out: Duration,
    /// Connections that read; one more writes.
    pub readers: u32,
    /// Whether to refuse a server that may lose what it said was on disk. Without it, that is logged.
    pub require_durable: bool,
    /// Whether a server is at work, so that nobody copies the store meanwhile.
    pub serving: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { time_out: Duration::from_secs(3), readers: 8, require_durable: true, serving: false }
    }
}

/// A [`Store`] in a PostgreSQL database, in the schema `tamis`.
#[derive(Debug)]
pub struct PostgresStore {
    place: Place,
    watch: Arc<Watch>,
    readers: PgPool,
    lookups: Queue<Lookup>,
    author_lookups: Queue<RememberedLookup>,
    writer: Queue<Writer>,
    /// `None` once the store was closed.
    task: Mutex<Option<JoinHandle<()>>>,
}

impl PostgresStore {
    /// Connects to the database that `url` names (`postgres://user:password@host/database`), and creates the schema
    /// or brings it up to date; replicas that do so at once take turns. Must be called within a Tokio runtime, which
    /// then runs the task that writes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be reached, refuses, or would not keep what is written;
    /// [`StoreError::Damaged`] when a newer Tamis wrote the schema: it is left as it was.
    pub async fn open(url: &str, options: Options) -> Result<Self, StoreError> {
        let place = Place::parse(url, options)?;
        Self::start(place.clone()).await.map_err(|error| place.located(error))
    }

    async fn start(place: Place) -> Result<Self, StoreError> {
        connect::prepare(&place).await?;
        let connection = connect::writer(&place).await?;
        let watch = Watch::new(place.clone());
        let readers = connect::readers(&place, Arc::clone(&watch));
        let time_out = place.options.time_out;
        let (lookups, _) = Queue::start(Lookup { readers: readers.clone(), time_out }, time_out);
        let (author_lookups, _) = Queue::start(RememberedLookup { readers: readers.clone(), time_out }, time_out);
        let writer = Writer { connection: Some(connection), place: place.clone(), readers: readers.clone() };
        let (writer, task) = Queue::start(writer, time_out);
        Ok(Self { place, watch, readers, lookups, author_lookups, writer, task: Mutex::new(Some(task)) })
    }

    /// Reads over one connection, within the time that a call may take.
    async fn read<T>(
        &self,
        reading: impl AsyncFnOnce(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.watched(lend::read(&self.readers, self.place.options.time_out, reading)).await
    }

    async fn write(&self, write: Write) -> Result<u64, StoreError> {
        self.watched(self.writer.ask(write)).await
    }

    async fn watched<T>(&self, asking: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        self.watch.over(asking).await.map_err(|error| self.place.located(error))
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn add_site(&self, site: &Site) -> Result<(), StoreError> {
        self.write(Write::AddSite(site.clone())).await.map(drop)
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
        let sealed_akismet_key = sealed_akismet_key.to_owned();
        Ok(self.write(Write::SetSiteKeys { site, key_digest, sealed_akismet_key }).await? > 0)
    }

    async fn known(&self, site: SiteId, external_id: &str) -> Result<Option<Known>, StoreError> {
        self.watched(self.lookups.ask((site, external_id.to_owned()))).await
    }

    async fn record(&self, entry: Entry) -> Result<(), StoreError> {
        self.write(Write::record(entry)?).await.map(drop)
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
        self.write(Write::change(change)?).await.map(drop)
    }

    async fn first_answer(&self, site: SiteId, key: &[u8; 32]) -> Result<Option<FirstAnswer>, StoreError> {
        self.read(async |connection| read::first_answer(connection, site, key).await).await
    }

    async fn forget_answers(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.write(Write::ForgetAnswers { before, limit }).await
    }

    async fn sealed_key(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let stored = async |connection: &mut PgConnection| read::sealed_key(connection, name).await;
        if let Some(first) = self.read(stored).await? {
            return Ok(first);
        }
        self.write(Write::SealKey { name: name.to_owned(), sealed: sealed.to_owned() }).await?;
        let gone = || StoreError::Unavailable("a key went away as it was stored; try again".to_owned());
        self.read(stored).await?.ok_or_else(|| self.place.located(gone()))
    }

    async fn in_use(&self) -> Result<InUse, StoreError> {
        self.read(async |connection| models::in_use(connection).await).await
    }

    async fn activate(&self, activation: &Activation) -> Result<(), StoreError> {
        self.write(Write::activate(activation)?).await.map(drop)
    }

    async fn activations(&self, scope: Scope) -> Result<Vec<Activation>, StoreError> {
        self.read(async |connection| models::activations(connection, scope).await).await
    }

    async fn set_shadow(&self, scope: Scope, candidate: Option<&ModelVersion>) -> Result<(), StoreError> {
        self.write(Write::SetShadow(scope, candidate.cloned())).await.map(drop)
    }

    async fn shadowed(&self, site: SiteId, candidate: &ModelVersion, limit: u32) -> Result<Shadowed, StoreError> {
        self.read(async |connection| models::shadowed(connection, site, candidate, limit).await).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.write(Write::Nothing).await?;
        self.read(async |connection| read::probe(connection).await).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        let Some(task) = self.task.lock().await.take() else { return Ok(()) };
        self.writer.finish().await;
        let unavailable = |what: String| self.place.located(StoreError::Unavailable(what));
        match timeout(self.place.options.time_out, task).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(unavailable(format!("the writer ended badly ({error})"))),
            Err(_) => Err(unavailable("is still writing what waited".to_owned())),
        }
    }
}

#[async_trait]
impl QueueStore for PostgresStore {
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

    async fn tidy_queue(&self, limit: u32) -> Result<u64, StoreError> {
        self.write(Write::TidyQueue { limit }).await
    }
}
