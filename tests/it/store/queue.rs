//! The promises of the queue, one a function.

use futures_util::future::join_all;
use tamis::domain::comment::{Content, Page};
use tamis::domain::decision::{Decision, Thresholds, Verdict};
use tamis::domain::history::Identifier;
use tamis::domain::review::{Act, Event, Status};
use tamis::domain::score::Score;
use tamis::domain::signal::{Message, Signal, Source};
use tamis::domain::site::SiteId;
use tamis::ports::queue::{Facet, Filter, Held, Look, Order, Rank, Spread, Tally};
use tamis::ports::store::{Change, Database, Entry};
use uuid::Uuid;

use super::Backend;
use super::promises::first_record;
use super::samples::*;

const OLDEST: Look = Look { filter: Filter::All, order: Order::OldestFirst };

fn by(filter: Filter) -> Look {
    Look { filter, order: Order::OldestFirst }
}

/// An identifier for each name.
fn identifier(author: &str) -> Identifier {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(author.bytes()).for_each(|(byte, letter)| *byte = letter);
    Identifier(bytes)
}

/// What waits of an author of that name, or with that for an e-mail.
fn of_author(author: &str) -> Filter {
    Filter::Author(identifier(author).to_string())
}

/// A held comment on a page, by an author without e-mail, with signals that speak against it.
fn waiting(site: SiteId, number: u32, page: &str, author: &str, reasons: &[&str]) -> Entry {
    let against = |id: &&str| Signal::new(*id, Source::Rule, Score::from_nats(0.5), Message::new("", ""));
    let mut entry = entry(site, number);
    entry.page = Page { url: Some(page.to_owned()), ..Page::default() };
    entry.content = Content { author_name: Some(author.to_owned()), ..entry.content };
    entry.author.name = (!author.is_empty()).then(|| identifier(author));
    entry.decision.signals = reasons.iter().map(against).collect();
    entry
}

/// A moderator settles comment `number` at `version`.
fn settling(site: SiteId, number: u32, version: u32, status: Status, second: i64) -> Change {
    let act = Act::Resolved { revision: 1, status, before: Status::Held, label: None, reason: None, campaign: None };
    let event = Event { id: Uuid::from_u128(u128::from(number) << 40), at: at(second), by: "léa".to_owned(), act };
    Change { site, id: id(number), version, event, status, settled: Some(status), claim: None }
}

async fn record(store: &dyn Database, entries: impl IntoIterator<Item = Entry>) {
    for entry in entries {
        store.record(entry).await.unwrap();
    }
}

async fn numbers(store: &dyn Database, site: SiteId, look: &Look) -> Vec<u32> {
    store.held(site, look, None, 100).await.unwrap().iter().map(number).collect()
}

fn number(held: &Held) -> u32 {
    u32::try_from(held.rank.id.0.as_u128() & 0xffff).unwrap()
}

async fn count(store: &dyn Database, site: SiteId, filter: Filter) -> u64 {
    store.held_number(site, &filter).await.unwrap()
}

