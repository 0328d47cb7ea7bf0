//! How fast comments are recorded durably: `cargo bench --bench store [-- PLACE [SECONDS]]`, such as a folder on the disk
//! that will serve, for SQLite, or `postgres://…`, a database of its own.
//!
//! A run records comments of 600 bytes with a decision of ordinary size, from 1 to 256 callers that each wait for the
//! disk, then looks external ids up, and prints what the callers saw; before each, what a bare skeleton does with the
//! same bytes in the same place. The processor time counts theirs too, and not
//! PostgreSQL's.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench says what it saw and stops at what fails")]

#[path = "store/skeleton.rs"]
mod skeleton;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use jiff::Timestamp;
use tamis::adapters::postgres::{self, PostgresStore};
use tamis::adapters::sqlite::{self, SqliteStore};
use tamis::domain::comment::{CommentId, Content, Kind, Page};
use tamis::domain::decision::{DecidedBy, Decision, HeadReading, Heads, Thresholds, Verdict};
use tamis::domain::history::Identity;
use tamis::domain::review::Status;
use tamis::domain::score::Score;
use tamis::domain::secrets::{ContentDigest, DigestKey};
use tamis::domain::signal::{Evidence, Explanation, Field, Message, Signal, Source, Span, Token};
use tamis::domain::site::{Locale, Site, SiteId};
use tamis::ports::store::{Database, Entry};
use uuid::Uuid;

use self::skeleton::Skeleton;

const SITE: SiteId = SiteId(Uuid::nil());

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let place = arguments.next().unwrap_or_else(|| std::env::temp_dir().display().to_string());
    let seconds = arguments.next().map_or(5, |seconds| seconds.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!("{:>24} {:>9} {:>8} {:>8} {:>8} {:>8}", "", "calls/s", "p50 ms", "p99 ms", "max ms", "CPU µs");
    if !is_postgres(&place) {
        let floor = plain_syncs(Path::new(&place), Duration::from_secs(2));
        println!("{:>24} {floor:>9.0}", "floor: write + fdatasync");
    }
    let mut first = 1;
    for callers in [1, 16, 64, 256] {
        first = runtime.block_on(run(&place, first, callers, Duration::from_secs(seconds)));
    }
}

fn is_postgres(place: &str) -> bool {
    place.starts_with("postgres")
}

/// What the disk alone allows one caller: 4 KiB appended and synced, so many times a second.
fn plain_syncs(folder: &Path, time: Duration) -> f64 {
    use std::io::Write;
    let mut file = tempfile::tempfile_in(folder).unwrap();
    let begun = Instant::now();
    let mut count = 0.0;
    while begun.elapsed() < time {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        count += 1.0;
    }
    count / begun.elapsed().as_secs_f64()
}

/// The number that the next run begins with.
async fn run(place: &str, first: u32, callers: u32, time: Duration) -> u32 {
    let folder = (!is_postgres(place)).then(|| tempfile::tempdir_in(place).unwrap());
    let folder = folder.as_ref().map(tempfile::TempDir::path);
    let bare = Skeleton::open(place, folder).await;
    let insert = async |number| bare.record(number, bytes(&entry(number))).await;
    measure(&format!("skeleton, {callers} callers"), callers, time, &AtomicU32::new(0), insert).await;
    bare.close().await;
    let store = open(place, folder).await;
    // A database that an earlier run filled has the site.
    let _ = store.add_site(&site()).await;
    let next = AtomicU32::new(first);
    let record = async |number| store.record(entry(number)).await.unwrap();
    measure(&format!("record, {callers} callers"), callers, time, &next, record).await;
    let end = next.load(Ordering::Relaxed);
    let known = async |number: u32| {
        let known = store.known(SITE, &format!("wp-{}", first + number % (end - first - callers))).await.unwrap();
        assert!(known.is_some());
    };
    measure(&format!("look up, {callers} callers"), callers, time / 4, &next, known).await;
    store.close().await.unwrap();
    end
}

