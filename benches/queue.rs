//! How fast the queue opens, whatever waits: `cargo bench --bench queue [-- STORE_URL [HELD]]`, such as
//! `sqlite:/tmp/queue.db` or `postgres://…`: a store of its own, which is filled until so many comments are held.
//!
//! A run prints, in milliseconds, what one look takes of the store: twenty comments whole, the counts and the tallies.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench says what it saw and stops at what fails")]

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join_all;
use jiff::Timestamp;
use tamis::adapters::postgres::{self, PostgresStore};
use tamis::adapters::sqlite::{self, SqliteStore};
use tamis::domain::comment::{CommentId, Content, Kind, Page};
use tamis::domain::decision::{DecidedBy, Decision, Heads, Thresholds, Verdict};
use tamis::domain::history::Identity;
use tamis::domain::review::Status;
use tamis::domain::score::Score;
use tamis::domain::secrets::{ContentDigest, DigestKey};
use tamis::domain::signal::{Field, Message, Signal, Source, Span};
use tamis::domain::site::{Locale, Site, SiteId};
use tamis::ports::queue::{Facet, Filter, Look, Order};
use tamis::ports::store::{Database, Entry};
use uuid::Uuid;

const SITE: SiteId = SiteId(Uuid::nil());
const LOOKS: usize = 300;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let folder = tempfile::tempdir().unwrap();
    let url = arguments.next().unwrap_or_else(|| format!("sqlite:{}/tamis.db", folder.path().display()));
    let most: u32 = arguments.next().map_or(100_000, |held| held.parse().unwrap());
    let store = open(&url).await;
    // A store that was filled before has the site.
    let _ = store.add_site(&site()).await;
    let mut held = u32::try_from(store.held_number(SITE, &Filter::All).await.unwrap()).unwrap();
    println!("{:>9} {:>28} {:>8} {:>8}", "held", "", "p50 ms", "p99 ms");
    for number in [10, most] {
        while held < number {
            let some = (held + 1)..=(held + 256).min(number);
            held = *some.end();
            join_all(some.map(|number| store.record(entry(number)))).await.into_iter().for_each(Result::unwrap);
        }
        store.tidy_queue(1_000_000).await.unwrap();
        measure(&*store, held).await;
    }
    store.close().await.unwrap();
}

async fn open(url: &str) -> Arc<dyn Database> {
    if url.starts_with("postgres") {
        let options = postgres::Options { require_durable: false, ..postgres::Options::default() };
        return Arc::new(PostgresStore::open(url, options).await.unwrap());
    }
    Arc::new(SqliteStore::open(url, sqlite::Options::default()).await.unwrap())
}

async fn measure(store: &dyn Database, held: u32) {
    let middle = store.held(SITE, &Look::default(), None, 500).await.unwrap().pop().unwrap().rank;
    let doubtful = Look { order: Order::MostDoubtfulFirst, ..Look::default() };
    let by = |filter| Look { filter, order: Order::MostDoubtfulFirst };
    for (what, look, after) in [
        ("oldest first", Look::default(), None),
        ("most doubtful first", doubtful.clone(), None),
        ("further on", doubtful, Some(middle)),
        ("of a page", by(Filter::Page("https://journal.example/article-3".to_owned())), None),
        ("for a reason", by(Filter::Reason("links.too_many".to_owned())), None),
        ("by an author", by(Filter::Author("Camille 3".to_owned())), None),
    ] {
        let mut took = Vec::with_capacity(LOOKS);
        for _ in 0..LOOKS {
            let begun = Instant::now();
            store.held(SITE, &look, after, 21).await.unwrap();
            store.held_number(SITE, &look.filter).await.unwrap();
            store.held_number(SITE, &Filter::All).await.unwrap();
            store.tallies(SITE, Facet::Page, 15).await.unwrap();
            store.tallies(SITE, Facet::Reason, 15).await.unwrap();
            took.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        took.sort_unstable_by(f64::total_cmp);
        println!("{held:>9} {what:>28} {:>8.2} {:>8.2}", took[LOOKS / 2], took[LOOKS * 99 / 100]);
    }
}

fn site() -> Site {
    Site {
        id: SITE,
        name: "journal".to_owned(),
        url: "https://journal.example/".to_owned(),
        locale: Locale::Fr,
        key_digest: [0; 32],
        sealed_akismet_key: vec![0; 40],
        created_at: Timestamp::UNIX_EPOCH,
    }
}

fn scattered(number: u32) -> u64 {
    u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

fn entry(number: u32) -> Entry {
    let content = Content {
        body: format!("{number} Voilà un commentaire comme il en vient chaque jour. ").repeat(10),
        author_name: Some(format!("Camille {}", scattered(number) % 5_000)),
        ..Content::default()
    };
    let at = Timestamp::from_second(1_795_000_000 + i64::from(number)).unwrap();
    Entry {
        id: CommentId(Uuid::from_u128(u128::from(number) << 80 | u128::from(scattered(number)))),
        site: SITE,
        external_id: Some(format!("wp-{number}")),
        kind: Kind::Comment,
        page: Page {
            url: Some(format!("https://journal.example/article-{}", scattered(number) % 2_000)),
            title: Some("Un titre d’article".to_owned()),
            ..Page::default()
        },
        parent_id: None,
        revision: 1,
        version: 0,
        author: Identity::default(),
        digest: ContentDigest::of(&content, &DigestKey::new([7; 32])),
        content,
        decision: decision(number, at),
        status: Status::Held,
        at,
        claim: None,
        shadow: None,
    }
}

fn decision(number: u32, checked_at: Timestamp) -> Decision {
    let span = Span { field: Field::Body, start: 40, end: 48 };
    let message = || Message::new("Beaucoup de liens pour un texte court", "Many links for a short text");
    let rule = |id: &str| Signal::new(id, Source::Rule, Score::from_nats(0.5), message()).at(vec![span]);
    Decision {
        verdict: Verdict::Hold,
        score: Score::from_thousandths((scattered(number) % 5_000) as i32),
        decided_by: DecidedBy::Score,
        thresholds: Thresholds::default(),
        heads: Heads::default(),
        signals: vec![rule("links.too_many"), rule("classifier.spam"), rule(&format!("rule.{}", number % 60))],
        model: "2026-11-24-3f9c1a".to_owned(),
        ruleset: "8d01c0ffee8d01c0".to_owned(),
        language: None,
        degraded: false,
        checked_at,
    }
}
