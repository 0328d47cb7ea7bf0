//! The promises of the port, one a function.

use std::sync::Arc;

use futures_util::future::join_all;
use tamis::domain::activation::{Activation, InUse, Responsible, Scope};
use tamis::domain::comment::Page;
use tamis::domain::decision::Verdict;
use tamis::domain::review::{Act, Record, Status};
use tamis::domain::score::Score;
use tamis::ports::store::{
    ACTIVATIONS_KEPT, Claim, Database, Entry, FirstAnswer, Known, Position, Selection, Shadowed, StoreError,
};

use super::Backend;
use super::samples::*;

pub use super::ending::*;

pub async fn a_site_reads_back_as_it_was_added(place: &impl Backend) {
    let store = place.open().await;
    store.add_site(&site(1)).await.unwrap();
    store.add_site(&site(2)).await.unwrap();
    assert_eq!(store.sites().await.unwrap(), [site(1), site(2)]);
}

pub async fn a_second_site_of_a_name_is_a_conflict(place: &impl Backend) {
    let store = place.open().await;
    store.add_site(&site(1)).await.unwrap();
    let mut twin = site(2);
    twin.name = site(1).name;
    assert!(is_conflict(store.add_site(&twin).await));
    assert_eq!(store.sites().await.unwrap(), [site(1)]);
}

pub async fn sites_come_oldest_first(place: &impl Backend) {
    let store = place.open().await;
    for number in [3, 1, 2] {
        store.add_site(&site(number)).await.unwrap();
    }
    assert_eq!(store.sites().await.unwrap(), [site(1), site(2), site(3)]);
}

pub async fn new_keys_take_the_place_of_a_sites_old_ones(place: &impl Backend) {
    let store = place.open().await;
    with_site(&*store, 1).await;
    with_site(&*store, 2).await;
    assert!(store.set_site_keys(site(1).id, [9; 32], b"sealed").await.unwrap());
    assert!(!store.set_site_keys(site(3).id, [9; 32], b"sealed").await.unwrap());
    let mut expected = site(1);
    (expected.key_digest, expected.sealed_akismet_key) = ([9; 32], b"sealed".to_vec());
    assert_eq!(store.sites().await.unwrap(), [expected, site(2)]);
}

pub async fn a_recorded_comment_reads_back_whole(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let entry = long_entry(site, 1);
    store.record(entry.clone()).await.unwrap();
    assert_eq!(comment(&*store, site, 1).await, first_record(&entry));
}

pub async fn what_was_not_given_reads_back_as_not_given(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let entry = Entry { content: content(""), ..entry(site, 1) };
    store.record(entry.clone()).await.unwrap();
    assert_eq!(comment(&*store, site, 1).await, first_record(&entry));
}

pub async fn a_probability_reads_back_to_the_last_bit(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    // Among a thousand numbers a hasty reader of decimals gets some wrong by one bit.
    let probability = |number: u32| (f64::from(number) * 0.618_033_988_749_894_9).fract();
    let record = |number| {
        let mut entry = entry(site, number);
        entry.decision.heads.spam.probability = Some(probability(number));
        store.record(entry)
    };
    assert!(join_all((1..=1_000).map(record)).await.iter().all(Result::is_ok));
    for record in store.list(site, &Selection::default(), None, 500).await.unwrap() {
        let number = u32::try_from(record.id.0.as_u128() & 0xffff).unwrap();
        assert_eq!(record.latest().unwrap().decision.heads.spam.probability, Some(probability(number)));
    }
}

pub async fn instants_keep_their_microseconds(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let extremes = [jiff::Timestamp::MIN, jiff::Timestamp::UNIX_EPOCH, "9999-12-30T22:00:00.999999Z".parse().unwrap()];
    for (number, published_at) in (1..).zip(extremes) {
        let page = Page { published_at: Some(published_at), ..Page::default() };
        store.record(Entry { page, ..entry(site, number) }).await.unwrap();
        let record = comment(&*store, site, number).await;
        assert_eq!((record.page.published_at, record.created_at), (Some(published_at), at(i64::from(number))));
    }
}

