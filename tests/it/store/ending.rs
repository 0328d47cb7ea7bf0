//! The promises about what is kept no longer.

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use tamis::domain::comment::CommentId;
use tamis::domain::decision::Verdict;
use tamis::domain::history::{Identifier, Identity, Origin, Period, Sought};
use tamis::domain::moderator::{AuditAct, AuditLine};
use tamis::domain::retention::{Ended, Retention};
use tamis::domain::review::{Act, Record, Status};
use tamis::domain::site::SiteId;
use tamis::domain::standing::{Given, Standing, Term};
use tamis::ports::privacy::{Attached, Kept, Looked, Said};
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
    let act = Act::Resolved {
        revision: 1,
        status: Status::Approved,
        before: Status::Held,
        label: None,
        reason: None,
        campaign: None,
    };
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
    let act = Act::Resolved {
        revision: 1,
        status: Status::Rejected,
        before: Status::Held,
        label: None,
        reason: None,
        campaign: None,
    };
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

/// By e-mail, account and address, each if it is not 0.
fn author([email, account, address]: [u8; 3], period: Period) -> Identity {
    let identifier = |of: u8| (of != 0).then_some(Identifier([of; 16]));
    let origin = |address| Origin { period, address, network: Identifier([99; 16]) };
    Identity {
        email: identifier(email),
        account: identifier(account),
        origins: identifier(address).map(origin).into_iter().collect(),
        name: None,
    }
}

const THEN: Period = Period(1_384);
const NEXT: Period = Period(1_385);

pub async fn what_a_person_wrote_is_found_by_each_of_their_identifiers_in_order(place: &impl Backend) {
    let store = place.open().await;
    let (site, other) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    for (site, number, of, period) in [
        (site, 3, [1, 0, 0], THEN),
        (site, 1, [1, 8, 0], THEN),
        (site, 2, [2, 9, 20], NEXT),
        (site, 4, [0, 0, 21], THEN),
        (site, 5, [0, 0, 0], THEN),
        (other, 6, [1, 8, 20], THEN),
    ] {
        store.record(Entry { author: author(of, period), ..entry(site, number) }).await.unwrap();
    }
    let identifiers = |of: &[u8]| of.iter().map(|of| Identifier([*of; 16])).collect::<Vec<_>>();
    let sought = |email: Option<u8>, account: Option<u8>, addresses: &[u8]| Sought {
        email: email.map(|of| Identifier([of; 16])),
        account: account.map(|of| Identifier([of; 16])),
        addresses: identifiers(addresses),
    };
    let written = async |sought: &Sought, after, limit| store.written_by(site, sought, after, limit).await.unwrap();
    let by_email = sought(Some(1), None, &[]);
    assert_eq!(written(&by_email, None, 9).await, [id(1), id(3)]);
    assert_eq!(written(&by_email, None, 1).await, [id(1)]);
    assert_eq!(written(&by_email, Some(Position(id(1))), 9).await, [id(3)]);
    assert_eq!(written(&sought(None, Some(9), &[]), None, 9).await, [id(2)]);
    assert_eq!(written(&sought(None, None, &[20]), None, 9).await, [id(2)]);
    assert_eq!(written(&sought(None, None, &[20, 21]), None, 9).await, [id(2), id(4)], "under either key");
    assert_eq!(written(&sought(Some(1), Some(9), &[21]), None, 9).await, [id(1), id(2), id(3), id(4)]);
    assert_eq!(written(&sought(Some(9), Some(1), &[1, 9]), None, 9).await, [], "each kind is its own");
    assert_eq!(written(&Sought::default(), None, 9).await, [], "nobody is not everybody without an e-mail");

    let kept = store.kept(site).await.unwrap();
    let addresses = [(THEN, 1), (NEXT, 1)].into_iter().collect();
    assert_eq!(kept, Kept { comments: 5, emails: 3, accounts: 2, addresses, standings: 0, standings_end: None });
}

pub async fn what_hangs_on_a_comment_is_told(place: &impl Backend) {
    let store = place.open().await;
    let (site, other) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    let whole = author([1, 8, 20], THEN);
    let recorded = shadowed(site, 1, Verdict::Approve, -100);
    store.record(Entry { author: whole.clone(), claim: Some(claim(1, 1)), ..recorded }).await.unwrap();
    store.record(entry(site, 2)).await.unwrap();
    let given = Given::new(id(1), &whole, Standing::Blocked, Term::default(), "Paul", at(9)).unwrap();
    let line = AuditLine {
        id: uuid::Uuid::from_u128(7),
        at: at(9),
        by: "Paul".to_owned(),
        site: Some(site),
        act: AuditAct::StandingGiven { comment: id(1), standing: Standing::Blocked, until: given.until },
    };
    assert!(store.give_standing(site, &given, &[], 9, &line).await.unwrap());

    let said = Said { standing: Standing::Blocked, until: given.until, by: "Paul".to_owned(), at: at(9) };
    let attached = Attached {
        identifiers: vec!["email", "id", "address"],
        address_until: Some(THEN.ends()),
        standing: Some(said),
        answers: 1,
        shadow_verdicts: 1,
    };
    assert_eq!(store.attached(site, id(1)).await.unwrap(), attached);
    for (site, number) in [(site, 2), (other, 1), (site, 3)] {
        assert_eq!(store.attached(site, id(number)).await.unwrap(), Attached::default(), "{number}");
    }
    let kept = store.kept(site).await.unwrap();
    assert_eq!((kept.standings, kept.standings_end), (1, Some(given.until)));
}
