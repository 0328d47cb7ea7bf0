//! The promises about authors: what is remembered of them, what is said of them, the keys of their addresses.

use tamis::domain::history::{Identifier, Identity, MOST_LOOKED_AT, Origin, Past, Period, Traces};
use tamis::domain::moderator::{AuditAct, AuditLine};
use tamis::domain::retention::Retention;
use tamis::domain::review::Status;
use tamis::domain::site::SiteId;
use tamis::domain::standing::{Given, Standing, Term};
use tamis::ports::accounts::AuditSelection;
use tamis::ports::privacy::Looked;
use tamis::ports::store::{Change, Database, Entry};
use tamis::service::retention::Walk;
use uuid::Uuid;

use super::Backend;
use super::samples::*;

fn identifier(number: u8) -> Identifier {
    Identifier([number; 16])
}

/// By e-mail, name, address and network, under the key of a period.
fn author(of: [u8; 4], period: Period) -> Identity {
    let [email, name, address, network] = of.map(identifier);
    Identity { email: Some(email), name: Some(name), account: None, origins: vec![Origin { period, address, network }] }
}

const THEN: Period = Period(1_384);
const NEXT: Period = Period(1_385);
const LEA: [u8; 4] = [1, 2, 3, 4];

fn traces(of: [u8; 4]) -> Traces {
    let [email, name, address, network] = of.map(identifier).map(Some);
    Traces { email, name, address, network }
}

fn by(site: SiteId, number: u32, author: Identity) -> Entry {
    Entry { author, ..entry(site, number) }
}

/// A person settles a comment.
fn settle(site: SiteId, number: u32, settled: Option<Status>) -> Change {
    Change { settled, ..rejection(site, number, 1) }
}

async fn written(store: &dyn Database, site: SiteId, number: u32, of: [u8; 4], settled: Option<Status>) {
    store.record(by(site, number, author(of, THEN))).await.unwrap();
    store.change(settle(site, number, settled)).await.unwrap();
}

/// In an order of their own, since the store promises none.
async fn past(store: &dyn Database, site: SiteId, of: &Identity) -> Vec<Past> {
    let mut past = store.remembered(site, of).await.unwrap().past;
    past.sort_by_key(|past| (past.author.email.map(|Identifier(bytes)| bytes), past.settled.as_str()));
    past
}

pub async fn the_past_is_what_persons_settled_and_shares_an_identifier(place: &impl Backend) {
    let store = place.open().await;
    let (site, other) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    let (approved, rejected) = (Some(Status::Approved), Some(Status::Rejected));
    written(&*store, site, 1, LEA, approved).await;
    written(&*store, site, 2, [11, 9, 3, 9], rejected).await;
    written(&*store, site, 3, [12, 9, 9, 4], approved).await;
    written(&*store, site, 4, [13, 2, 9, 9], rejected).await;
    written(&*store, site, 5, [1, 8, 8, 8], None).await;
    store.record(by(site, 6, author(LEA, THEN))).await.unwrap();
    written(&*store, other, 7, LEA, rejected).await;
    let expected =
        [(2, [11, 9, 3, 9], Status::Rejected), (3, [12, 9, 9, 4], Status::Approved), (1, LEA, Status::Approved)];
    let mut expected = expected.map(|(number, of, settled)| Past { comment: id(number), settled, author: traces(of) });
    expected.sort_by_key(|past| past.author.email.map(|Identifier(bytes)| bytes));
    assert_eq!(past(&*store, site, &author(LEA, THEN)).await, expected, "a name alone is anybody's");

    // Under the key before the newest, too.
    let mut both = author([1, 2, 30, 40], NEXT);
    both.origins.extend(author(LEA, THEN).origins);
    assert_eq!(past(&*store, site, &both).await.len(), 3);
    assert_eq!(past(&*store, site, &author([1, 2, 30, 40], NEXT)).await.len(), 1, "by the e-mail");
    assert_eq!(past(&*store, site, &author([70, 71, 72, 73], THEN)).await, []);
}