pub async fn a_comment_is_found_by_its_own_site_only(place: &impl Backend) {
    let store = place.open().await;
    let (own, other) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    store.record(named(own, 1, "a")).await.unwrap();
    assert!(store.comment(own, id(1)).await.unwrap().is_some());
    assert!(store.comment(own, id(2)).await.unwrap().is_none());
    assert!(store.comment(other, id(1)).await.unwrap().is_none());
    assert!(store.known(other, "a").await.unwrap().is_none());
    assert!(store.list(other, &Selection::default(), None, 10).await.unwrap().is_empty());
}

pub async fn an_external_id_tells_what_is_known_under_it(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let first = named(site, 1, "a");
    let second = edit(&first, 2, 1, "corrigé");
    store.record(first.clone()).await.unwrap();
    store.record(second.clone()).await.unwrap();
    store.record(named(site, 2, "b")).await.unwrap();
    let expected = Known { id: id(1), digests: vec![first.digest, second.digest] };
    assert_eq!(store.known(site, "a").await.unwrap(), Some(expected));
    assert_eq!(store.known(site, "A").await.unwrap(), None);
}

pub async fn many_who_look_up_at_once_each_get_their_own_answer(place: &impl Backend) {
    let store = place.open().await;
    let sites = [with_site(&*store, 1).await, with_site(&*store, 2).await];
    let name = |number: u32| format!("7{}'\"\\ é🌞", number / 2);
    for number in 1..=40 {
        store.record(named(sites[number as usize % 2], number, &name(number))).await.unwrap();
    }
    let ask = async |number: u32| store.known(sites[number as usize % 2], &name(number)).await.unwrap();
    let answers = join_all((1..=60).map(ask)).await;
    for (number, answer) in (1..).zip(answers) {
        assert_eq!(answer.map(|known| known.id), (number <= 40).then(|| id(number)), "{number}");
    }
}

pub async fn an_external_id_is_taken_once_a_site(place: &impl Backend) {
    let store = place.open().await;
    let (one, two) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    store.record(named(one, 1, "a")).await.unwrap();
    assert!(is_conflict(store.record(named(one, 2, "a")).await));
    assert!(store.comment(one, id(2)).await.unwrap().is_none());
    store.record(named(two, 3, "a")).await.unwrap();
    store.record(entry(one, 4)).await.unwrap();
    store.record(entry(one, 5)).await.unwrap();
}

pub async fn an_id_is_taken_once(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    store.record(named(site, 1, "a")).await.unwrap();
    assert!(is_conflict(store.record(named(site, 1, "b")).await));
    assert_eq!(store.known(site, "b").await.unwrap(), None);
}

pub async fn an_edit_is_the_next_revision_and_the_next_version(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let first = long_entry(site, 1);
    let second = edit(&first, 2, 1, "corrigé");
    store.record(first.clone()).await.unwrap();
    store.record(second.clone()).await.unwrap();
    let mut expected = first_record(&first);
    expected.revisions.extend(first_record(&second).revisions);
    (expected.version, expected.status) = (2, Status::Approved);
    assert_eq!(comment(&*store, site, 1).await, expected);
}

pub async fn an_edit_made_for_another_version_is_a_conflict(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let first = named(site, 1, "a");
    store.record(first.clone()).await.unwrap();
    store.change(rejection(site, 1, 1)).await.unwrap();
    let before = comment(&*store, site, 1).await;
    assert!(is_conflict(store.record(edit(&first, 2, 1, "trop tard")).await));
    assert!(is_conflict(store.record(edit(&first, 2, 3, "trop tôt")).await));
    assert_eq!(comment(&*store, site, 1).await, before);
    store.record(edit(&first, 2, 2, "à temps")).await.unwrap();
}

pub async fn a_revision_is_taken_once_and_none_is_left_out(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let first = entry(site, 1);
    store.record(first.clone()).await.unwrap();
    store.record(edit(&first, 2, 1, "deux")).await.unwrap();
    let before = comment(&*store, site, 1).await;
    assert!(is_conflict(store.record(edit(&first, 2, 2, "deux encore")).await));
    assert!(is_conflict(store.record(edit(&first, 4, 2, "quatre")).await));
    assert_eq!(comment(&*store, site, 1).await, before);
}

