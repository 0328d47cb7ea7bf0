//! Sites, comments and changes to store.

use jiff::Timestamp;
use tamis::domain::activation::{Activation, ModelVersion, Responsible, Scope, Shadow};
use tamis::domain::comment::{BodyFormat, CommentId, Content, Kind, Language, Page};
use tamis::domain::decision::{DecidedBy, Decision, HeadReading, Heads, Thresholds, Verdict};
use tamis::domain::history::Identity;
use tamis::domain::review::{Act, Event, Label, Reason, Record, Status};
use tamis::domain::score::Score;
use tamis::domain::secrets::{ContentDigest, DigestKey};
use tamis::domain::signal::{Evidence, Explanation, Field, Message, Signal, Source, Span, Token};
use tamis::domain::site::{Locale, Site, SiteId};
use tamis::ports::store::{Change, Claim, Entry, Store};
use uuid::Uuid;

/// `second` seconds into the tests' day, and some microseconds.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_microsecond(1_795_000_000_000_000 + second * 1_000_000 + 123_456).unwrap()
}

/// Ids in the order of their numbers.
pub fn id(number: u32) -> CommentId {
    CommentId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + u128::from(number)))
}

pub fn site(number: u8) -> Site {
    Site {
        id: SiteId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + u128::from(number))),
        name: format!("journal-{number}"),
        url: "https://journal.example/".to_owned(),
        locale: if number.is_multiple_of(2) { Locale::En } else { Locale::Fr },
        key_digest: [number; 32],
        sealed_akismet_key: vec![number, 0, 255, number],
        created_at: at(i64::from(number)),
    }
}

/// Adds site `number` and gives its id.
pub async fn with_site(store: &dyn Store, number: u8) -> SiteId {
    store.add_site(&site(number)).await.unwrap();
    site(number).id
}

pub fn content(body: &str) -> Content {
    Content { body: body.to_owned(), ..Content::default() }
}

pub fn digest(content: &Content) -> ContentDigest {
    ContentDigest::of(content, &DigestKey::new([7; 32]))
}

pub fn decision(verdict: Verdict) -> Decision {
    Decision {
        verdict,
        score: Score::ZERO,
        decided_by: DecidedBy::Score,
        thresholds: Thresholds::default(),
        heads: Heads::default(),
        signals: Vec::new(),
        model: "2026-11-24-3f9c1a".to_owned(),
        ruleset: "8d01c0ffee8d01c0".to_owned(),
        language: None,
        degraded: false,
        checked_at: at(0),
    }
}

/// A decision in which every kind of field says something.
pub fn long_decision() -> Decision {
    let span = Span { field: Field::AuthorName, start: 3, end: 9 };
    let evidence = vec![
        Evidence { token: Token::Words(vec![span]), score: Score::from_thousandths(1_801) },
        Evidence { token: Token::Structure("links=2".to_owned()), score: Score::from_thousandths(-7) },
    ];
    let head = Signal::new("classifier.spam", Source::Classifier, Score::from_nats(0.9), message("très probable"))
        .explained(Explanation { evidence, rest: Score::from_thousandths(-1_194), cap: Some(Score::from_nats(0.3)) });
    let rule = Signal::new("links.too_many", Source::Rule, Score::from_nats(1.5), message("« trop » de liens"))
        .at(vec![span])
        .demanding(Verdict::Reject);
    let missing = Signal::did_not_run("limits.shared", Source::Limit, message("Redis n’a pas répondu"));
    Decision {
        score: Score::from_nats(2.4),
        decided_by: DecidedBy::Floor("links.too_many".to_owned()),
        heads: Heads {
            spam: HeadReading { probability: Some(0.712_345_678_901_234_5), known_tokens: 34 },
            abuse: HeadReading { probability: None, known_tokens: 2 },
        },
        signals: vec![head, rule, missing],
        language: Some(Language::FR),
        degraded: true,
        ..decision(Verdict::Reject)
    }
}

fn message(fr: &str) -> Message {
    Message::new(fr, "in \"English\" \\ too")
}

