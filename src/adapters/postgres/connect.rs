//! Connecting: where to, with which settings, and bringing the schema up to date.

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, SqlSafeStr};
use tokio::time::timeout;

use super::fault::{explain, explain_migration};
use super::watch::Watch;
use super::{Options, durability};
use crate::ports::store::StoreError;
use crate::ports::upkeep::Schema;

/// "Tamis", for the advisory lock that whoever changes the schema holds.
const LOCK: i64 = 0x54_61_6d_69_73;

/// The advisory lock that servers at work share, and a copy has alone.
const SERVERS: i64 = LOCK + 1;

/// The longest that a start waits for another replica to change the schema, and for its own changes.
const MIGRATION: Duration = Duration::from_secs(300);

/// A connection that was not used for so long is tried before it is used.
const RESTED: Duration = Duration::from_millis(200);

/// Where the store is and how to reach it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) options: Options,
    settings: PgConnectOptions,
}

impl Place {
    /// # Errors
    /// It is not the URL of a PostgreSQL database.
    pub(super) fn parse(url: &str, options: Options) -> Result<Self, StoreError> {
        // The URL may hold a password, so it is not repeated.
        let settings = PgConnectOptions::from_str(url).map_err(|error| {
            StoreError::Unavailable(format!(
                "`store.url` cannot be read; write `postgres://user:password@host/database` ({error})"
            ))
        })?;
        let settings = settings.application_name("tamis").disable_statement_logging().options([
            // A schema of its own, so that the site's own database will do.
            ("search_path", "tamis"),
            ("jit", "off"),
            // A plan is kept; one made while a table was small must do when it is large.
            ("enable_seqscan", "off"),
            // The server notices within a minute that a replica is gone without a word, with its connections and locks.
            ("tcp_keepalives_idle", "30"),
            ("tcp_keepalives_interval", "10"),
            ("tcp_keepalives_count", "3"),
        ]);
        Ok(Self { options, settings })
    }

    /// The error with the database it is about.
    pub(super) fn located(&self, error: StoreError) -> StoreError {
        let database = self.settings.get_database().unwrap_or_else(|| self.settings.get_username());
        let host = self.settings.get_host();
        let at = |what| format!("PostgreSQL ({host}:{}/{database}): {what}", self.settings.get_port());
        match error {
            StoreError::Conflict => StoreError::Conflict,
            StoreError::Unavailable(what) => StoreError::Unavailable(at(what)),
            StoreError::Damaged(what) => StoreError::Damaged(at(what)),
        }
    }

    /// For connections on which no statement may take long.
    fn hurried(&self) -> PgConnectOptions {
        let milliseconds = (self.options.time_out * 2 / 3).as_millis().to_string();
        let keys = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"];
        self.settings.clone().options(keys.map(|key| (key, milliseconds.clone())))
    }

    /// The longest that a new connection may take.
    pub(super) fn patience(&self) -> Duration {
        self.options.time_out / 3
    }
}

/// Makes sure that the schema is this version's, creating or migrating it.
///
/// # Errors
/// The server cannot be reached or refuses, or a newer Tamis wrote the schema: it is left as it was.
pub(super) async fn prepare(place: &Place) -> Result<(), StoreError> {
    let mut connection = connect(&place.settings, place.patience()).await?;
    refuse_other_encodings(&mut connection).await?;
    let prepared = timeout(MIGRATION, migrate(&mut connection)).await.unwrap_or_else(|_| {
        Err(StoreError::Unavailable("another process has been changing the schema for minutes; look for it".to_owned()))
    });
    // The lock goes with the connection, whether it closes well or not.
    let _ = connection.close().await;
    prepared
}

/// The connection that writes.
///
/// # Errors
/// The server cannot be reached, refuses, or would not keep what is written.
pub(super) async fn writer(place: &Place) -> Result<PgConnection, StoreError> {
    let mut connection = connect(&place.hurried(), place.patience()).await?;
    durability::check(&mut connection, place.options.require_durable).await?;
    if place.options.serving {
        let copied = "is being copied; the server goes on when the copy is done";
        lock(&mut connection, "SELECT pg_try_advisory_lock_shared($1)", copied).await?;
    }
    Ok(connection)
}

/// A connection that takes the time it takes: nobody waits for it but the operator.
///
/// # Errors
/// The server cannot be reached or refuses.
pub(super) async fn patient(place: &Place) -> Result<PgConnection, StoreError> {
    connect(&place.settings, place.patience()).await
}

/// As long as the connection lasts.
///
/// # Errors
/// A server, or a copy, is at work.
pub(super) async fn keep_servers_out(connection: &mut PgConnection) -> Result<(), StoreError> {
    let busy = "a server or a copy is at work on it; stop it first, since what it writes meanwhile would stay behind";
    lock(connection, "SELECT pg_try_advisory_lock($1)", busy).await
}

async fn lock(connection: &mut PgConnection, sql: &'static str, busy: &str) -> Result<(), StoreError> {
    let locked = sqlx::query_scalar(sql).bind(SERVERS).fetch_one(connection).await.map_err(|error| explain(&error))?;
    if locked { Ok(()) } else { Err(StoreError::Unavailable(busy.to_owned())) }
}

