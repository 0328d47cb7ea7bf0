//! How fast the queue opens, whatever waits: `cargo bench --bench queue [-- STORE_URL [HELD]]`, such as
//! `sqlite:/tmp/queue.db` or `postgres://…`: a store of its own, which is filled until so many comments are held.
//!
//! A run prints, in milliseconds, what one look takes of the store (twenty comments whole, the counts and the tallies),
//! and what the page takes as a browser asks for it: the binary over HTTP, signed in, from request to last byte.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench says what it saw and stops")]

#[path = "queue/page.rs"]
mod page;
#[path = "queue/site.rs"]
mod site;

use std::sync::Arc;
use std::time::Instant;

use tamis::adapters::postgres::{self, PostgresStore};
use tamis::adapters::sqlite::{self, SqliteStore};
use tamis::domain::site::SiteId;
use tamis::ports::queue::{Facet, Filter, Look, Order};
use tamis::ports::store::Database;

const LOOKS: usize = 300;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let folder = tempfile::tempdir().unwrap();
    let url = arguments.next().unwrap_or_else(|| format!("sqlite:{}/tamis.db", folder.path().display()));
    let most: u32 = arguments.next().map_or(100_000, |held| held.parse().unwrap());
    let installation = page::Installation::new(&url);
    println!("{:>9} {:>28} {:>8} {:>8}", "held", "", "p50 ms", "p99 ms");
    for held in [most.min(1_000), most] {
        let store = open(&url).await;
        site::fill(&*store, installation.site, held).await;
        println!("of the store");
        measure(&*store, installation.site, held).await;
        store.close().await.unwrap();
        println!("of the page");
        installation.measure(held).await;
    }
}

async fn open(url: &str) -> Arc<dyn Database> {
    if url.starts_with("postgres") {
        let options = postgres::Options { require_durable: false, ..postgres::Options::default() };
        return Arc::new(PostgresStore::open(url, options).await.unwrap());
    }
    Arc::new(SqliteStore::open(url, sqlite::Options::default()).await.unwrap())
}

async fn measure(store: &dyn Database, site: SiteId, held: u32) {
    let middle = store.held(site, &Look::default(), None, 500).await.unwrap().pop().unwrap().rank;
    let doubtful = Look { order: Order::MostDoubtfulFirst, ..Look::default() };
    let by = |filter| Look { filter, order: Order::MostDoubtfulFirst };
    for (what, look, after) in [
        ("oldest first", Look::default(), None),
        ("most doubtful first", doubtful.clone(), None),
        ("further on", doubtful, Some(middle)),
        ("of a page", by(Filter::Page(site::a_page())), None),
        ("for a reason", by(Filter::Reason("links.too_many".to_owned())), None),
        ("by an author", by(Filter::Author(site::an_author())), None),
    ] {
        let mut took = Vec::with_capacity(LOOKS);
        for _ in 0..LOOKS {
            let begun = Instant::now();
            store.held(site, &look, after, 21).await.unwrap();
            store.held_number(site, &look.filter).await.unwrap();
            store.held_number(site, &Filter::All).await.unwrap();
            store.tallies(site, Facet::Page, 15).await.unwrap();
            store.tallies(site, Facet::Reason, 15).await.unwrap();
            took.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        print(held, what, took);
    }
}

fn print(held: u32, what: &str, mut took: Vec<f64>) {
    took.sort_unstable_by(f64::total_cmp);
    println!("{held:>9} {what:>28} {:>8.2} {:>8.2}", took[took.len() / 2], took[took.len() * 99 / 100]);
}
