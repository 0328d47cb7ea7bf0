//! What every store promises about moderators, invitations, sessions and the audit log.

use jiff::Timestamp;
use tamis::domain::ledger::Exclusion;
use tamis::domain::moderator::{
    AuditAct, AuditLine, Bulletin, Email, Feed, Grant, Invitation, Moderator, ModeratorId, Name, Progress, Role,
    Session, Wish,
};
use tamis::domain::review::{Act, Event, Label, Status};
use tamis::domain::site::{Locale, SiteId};
use tamis::ports::accounts::AuditSelection;
use tamis::ports::store::{Database, StoreError};
use uuid::Uuid;

use super::Backend;
use super::samples::{entry, id, rejection, with_site};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + second).unwrap()
}

fn moderator(number: u128) -> Moderator {
    Moderator {
        id: ModeratorId(Uuid::from_u128(number)),
        email: Email::parse(&format!("m{number}@example.org")).unwrap(),
        name: Name::parse(&format!("Léa {number}")).unwrap(),
        locale: None,
        grants: Vec::new(),
        created_at: at(0),
        disabled_at: None,
    }
}

fn line(number: u128, act: AuditAct) -> AuditLine {
    AuditLine { id: Uuid::from_u128(number), at: at(number as i64), by: "Léa".to_owned(), site: None, act }
}

fn invitation(number: u128, digest: u8) -> Invitation {
    Invitation { digest: [digest; 32], moderator: moderator(number).id, expires_at: at(1_000) }
}

fn session(number: u128, digest: u8) -> Session {
    Session { digest: [digest; 32], moderator: moderator(number).id, opened_at: at(1), seen_at: at(1) }
}

async fn with_moderator(store: &dyn Database, number: u128) -> Moderator {
    let moderator = moderator(number);
    let act = AuditAct::ModeratorAdded { moderator: moderator.name.to_string() };
    store.add_moderator(&moderator, &line(number, act)).await.unwrap();
    moderator
}

async fn audit(store: &dyn Database) -> Vec<AuditLine> {
    store.audit(&AuditSelection::default(), 100).await.unwrap()
}

pub async fn a_moderator_reads_back_with_the_roles_given(place: &impl Backend) {
    let store = place.open().await;
    let mut lea = with_moderator(&*store, 1).await;
    with_moderator(&*store, 2).await;
    let site = Some(SiteId(Uuid::from_u128(7)));
    let set = async |number, site, role| {
        let act = AuditAct::RoleSet { moderator: "Léa 1".to_owned(), role };
        store.set_role(lea.id, Grant { site, role }, &line(number, act)).await.unwrap()
    };
    assert!(set(11, None, Role::Viewer).await);
    assert!(set(12, site, Role::Lead).await);
    assert!(set(13, None, Role::Operator).await, "in place of the one before");
    assert!(store.set_locale(lea.id, Locale::En).await.unwrap());
    lea.grants = vec![Grant { site: None, role: Role::Operator }, Grant { site, role: Role::Lead }];
    lea.locale = Some(Locale::En);
    assert_eq!(store.moderators().await.unwrap(), [lea.clone(), moderator(2)]);
    let known = store.credentials(&lea.email).await.unwrap().unwrap();
    assert_eq!((known.moderator, known.password), (lea, None));
    let nobody = Grant { site: None, role: Role::Lead };
    assert!(!store.set_role(moderator(3).id, nobody, &line(14, AuditAct::SignedOut)).await.unwrap());
    assert_eq!(audit(&*store).await.len(), 5, "what was not done leaves no line");
}

pub async fn an_email_and_a_name_are_taken_once(place: &impl Backend) {
    let store = place.open().await;
    let first = with_moderator(&*store, 1).await;
    for twin in [
        Moderator { email: first.email.clone(), ..moderator(2) },
        Moderator { name: first.name.clone(), ..moderator(2) },
    ] {
        let added = store.add_moderator(&twin, &line(9, AuditAct::SignedOut)).await;
        assert!(matches!(added, Err(StoreError::Conflict)));
    }
    assert_eq!(store.moderators().await.unwrap(), [first]);
    assert_eq!(audit(&*store).await.len(), 1);
}

