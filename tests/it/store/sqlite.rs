//! What SQLite alone must show: the file, what it refuses, a full disk, a lock that another process holds.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tamis::adapters::sqlite::{Options, SqliteStore, SqliteUpkeep};
use tamis::domain::decision::Verdict;
use tamis::ports::store::{Database, Entry, Selection, Shadowed, Store, StoreError};
use tamis::ports::upkeep::{Finding, Upkeep};
use tempfile::TempDir;

use super::Backend;
use super::samples::*;

/// A temporary folder with a database in it.
pub struct Folder(TempDir);

impl Backend for Folder {
    async fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self) -> Arc<dyn Database> {
        Arc::new(self.store(Options::default()).await.unwrap())
    }

    async fn execute(&self, sql: &'static str) {
        self.run(sql).await;
    }
}

impl Folder {
    fn file(&self) -> PathBuf {
        self.0.path().join("tamis.db")
    }

    /// What is wrong with it.
    async fn findings(&self) -> Result<Vec<Finding>, String> {
        let file = SqliteUpkeep::new(self.file().to_str().unwrap()).unwrap();
        file.findings().await.map_err(|error| error.to_string())
    }

    async fn store(&self, options: Options) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(&format!("sqlite:{}", self.file().display()), options).await
    }

    /// The file without Tamis.
    async fn raw(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.file()).create_if_missing(true).connect().await.unwrap()
    }

    async fn run(&self, sql: &'static str) {
        let mut raw = self.raw().await;
        sqlx::raw_sql(sql).execute(&mut raw).await.unwrap();
        raw.close().await.unwrap();
    }

    /// Opening must fail with `Damaged` and these words, and leave every byte.
    async fn refuses_with(&self, words: &str) {
        let before = std::fs::read(self.file()).unwrap();
        let error = self.store(Options::default()).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged(_)), "{error}");
        let said = error.to_string();
        assert!(said.contains(words) && said.contains("tamis.db"), "{said}");
        assert_eq!(std::fs::read(self.file()).unwrap(), before);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_the_file_and_its_log() {
    use std::os::unix::fs::PermissionsExt;
    let place = Folder::empty().await;
    let store = place.open().await;
    with_site(&*store, 1).await;
    for name in ["tamis.db", "tamis.db-wal", "tamis.db-shm"] {
        let mode = std::fs::metadata(place.0.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn closing_leaves_one_file_in_write_ahead_mode() {
    let place = Folder::empty().await;
    let store = place.store(Options::default()).await.unwrap();
    with_site(&store, 1).await;
    assert_eq!(store.sites().await.unwrap().len(), 1);
    store.close().await.unwrap();
    store.close().await.unwrap();
    let names: Vec<_> = std::fs::read_dir(place.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["tamis.db"]);
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut place.raw().await).await.unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn closing_finishes_what_waits_and_refuses_what_comes_after() {
    let place = Folder::empty().await;
    let store = Arc::new(place.store(Options::default()).await.unwrap());
    let site = with_site(&*store, 1).await;
    let results = join_all((1..=300).map(async |number| {
        if number == 150 {
            store.close().await.unwrap();
        }
        store.record(entry(site, number)).await
    }))
    .await;
    assert!(matches!(store.record(entry(site, 1_000)).await, Err(StoreError::Unavailable(_))));
    assert!(store.check().await.is_err());
    let reopened = place.open().await;
    for (number, result) in (1..).zip(results) {
        assert_eq!(reopened.comment(site, id(number)).await.unwrap().is_some(), result.is_ok(), "{number}");
    }
    assert!(reopened.comment(site, id(149)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let place = Folder::empty().await;
    std::fs::write(place.file(), "Chère lectrice, cher lecteur,\n").unwrap();
    place.refuses_with("not a Tamis database").await;
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_left_alone() {
    let place = Folder::empty().await;
    place.run("PRAGMA journal_mode = WAL; CREATE TABLE comments (id INTEGER); INSERT INTO comments VALUES (1)").await;
    place.refuses_with("not a Tamis database").await;
}

#[tokio::test]
async fn a_database_of_a_newer_tamis_is_refused_and_left_alone() {
    let place = Folder::empty().await;
    place.store(Options::default()).await.unwrap().close().await.unwrap();
    place.run("INSERT INTO _sqlx_migrations VALUES (9999, 'later', '2030-01-01', TRUE, x'00', 1)").await;
    place.refuses_with("a newer Tamis wrote it (schema 9999)").await;
}

#[tokio::test]
async fn a_file_that_was_cut_short_is_refused_and_left_alone() {
    let place = Folder::empty().await;
    let store = place.store(Options::default()).await.unwrap();
    let site = with_site(&store, 1).await;
    join_all((1..=100).map(|number| store.record(long_entry_without_name(site, number)))).await;
    store.close().await.unwrap();
    let length = std::fs::metadata(place.file()).unwrap().len();
    std::fs::OpenOptions::new().write(true).open(place.file()).unwrap().set_len(length / 2).unwrap();
    place.refuses_with("damaged").await;
}

#[tokio::test]
async fn pages_that_were_overwritten_are_damage_never_an_answer() {
    let place = Folder::empty().await;
    let store = place.store(Options::default()).await.unwrap();
    let site = with_site(&store, 1).await;
    join_all((1..=100).map(|number| store.record(long_entry_without_name(site, number)))).await;
    store.close().await.unwrap();
    // Nobody else may have the file open when the store closes, or what was written stays in its log.
    assert_eq!(place.findings().await, Ok(Vec::new()));
    let mut bytes = std::fs::read(place.file()).unwrap();
    let tables = 64 * 4096;
    assert!(bytes.len() > tables, "{} bytes", bytes.len());
    bytes[tables..].fill(0x5a);
    std::fs::write(place.file(), bytes).unwrap();

    let store = place.store(Options::default()).await.unwrap();
    assert_ne!(place.findings().await, Ok(Vec::new()));
    assert!(matches!(store.list(site, &Selection::default(), None, 500).await, Err(StoreError::Damaged(_))));
}

#[tokio::test]
async fn a_decision_that_cannot_be_read_names_its_comment() {
    let place = Folder::empty().await;
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    store.record(entry(site, 1)).await.unwrap();
    store.record(entry(site, 2)).await.unwrap();
    place.run("UPDATE revisions SET decision = '{\"verdict\":\"maybe\"}' WHERE rowid = 1").await;
    let Err(StoreError::Damaged(said)) = store.comment(site, id(1)).await else { panic!("read what is not there") };
    assert!(said.contains(&format!("revision 1 of comment {}", id(1))), "{said}");
    assert!(store.comment(site, id(2)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_text_that_is_gone_leaves_its_decision() {
    let place = Folder::empty().await;
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    store.record(long_entry(site, 1)).await.unwrap();
    place.run("DELETE FROM texts").await;
    let record = comment(&*store, site, 1).await;
    assert_eq!(record.latest().unwrap().content, None);
    assert_eq!(record.latest().unwrap().decision, long_decision());
}

#[tokio::test]
async fn what_a_shadow_said_goes_with_the_text() {
    let place = Folder::empty().await;
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    store.record(shadowed(site, 1, Verdict::Reject, 6_000)).await.unwrap();
    let candidate = version("candidate");
    assert_eq!(store.shadowed(site, &candidate, 9).await.unwrap().differing.len(), 1);
    place.run("PRAGMA foreign_keys = ON; DELETE FROM texts").await;
    assert_eq!(store.shadowed(site, &candidate, 9).await.unwrap(), Shadowed::default());
}

#[tokio::test]
async fn a_site_that_is_not_there_is_no_conflict_and_spoils_nobody_elses_write() {
    let place = Folder::empty().await;
    let store = place.open().await;
    let there = with_site(&*store, 1).await;
    let missing = |number: u32| number.is_multiple_of(20);
    let site = |number| if missing(number) { site(2).id } else { there };
    let results = join_all((1..=60).map(|number| store.record(entry(site(number), number)))).await;
    for (number, result) in (1..).zip(results) {
        match result {
            Ok(()) => assert!(!missing(number) && store.comment(there, id(number)).await.unwrap().is_some()),
            Err(StoreError::Unavailable(said)) => {
                assert!(missing(number) && said.contains("not in the store"), "{said}")
            }
            Err(other) => panic!("{number}: {other}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_can_open_a_new_file_at_once() {
    let place = Folder::empty().await;
    let opened = join_all((0..8).map(|_| place.store(Options::default()))).await;
    for (number, store) in (1..).zip(opened) {
        store.unwrap().add_site(&site(number)).await.unwrap();
    }
    assert_eq!(place.open().await.sites().await.unwrap().len(), 8);
}

#[tokio::test]
async fn a_location_that_names_no_file_says_how_to_write_one() {
    for location in ["", "sqlite:", "sqlite::memory:", "sqlite:tamis.db?mode=ro"] {
        let error = SqliteStore::open(location, Options::default()).await.unwrap_err();
        assert!(error.to_string().contains("such as `sqlite:tamis.db`"), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no/such/folder/tamis.db");
    let error = SqliteStore::open(missing.to_str().unwrap(), Options::default()).await.unwrap_err();
    assert!(matches!(&error, StoreError::Unavailable(said) if said.contains("check its folder")), "{error}");
}

/// The bound on the pages stands for the disk: SQLite meets both in the same way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_and_writes_go_on_once_there_is_space() {
    let place = Folder::empty().await;
    let store = place.store(Options { max_pages: Some(150), ..Options::default() }).await.unwrap();
    let site = with_site(&store, 1).await;
    let results = join_all((1..=400).map(|number| store.record(long_entry_without_name(site, number)))).await;
    let full = |result: &Result<(), StoreError>| matches!(result, Err(StoreError::Unavailable(said)) if said.contains("the disk is full"));
    assert!(results.iter().all(|result| result.is_ok() || full(result)));
    assert!(results.iter().any(full));
    for (number, result) in (1..).zip(&results) {
        assert_eq!(store.comment(site, id(number)).await.unwrap().is_some(), result.is_ok(), "{number}");
    }
    place.run("PRAGMA foreign_keys = ON; DELETE FROM comments").await;
    store.record(long_entry(site, 1_000)).await.unwrap();
    assert_eq!(comment(&store, site, 1_000).await.version, 1);
    assert_eq!(place.findings().await, Ok(Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_another_process_holds_keeps_nobody_waiting_for_ever() {
    let place = Folder::empty().await;
    let time_out = Duration::from_millis(400);
    let store = place.store(Options { time_out, ..Options::default() }).await.unwrap();
    let site = with_site(&store, 1).await;
    let mut other = place.raw().await;
    let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let begun = Instant::now();
    // More than the queue takes, so that some callers wait for a place in it.
    let results = join_all((1..=3_000).map(|number| store.record(entry(site, number)))).await;
    assert!(results.iter().all(|result| matches!(result, Err(StoreError::Unavailable(_)))));
    assert!(begun.elapsed() < 50 * time_out, "{:?}", begun.elapsed());
    assert!(store.check().await.is_err());
    assert_eq!(store.sites().await.unwrap().len(), 1);
    lock.rollback().await.unwrap();
    store.record(entry(site, 5_000)).await.unwrap();
    assert!(store.check().await.is_ok());
}

fn long_entry_without_name(site: tamis::domain::site::SiteId, number: u32) -> Entry {
    Entry { external_id: None, ..long_entry(site, number) }
}