pub async fn an_edit_of_what_was_never_recorded_is_a_conflict(place: &impl Backend) {
    let store = place.open().await;
    let (one, two) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    assert!(is_conflict(store.record(edit(&entry(one, 1), 2, 1, "rien")).await));
    store.record(entry(one, 2)).await.unwrap();
    let before = comment(&*store, one, 2).await;
    assert!(is_conflict(store.record(edit(&entry(two, 2), 2, 1, "d’un autre")).await));
    assert_eq!(comment(&*store, one, 2).await, before);
}

pub async fn a_key_that_is_claimed_twice_records_nothing(place: &impl Backend) {
    let store = place.open().await;
    let (one, two) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    let claiming = |site, number| Entry { claim: Some(claim(5, 1)), ..named(site, number, &number.to_string()) };
    store.record(claiming(one, 1)).await.unwrap();
    assert!(is_conflict(store.record(claiming(one, 2)).await));
    assert!(store.comment(one, id(2)).await.unwrap().is_none());
    assert!(store.known(one, "2").await.unwrap().is_none());
    let edit = Entry { claim: Some(claim(5, 2)), ..edit(&named(one, 1, "1"), 2, 1, "corrigé") };
    assert!(is_conflict(store.record(edit).await));
    assert_eq!(comment(&*store, one, 1).await.version, 1);
    store.record(claiming(two, 3)).await.unwrap();
}

pub async fn the_first_answer_to_a_key_comes_back(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let first = entry(site, 1);
    store.record(Entry { claim: Some(claim(1, 1)), ..first.clone() }).await.unwrap();
    store.record(Entry { claim: Some(claim(2, 2)), ..edit(&first, 2, 1, "corrigé") }).await.unwrap();
    let mut change = rejection(site, 1, 2);
    change.claim = Some(claim(3, 3));
    store.change(change).await.unwrap();
    let answers = [(1, 1, Status::Held, 1), (2, 2, Status::Approved, 2), (3, 2, Status::Rejected, 3)];
    for (key, revision, status, version) in answers {
        let Claim { key, request, .. } = claim(key, 0);
        let expected = FirstAnswer { request, id: id(1), revision, status, version };
        assert_eq!(store.first_answer(site, &key).await.unwrap(), Some(expected));
    }
    assert_eq!(store.first_answer(site, &[4; 32]).await.unwrap(), None);
    assert_eq!(store.first_answer(super::samples::site(2).id, &[1; 32]).await.unwrap(), None);
}

pub async fn old_answers_are_forgotten_a_few_at_a_time(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    for key in 1..=5 {
        store.record(Entry { claim: Some(claim(key, key.into())), ..entry(site, key.into()) }).await.unwrap();
    }
    assert_eq!(store.forget_answers(at(5), 3).await.unwrap(), 3);
    assert!(store.first_answer(site, &[3; 32]).await.unwrap().is_none());
    assert!(store.first_answer(site, &[4; 32]).await.unwrap().is_some());
    assert_eq!(store.forget_answers(at(5), 3).await.unwrap(), 1);
    assert_eq!(store.forget_answers(at(5), 3).await.unwrap(), 0);
    assert!(store.first_answer(site, &[5; 32]).await.unwrap().is_some());
    store.record(Entry { claim: Some(claim(1, 9)), ..entry(site, 9) }).await.unwrap();
}

pub async fn a_change_appends_its_event_and_sets_the_status(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let entry = named(site, 1, "a");
    store.record(entry.clone()).await.unwrap();
    let rejected = rejection(site, 1, 1);
    store.change(rejected.clone()).await.unwrap();
    let mut undone = rejection(site, 1, 2);
    undone.status = Status::Held;
    undone.event.act = Act::Undone { event: rejected.event.id, status: Status::Held };
    store.change(undone.clone()).await.unwrap();
    let mut expected = first_record(&entry);
    (expected.version, expected.events) = (3, vec![rejected.event, undone.event]);
    assert_eq!(comment(&*store, site, 1).await, expected);
}