pub async fn the_past_is_bounded_and_its_latest_part(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    for number in 0..MOST_LOOKED_AT + 3 {
        let settled = if number < 3 { Status::Rejected } else { Status::Approved };
        written(&*store, site, number, LEA, Some(settled)).await;
    }
    let past = past(&*store, site, &author(LEA, THEN)).await;
    assert_eq!(past.len(), MOST_LOOKED_AT as usize);
    assert!(past.iter().all(|past| past.settled == Status::Approved));
}

pub async fn the_authors_of_comments_read_back_as_recorded(place: &impl Backend) {
    let store = place.open().await;
    let (site, other) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    let nameless = Identity { email: Some(identifier(7)), ..Identity::default() };
    store.record(by(site, 1, author(LEA, THEN))).await.unwrap();
    store.record(by(site, 2, nameless.clone())).await.unwrap();
    store.record(entry(site, 3)).await.unwrap();
    store.record(by(other, 4, author(LEA, THEN))).await.unwrap();
    let mut authors = store.authors(site, &[id(4), id(3), id(2), id(1), id(99)]).await.unwrap();
    authors.sort_by_key(|(id, _)| *id);
    assert_eq!(authors, [(id(1), author(LEA, THEN)), (id(2), nameless)]);
}

pub async fn the_key_of_a_period_stays_until_it_is_destroyed(place: &impl Backend) {
    let store = place.open().await;
    store.keep_address_key(THEN, b"first").await.unwrap();
    store.keep_address_key(THEN, b"second").await.unwrap();
    store.keep_address_key(NEXT, b"next").await.unwrap();
    assert_eq!(store.address_key(THEN).await.unwrap().as_deref(), Some(b"first".as_slice()));
    assert_eq!(store.destroy_address_keys(THEN).await.unwrap(), 0);
    assert_eq!(store.destroy_address_keys(NEXT).await.unwrap(), 1);
    let keys = [store.address_key(THEN).await.unwrap(), store.address_key(NEXT).await.unwrap()];
    assert_eq!(keys, [None, Some(b"next".to_vec())]);
}

/// Standings of a site in these tests.
const MOST: u32 = 3;

fn line(number: u8, site: SiteId, standing: Standing) -> AuditLine {
    let act = AuditAct::StandingLifted { comment: id(1), standing };
    AuditLine { id: Uuid::from_u128(number.into()), at: at(0), by: "Léa".to_owned(), site: Some(site), act }
}

/// On the author of comment `number`, who must be known.
fn given(number: u32, standing: Standing, of: [u8; 4]) -> Given {
    Given::new(id(number), &author(of, Period::at(at(0))), standing, Term::default(), "Léa « du soir »", at(0)).unwrap()
}

async fn give(store: &dyn Database, site: SiteId, given: &Given, in_place_of: u32) -> bool {
    let line = line(in_place_of as u8, site, given.standing);
    store.give_standing(site, given, &[id(in_place_of)], MOST, &line).await.unwrap()
}

/// What is said of an author.
async fn standings(store: &dyn Database, site: SiteId, of: [u8; 4]) -> Vec<Given> {
    let mut standings = store.remembered(site, &author(of, THEN)).await.unwrap().standings;
    standings.sort_by_key(|given| given.comment);
    standings
}

async fn lines(store: &dyn Database, site: SiteId) -> usize {
    let selection = AuditSelection { site: Some(site), ..AuditSelection::default() };
    store.audit(&selection, 100).await.unwrap().len()
}

pub async fn a_standing_is_found_by_e_mail_and_address_and_by_nothing_else(place: &impl Backend) {
    let store = place.open().await;
    let (site, other) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    store.record(by(site, 1, author(LEA, THEN))).await.unwrap();
    let blocked = given(1, Standing::Blocked, LEA);
    assert!(give(&*store, site, &blocked, 90).await);
    for of in [LEA, [1, 9, 9, 9], [9, 9, 3, 9]] {
        assert_eq!(standings(&*store, site, of).await, std::slice::from_ref(&blocked), "{of:?}");
    }
    assert_eq!(standings(&*store, site, [9, 2, 9, 4]).await, []);
    assert_eq!(standings(&*store, other, LEA).await, [], "each site speaks for itself");
    assert_eq!(lines(&*store, site).await, 1);
}

