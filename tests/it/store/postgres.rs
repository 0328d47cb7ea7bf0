//! What PostgreSQL alone must show: its settings, replicas that start at once, plans, what retention leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use sqlx::{AssertSqlSafe, Connection};
use tamis::adapters::postgres::{Options, PostgresStore};
use tamis::domain::comment::Page;
use tamis::ports::queue::{Facet, QueueStore};
use tamis::ports::store::{Entry, Selection, Store, StoreError};

use super::Backend;
use super::samples::*;
use crate::support::cable::Cable;
use crate::support::postgres::{Cluster, connect};
use crate::support::server::until;

/// A database of the shared cluster.
pub struct Database(String);

impl Backend for Database {
    async fn empty() -> Self {
        Self(Cluster::shared().database().await)
    }

    async fn open(&self) -> Arc<dyn tamis::ports::store::Database> {
        Arc::new(self.store().await.unwrap())
    }

    async fn execute(&self, sql: &'static str) {
        self.run(sql).await;
    }
}

impl Database {
    /// Patient: other tests keep the machine busy.
    async fn store(&self) -> Result<PostgresStore, StoreError> {
        let options = Options { time_out: Duration::from_secs(20), ..Options::default() };
        PostgresStore::open(&self.0, options).await
    }

    async fn run(&self, sql: &str) {
        let mut raw = connect(&self.0).await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut raw).await.unwrap();
        raw.close().await.unwrap();
    }

    async fn number(&self, sql: &str) -> i64 {
        let mut raw = connect(&self.0).await;
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut raw).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_at_once_make_one_schema() {
    let place = Database::empty().await;
    let stores = join_all((0..8).map(|_| place.store())).await;
    let stores: Vec<_> = stores.into_iter().map(Result::unwrap).collect();
    let site = with_site(&stores[0], 1).await;
    for (number, store) in (1..).zip(&stores) {
        store.record(entry(site, number)).await.unwrap();
    }
    assert_eq!(stores[0].list(site, &Selection::default(), None, 10).await.unwrap().len(), 8);
    assert_eq!(place.number("SELECT count(*) - count(DISTINCT version) FROM _sqlx_migrations").await, 0);
}

/// Whoever gives a connection back is asked for a sign of life; one that can no longer give it must not be waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_dies_as_it_is_given_back_does_not_take_its_place_along() {
    let cluster = Cluster::shared();
    let cable = Cable::to(cluster.port()).await;
    let url = cluster.database().await.replace(&format!(":{}/", cluster.port()), &format!(":{}/", cable.port));
    let options = Options { time_out: Duration::from_millis(900), readers: 1, ..Options::default() };
    let store = Arc::new(PostgresStore::open(&url, options).await.unwrap());
    for _ in 0..3 {
        let reading = AtomicBool::new(true);
        let read_on = async {
            while reading.load(Ordering::Relaxed) {
                let _ = store.sites().await;
            }
        };
        // Under a load of reads, the only connection is cut between two of them, or in the middle of one.
        let cut = async {
            until("reading works", async || store.sites().await.is_ok()).await;
            cable.cut();
            until("reading works again", async || store.sites().await.is_ok()).await;
            reading.store(false, Ordering::Relaxed);
        };
        tokio::join!(read_on, cut);
    }
}

#[tokio::test]
async fn a_schema_of_a_newer_tamis_is_refused_and_left_alone() {
    let place = Database::empty().await;
    place.store().await.unwrap().close().await.unwrap();
    place.run("INSERT INTO _sqlx_migrations VALUES (9999, 'later', now(), true, '\\x00', 1)").await;
    let before = place.number("SELECT count(*) FROM _sqlx_migrations").await;
    let Err(StoreError::Damaged(said)) = place.store().await else { panic!("opened a newer schema") };
    assert!(said.contains("a newer Tamis wrote it (schema 9999)"), "{said}");
    assert_eq!(place.number("SELECT count(*) FROM _sqlx_migrations").await, before);
}