pub async fn a_change_made_for_another_version_is_a_conflict(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    store.record(entry(site, 1)).await.unwrap();
    store.change(rejection(site, 1, 1)).await.unwrap();
    let before = comment(&*store, site, 1).await;
    for version in [0, 1, 3] {
        assert!(is_conflict(store.change(rejection(site, 1, version)).await));
    }
    assert!(is_conflict(store.change(rejection(site, 2, 1)).await));
    assert_eq!(comment(&*store, site, 1).await, before);
}

pub async fn a_change_from_another_site_is_a_conflict(place: &impl Backend) {
    let store = place.open().await;
    let (own, other) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    store.record(entry(own, 1)).await.unwrap();
    let before = comment(&*store, own, 1).await;
    assert!(is_conflict(store.change(rejection(other, 1, 1)).await));
    assert_eq!(comment(&*store, own, 1).await, before);
}

pub async fn a_change_whose_key_is_taken_changes_nothing(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    store.record(Entry { claim: Some(claim(1, 1)), ..entry(site, 1) }).await.unwrap();
    let before = comment(&*store, site, 1).await;
    let mut change = rejection(site, 1, 1);
    change.claim = Some(claim(1, 2));
    assert!(is_conflict(store.change(change).await));
    assert_eq!(comment(&*store, site, 1).await, before);
}

pub async fn a_list_gives_every_comment_once_in_the_order_of_ids(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    for number in [5, 3, 7, 1, 6, 2, 4] {
        store.record(entry(site, number)).await.unwrap();
    }
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = store.list(site, &Selection::default(), after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(Position(last.id));
        pages.push(page.iter().map(|record| record.id).collect::<Vec<_>>());
    }
    assert_eq!(pages, [vec![id(1), id(2), id(3)], vec![id(4), id(5), id(6)], vec![id(7)]]);
    assert!(store.list(site, &Selection::default(), None, 0).await.unwrap().is_empty());
}

pub async fn a_list_fits_every_part_of_its_selection(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let page = |url: &str| Page { url: Some(url.to_owned()), ..Page::default() };
    for number in 1..=8 {
        let status = if number % 2 == 0 { Status::Approved } else { Status::Held };
        let page = if number <= 4 { page("https://a.example/") } else { page("https://b.example/") };
        store.record(Entry { status, page, ..named(site, number, &format!("wp-{number}")) }).await.unwrap();
    }
    let held = Selection { status: Some(Status::Held), ..Selection::default() };
    let on_page = Selection { page_url: Some("https://a.example/".to_owned()), ..Selection::default() };
    let one = Selection { external_id: Some("wp-6".to_owned()), ..Selection::default() };
    let both = Selection { page_url: on_page.page_url.clone(), ..held.clone() };
    let neither = Selection { external_id: one.external_id.clone(), ..held.clone() };
    let listed = async |selection: &Selection, after: Option<u32>| {
        let records = store.list(site, selection, after.map(|number| Position(id(number))), 10).await.unwrap();
        records.iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(&held, None).await, [id(1), id(3), id(5), id(7)]);
    assert_eq!(listed(&held, Some(3)).await, [id(5), id(7)]);
    assert_eq!(listed(&on_page, Some(1)).await, [id(2), id(3), id(4)]);
    assert_eq!(listed(&one, None).await, [id(6)]);
    assert_eq!(listed(&one, Some(6)).await, []);
    assert_eq!(listed(&both, None).await, [id(1), id(3)]);
    assert_eq!(listed(&neither, None).await, []);
}

pub async fn a_list_carries_revisions_and_events(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    for number in 1..=3 {
        let first = long_entry(site, number);
        let first = Entry { external_id: None, ..first };
        store.record(first.clone()).await.unwrap();
        store.record(edit(&first, 2, 1, "corrigé")).await.unwrap();
        store.change(rejection(site, number, 2)).await.unwrap();
    }
    let listed = store.list(site, &Selection::default(), None, 10).await.unwrap();
    let one_by_one = join_all((1..=3).map(|number| comment(&*store, site, number))).await;
    assert_eq!(listed, one_by_one);
    assert!(listed.iter().all(|record| (record.revisions.len(), record.events.len()) == (2, 1)));
}

