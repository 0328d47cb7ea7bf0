//! The promises about what is kept no longer.

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use tamis::domain::comment::CommentId;
use tamis::domain::decision::Verdict;
use tamis::domain::history::{Identifier, Identity};
use tamis::domain::retention::{Ended, Retention};
use tamis::domain::review::{Act, Record, Status};
use tamis::domain::site::SiteId;
use tamis::ports::privacy::Looked;
use tamis::ports::store::{Change, Database, Entry, Position, Selection, Shadowed};
use tamis::service::retention::Walk;

use super::Backend;
use super::samples::*;

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn retention() -> Retention {
    let days = |days| DAY * days;
    Retention { held: days(90), rejected: days(30), approved: days(30), examples: days(365) }
}

fn after(days: i32) -> Timestamp {
    at(3_000) + DAY * days
}

/// Lets a walk come by: how much it took out.
async fn walk(store: &dyn Database, now: Timestamp) -> u64 {
    let mut walk = Walk::default();
    while walk.step(store, &retention(), now).await.unwrap() {}
    walk.ended
}

fn signed(site: SiteId, number: u32, status: Status) -> Entry {
    let content = long_entry(site, number).content;
    Entry { status, digest: digest(&content), content, ..entry(site, number) }
}

fn change(site: SiteId, number: u32, status: Status, act: Act) -> Change {
    let mut change = rejection(site, number, 1);
    (change.status, change.event.act) = (status, act);
    change
}

fn approval(site: SiteId, number: u32) -> Change {
    let act = Act::Resolved { revision: 1, status: Status::Approved, before: Status::Held, label: None, reason: None };
    change(site, number, Status::Approved, act)
}

/// What is left of the only revision: nothing, a text, or a text with a name.
fn left(record: &Record) -> (bool, bool) {
    let content = record.latest().unwrap().content.as_ref();
    let named = content.is_some_and(|content| content.author_name.is_some() || content.author_url.is_some());
    (content.is_some(), named)
}

const GONE: (bool, bool) = (false, false);
const NAMELESS: (bool, bool) = (true, false);
const WHOLE: (bool, bool) = (true, true);

pub async fn texts_end_by_status_and_examples_by_their_label(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    for (number, status) in [(1, Status::Held), (2, Status::Rejected), (3, Status::Approved), (4, Status::Held)] {
        store.record(signed(site, number, status)).await.unwrap();
    }
    // A person's approval is a label, and a rejection without a reason is none.
    store.change(approval(site, 4)).await.unwrap();
    store.record(signed(site, 5, Status::Held)).await.unwrap();
    let act = Act::Resolved { revision: 1, status: Status::Rejected, before: Status::Held, label: None, reason: None };
    store.change(change(site, 5, Status::Rejected, act)).await.unwrap();

    let all = async || {
        let records = store.list(site, &Selection::default(), None, 10).await.unwrap();
        records.iter().map(left).collect::<Vec<_>>()
    };
    assert_eq!(walk(&*store, after(29)).await, 0);
    assert_eq!(all().await, [WHOLE; 5]);
    assert_eq!(walk(&*store, after(31)).await, 4);
    assert_eq!(all().await, [WHOLE, GONE, GONE, NAMELESS, GONE]);
    assert_eq!(walk(&*store, after(91)).await, 1);
    assert_eq!(all().await, [GONE, GONE, GONE, NAMELESS, GONE]);
    assert_eq!(walk(&*store, after(364)).await, 0);
    assert_eq!(walk(&*store, after(366)).await, 1);
    assert_eq!(all().await, [GONE; 5]);
    let record = comment(&*store, site, 4).await;
    assert_eq!((record.status, record.events.len()), (Status::Approved, 1), "what was decided and done stays");
    assert_eq!(record.latest().unwrap().decision, decision(Verdict::Hold));
}

pub async fn what_was_labelled_meanwhile_stays(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    for number in [1, 2, 3] {
        store.record(signed(site, number, Status::Held)).await.unwrap();
    }
    // Looked at before the label.
    let ended = |number, texts: &[u32], names: &[u32]| Ended {
        id: id(number),
        version: 1,
        texts: texts.to_vec(),
        names: names.to_vec(),
    };
    store.change(approval(site, 1)).await.unwrap();
    store.change(approval(site, 2)).await.unwrap();
    let ended = [ended(1, &[1], &[]), ended(2, &[], &[1]), ended(3, &[1], &[]), ended(9, &[1], &[1])];
    assert_eq!(store.end_texts(&ended).await.unwrap(), 1);
    let records = store.list(site, &Selection::default(), None, 10).await.unwrap();
    assert_eq!(records.iter().map(left).collect::<Vec<_>>(), [WHOLE, WHOLE, GONE]);
}