#[tokio::test]
async fn a_server_that_may_lose_answered_decisions_is_refused() {
    let place = Database::empty().await;
    place.store().await.unwrap().close().await.unwrap();
    let name = place.0.rsplit('/').next().unwrap();
    place.run(&format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
    let Err(StoreError::Unavailable(said)) = place.store().await else { panic!("trusts what is not on disk") };
    assert!(said.contains("`synchronous_commit = off`") && said.contains("`store.require_durable = false`"), "{said}");
    let lax = Options { require_durable: false, ..Options::default() };
    PostgresStore::open(&place.0, lax).await.unwrap();
}

#[tokio::test]
async fn a_database_that_keeps_text_as_anything_but_utf_8_is_refused() {
    let place = Database::empty().await;
    let name = format!("{}_ascii", place.0.rsplit('/').next().unwrap());
    let create = format!("CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
    place.run(&create).await;
    let error = Database(Cluster::shared().url(&name)).store().await.unwrap_err().to_string();
    assert!(error.contains("SQL_ASCII") && error.contains("createdb --encoding=UTF8"), "{error}");
}

#[tokio::test]
async fn errors_name_the_place_and_never_the_password() {
    for (url, words) in [
        ("postgres://someone:geheim@127.0.0.1:1/tamis", "cannot be reached"),
        ("postgres://someone:geheim@127.0.0.1:port/tamis", "cannot be read"),
    ] {
        let error = PostgresStore::open(url, Options::default()).await.unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains("geheim"), "{error}");
    }
    let missing = Cluster::shared().url("nowhere");
    let error = PostgresStore::open(&missing, Options::default()).await.unwrap_err().to_string();
    assert!(error.contains("/nowhere") && error.contains("createdb"), "{error}");
}

#[tokio::test]
async fn closing_finishes_what_waits_and_refuses_what_comes_after() {
    let place = Database::empty().await;
    let store = Arc::new(place.store().await.unwrap());
    let site = with_site(&*store, 1).await;
    let results = join_all((1..=300).map(async |number| {
        if number == 150 {
            store.close().await.unwrap();
        }
        store.record(entry(site, number)).await
    }))
    .await;
    store.close().await.unwrap();
    assert!(matches!(store.record(entry(site, 1_000)).await, Err(StoreError::Unavailable(_))));
    assert!(store.check().await.is_err());
    let reopened = place.open().await;
    for (number, result) in (1..).zip(results) {
        assert_eq!(reopened.comment(site, id(number)).await.unwrap().is_some(), result.is_ok(), "{number}");
    }
}

#[tokio::test]
async fn a_decision_that_cannot_be_read_names_its_comment() {
    let place = Database::empty().await;
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    store.record(entry(site, 1)).await.unwrap();
    store.record(entry(site, 2)).await.unwrap();
    place
        .run(&format!("UPDATE revisions SET decision = '{{\"verdict\":\"maybe\"}}' WHERE comment = '{}'", id(1)))
        .await;
    let Err(StoreError::Damaged(said)) = store.comment(site, id(1)).await else { panic!("read what is not there") };
    assert!(said.contains(&format!("revision 1 of comment {}", id(1))), "{said}");
    assert!(store.comment(site, id(2)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_text_that_is_gone_leaves_its_decision() {
    let place = Database::empty().await;
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    store.record(long_entry(site, 1)).await.unwrap();
    place.run("DELETE FROM texts").await;
    let record = comment(&*store, site, 1).await;
    assert_eq!(record.latest().unwrap().content, None);
    assert_eq!(record.latest().unwrap().decision, long_decision());
}

#[tokio::test]
async fn a_site_that_is_not_there_is_no_conflict_and_spoils_nobody_elses_write() {
    let place = Database::empty().await;
    let store = place.open().await;
    let there = with_site(&*store, 1).await;
    let missing = |number: u32| number.is_multiple_of(20);
    let site = |number| if missing(number) { site(2).id } else { there };
    let results = join_all((1..=60).map(|number| store.record(entry(site(number), number)))).await;
    for (number, result) in (1..).zip(results) {
        match result {
            Ok(()) => assert!(!missing(number) && store.comment(there, id(number)).await.unwrap().is_some()),
            Err(StoreError::Unavailable(said)) => {
                assert!(missing(number) && said.contains("not in the store"), "{said}");
            }
            Err(other) => panic!("{number}: {other}"),
        }
    }
}

#[tokio::test]
async fn a_value_that_postgresql_does_not_take_spoils_nobody_elses_write() {
    let place = Database::empty().await;
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let spoiled = |number: u32| number.is_multiple_of(20);
    let body = |number| content(if spoiled(number) { "a\0b" } else { "ab" });
    let results =
        join_all((1..=60).map(|number| store.record(Entry { content: body(number), ..entry(site, number) }))).await;
    for (number, result) in (1..).zip(results) {
        assert_eq!(result.is_err(), spoiled(number), "{number}: {result:?}");
        assert_eq!(store.comment(site, id(number)).await.unwrap().is_none(), spoiled(number), "{number}");
    }
}

#[tokio::test]
async fn the_longest_page_address_can_be_stored_and_found() {
    let place = Database::empty().await;
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    // Bytes that do not compress, since an index compresses what it holds.
    let url: String =
        (0..2_048_u32).map(|n| char::from_u32(0x4e00 + n.wrapping_mul(2_654_435_761) % 20_000).unwrap()).collect();
    let page = tamis::domain::comment::Page { url: Some(url.clone()), ..Default::default() };
    store.record(Entry { page, ..entry(site, 1) }).await.unwrap();
    let selection = Selection { page_url: Some(url), ..Selection::default() };
    assert_eq!(store.list(site, &selection, None, 10).await.unwrap().len(), 1);
}

/// PostgreSQL counts a table for its plans within a minute or so; the queue must open before that too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tallies_are_read_by_index_before_postgresql_has_counted_the_table() {
    const PAGES: u32 = 300;
    let place = Database::empty().await;
    let store = place.store().await.unwrap();
    place.run("ALTER TABLE tamis.queue_counts SET (autovacuum_enabled = off)").await;
    let site = with_site(&store, 1).await;
    let on_a_page = |number| {
        let page = Page { url: Some(format!("https://lefil.example/{number}")), ..Page::default() };
        Entry { page, ..entry(site, number) }
    };
    for recorded in join_all((1..=PAGES).map(|number| store.record(on_a_page(number)))).await {
        recorded.unwrap();
    }
    // A connection that closes hands in what it read.
    store.close().await.unwrap();
    let entries_read = "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = 'queue_counts'";
    let before = place.number(entries_read).await;

    let store = place.store().await.unwrap();
    assert_eq!(store.tallies(site, Facet::Page, 15).await.unwrap().len(), 15);
    store.close().await.unwrap();
    until("what was read is counted", async || place.number(entries_read).await > before).await;
    let read = place.number(entries_read).await - before;
    assert!(read <= 4 * i64::from(PAGES), "{read} entries of indexes for {PAGES} pages");
}

/// Rows come and go in the order of time: once vacuum has been by, new rows take the place of old ones.
#[tokio::test]
async fn retention_leaves_no_bloat() {
    let place = Database::empty().await;
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let size = "SELECT (pg_total_relation_size('comments') + pg_total_relation_size('texts') \
        + pg_total_relation_size('revisions'))::bigint";
    // One that happens to look at a table keeps ours from taking rows out of it.
    for table in ["comments", "revisions", "texts"] {
        place.run(&format!("ALTER TABLE {table} SET (autovacuum_enabled = off)")).await;
    }
    let mut sizes = Vec::new();
    for round in 0..12_u32 {
        let numbers = round * 500 + 1..=(round + 1) * 500;
        let recorded = join_all(numbers.map(|number| store.record(named(site, number, &format!("wp-{number}"))))).await;
        assert!(recorded.iter().all(Result::is_ok));
        // Three rounds are kept.
        let kept_from = id((round.saturating_sub(2)) * 500 + 1);
        place.run(&format!("DELETE FROM comments WHERE id < '{kept_from}'")).await;
        for table in ["comments", "revisions", "texts"] {
            place.run(&format!("VACUUM {table}")).await;
        }
        sizes.push(place.number(size).await);
    }
    assert!(sizes[11] <= sizes[4] * 11 / 10, "it grows: {sizes:?}");
}