pub async fn fifty_calls_with_one_external_id_record_one_comment(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let results = join_all((1..=50).map(|number| spawn(&store, named(site, number, "a")))).await;
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(lost.into_iter().all(is_conflict));
    let all = store.list(site, &Selection::default(), None, 100).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(store.known(site, "a").await.unwrap().unwrap().id, all[0].id);
}

pub async fn fifty_changes_of_one_version_make_one(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    store.record(entry(site, 1)).await.unwrap();
    let results = join_all((0..50).map(|_| store.change(rejection(site, 1, 1)))).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.into_iter().filter(Result::is_err).all(is_conflict));
    let record = comment(&*store, site, 1).await;
    assert_eq!((record.version, record.events.len()), (2, 1));
}

pub async fn conflicts_in_a_crowd_spoil_nobody_elses_write(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    store.record(named(site, 1_000, "taken")).await.unwrap();
    let spoiled = |number: u32| number.is_multiple_of(10);
    let entry = |number| named(site, number, &if spoiled(number) { "taken".to_owned() } else { number.to_string() });
    let results = join_all((1..=400).map(|number| spawn(&store, entry(number)))).await;
    for (number, result) in (1..).zip(results) {
        assert_eq!(is_conflict(result), spoiled(number), "{number}");
        assert_eq!(store.comment(site, id(number)).await.unwrap().is_none(), spoiled(number), "{number}");
    }
}

pub async fn a_caller_that_goes_away_breaks_nothing(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let callers: Vec<_> =
        (1..=200).map(|number| tokio::spawn(record(Arc::clone(&store), entry(site, number)))).collect();
    callers.iter().step_by(2).for_each(tokio::task::JoinHandle::abort);
    for (number, caller) in (1..).zip(callers) {
        let Ok(recorded) = caller.await else { continue };
        recorded.unwrap();
        assert_eq!(comment(&*store, site, number).await.version, 1);
    }
    store.record(entry(site, 1_000)).await.unwrap();
    // Whoever went away left a whole comment or none.
    let all = store.list(site, &Selection::default(), None, 500).await.unwrap();
    assert!(all.iter().all(|record| record.latest().unwrap().content.is_some()));
}

pub async fn what_was_recorded_is_there_after_opening_again(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let first = long_entry(site, 1);
    store.record(Entry { claim: Some(claim(1, 1)), ..first.clone() }).await.unwrap();
    store.record(edit(&first, 2, 1, "corrigé")).await.unwrap();
    store.change(rejection(site, 1, 2)).await.unwrap();
    store.sealed_key("digest", b"sealed").await.unwrap();
    let before = comment(&*store, site, 1).await;
    drop(store);

    let store = place.open().await;
    assert_eq!(comment(&*store, site, 1).await, before);
    assert_eq!(store.sites().await.unwrap(), [super::samples::site(1)]);
    assert!(store.first_answer(site, &[1; 32]).await.unwrap().is_some());
    assert_eq!(store.sealed_key("digest", b"another").await.unwrap(), b"sealed");
}

pub async fn two_handles_see_what_the_other_wrote(place: &impl Backend) {
    let (server, command) = (place.open().await, place.open().await);
    let site = with_site(&*command, 1).await;
    assert_eq!(server.sites().await.unwrap().len(), 1);
    server.record(named(site, 1, "a")).await.unwrap();
    assert!(is_conflict(command.record(named(site, 2, "a")).await));
    command.change(rejection(site, 1, 1)).await.unwrap();
    assert_eq!(comment(&*server, site, 1).await.status, Status::Rejected);
    assert!(command.set_site_keys(site, [9; 32], b"new").await.unwrap());
    assert_eq!(server.sites().await.unwrap()[0].key_digest, [9; 32]);
}

pub async fn two_handles_can_write_at_once(place: &impl Backend) {
    let (one, two) = (place.open().await, place.open().await);
    let site = with_site(&*one, 1).await;
    let write = |number: u32| spawn(if number.is_multiple_of(2) { &one } else { &two }, entry(site, number));
    assert!(join_all((1..=200).map(write)).await.iter().all(Result::is_ok));
    assert_eq!(one.list(site, &Selection::default(), None, 500).await.unwrap().len(), 200);
}