pub async fn the_queue_is_what_is_held_oldest_first(place: &impl Backend) {
    let store = place.open().await;
    let (own, other) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    let approved = Entry { status: Status::Approved, ..entry(own, 2) };
    record(&*store, [entry(own, 3), approved, entry(own, 1), entry(other, 4)]).await;
    let held = store.held(own, &OLDEST, None, 10).await.unwrap();
    assert_eq!(held.iter().map(number).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(held[0].record, first_record(&entry(own, 1)));
    assert_eq!((count(&*store, own, Filter::All).await, count(&*store, other, Filter::All).await), (2, 1));
    assert_eq!(store.still_held(own, &[id(1), id(2), id(4)]).await.unwrap(), [id(1)]);
    let comments = store.comments(own, &[id(2), id(1), id(4)]).await.unwrap();
    assert_eq!(comments.iter().map(|record| record.id).collect::<Vec<_>>(), [id(1), id(2)]);
}

pub async fn the_latest_of_several_sites_come_latest_first(place: &impl Backend) {
    let store = place.open().await;
    let sites = [with_site(&*store, 1).await, with_site(&*store, 2).await, with_site(&*store, 3).await];
    let [one, two, three] = sites;
    let rejected = Entry { status: Status::Rejected, ..entry(two, 7) };
    record(&*store, [entry(one, 1), entry(one, 5), entry(two, 2), entry(two, 4), entry(three, 6), rejected]).await;
    let latest = async |sites: &[SiteId], limit| store.latest_held(sites, limit).await.unwrap();
    assert_eq!(latest(&[one, two], 10).await, [(one, id(5)), (two, id(4)), (two, id(2)), (one, id(1))]);
    assert_eq!(latest(&sites, 3).await, [(three, id(6)), (one, id(5)), (two, id(4))]);
    assert_eq!(latest(&[one, two], 1).await, [(one, id(5))]);
    assert_eq!(latest(&[], 10).await, []);
}

pub async fn a_comment_leaves_the_queue_and_comes_back_with_an_undo(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    record(&*store, [waiting(site, 1, "p", "Léa", &["r"]), waiting(site, 2, "p", "Léa", &["r"])]).await;
    let filters = [Filter::All, Filter::Page("p".into()), Filter::Reason("r".into()), of_author("Léa")];
    store.change(settling(site, 1, 1, Status::Rejected, 1)).await.unwrap();
    for filter in &filters {
        assert_eq!(numbers(&*store, site, &by(filter.clone())).await, [2], "{filter:?}");
        assert_eq!(count(&*store, site, filter.clone()).await, 1, "{filter:?}");
    }
    let mut undo = settling(site, 1, 2, Status::Held, 2);
    undo.event.act = Act::Undone { event: undo.event.id, status: Status::Held };
    store.change(undo).await.unwrap();
    for filter in filters {
        assert_eq!(numbers(&*store, site, &by(filter.clone())).await, [1, 2], "{filter:?}");
        assert_eq!(count(&*store, site, filter).await, 2);
    }
}

pub async fn an_edit_is_filed_by_its_own_decision(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let first = waiting(site, 1, "p", "Léa", &["old"]);
    let mut second = Entry { status: Status::Held, ..edit(&first, 2, 1, "corrigé") };
    second.decision = waiting(site, 1, "p", "", &["new"]).decision;
    record(&*store, [first.clone(), second]).await;
    let found = async |filter| count(&*store, site, filter).await;
    assert_eq!(found(Filter::All).await, 1);
    assert_eq!((found(Filter::Reason("old".into())).await, found(Filter::Reason("new".into())).await), (0, 1));
    assert_eq!(found(of_author("Léa")).await, 1, "whoever edits a comment, it is its author's");
    store.record(edit(&first, 3, 2, "encore")).await.unwrap();
    assert_eq!(found(Filter::All).await + found(Filter::Reason("new".into())).await, 0);
}

pub async fn the_most_doubtful_come_first_as_the_domain_measures(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let scored = |number, thousandths| {
        let decision = Decision { score: Score::from_thousandths(thousandths), ..decision(Verdict::Hold) };
        Entry { decision, ..entry(site, number) }
    };
    let mut strict = scored(6, 2_001);
    strict.decision.thresholds =
        Thresholds { hold_at: Score::from_thousandths(1_001), reject_at: Score::from_thousandths(3_002) };
    let entries = [scored(1, 2_000), scored(2, 3_501), scored(3, -700), scored(4, 3_499), scored(5, 9_999), strict];
    record(&*store, entries.clone()).await;
    let look = Look { order: Order::MostDoubtfulFirst, ..Look::default() };
    let held = store.held(site, &look, None, 10).await.unwrap();
    for held in &held {
        let decision = &held.record.latest().unwrap().decision;
        assert_eq!(held.rank.distance, decision.thresholds.distance(decision.score));
    }
    assert_eq!(held.iter().map(number).collect::<Vec<_>>(), [6, 2, 4, 1, 3, 5]);
    assert_eq!(everything(&*store, site, &look, 2).await, [6, 2, 4, 1, 3, 5]);
}

/// The queue, so many comments a page.
async fn everything(store: &dyn Database, site: SiteId, look: &Look, limit: u32) -> Vec<u32> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.held(site, look, after, limit).await.unwrap();
        let Some(last) = page.last() else { return all };
        after = Some(last.rank);
        all.extend(page.iter().map(number));
    }
}

