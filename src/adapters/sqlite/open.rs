//! Opening the file: what may be opened, how it is created, and the settings of every connection.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqlSafeStr, SqliteConnection};

use super::Options;
use super::fault::{explain, explain_migration};
use crate::ports::store::StoreError;

/// "Tami": what the first migration writes into the header.
const APPLICATION_ID: [u8; 4] = *b"Tami";

/// Pages in the write-ahead log before a commit moves them into the file: few enough to keep that commit short.
const CHECKPOINT_PAGES: &str = "800";

/// Where the log file is cut back to after it has grown, in bytes.
const LOG_BYTES: &str = "16777216";

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
    refuse_foreign(path)?;
    // Without the write-ahead log, so that the header of a new file holds its mark from the first commit on.
    let mut connection = basic(path, options).connect().await.map_err(|error| explain(&error))?;
    let migrated = migrate(&mut connection).await;
    connection.close().await.map_err(|error| explain(&error))?;
    migrated
}

/// The connection that writes.
pub(super) async fn writer(path: &Path, options: &Options) -> Result<SqliteConnection, sqlx::Error> {
    let mut settings = basic(path, options)
        .journal_mode(SqliteJournalMode::Wal)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("journal_size_limit", LOG_BYTES);
    if let Some(pages) = options.max_pages {
        settings = settings.pragma("max_page_count", pages.to_string());
    }
    settings.connect().await
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

/// Looks at the header alone (<https://www.sqlite.org/fileformat2.html#the_database_header>): SQLite itself might
/// replay a journal into a file that is none of our business.
fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    let mut header = Vec::with_capacity(100);
    File::open(path)
        .and_then(|file| file.take(100).read_to_end(&mut header))
        .map_err(|error| StoreError::Unavailable(format!("cannot read the file; check who may read it ({error})")))?;
    // Nothing in it yet, or a creation that a power cut interrupted: SQLite puts that right or refuses it.
    let blank = header.iter().all(|&byte| byte == 0);
    let ours = header.starts_with(b"SQLite format 3\0") && header.get(68..72) == Some(&APPLICATION_ID);
    if blank || ours {
        return Ok(());
    }
    Err(StoreError::Damaged(
        "the file is not a Tamis database; name another in `store.url`. It was left as it is".to_owned(),
    ))
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    // One transaction around all of it: two processes that open a new file at once take turns.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(|error| explain(&error))?;
    migrator().run(&mut *transaction).await.map_err(explain_migration)?;
    transaction.commit().await.map_err(|error| explain(&error))
}

fn migrator() -> Migrator {
    Migrator::with_migrations(vec![Migration::new(
        1,
        Cow::Borrowed("first"),
        MigrationType::Simple,
        include_str!("../../../migrations/sqlite/0001_first.sql").into_sql_str(),
        false,
    )])
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

    #[tokio::test]
    async fn the_mark_in_the_header_is_the_one_that_is_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tamis.db");
        prepare(&path, &Options::default()).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap().get(68..72), Some(APPLICATION_ID.as_slice()));
        refuse_foreign(&path).unwrap();
    }

    #[test]
    fn a_location_is_a_path_or_a_url_with_one() {
        for location in ["tamis.db", "sqlite:tamis.db", "sqlite://tamis.db"] {
            assert_eq!(path_of(location).unwrap(), Path::new("tamis.db"));
        }
        assert_eq!(path_of("sqlite:///var/lib/tamis.db").unwrap(), Path::new("/var/lib/tamis.db"));
    }
}