pub async fn an_invitation_is_used_once_and_ends_open_sessions(place: &impl Backend) {
    let store = place.open().await;
    let lea = with_moderator(&*store, 1).await;
    let invite = |number, digest| {
        let (store, line) = (store.clone(), line(number, AuditAct::Invited { moderator: "Léa 1".to_owned() }));
        async move { store.invite(&invitation(1, digest), &line).await.unwrap() }
    };
    assert!(invite(2, 1).await && invite(3, 2).await);
    assert_eq!(store.invitation(&[1; 32]).await.unwrap(), None, "replaced");
    assert_eq!(store.invitation(&[2; 32]).await.unwrap(), Some((invitation(1, 2), lea.clone())));
    assert!(store.open_session(&session(1, 9), &line(4, AuditAct::SignedIn)).await.unwrap());
    let accept = async |number, digest| {
        let accepted = line(number, AuditAct::InvitationAccepted);
        store.accept(&invitation(1, digest), "$argon2id$…", &accepted).await.unwrap()
    };
    assert!(!accept(5, 1).await, "replaced");
    assert!(store.session(&[9; 32]).await.unwrap().is_some());
    assert!(accept(6, 2).await);
    assert!(!accept(7, 2).await, "used");
    assert_eq!(store.session(&[9; 32]).await.unwrap(), None);
    let known = store.credentials(&lea.email).await.unwrap().unwrap();
    assert_eq!(known.password.as_deref(), Some("$argon2id$…"));
    assert_eq!(audit(&*store).await.len(), 5);
}

pub async fn a_session_is_found_seen_and_ended(place: &impl Backend) {
    let store = place.open().await;
    let lea = with_moderator(&*store, 1).await;
    assert!(store.open_session(&session(1, 1), &line(2, AuditAct::SignedIn)).await.unwrap());
    assert!(!store.open_session(&session(5, 5), &line(3, AuditAct::SignedIn)).await.unwrap(), "nobody's");
    store.see_session(&[1; 32], at(60)).await.unwrap();
    store.see_session(&[1; 32], at(30)).await.unwrap();
    let seen = Session { seen_at: at(60), ..session(1, 1) };
    assert_eq!(store.session(&[1; 32]).await.unwrap(), Some((seen, lea)));
    assert!(store.end_session(&[1; 32], &line(4, AuditAct::SignedOut)).await.unwrap());
    assert!(!store.end_session(&[1; 32], &line(5, AuditAct::SignedOut)).await.unwrap());
    assert_eq!(store.session(&[1; 32]).await.unwrap(), None);
    assert_eq!(audit(&*store).await.len(), 3);
}

pub async fn who_is_disabled_has_no_session_and_opens_none(place: &impl Backend) {
    let store = place.open().await;
    let lea = with_moderator(&*store, 1).await;
    store.open_session(&session(1, 1), &line(2, AuditAct::SignedIn)).await.unwrap();
    store.invite(&invitation(1, 1), &line(3, AuditAct::Invited { moderator: "Léa 1".to_owned() })).await.unwrap();
    let disabled = AuditAct::ModeratorDisabled { moderator: "Léa 1".to_owned() };
    assert!(store.disable(lea.id, at(5), &line(5, disabled.clone())).await.unwrap());
    assert!(!store.disable(lea.id, at(6), &line(6, disabled)).await.unwrap());
    assert_eq!(store.session(&[1; 32]).await.unwrap(), None);
    assert_eq!(store.invitation(&[1; 32]).await.unwrap(), None);
    assert!(!store.open_session(&session(1, 2), &line(7, AuditAct::SignedIn)).await.unwrap());
    assert_eq!(store.moderators().await.unwrap()[0].disabled_at, Some(at(5)));
    store.invite(&invitation(1, 3), &line(8, AuditAct::Invited { moderator: "Léa 1".to_owned() })).await.unwrap();
    assert!(store.accept(&invitation(1, 3), "$", &line(9, AuditAct::InvitationAccepted)).await.unwrap());
    assert_eq!(store.moderators().await.unwrap()[0].disabled_at, None, "let in again");
}

