//! Opening the file: what may be opened, how it is created, and the settings of every connection.

use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqlSafeStr, SqliteConnection};
use tokio::time::{Instant, sleep};

use super::Options;
use super::fault::{explain, explain_foreign, explain_migration, foreign, is_busy};
use crate::ports::store::StoreError;
use crate::ports::upkeep::Schema;

/// "Tami": what the first migration marks the file with.
const APPLICATION_ID: i64 = 0x5461_6d69;

/// Pages in the write-ahead log before a commit moves them into the file: few enough to keep that commit short.
const CHECKPOINT_PAGES: &str = "800";

/// Where the log file is cut back to after it has grown, in bytes.
const LOG_BYTES: &str = "16777216";

/// What the writer keeps of the file in memory: 16 MiB, in negative KiB.
const WRITER_CACHE: &str = "-16384";

/// The path in `sqlite:tamis.db`, `sqlite:///var/lib/tamis.db` or plain `tamis.db`.
///
/// # Errors
/// There is none, or it names a database in memory, which could neither be shared nor survive.
pub(super) fn path_of(location: &str) -> Result<PathBuf, StoreError> {
    let path = location.strip_prefix("sqlite://").or_else(|| location.strip_prefix("sqlite:")).unwrap_or(location);
    if path.is_empty() || path.starts_with(":memory:") || path.contains('?') {
        return Err(StoreError::Unavailable(format!(
            "`{location}` does not name a file; write `sqlite:` and a path, such as `sqlite:tamis.db`"
        )));
    }
    Ok(PathBuf::from(path))
}

/// Makes sure that the file is a Tamis database of this version's schema, creating or migrating it.
///
/// # Errors
/// The file is something else, damaged, or written by a newer Tamis: it is left as it was.
pub(super) async fn prepare(path: &Path, options: &Options) -> Result<(), StoreError> {
    create_private(path).map_err(|error| {
        StoreError::Unavailable(format!("cannot create the file; check its folder and who may write there ({error})"))
    })?;
    // Nothing is set here that would change the file, before it is known whose it is.
    let mut connection = connect(&basic(path, options), options).await.map_err(|error| explain_foreign(&error))?;
    let prepared = match refuse_foreign(&mut connection).await {
        Ok(()) => migrate(&mut connection).await,
        refused => refused,
    };
    connection.close().await.map_err(|error| explain(&error))?;
    prepared
}

/// Which schema the file has; nothing is changed or created.
///
/// # Errors
/// The file is something else, or cannot be read.
pub(super) async fn schema(path: &Path, options: &Options) -> Result<Schema, StoreError> {
    let known = migrator().iter().map(|migration| migration.version).max().unwrap_or_default();
    if !path.exists() {
        return Ok(Schema { found: None, known });
    }
    let mut connection = reader(path, options).await?;
    refuse_foreign(&mut connection).await?;
    let there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')";
    let there: bool = sqlx::query_scalar(there).fetch_one(&mut connection).await.map_err(|error| explain(&error))?;
    if !there {
        return Ok(Schema { found: None, known });
    }
    let latest = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations");
    let found = latest.fetch_one(&mut connection).await.map_err(|error| explain(&error))?;
    Ok(Schema { found, known })
}

/// A connection that reads, for longer than a request may.
///
/// # Errors
/// It cannot be opened, or is no database at all.
pub(super) async fn reader(path: &Path, options: &Options) -> Result<SqliteConnection, StoreError> {
    connect(&basic(path, options).read_only(true), options).await.map_err(|error| explain_foreign(&error))
}

/// The connection that writes.
pub(super) async fn writer(path: &Path, options: &Options) -> Result<SqliteConnection, sqlx::Error> {
    let mut settings = basic(path, options)
        .journal_mode(SqliteJournalMode::Wal)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("journal_size_limit", LOG_BYTES)
        .pragma("cache_size", WRITER_CACHE);
    if let Some(pages) = options.max_pages {
        settings = settings.pragma("max_page_count", pages.to_string());
    }
    connect(&settings, options).await
}

/// Connects, and tries again for a while when another process opens the file too: SQLite itself does not wait for the
/// lock that the change to a write-ahead log needs.
async fn connect(settings: &SqliteConnectOptions, options: &Options) -> Result<SqliteConnection, sqlx::Error> {
    let deadline = Instant::now() + options.time_out / 2;
    loop {
        match settings.connect().await {
            Err(error) if is_busy(&error) && Instant::now() < deadline => sleep(Duration::from_millis(10)).await,
            other => return other,
        }
    }
}

/// The connections that read.
pub(super) fn readers(path: &Path, options: &Options) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(options.readers)
        .acquire_timeout(options.time_out)
        .idle_timeout(None)
        .max_lifetime(None)
        // A ping is a trip to the connection's thread; a file has no line that could have dropped.
        .test_before_acquire(false)
        .connect_lazy_with(basic(path, options).read_only(true))
}