/// A new comment with nothing but a body.
pub fn entry(site: SiteId, number: u32) -> Entry {
    let content = content(&format!("Commentaire {number}"));
    Entry {
        id: id(number),
        site,
        external_id: None,
        kind: Kind::Comment,
        page: Page::default(),
        parent_id: None,
        revision: 1,
        version: 0,
        digest: digest(&content),
        content,
        author: Identity::default(),
        decision: decision(Verdict::Hold),
        status: Status::Held,
        at: at(i64::from(number)),
        claim: None,
        shadow: None,
    }
}

pub fn named(site: SiteId, number: u32, external_id: &str) -> Entry {
    Entry { external_id: Some(external_id.to_owned()), ..entry(site, number) }
}

/// A new comment with everything a comment can have.
pub fn long_entry(site: SiteId, number: u32) -> Entry {
    let content = Content {
        body: "<p>L’été 🌞, « ça » coûte 5 € — e\u{301}\u{fffd}\n\t'\"; DROP TABLE comments; --</p>".to_owned(),
        format: BodyFormat::Html,
        author_name: Some("Zoë \u{202e}née d’Août".to_owned()),
        author_url: Some("https://exemple.fr/?q=é&x=%00".to_owned()),
    };
    Entry {
        external_id: Some("wp-1234 é".to_owned()),
        kind: Kind::ForumPost,
        page: Page {
            url: Some("https://journal.example/été#c".to_owned()),
            title: Some("Le « titre »".to_owned()),
            language: Language::parse("fr-CA"),
            published_at: Some(at(-86_400)),
        },
        parent_id: Some("wp-1200".to_owned()),
        digest: digest(&content),
        content,
        decision: long_decision(),
        status: Status::Rejected,
        ..entry(site, number)
    }
}

/// The next revision of what `entry` recorded, made for `version`.
pub fn edit(entry: &Entry, revision: u32, version: u32, body: &str) -> Entry {
    let content = content(body);
    Entry {
        revision,
        version,
        digest: digest(&content),
        content,
        decision: decision(Verdict::Approve),
        status: Status::Approved,
        at: at(1_000 + i64::from(revision)),
        ..entry.clone()
    }
}

/// A moderator rejects comment `number` at `version`.
pub fn rejection(site: SiteId, number: u32, version: u32) -> Change {
    let act = Act::Resolved {
        revision: 1,
        status: Status::Rejected,
        before: Status::Held,
        label: Some(Label::Abuse),
        reason: Some(Reason::Typed("propos « déplacés »".to_owned())),
        campaign: None,
    };
    let event = Event {
        id: Uuid::from_u128(u128::from(number) << 32 | u128::from(version)),
        at: at(2_000 + i64::from(version)),
        by: "host".to_owned(),
        act,
    };
    Change {
        site,
        id: id(number),
        version,
        event,
        status: Status::Rejected,
        settled: Some(Status::Rejected),
        claim: None,
    }
}

pub fn claim(key: u8, second: i64) -> Claim {
    Claim { key: [key; 32], request: [key.wrapping_add(100); 32], at: at(second) }
}

pub async fn comment(store: &dyn Store, site: SiteId, number: u32) -> Record {
    store.comment(site, id(number)).await.unwrap().unwrap()
}

pub fn version(name: &str) -> ModelVersion {
    ModelVersion::parse(name).unwrap()
}

/// Somebody promotes a model after `current`.
pub fn promotion(scope: Scope, current: Option<&Activation>, name: &str) -> Activation {
    let overrides = vec!["« trop » sévère".to_owned(), "\"quoted\"".to_owned()];
    let who = Responsible { by: "léa".to_owned(), at: at(3_000), overrides };
    Activation::promotion(scope, current, version(name), who)
}

/// A held comment that a candidate would have given another verdict and score.
pub fn shadowed(site: SiteId, number: u32, verdict: Verdict, thousandths: i32) -> Entry {
    let shadow = Shadow { model: "candidate".to_owned(), verdict, score: Score::from_thousandths(thousandths) };
    Entry { shadow: Some(shadow), ..entry(site, number) }
}