pub async fn each_filter_finds_its_comments_and_counts_them(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let mut nameless = waiting(site, 4, "q", "", &["links"]);
    nameless.content.author_url = Some("https://x.example/".to_owned());
    let mut silent = waiting(site, 3, "p", "Zoé", &["links"]);
    silent.decision.signals[0].score = Score::ZERO;
    let mut floor = waiting(site, 5, "q", "Zoé", &["links"]);
    floor.decision.signals[0].score = Score::from_nats(-1.0);
    floor.decision.signals[0].floor = Some(Verdict::Hold);
    let twice = waiting(site, 1, "p", "Léa", &["links", "links", "caps"]);
    record(&*store, [twice, waiting(site, 2, "q", "Léa", &["caps"]), silent, nameless, floor]).await;
    for (filter, expected) in [
        (Filter::Page("p".into()), &[1, 3][..]),
        (Filter::Page("q".into()), &[2, 4, 5]),
        (Filter::Reason("links".into()), &[1, 4, 5]),
        (Filter::Reason("caps".into()), &[1, 2]),
        (of_author("Léa"), &[1, 2]),
        (of_author("Zoé"), &[3, 5]),
        (of_author("zoé"), &[]),
    ] {
        assert_eq!(numbers(&*store, site, &by(filter.clone())).await, expected, "{filter:?}");
        assert_eq!(count(&*store, site, filter.clone()).await, expected.len() as u64, "{filter:?}");
    }
}

pub async fn copies_are_found_by_their_campaign_and_where_they_stand(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let copy = |number, page: &str, campaign: u32| {
        let mut entry = waiting(site, number, page, "", &["campaign.copies"]);
        entry.decision.signals[0].campaign = Some(id(campaign));
        entry
    };
    let entries =
        [copy(1, "p", 1), copy(2, "q", 1), copy(3, "p", 1), copy(4, "p", 9), waiting(site, 5, "p", "", &["r"])];
    record(&*store, entries).await;
    let of = |campaign: u32| Filter::Campaign(id(campaign).to_string());
    assert_eq!(numbers(&*store, site, &by(of(1))).await, [1, 2, 3]);
    assert_eq!((count(&*store, site, of(1)).await, count(&*store, site, of(9)).await), (3, 1));
    assert_eq!(store.spread(site, id(1)).await.unwrap(), Some(Spread { pages: 2, since: at(1) }));
    assert_eq!(store.held_campaign(&[id(1), id(2), id(4), id(5)]).await.unwrap(), Some(id(9)), "the latest one's");
    store.change(rejection(site, 4, 1)).await.unwrap();
    assert_eq!(store.spread(site, id(9)).await.unwrap(), None);
    assert_eq!(store.held_campaign(&[id(4), id(5)]).await.unwrap(), None);
    assert_eq!(store.tallies(site, Facet::Campaign, 9).await.unwrap().len(), 1);
}

pub async fn a_copy_that_was_brought_back_is_one_of_its_campaign(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    record(&*store, [waiting(site, 1, "p", "", &[]), waiting(site, 2, "p", "", &[])]).await;
    let bringing = |number, version, campaign, second| {
        let mut change = settling(site, number, version, Status::Held, second);
        let Act::Resolved { campaign: of, .. } = &mut change.event.act else { panic!() };
        *of = campaign;
        change
    };
    let campaign = Filter::Campaign(id(9).to_string());
    store.change(settling(site, 1, 1, Status::Approved, 1)).await.unwrap();
    let mut back = bringing(1, 2, Some(id(9)), 2);
    back.event.id = Uuid::from_u128(7);
    store.change(back).await.unwrap();
    store.change(bringing(2, 1, None, 3)).await.unwrap();
    assert_eq!(numbers(&*store, site, &by(campaign.clone())).await, [1]);
    assert_eq!(
        (count(&*store, site, campaign.clone()).await, store.held_campaign(&[id(1)]).await.unwrap()),
        (1, Some(id(9)))
    );
    let record = store.comments(site, &[id(1), id(2)]).await.unwrap();
    assert_eq!(record.iter().map(|record| record.campaign()).collect::<Vec<_>>(), [Some(id(9)), None]);
    let mut again = settling(site, 1, 3, Status::Approved, 4);
    again.event.id = Uuid::from_u128(8);
    store.change(again).await.unwrap();
    assert_eq!(count(&*store, site, campaign).await, 0);
}

pub async fn a_page_of_the_queue_goes_on_where_the_last_one_ended(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    record(&*store, (1..=25).map(|number| waiting(site, number, "p", "Léa", &[]))).await;
    for filter in [Filter::All, Filter::Page("p".into()), of_author("Léa")] {
        for order in [Order::OldestFirst, Order::MostDoubtfulFirst] {
            let look = Look { filter: filter.clone(), order };
            assert_eq!(everything(&*store, site, &look, 4).await, (1..=25).collect::<Vec<_>>());
        }
        let latest = Look { filter, order: Order::LatestFirst };
        assert_eq!(everything(&*store, site, &latest, 4).await, (1..=25).rev().collect::<Vec<_>>());
    }
}