fn basic(path: &Path, options: &Options) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        // Half of what a caller waits, so that a busy file is reported as such.
        .busy_timeout(options.time_out / 2)
        .pragma("secure_delete", "ON")
        .disable_statement_logging()
}

/// Creates an empty file that only its owner may read, if there is none; SQLite gives its log the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut creation = OpenOptions::new();
    creation.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut creation, 0o600);
    match creation.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other.map(drop),
    }
}

/// Lets in an empty file and one that bears the mark.
///
/// SQLite reads it, not we: to close a file of one's own drops the locks that the process has on it.
async fn refuse_foreign(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut number = async |pragma: &'static str| {
        sqlx::query_scalar::<_, i64>(pragma).fetch_one(&mut *connection).await.map_err(|error| explain_foreign(&error))
    };
    if number("PRAGMA page_count").await? == 0 || number("PRAGMA application_id").await? == APPLICATION_ID {
        return Ok(());
    }
    Err(foreign("it bears another mark or none"))
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    // One transaction around all of it: two processes that open a new file at once take turns.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(|error| explain(&error))?;
    migrator().run(&mut *transaction).await.map_err(explain_migration)?;
    transaction.commit().await.map_err(|error| explain(&error))
}

fn migrator() -> Migrator {
    Migrator::with_migrations(vec![
        migration(1, "first", include_str!("../../../migrations/sqlite/0001_first.sql")),
        migration(2, "models", include_str!("../../../migrations/sqlite/0002_models.sql")),
        migration(3, "accounts", include_str!("../../../migrations/sqlite/0003_accounts.sql")),
        migration(4, "queue", include_str!("../../../migrations/sqlite/0004_queue.sql")),
        migration(5, "authors", include_str!("../../../migrations/sqlite/0005_authors.sql")),
        migration(8, "queue_forgets_names", include_str!("../../../migrations/sqlite/0008_queue_forgets_names.sql")),
        migration(17, "undone_labels", include_str!("../../../migrations/sqlite/0017_undone_labels.sql")),
        migration(18, "standings", include_str!("../../../migrations/sqlite/0018_standings.sql")),
        migration(19, "queue by campaign", include_str!("../../../migrations/sqlite/0019_queue_by_campaign.sql")),
        migration(21, "feeds", include_str!("../../../migrations/sqlite/0021_feeds.sql")),
        migration(22, "audit by time", include_str!("../../../migrations/sqlite/0022_audit_by_time.sql")),
        migration(23, "bulletins", include_str!("../../../migrations/sqlite/0023_bulletins.sql")),
        migration(24, "accounts of authors", include_str!("../../../migrations/sqlite/0024_accounts_of_authors.sql")),
        migration(27, "queue by author", include_str!("../../../migrations/sqlite/0027_queue_by_author.sql")),
        migration(28, "queue tallies", include_str!("../../../migrations/sqlite/0028_queue_tallies.sql")),
    ])
}

fn migration(version: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, sql.into_sql_str(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_writer_waits_for_the_disk_and_wipes_what_it_deletes() {
        let folder = tempfile::tempdir().unwrap();
        let (path, options) = (folder.path().join("tamis.db"), Options::default());
        prepare(&path, &options).await.unwrap();
        let mut writer = writer(&path, &options).await.unwrap();
        let mut setting = async |pragma: &'static str| {
            let rows = sqlx::query(pragma).fetch_one(&mut writer).await.unwrap();
            sqlx::Row::try_get_unchecked::<String, _>(&rows, 0).unwrap()
        };
        assert_eq!(setting("PRAGMA journal_mode").await, "wal");
        assert_eq!(setting("PRAGMA synchronous").await, "2", "FULL");
        assert_eq!(setting("PRAGMA foreign_keys").await, "1");
        assert_eq!(setting("PRAGMA secure_delete").await, "1");
        assert_eq!(setting("PRAGMA wal_autocheckpoint").await, CHECKPOINT_PAGES);
        assert_eq!(setting("PRAGMA busy_timeout").await, "2500");
    }

    #[tokio::test]
    async fn a_reader_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let (path, options) = (folder.path().join("tamis.db"), Options::default());
        prepare(&path, &options).await.unwrap();
        let readers = readers(&path, &options);
        let refused = sqlx::query("DELETE FROM sites").execute(&readers).await.unwrap_err();
        assert!(explain(&refused).to_string().contains("may not be written"), "{refused}");
    }

    #[test]
    fn a_location_is_a_path_or_a_url_with_one() {
        for location in ["tamis.db", "sqlite:tamis.db", "sqlite://tamis.db"] {
            assert_eq!(path_of(location).unwrap(), Path::new("tamis.db"));
        }
        assert_eq!(path_of("sqlite:///var/lib/tamis.db").unwrap(), Path::new("/var/lib/tamis.db"));
    }
}