pub async fn the_first_sealed_key_of_a_name_stays(place: &impl Backend) {
    let (one, two) = (place.open().await, place.open().await);
    let keys: Vec<Vec<u8>> = (0..20).map(|number| vec![number; 40]).collect();
    let store = |number: usize| if number.is_multiple_of(2) { &one } else { &two };
    let asked = keys.iter().enumerate().map(|(number, key)| store(number).sealed_key("digest", key));
    let answers: Vec<_> = join_all(asked).await.into_iter().map(Result::unwrap).collect();
    assert!(keys.contains(&answers[0]));
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(one.sealed_key("webhook", b"w").await.unwrap(), b"w");
}

pub async fn the_latest_activation_of_each_scope_is_in_use(place: &impl Backend) {
    let (server, command) = (place.open().await, place.open().await);
    let site = Scope::Site(with_site(&*command, 1).await);
    assert_eq!(server.in_use().await.unwrap(), InUse::default());
    let one = promotion(Scope::Default, None, "one");
    let two = promotion(Scope::Default, Some(&one), "two");
    let own = promotion(site, None, "own");
    for activation in [&one, &two, &own] {
        command.activate(activation).await.unwrap();
    }
    assert_eq!(server.in_use().await.unwrap().active, [two.clone(), own.clone()]);
    let back = two.rollback(Some(&one), someone());
    let further = back.rollback(None, someone());
    command.activate(&back).await.unwrap();
    command.activate(&further).await.unwrap();
    assert_eq!(server.in_use().await.unwrap().active, [further.clone(), own.clone()]);
    assert_eq!(server.activations(Scope::Default).await.unwrap(), [further, back, two, one]);
    assert_eq!(server.activations(site).await.unwrap(), [own]);
}

fn someone() -> Responsible {
    Responsible { by: "host".to_owned(), at: at(4_000), overrides: Vec::new() }
}

pub async fn an_activation_made_for_another_serial_is_a_conflict(place: &impl Backend) {
    let store = place.open().await;
    let one = promotion(Scope::Default, None, "one");
    let two = promotion(Scope::Default, Some(&one), "two");
    assert!(is_conflict(store.activate(&two).await));
    store.activate(&one).await.unwrap();
    assert!(is_conflict(store.activate(&promotion(Scope::Default, None, "late")).await));
    let three = promotion(Scope::Default, Some(&two), "three");
    assert!(is_conflict(store.activate(&three).await));
    assert_eq!(store.activations(Scope::Default).await.unwrap(), [one]);
}

pub async fn of_fifty_promotions_at_once_one_holds(place: &impl Backend) {
    let (one, two) = (place.open().await, place.open().await);
    let all: Vec<_> = (0..50).map(|number| promotion(Scope::Default, None, &format!("m-{number}"))).collect();
    let store = |number: usize| if number.is_multiple_of(2) { &one } else { &two };
    let results = join_all(all.iter().enumerate().map(|(number, promotion)| store(number).activate(promotion))).await;
    let won: Vec<_> = results.iter().zip(&all).filter(|(result, _)| result.is_ok()).map(|(_, won)| won).collect();
    assert_eq!(won.len(), 1);
    assert_eq!(one.activations(Scope::Default).await.unwrap(), [won[0].clone()]);
    assert!(results.into_iter().filter(Result::is_err).all(is_conflict));
}

pub async fn only_the_last_activations_are_kept(place: &impl Backend) {
    let store = place.open().await;
    let mut last: Option<Activation> = None;
    for number in 0..ACTIVATIONS_KEPT + 5 {
        let next = promotion(Scope::Default, last.as_ref(), &format!("m-{number}"));
        store.activate(&next).await.unwrap();
        last = Some(next);
    }
    let kept = store.activations(Scope::Default).await.unwrap();
    let serials: Vec<_> = kept.iter().map(|activation| activation.serial).collect();
    assert_eq!(serials, (6..=ACTIVATIONS_KEPT + 5).rev().collect::<Vec<_>>());
}