pub async fn what_cannot_be_read_as_a_reason_is_none(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let odd = "'; DROP TABLE queue; -- \"é\" \\";
    record(&*store, [waiting(site, 1, odd, odd, &[odd])]).await;
    for facet in [Facet::Page, Facet::Reason] {
        assert_eq!(numbers(&*store, site, &by(Filter::of(facet, odd.to_owned()))).await, [1]);
        assert_eq!(numbers(&*store, site, &by(Filter::of(facet, String::new()))).await, [0; 0]);
    }
}

pub async fn authors_are_told_apart_by_e_mail_and_else_by_name(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let writing = |number, name: &str, email: &str| {
        let mut entry = waiting(site, number, "p", name, &["r"]);
        entry.author.email = (!email.is_empty()).then(|| identifier(email));
        entry
    };
    let entries = [
        writing(1, "Marie", "marie@a"),
        writing(2, "Marie", "marie@b"),
        writing(3, "M. D.", "marie@a"),
        writing(4, "Marie", ""),
        writing(5, "Marie", ""),
        waiting(site, 6, "p", "", &["r"]),
    ];
    record(&*store, entries).await;
    let expected = [("marie@a", &[1, 3][..]), ("marie@b", &[2]), ("Marie", &[4, 5])];
    for (author, numbers_of) in expected {
        assert_eq!(numbers(&*store, site, &by(of_author(author))).await, numbers_of, "{author}");
        assert_eq!(count(&*store, site, of_author(author)).await, numbers_of.len() as u64, "{author}");
    }
    let authors = store.tallies(site, Facet::Author, 10).await.unwrap();
    assert_eq!(authors.iter().map(|tally| tally.number).collect::<Vec<_>>(), [2, 2, 1]);
    // The digest outlives the text, as it does with the author; it goes with the author.
    place.execute("DELETE FROM texts").await;
    assert_eq!(numbers(&*store, site, &by(of_author("marie@a"))).await, [1, 3]);
    assert!(store.held_texts(site, &OLDEST, None, 10).await.unwrap().is_empty());
    place.execute("DELETE FROM authors").await;
    assert_eq!(numbers(&*store, site, &by(of_author("marie@a"))).await, [0; 0]);
    assert!(store.tallies(site, Facet::Author, 10).await.unwrap().is_empty());
    assert_eq!(count(&*store, site, Filter::All).await, 6);
}

pub async fn a_comment_that_is_erased_leaves_queue_and_counts(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    record(&*store, [waiting(site, 1, "p", "Léa", &["r"])]).await;
    place.execute("DELETE FROM comments").await;
    assert_eq!(numbers(&*store, site, &OLDEST).await, [0; 0]);
    assert_eq!(count(&*store, site, Filter::All).await, 0);
    for facet in [Facet::Page, Facet::Reason, Facet::Author] {
        assert!(store.tallies(site, facet, 10).await.unwrap().is_empty());
    }
}

pub async fn counts_stay_true_under_many_writers(place: &impl Backend) {
    let (one, two) = (place.open().await, place.open().await);
    let site = with_site(&*one, 1).await;
    let work = async |number: u32| {
        let store = if number.is_multiple_of(2) { &one } else { &two };
        let page = format!("p{}", number % 3);
        store.record(waiting(site, number, &page, "Léa", &["r"])).await.unwrap();
        if number.is_multiple_of(5) {
            store.change(settling(site, number, 1, Status::Approved, 1)).await.unwrap();
        }
        if number.is_multiple_of(7) {
            store.tidy_queue(100).await.unwrap();
        }
    };
    join_all((1..=200).map(work)).await;
    one.tidy_queue(100).await.unwrap();
    let (total, author) = (Filter::All, of_author("Léa"));
    assert_eq!((count(&*two, site, total).await, count(&*two, site, author).await), (160, 160));
    let tallies = two.tallies(site, Facet::Page, 10).await.unwrap();
    assert_eq!(tallies.iter().map(|tally| tally.number).sum::<u64>(), 160);
    for Tally { value, number } in tallies {
        let found = two.held(site, &by(Filter::Page(value)), None, 200).await.unwrap();
        assert_eq!(found.len() as u64, number);
    }
}