/// Which schema the database has; nothing is changed or created.
///
/// # Errors
/// The server cannot be reached or refuses.
pub(super) async fn schema(place: &Place) -> Result<Schema, StoreError> {
    let known = migrator().iter().map(|migration| migration.version).max().unwrap_or_default();
    let mut connection = patient(place).await?;
    refuse_other_encodings(&mut connection).await?;
    let there = sqlx::query_scalar("SELECT to_regclass('tamis._sqlx_migrations') IS NOT NULL");
    if !there.fetch_one(&mut connection).await.map_err(|error| explain(&error))? {
        return Ok(Schema { found: None, known });
    }
    let latest = sqlx::query_scalar("SELECT max(version) FROM tamis._sqlx_migrations");
    let found = latest.fetch_one(&mut connection).await.map_err(|error| explain(&error))?;
    Ok(Schema { found, known })
}

/// Whether it takes a connection and answers over it.
pub(super) async fn answers(place: &Place) -> bool {
    let asked = async {
        let mut connection = connect(&place.hurried(), place.patience()).await?;
        connection.ping().await.map_err(|error| explain(&error))
    };
    matches!(timeout(place.options.time_out, asked).await, Ok(Ok(())))
}

/// The connections that read.
pub(super) fn readers(place: &Place, watch: Arc<Watch>) -> PgPool {
    PgPoolOptions::new()
        .max_connections(place.options.readers)
        .acquire_timeout(place.patience())
        // A ping would double the trips; but PostgreSQL may have been restarted while nobody asked.
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let trusted = watch.trusts(meta.age);
            Box::pin(async move { Ok(trusted && (meta.idle_for < RESTED || connection.ping().await.is_ok())) })
        })
        .connect_lazy_with(place.hurried().options([("default_transaction_read_only", "on")]))
}

async fn connect(settings: &PgConnectOptions, patience: Duration) -> Result<PgConnection, StoreError> {
    match timeout(patience, settings.connect()).await {
        Ok(connected) => connected.map_err(|error| explain(&error)),
        Err(_) => Err(StoreError::Unavailable("does not answer; check that it runs, and `store.url`".to_owned())),
    }
}

/// Where text is not kept as UTF-8, some of what visitors write could not be stored, or would be stored as bytes that
/// nobody checked.
async fn refuse_other_encodings(connection: &mut PgConnection) -> Result<(), StoreError> {
    let query = sqlx::query_scalar("SELECT current_setting('server_encoding')");
    let encoding: String = query.fetch_one(connection).await.map_err(|error| explain(&error))?;
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(StoreError::Unavailable(format!(
        "the database keeps text as {encoding}; create one that keeps it as UTF-8: `createdb --encoding=UTF8 \
         --template=template0 NAME`"
    )))
}

/// Several replicas may start at once: whoever holds the lock goes first.
async fn migrate(connection: &mut PgConnection) -> Result<(), StoreError> {
    let lock = sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK);
    lock.execute(&mut *connection).await.map_err(|error| explain(&error))?;
    // Asked first, since `CREATE SCHEMA` needs a right on the database even where there is nothing to create.
    let there = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'tamis')");
    if !there.fetch_one(&mut *connection).await.map_err(|error| explain(&error))? {
        let schema = sqlx::query("CREATE SCHEMA tamis");
        schema.execute(&mut *connection).await.map_err(|error| explain(&error))?;
    }
    migrator().run(&mut *connection).await.map_err(explain_migration)
}

fn migrator() -> Migrator {
    let mut migrator = Migrator::with_migrations(vec![
        migration(1, "first", include_str!("../../../migrations/postgres/0001_first.sql")),
        migration(2, "models", include_str!("../../../migrations/postgres/0002_models.sql")),
        migration(3, "accounts", include_str!("../../../migrations/postgres/0003_accounts.sql")),
        migration(4, "queue", include_str!("../../../migrations/postgres/0004_queue.sql")),
        migration(5, "authors", include_str!("../../../migrations/postgres/0005_authors.sql")),
        migration(7, "queue by id", include_str!("../../../migrations/postgres/0007_queue_by_id.sql")),
        migration(8, "queue_forgets_names", include_str!("../../../migrations/postgres/0008_queue_forgets_names.sql")),
        migration(17, "undone_labels", include_str!("../../../migrations/postgres/0017_undone_labels.sql")),
        migration(18, "standings", include_str!("../../../migrations/postgres/0018_standings.sql")),
        migration(19, "queue by campaign", include_str!("../../../migrations/postgres/0019_queue_by_campaign.sql")),
        migration(21, "feeds", include_str!("../../../migrations/postgres/0021_feeds.sql")),
        migration(22, "audit by time", include_str!("../../../migrations/postgres/0022_audit_by_time.sql")),
        migration(23, "bulletins", include_str!("../../../migrations/postgres/0023_bulletins.sql")),
        migration(24, "accounts of authors", include_str!("../../../migrations/postgres/0024_accounts_of_authors.sql")),
        migration(27, "queue by author", include_str!("../../../migrations/postgres/0027_queue_by_author.sql")),
        migration(28, "queue tallies", include_str!("../../../migrations/postgres/0028_queue_tallies.sql")),
        migration(29, "queue tallies apart", include_str!("../../../migrations/postgres/0029_queue_tallies_apart.sql")),
    ]);
    // Ours is held already.
    migrator.set_locking(false);
    migrator
}

fn migration(version: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, sql.into_sql_str(), false)
}