pub async fn a_standing_takes_the_place_of_those_before(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    for number in 1..=3 {
        store.record(by(site, number, author(LEA, THEN))).await.unwrap();
    }
    let [first, second, again] =
        [(1, Standing::Blocked), (2, Standing::Held), (2, Standing::Trusted)].map(|(n, s)| given(n, s, LEA));
    assert!(give(&*store, site, &first, 90).await && give(&*store, site, &second, 1).await);
    assert_eq!(standings(&*store, site, LEA).await, [second]);
    assert!(give(&*store, site, &again, 91).await);
    assert_eq!(standings(&*store, site, LEA).await, [again]);
    assert!(!give(&*store, site, &given(99, Standing::Blocked, LEA), 92).await, "there is no comment 99");
    assert!(!store.lift_standings(site, &[id(3)], &line(93, site, Standing::Held)).await.unwrap());
    assert_eq!(lines(&*store, site).await, 3, "what was not done has no line");
    assert!(store.lift_standings(site, &[id(2), id(3)], &line(94, site, Standing::Held)).await.unwrap());
    assert_eq!((standings(&*store, site, LEA).await.len(), lines(&*store, site).await), (0, 4));
}

pub async fn a_site_has_no_more_standings_than_the_bound(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    for number in 1..=4 {
        store.record(by(site, number, author([number as u8; 4], THEN))).await.unwrap();
    }
    let block = |number: u32| given(number, Standing::Blocked, [number as u8; 4]);
    for number in 1..=3 {
        assert!(give(&*store, site, &block(number), 90 + number).await);
    }
    assert!(!give(&*store, site, &block(4), 94).await);
    assert!(give(&*store, site, &given(3, Standing::Held, [3; 4]), 95).await, "another word on the same comment");
    assert!(give(&*store, site, &block(4), 1).await, "in place of one");
}

pub async fn trust_is_renewed_under_a_newer_key_only(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    store.record(by(site, 1, author(LEA, THEN))).await.unwrap();
    let trusted = given(1, Standing::Trusted, LEA);
    let period = trusted.period.unwrap();
    give(&*store, site, &trusted, 90).await;
    let newer = Origin { period: Period(period.0 + 1), address: identifier(30), network: identifier(40) };
    store.renew_standing(site, id(1), newer).await.unwrap();
    let older = Origin { period, address: identifier(50), network: identifier(60) };
    store.renew_standing(site, id(1), older).await.unwrap();
    let renewed = Given { author: traces([1, 2, 30, 40]), period: Some(newer.period), ..trusted };
    assert_eq!(standings(&*store, site, LEA).await, [renewed]);
}

pub async fn standings_and_keys_end_with_retention_and_erasure(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let now = at(0);
    for (number, standing) in [(1, Standing::Blocked), (2, Standing::Trusted), (3, Standing::Held)] {
        let of = [number as u8; 4];
        store.record(by(site, number, author(of, Period::at(now)))).await.unwrap();
        give(&*store, site, &given(number, standing, of), 90 + number).await;
    }
    store.keep_address_key(Period::at(now), b"sealed").await.unwrap();
    let left = async || {
        let mut left = Vec::new();
        for number in 1..=3 {
            left.extend(standings(&*store, site, [number; 4]).await.into_iter().map(|given| given.standing));
        }
        (left, store.address_key(Period::at(now)).await.unwrap().is_some())
    };
    let walk = async |now| {
        let day = jiff::SignedDuration::from_hours(24);
        let retention = Retention { held: day * 90, rejected: day * 90, approved: day * 90, examples: day * 365 };
        let mut walk = Walk::default();
        while walk.step(&*store, &retention, now).await.unwrap() {}
    };
    walk(now).await;
    assert_eq!(left().await, (vec![Standing::Blocked, Standing::Trusted, Standing::Held], true));
    // Comment 3 is erased, and what was said of its author with it.
    store.erase(site, &[Looked { id: id(3), version: 1 }]).await.unwrap();
    assert_eq!(left().await, (vec![Standing::Blocked, Standing::Trusted], true));
    // The key is destroyed before the thirty days are over: trust cannot apply any more.
    walk(Period::at(now).ends()).await;
    assert_eq!(left().await, (vec![Standing::Blocked], false));
    walk(now + jiff::SignedDuration::from_hours(24 * 30)).await;
    assert_eq!(left().await, (Vec::new(), false));
}