pub async fn a_scope_has_one_shadow_or_none(place: &impl Backend) {
    let store = place.open().await;
    let site = Scope::Site(with_site(&*store, 1).await);
    store.set_shadow(Scope::Default, Some(&version("one"))).await.unwrap();
    store.set_shadow(Scope::Default, Some(&version("two"))).await.unwrap();
    store.set_shadow(site, Some(&version("own"))).await.unwrap();
    let expected = [(Scope::Default, version("two")), (site, version("own"))];
    assert_eq!(store.in_use().await.unwrap().shadows, expected);
    store.set_shadow(Scope::Default, None).await.unwrap();
    store.set_shadow(Scope::Default, None).await.unwrap();
    assert_eq!(store.in_use().await.unwrap().shadows, expected[1..]);
}

pub async fn what_a_shadow_would_have_decided_is_kept_beside_the_decision(place: &impl Backend) {
    let store = place.open().await;
    let (site, other) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    let verdicts = [
        (1, Verdict::Hold, 100),
        (2, Verdict::Reject, 6_000),
        (3, Verdict::Approve, -1_000),
        (4, Verdict::Reject, 9_000),
    ];
    for (number, verdict, score) in verdicts {
        store.record(shadowed(site, number, verdict, score)).await.unwrap();
    }
    store.record(shadowed(other, 5, Verdict::Reject, 9_000)).await.unwrap();
    let approved = Entry { decision: decision(Verdict::Approve), ..shadowed(site, 6, Verdict::Reject, 5_000) };
    store.record(approved).await.unwrap();
    store.record(entry(site, 7)).await.unwrap();

    let found = store.shadowed(site, &version("candidate"), 3).await.unwrap();
    let differing: Vec<_> = found.differing.iter().map(|differing| differing.id).collect();
    assert_eq!(differing, [id(6), id(4), id(2)], "two steps first, then the scores");
    assert_eq!(found.differing[1].candidate, (Verdict::Reject, Score::from_thousandths(9_000)));
    assert_eq!(found.differing[1].given, (Verdict::Hold, Score::ZERO));
    let mut counts = found.counts;
    counts.sort();
    let expected = [
        (Verdict::Approve, Verdict::Reject, 1),
        (Verdict::Hold, Verdict::Approve, 1),
        (Verdict::Hold, Verdict::Hold, 1),
        (Verdict::Hold, Verdict::Reject, 2),
    ];
    assert_eq!(counts, expected);
    assert_eq!(store.shadowed(site, &version("another"), 3).await.unwrap(), Shadowed::default());
}

pub async fn an_edit_has_its_own_shadow(place: &impl Backend) {
    let store = place.open().await;
    let site = with_site(&*store, 1).await;
    let first = shadowed(site, 1, Verdict::Reject, 6_000);
    store.record(first.clone()).await.unwrap();
    store.record(edit(&first, 2, 1, "corrigé")).await.unwrap();
    let found = store.shadowed(site, &version("candidate"), 9).await.unwrap();
    let revisions: Vec<_> = found.differing.iter().map(|differing| differing.revision).collect();
    assert_eq!(revisions, [2, 1], "the edit was approved, which is two steps from a rejection");
}

pub async fn a_store_that_works_says_so(place: &impl Backend) {
    let store = place.open().await;
    assert!(store.check().await.is_ok());
    let site = with_site(&*store, 1).await;
    store.record(entry(site, 1)).await.unwrap();
    assert!(store.check().await.is_ok());
}

fn is_conflict<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict))
}

async fn record(store: Arc<dyn Database>, entry: Entry) -> Result<(), StoreError> {
    store.record(entry).await
}

/// Records on a task of its own.
async fn spawn(store: &Arc<dyn Database>, entry: Entry) -> Result<(), StoreError> {
    tokio::spawn(record(Arc::clone(store), entry)).await.unwrap()
}

/// What `entry`, a new comment, must read back as.
pub(super) fn first_record(entry: &Entry) -> Record {
    let entry = entry.clone();
    Record {
        id: entry.id,
        site: entry.site,
        external_id: entry.external_id,
        kind: entry.kind,
        page: entry.page,
        parent_id: entry.parent_id,
        status: entry.status,
        version: 1,
        created_at: entry.at,
        revisions: vec![tamis::domain::review::Revision {
            number: entry.revision,
            content: Some(entry.content),
            decision: entry.decision,
        }],
        events: Vec::new(),
    }
}