pub async fn a_feed_is_one_a_moderator_and_ends_with_their_access(place: &impl Backend) {
    let store = place.open().await;
    let lea = with_moderator(&*store, 1).await;
    let feed = |digest, number: i64| Feed { digest: [digest; 32], moderator: lea.id, made_at: at(number) };
    let make = async |feed: Feed, number| store.make_feed(&feed, &line(number, AuditAct::FeedMade)).await.unwrap();
    assert!(make(feed(1, 2), 2).await && make(feed(2, 3), 3).await);
    assert!(!make(Feed { moderator: moderator(5).id, ..feed(5, 4) }, 4).await, "nobody's");
    assert_eq!(store.feed(&[1; 32]).await.unwrap(), None, "replaced");
    assert_eq!(store.feed(&[2; 32]).await.unwrap(), Some((feed(2, 3), lea.clone())));
    assert_eq!(store.feed_of(lea.id).await.unwrap(), Some(feed(2, 3)));
    assert!(store.revoke_feed(lea.id, &line(5, AuditAct::FeedRevoked)).await.unwrap());
    assert!(!store.revoke_feed(lea.id, &line(6, AuditAct::FeedRevoked)).await.unwrap());
    assert_eq!(store.feed_of(lea.id).await.unwrap(), None);

    assert!(make(feed(3, 7), 7).await);
    store.invite(&invitation(1, 1), &line(8, AuditAct::Invited { moderator: "Léa 1".to_owned() })).await.unwrap();
    store.accept(&invitation(1, 1), "$", &line(9, AuditAct::InvitationAccepted)).await.unwrap();
    assert_eq!(store.feed(&[3; 32]).await.unwrap(), None, "with a new password");
    assert!(make(feed(4, 10), 10).await);
    let disabled = AuditAct::ModeratorDisabled { moderator: "Léa 1".to_owned() };
    store.disable(lea.id, at(11), &line(11, disabled)).await.unwrap();
    assert_eq!(store.feed(&[4; 32]).await.unwrap(), None);
    assert!(!make(feed(4, 12), 12).await, "a feed for who is kept out");
    let lines: Vec<_> = audit(&*store).await.into_iter().map(|line| line.id.as_u128()).collect();
    assert_eq!(lines, [11, 10, 9, 8, 7, 5, 3, 2, 1], "what was not done leaves no line");
}

pub async fn a_bulletin_is_taken_up_once_and_ends_with_its_owners_access(place: &impl Backend) {
    let store = place.open().await;
    let lea = with_moderator(&*store, 1).await;
    let due = Progress { due_at: at(10), tries: 2, sent_at: Some(at(3)), failed_at: None };
    let bulletin = |wish, progress| Bulletin { moderator: lea.id, sealed_address: vec![1, 2], wish, progress };
    let set = async |bulletin: &Bulletin, number| {
        store.set_bulletin(bulletin, &line(number, AuditAct::BulletinsSet)).await.unwrap()
    };
    let first = bulletin(Wish::new(8, 1).unwrap(), due);
    assert!(set(&first, 2).await);
    assert_eq!(store.bulletin_of(lea.id).await.unwrap(), Some(first));
    let second = bulletin(Wish::new(23, 1_000).unwrap(), due);
    assert!(set(&second, 3).await, "in place of the first");
    assert!(!set(&Bulletin { moderator: moderator(5).id, ..second.clone() }, 4).await, "nobody's");
    assert_eq!(store.due_bulletins(at(9), 10).await.unwrap(), []);
    assert_eq!(store.due_bulletins(at(10), 10).await.unwrap(), [(second.clone(), lea.clone())]);

    let next = Progress { due_at: at(90), tries: 0, sent_at: Some(at(11)), failed_at: Some(at(12)) };
    let replicas = futures_util::future::join_all((0..8).map(|_| store.move_bulletin(&second, next))).await;
    assert_eq!(replicas.into_iter().filter(|moved| *moved.as_ref().unwrap()).count(), 1);
    assert_eq!(store.bulletin_of(lea.id).await.unwrap().unwrap().progress, next);
    assert!(store.stop_bulletin(lea.id, &line(5, AuditAct::BulletinsStopped)).await.unwrap());
    assert!(!store.stop_bulletin(lea.id, &line(6, AuditAct::BulletinsStopped)).await.unwrap());
    assert!(!store.move_bulletin(&Bulletin { progress: next, ..second.clone() }, due).await.unwrap());

    assert!(set(&second, 7).await);
    let disabled = AuditAct::ModeratorDisabled { moderator: "Léa 1".to_owned() };
    store.disable(lea.id, at(8), &line(8, disabled)).await.unwrap();
    assert_eq!(store.bulletin_of(lea.id).await.unwrap(), None);
    assert!(!set(&second, 9).await, "for who is kept out");
    let lines: Vec<_> = audit(&*store).await.into_iter().map(|line| line.id.as_u128()).collect();
    assert_eq!(lines, [8, 7, 5, 3, 2, 1], "what was not done leaves no line");
}

