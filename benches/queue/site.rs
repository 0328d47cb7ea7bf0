//! A site with so many held comments as a large one might have on its worst day: authors with a past, campaigns of
//! thousands of copies, pages and reasons of very different weight.

use futures_util::future::join_all;
use jiff::Timestamp;
use tamis::domain::comment::{CommentId, Content, Kind, Page};
use tamis::domain::decision::{DecidedBy, Decision, Heads, Thresholds, Verdict};
use tamis::domain::history::{Identifier, Identity};
use tamis::domain::review::{Act, Event, Status};
use tamis::domain::score::Score;
use tamis::domain::secrets::{ContentDigest, DigestKey};
use tamis::domain::signal::{Field, Message, Signal, Source, Span};
use tamis::domain::site::SiteId;
use tamis::ports::queue::Filter;
use tamis::ports::store::{Change, Database, Entry};

const AUTHORS: u64 = 5_000;
const PAGES: u64 = 2_000;
const CAMPAIGNS: u64 = 20;
/// One in so many was decided on by a person, beside those that are held.
const SETTLED: u32 = 20;
const TOGETHER: u32 = 256;

/// Adds comments until so many are held.
pub async fn fill(store: &dyn Database, site: SiteId, most: u32) {
    let mut held = u32::try_from(store.held_number(site, &Filter::All).await.unwrap()).unwrap();
    while held < most {
        let some = (held + 1)..=(held + TOGETHER).min(most);
        held = *some.end();
        join_all(some.map(async |number| {
            store.record(entry(site, number)).await.unwrap();
            if number.is_multiple_of(SETTLED) {
                let past = Entry { id: id(number, 1), external_id: None, ..entry(site, number) };
                store.record(past).await.unwrap();
                store.change(settling(site, number)).await.unwrap();
            }
        }))
        .await;
    }
    while store.tidy_queue(1_000).await.unwrap() > 0 {}
}

/// All that waits of one author, in hexadecimal digits.
pub fn an_author() -> String {
    email(3).to_string()
}

pub fn a_page() -> String {
    address(4)
}

pub fn a_campaign() -> CommentId {
    id(0, 3)
}

fn scattered(number: u32) -> u64 {
    u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

/// Of comment `number`; those with the same number differ in `low`.
fn id(number: u32, low: u64) -> CommentId {
    let at = 1_795_000_000_000 + u64::from(number);
    CommentId(uuid::Builder::from_unix_timestamp_millis(at, &[0, 0, 0, 0, 0, 0, 0, 0, 0, low as u8]).into_uuid())
}

/// Every other comment is alone on its page.
fn address(number: u64) -> String {
    format!("https://journal.example/article-{}", if number.is_multiple_of(2) { number % PAGES } else { number })
}

fn email(number: u64) -> Identifier {
    Identifier(u128::from(number % AUTHORS).to_be_bytes())
}

fn entry(site: SiteId, number: u32) -> Entry {
    let content = Content {
        body: format!("{number} Voilà un commentaire comme il en vient chaque jour. ").repeat(10),
        author_name: Some(format!("Camille {}", scattered(number) % AUTHORS)),
        ..Content::default()
    };
    let at = Timestamp::from_second(1_795_000_000 + i64::from(number)).unwrap();
    let page = Page { url: Some(address(scattered(number))), title: Some("Un titre".to_owned()), ..Page::default() };
    Entry {
        id: id(number, 0),
        site,
        external_id: Some(format!("wp-{number}")),
        kind: Kind::Comment,
        page,
        parent_id: None,
        revision: 1,
        version: 0,
        author: Identity { email: Some(email(scattered(number))), ..Identity::default() },
        digest: ContentDigest::of(&content, &DigestKey::new([7; 32])),
        content,
        decision: decision(number, at),
        status: Status::Held,
        at,
        claim: None,
        shadow: None,
    }
}

fn settling(site: SiteId, number: u32) -> Change {
    let status = if scattered(number).is_multiple_of(2) { Status::Approved } else { Status::Rejected };
    let act = Act::Resolved { revision: 1, status, before: Status::Held, label: None, reason: None, campaign: None };
    let at = Timestamp::from_second(1_795_200_000 + i64::from(number)).unwrap();
    let event = Event { id: id(number, 2).0, at, by: "Paul".to_owned(), act };
    Change { site, id: id(number, 1), version: 1, event, status, settled: Some(status), claim: None }
}

fn decision(number: u32, checked_at: Timestamp) -> Decision {
    let span = Span { field: Field::Body, start: 40, end: 48 };
    let message = || Message::new("Beaucoup de liens pour un texte court", "Many links for a short text");
    let rule = |id: &str| Signal::new(id, Source::Rule, Score::from_nats(0.5), message()).at(vec![span]);
    let mut signals = vec![rule("links.too_many"), rule("classifier.spam"), rule(&format!("rule.{}", number % 60))];
    if number.is_multiple_of(4) {
        let mut copies = rule("campaign.copies");
        copies.campaign = Some(id(0, scattered(number) % CAMPAIGNS));
        signals.push(copies);
    }
    Decision {
        verdict: Verdict::Hold,
        score: Score::from_thousandths((scattered(number) % 5_000) as i32),
        decided_by: DecidedBy::Score,
        thresholds: Thresholds::default(),
        heads: Heads::default(),
        signals,
        model: "2026-11-24-3f9c1a".to_owned(),
        ruleset: "8d01c0ffee8d01c0".to_owned(),
        language: None,
        degraded: false,
        checked_at,
    }
}