pub async fn a_walk_reaches_every_comment_and_ends_nothing_twice(place: &impl Backend) {
    let store = place.open().await;
    let sites = [with_site(&*store, 1).await, with_site(&*store, 2).await];
    let record = |number: u32| store.record(signed(sites[number as usize % 2], number, Status::Approved));
    assert!(join_all((1..=250).map(record)).await.iter().all(Result::is_ok));
    let edited = signed(sites[0], 2, Status::Approved);
    store.record(edit(&edited, 2, 1, "corrigé")).await.unwrap();
    assert_eq!(walk(&*store, after(31)).await, 251);
    assert_eq!(walk(&*store, after(31)).await, 0);
    assert!(store.with_text(CommentId::before(after(31)), None, 10).await.unwrap().is_empty());
}

pub async fn a_shadow_s_verdict_ends_with_the_text(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    store.record(shadowed(site, 1, Verdict::Approve, -100)).await.unwrap();
    assert_eq!(walk(&*store, after(91)).await, 1);
    assert_eq!(store.shadowed(site, &version("candidate"), 10).await.unwrap(), Shadowed::default());
}

pub async fn an_erasure_takes_all_of_a_comment_and_nothing_of_another(place: &impl Backend) {
    let store = place.open().await;
    let (own, other) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    let claiming = |entry: Entry, key| Entry { claim: Some(claim(key, 1)), ..entry };
    store.record(claiming(named(own, 1, "a"), 1)).await.unwrap();
    store.record(claiming(shadowed(own, 2, Verdict::Approve, -100), 2)).await.unwrap();
    store.record(named(own, 3, "c")).await.unwrap();
    store.change(approval(own, 1)).await.unwrap();
    let looked = |number, version| Looked { id: id(number), version };

    assert_eq!(store.erase(other, &[looked(1, 2)]).await.unwrap(), 0, "another site's");
    assert_eq!(store.erase(own, &[looked(1, 1), looked(9, 1)]).await.unwrap(), 0, "it has changed since");
    assert!(store.first_answer(own, &[1; 32]).await.unwrap().is_some());
    assert_eq!(store.erase(own, &[looked(1, 2), looked(2, 1)]).await.unwrap(), 2);
    for number in [1, 2] {
        assert!(store.comment(own, id(number)).await.unwrap().is_none());
        assert!(store.first_answer(own, &[number as u8; 32]).await.unwrap().is_none());
    }
    let rows = |counts: Vec<(String, u64)>, table: &str| counts.iter().find(|(name, _)| name == table).unwrap().1;
    for (table, left) in
        [("comments", 1), ("revisions", 1), ("texts", 1), ("events", 0), ("shadow_verdicts", 0), ("answers", 0)]
    {
        assert_eq!(rows(store.counts().await.unwrap(), table), left, "{table}");
    }
    // The name is free for another comment.
    store.record(named(own, 4, "a")).await.unwrap();
}

pub async fn what_a_person_wrote_is_found_by_their_email_in_order(place: &impl Backend) {
    let store = place.open().await;
    let (site, other) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    let email = |of: u8| Some(Identifier([of; 16]));
    for (site, number, email) in
        [(site, 3, email(1)), (site, 1, email(1)), (site, 2, email(2)), (site, 4, None), (other, 5, email(1))]
    {
        let author = Identity { email, ..Identity::default() };
        store.record(Entry { author, ..entry(site, number) }).await.unwrap();
    }
    let written =
        async |of: u8, after, limit| store.written_by(site, Identifier([of; 16]), after, limit).await.unwrap();
    let id = |number| entry(site, number).id;
    assert_eq!(written(1, None, 9).await, [id(1), id(3)]);
    assert_eq!(written(1, None, 1).await, [id(1)]);
    assert_eq!(written(1, Some(Position(id(1))), 9).await, [id(3)]);
    assert_eq!(written(9, None, 9).await, []);
    assert_eq!((store.without_email(site).await.unwrap(), store.without_email(other).await.unwrap()), (1, 0));
}