pub async fn the_audit_log_comes_latest_first_by_site_and_is_forgotten(place: &impl Backend) {
    let store = place.open().await;
    let here = Some(SiteId(Uuid::from_u128(7)));
    let there = Some(SiteId(Uuid::from_u128(8)));
    for (number, site) in [(1, None), (2, here), (3, there), (4, here)] {
        store.note(&AuditLine { site, ..line(number, AuditAct::SiteKeysReplaced) }).await.unwrap();
    }
    let ids = async |site, before: Option<u128>| {
        let selection = AuditSelection {
            site,
            before: before.map(|number| (at(number as i64), Uuid::from_u128(number))),
            ..AuditSelection::default()
        };
        let lines = store.audit(&selection, 2).await.unwrap();
        lines.iter().map(|line| line.id.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(ids(None, None).await, [4, 3]);
    assert_eq!(ids(None, Some(3)).await, [2, 1]);
    assert_eq!(ids(here, None).await, [4, 2]);
    assert_eq!(ids(here, Some(2)).await, [1]);
    let narrowed = async |selection: AuditSelection| {
        let lines = store.audit(&selection, 10).await.unwrap();
        lines.iter().map(|line| line.id.as_u128()).collect::<Vec<_>>()
    };
    store.note(&AuditLine { by: "Zoé".to_owned(), ..line(5, AuditAct::SignedIn) }).await.unwrap();
    let all = AuditSelection::default;
    assert_eq!(narrowed(AuditSelection { by: Some("Zoé".to_owned()), ..all() }).await, [5]);
    assert_eq!(narrowed(AuditSelection { act: Some("signed_in"), ..all() }).await, [5]);
    assert_eq!(narrowed(AuditSelection { since: Some(at(2)), until: Some(at(4)), ..all() }).await, [3, 2]);
    assert_eq!(
        narrowed(AuditSelection { by: Some("Zoé".to_owned()), site: here, until: Some(at(5)), ..all() }).await,
        []
    );
    with_moderator(&*store, 9).await;
    store.open_session(&session(9, 1), &line(10, AuditAct::SignedIn)).await.unwrap();
    assert_eq!(store.forget_accounts(at(1), at(3), 1).await.unwrap(), 1);
    assert_eq!(store.forget_accounts(at(2), at(3), 10).await.unwrap(), 2);
    assert_eq!(store.session(&[1; 32]).await.unwrap(), None);
    assert_eq!(audit(&*store).await.len(), 5, "lines 10, 9, 5, 4 and 3 are left");
}

pub async fn what_was_done_on_comments_stands_in_the_log_of_their_site_alone(place: &impl Backend) {
    let store = place.open().await;
    let (here, there) = (with_site(&*store, 1).await, with_site(&*store, 2).await);
    for (number, site) in [(1, here), (2, there), (3, here)] {
        store.record(entry(site, number)).await.unwrap();
    }
    let done = async |site, number, second, act: Act, by: &str| {
        let mut change = rejection(site, number, 1);
        change.event = Event { id: Uuid::from_u128(second), at: at(second as i64), by: by.to_owned(), act };
        store.change(change).await.unwrap();
    };
    let resolved =
        |status| Act::Resolved { revision: 1, status, before: Status::Held, label: None, reason: None, campaign: None };
    done(here, 1, 10, resolved(Status::Approved), "Léa").await;
    done(there, 2, 20, resolved(Status::Rejected), "Paul").await;
    done(here, 3, 30, Act::Labelled { revision: 1, label: Label::Spam, reason: None }, "Zoé").await;
    store.note(&AuditLine { by: "Paul".to_owned(), ..line(15, AuditAct::SignedIn) }).await.unwrap();
    store.note(&line(25, AuditAct::Invited { moderator: "Zoé".to_owned() })).await.unwrap();
    store.note(&AuditLine { site: Some(here), ..line(5, AuditAct::SiteKeysReplaced) }).await.unwrap();

    let found = async |selection: AuditSelection| {
        let lines = store.audit(&selection, 10).await.unwrap();
        lines.iter().map(|line| (line.id.as_u128(), line.act.as_str())).collect::<Vec<_>>()
    };
    let of = |site| AuditSelection { site: Some(site), ..AuditSelection::default() };
    let (approved, labelled) = ((10, "comment_approved"), (30, "comment_labelled"));
    let [keys, paul, zoe] = [(5, "site_keys_replaced"), (15, "signed_in"), (25, "invited")];
    assert_eq!(found(of(here)).await, [labelled, zoe, paul, approved, keys]);
    assert_eq!(found(of(there)).await, [zoe, (20, "comment_rejected"), paul]);
    let people = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let with = |people| AuditSelection { people, ..of(here) };
    assert_eq!(found(with(people(&["Paul"]))).await, [labelled, paul, approved, keys]);
    assert_eq!(found(with(people(&["Zoé"]))).await, [labelled, zoe, approved, keys], "about her");
    assert_eq!(found(with(people(&[]))).await, [labelled, approved, keys]);
    for name in ["comment_approved", "comment_labelled", "invited"] {
        let found = found(AuditSelection { act: Some(name), ..of(here) }).await;
        assert!(found.len() == 1 && found[0].1 == name, "{name}: {found:?}");
    }
    assert_eq!(found(AuditSelection { by: Some("Zoé".to_owned()), ..of(here) }).await, [labelled]);
    assert_eq!(
        found(AuditSelection { since: Some(at(10)), until: Some(at(30)), ..of(here) }).await,
        [zoe, paul, approved]
    );
    let page = AuditSelection { before: Some((at(25), Uuid::from_u128(25))), ..of(here) };
    assert_eq!(found(page).await, [paul, approved, keys]);
    let lines = store.audit(&of(here), 1).await.unwrap();
    assert!(matches!(lines[0].act, AuditAct::OnComment { comment, .. } if comment == id(3)), "{lines:?}");
    assert_eq!(lines[0].site, Some(here));
}

pub async fn undone_labels_are_known_by_site_and_count_again(place: &impl Backend) {
    let store = place.open().await;
    let [one, other] = [1, 2].map(super::samples::site);
    for site in [&one, &other] {
        store.add_site(site).await.unwrap();
    }
    let undo = async |number, site, by: &str, since| {
        let act = AuditAct::LabelsCountAgain { moderator: by.to_owned() };
        store.undo_labels(site, by, since, &line(number, act)).await.unwrap()
    };
    let exclusion = |by: &str, since| Exclusion { by: by.to_owned(), since };
    assert!(undo(1, one.id, "Paul", Some(at(5))).await && undo(2, one.id, "Anne", Some(at(7))).await);
    assert!(undo(3, one.id, "Paul", Some(at(6))).await, "a later day takes the place of the first");
    assert!(undo(4, other.id, "Paul", Some(at(8))).await);
    let again = place.open().await;
    assert_eq!(again.undone_labels(one.id).await.unwrap(), [exclusion("Anne", at(7)), exclusion("Paul", at(6))]);
    assert_eq!(again.undone_labels(other.id).await.unwrap(), [exclusion("Paul", at(8))]);
    assert!(undo(5, one.id, "Paul", None).await && !undo(6, one.id, "Paul", None).await);
    assert_eq!(again.undone_labels(one.id).await.unwrap(), [exclusion("Anne", at(7))]);
    let lines: Vec<_> = audit(&*store).await.into_iter().map(|line| line.id.as_u128()).collect();
    assert_eq!(lines, [5, 4, 3, 2, 1], "what changed nothing leaves no line");
}