pub async fn tallies_come_most_first(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let reasons: [&[&str]; 4] = [&["a", "b"], &["b"], &["b", "c"], &["c"]];
    record(&*store, (1..).zip(reasons).map(|(number, reasons)| waiting(site, number, "p", "", reasons))).await;
    store.tidy_queue(2).await.unwrap();
    let tally = |value: &str, number| Tally { value: value.to_owned(), number };
    let tallies = store.tallies(site, Facet::Reason, 10).await.unwrap();
    assert_eq!(tallies, [tally("b", 3), tally("c", 2), tally("a", 1)]);
    assert_eq!(store.tallies(site, Facet::Reason, 1).await.unwrap(), [tally("b", 3)]);
    assert_eq!(store.tallies(site, Facet::Page, 9).await.unwrap(), [tally("p", 4)]);
}

pub async fn long_addresses_are_told_apart(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let address = |end: &str| format!("https://journal.example/{}{end}", "é".repeat(4_000));
    record(&*store, [waiting(site, 1, &address("1"), "", &[]), waiting(site, 2, &address("2"), "", &[])]).await;
    assert_eq!(numbers(&*store, site, &by(Filter::Page(address("2")))).await, [2]);
    assert_eq!(count(&*store, site, Filter::Page(address("1"))).await, 1);
    for tally in store.tallies(site, Facet::Page, 10).await.unwrap() {
        assert_eq!(numbers(&*store, site, &by(Filter::Page(tally.value))).await.len(), 1);
    }
}

pub async fn texts_of_the_latest_revision_can_be_searched(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let first = waiting(site, 1, "p", "Léa", &[]);
    record(&*store, [first.clone(), Entry { status: Status::Held, ..edit(&first, 2, 1, "corrigé") }]).await;
    record(&*store, [waiting(site, 2, "q", "Léa", &[])]).await;
    let texts = store.held_texts(site, &OLDEST, None, 10).await.unwrap();
    assert_eq!(texts[0], (Rank { distance: 7_000, id: id(1) }, content("corrigé")));
    assert_eq!(texts[1].1.author_name.as_deref(), Some("Léa"));
    let after = store.held_texts(site, &OLDEST, Some(texts[0].0), 10).await.unwrap();
    assert_eq!(after, texts[1..]);
    assert_eq!(store.held_texts(site, &by(Filter::Page("p".into())), None, 10).await.unwrap(), texts[..1]);
}

pub async fn the_neighbours_of_a_comment_are_those_of_its_page(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let page = |number: u32| if number == 4 { "q" } else { "p" };
    record(&*store, (1..=9).map(|number| waiting(site, number, page(number), "Léa", &[]))).await;
    store.change(settling(site, 6, 1, Status::Approved, 1)).await.unwrap();
    let around = store.around(site, "p", id(5), 2).await.unwrap();
    assert_eq!(around.iter().map(|record| record.id).collect::<Vec<_>>(), [id(2), id(3), id(6), id(7)]);
    assert_eq!(around[2].status, Status::Approved);
}

pub async fn what_one_press_did_is_found_by_its_instant(place: &impl Backend) {
    let store = place.open().await;
    let (own, other) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    record(&*store, (1..=4).map(|number| entry(own, number)).chain([entry(other, 5)])).await;
    for (number, second) in [(1, 10), (2, 10), (3, 11)] {
        store.change(settling(own, number, 1, Status::Approved, second)).await.unwrap();
    }
    store.change(settling(other, 5, 1, Status::Approved, 10)).await.unwrap();
    let mut by_host = settling(own, 4, 1, Status::Approved, 10);
    by_host.event.by = "host".to_owned();
    store.change(by_host).await.unwrap();
    let done = store.done_by(own, "léa", None, 10).await.unwrap();
    assert_eq!(done.iter().map(|done| (done.at, done.number)).collect::<Vec<_>>(), [(at(11), 1), (at(10), 2)]);
    assert_eq!(done[0].comment, id(3));
    assert_eq!(store.done_by(own, "léa", Some(at(11)), 1).await.unwrap(), done[1..]);
    let press = store.done_at(own, "léa", at(10)).await.unwrap();
    let event = |number: u128| Uuid::from_u128(number << 40);
    assert_eq!(press, [(id(1), event(1)), (id(2), event(2))]);
}