async fn open(place: &str, folder: Option<&Path>) -> Arc<dyn Database> {
    match folder {
        Some(folder) => {
            let path = folder.join("tamis.db").display().to_string();
            Arc::new(SqliteStore::open(&path, sqlite::Options::default()).await.unwrap())
        }
        None => Arc::new(PostgresStore::open(place, postgres::Options::default()).await.unwrap()),
    }
}

/// Has so many callers call one after another until the time is over.
async fn measure(what: &str, callers: u32, time: Duration, next: &AtomicU32, call: impl AsyncFn(u32)) {
    let (cpu, begun) = (cpu_time(), Instant::now());
    let caller = async |_| {
        let mut waits = Vec::new();
        while begun.elapsed() < time {
            let (number, begun) = (next.fetch_add(1, Ordering::Relaxed), Instant::now());
            call(number).await;
            waits.push(begun.elapsed());
        }
        waits
    };
    let mut waits = join_all((0..callers).map(caller)).await.concat();
    let (elapsed, cpu) = (begun.elapsed(), cpu_time().saturating_sub(cpu));
    waits.sort_unstable();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize].as_secs_f64() * 1_000.0;
    println!(
        "{what:>24} {:>9.0} {:>8.2} {:>8.2} {:>8.2} {:>8.1}",
        waits.len() as f64 / elapsed.as_secs_f64(),
        at(0.5),
        at(0.99),
        at(1.0),
        cpu.as_secs_f64() * 1e6 / waits.len() as f64,
    );
}

/// The processor time of this process so far, where the system tells it.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
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

fn entry(number: u32) -> Entry {
    let content = Content {
        body: format!("{number} Voilà un commentaire comme il en vient chaque jour. ").repeat(10),
        author_name: Some("Camille Durand".to_owned()),
        author_url: Some("https://camille.example/".to_owned()),
        ..Content::default()
    };
    let at = Timestamp::from_second(1_795_000_000 + i64::from(number)).unwrap();
    Entry {
        // As version 7 makes them: the time first, then chance.
        id: CommentId(Uuid::from_u128(u128::from(number) << 80 | u128::from(scattered(number)))),
        site: SITE,
        external_id: Some(format!("wp-{number}")),
        kind: Kind::Comment,
        page: Page {
            url: Some(format!("https://journal.example/article-{}", scattered(number) % 500)),
            title: Some("Un titre d’article".to_owned()),
            ..Page::default()
        },
        parent_id: None,
        revision: 1,
        version: 0,
        digest: ContentDigest::of(&content, &DigestKey::new([7; 32])),
        content,
        author: Identity::default(),
        decision: decision(at),
        status: Status::Held,
        at,
        claim: None,
        shadow: None,
    }
}

/// What a comment holds, without what the store makes of it.
fn bytes(entry: &Entry) -> Vec<u8> {
    serde_json::to_vec(&(&entry.external_id, &entry.page, &entry.content, &entry.decision)).unwrap()
}

fn scattered(number: u32) -> u64 {
    u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn decision(checked_at: Timestamp) -> Decision {
    let span = |start| Span { field: Field::Body, start, end: start + 8 };
    let evidence = |start| Evidence { token: Token::Words(vec![span(start)]), score: Score::from_nats(0.4) };
    let head =
        Signal::new("classifier.spam", Source::Classifier, Score::from_nats(0.9), Message::new("Probable", "Likely"))
            .explained(Explanation { evidence: (0..5).map(evidence).collect(), ..Explanation::default() });
    let message = Message::new("Beaucoup de liens pour un texte court", "Many links for a short text");
    let rule = Signal::new("links.too_many", Source::Rule, Score::from_nats(1.5), message).at(vec![span(40)]);
    Decision {
        verdict: Verdict::Hold,
        score: Score::from_nats(2.4),
        decided_by: DecidedBy::Score,
        thresholds: Thresholds::default(),
        heads: Heads { spam: HeadReading { probability: Some(0.71), known_tokens: 34 }, abuse: HeadReading::default() },
        signals: vec![head, rule],
        model: "2026-11-24-3f9c1a".to_owned(),
        ruleset: "8d01c0ffee8d01c0".to_owned(),
        language: None,
        degraded: false,
        checked_at,
    }
}
