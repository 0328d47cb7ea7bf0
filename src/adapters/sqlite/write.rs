//! What there is to write, as statements: made by the caller, run by the writer, which knows no comment.
//!
//! Whatever makes a write lose to another one is a broken constraint, so that the writer has one way to notice.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;

use crate::adapters::rows::{format_name, locale_name, to_json};
use crate::domain::activation::Shadow;
use crate::domain::comment::CommentId;
use crate::domain::history::Identifier;
use crate::domain::review::Status;
use crate::domain::site::{Site, SiteId};
use crate::ports::store::{Change, Claim, Entry, StoreError};

/// Statements that are written together or not at all.
#[derive(Clone, Debug)]
pub(super) struct Write(pub(super) Vec<Step>);

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// One row of a table; rows of several writes can go in together.
    Insert(&'static Table, Vec<Value>),
    /// Any other statement.
    Run(&'static str, Vec<Value>),
}

/// A table to insert into, and what fills its columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: usize,
}

const SITES: Table = Table { name: "sites", columns: 7 };
const COMMENTS: Table = Table { name: "comments", columns: 13 };
const REVISIONS: Table = Table { name: "revisions", columns: 7 };
const TEXTS: Table = Table { name: "texts", columns: 6 };
const AUTHORS: Table = Table { name: "authors", columns: 9 };
const SHADOW_VERDICTS: Table = Table { name: "shadow_verdicts", columns: 5 };
const ANSWERS: Table = Table { name: "answers", columns: 8 };

/// The edit's own version must stand; `changes()` then lets the row after it in, or breaks its NOT NULL.
const EDIT_COMMENT: &str = "UPDATE comments SET version = version + 1, revisions = revisions + 1, status = ? \
     WHERE id = ? AND site = ? AND version = ? AND revisions = ?";
const INSERT_REVISION_IF_EDITED: &str = "INSERT INTO revisions VALUES (iif(changes() = 1, ?, NULL), ?, ?, ?, ?, ?, ?)";
const CHANGE_COMMENT: &str =
    "UPDATE comments SET version = version + 1, status = ? WHERE id = ? AND site = ? AND version = ?";
const INSERT_EVENT_IF_CHANGED: &str = "INSERT INTO events VALUES (iif(changes() = 1, ?, NULL), ?, ?, ?, ?, ?, ?)";
const SETTLE: &str = "UPDATE authors SET settled = ? WHERE comment = ?";
const CLAIM_FOR_CHANGE: &str = "INSERT INTO answers SELECT ?, ?, ?, id, revisions, status, version, ? \
     FROM comments WHERE id = ?";
const SET_SITE_KEYS: &str = "UPDATE sites SET key_digest = ?, sealed_akismet_key = ? WHERE id = ?";
const FORGET_ANSWERS: &str = "DELETE FROM answers WHERE (site, key) IN \
     (SELECT site, key FROM answers WHERE at < ? ORDER BY at LIMIT ?)";
const SEAL_KEY: &str = "INSERT INTO sealed_keys VALUES (?, ?) ON CONFLICT (name) DO NOTHING";

impl Write {
    pub(super) fn add_site(site: &Site) -> Self {
        Self(vec![Step::Insert(
            &SITES,
            vec![
                site.id.into(),
                site.name.as_str().into(),
                site.url.as_str().into(),
                locale_name(site.locale).into(),
                site.key_digest.as_slice().into(),
                site.sealed_akismet_key.as_slice().into(),
                site.created_at.into(),
            ],
        )])
    }

    pub(super) fn set_site_keys(site: SiteId, key_digest: &[u8; 32], sealed_akismet_key: &[u8]) -> Self {
        let values = vec![key_digest.as_slice().into(), sealed_akismet_key.into(), site.into()];
        Self(vec![Step::Run(SET_SITE_KEYS, values)])
    }

    /// # Errors
    /// The decision has no JSON form.
    pub(super) fn record(entry: &Entry) -> Result<Self, StoreError> {
        let revision = revision_row(entry)?;
        let mut steps = if entry.revision == 1 {
            let mut steps = vec![Step::Insert(&COMMENTS, comment_row(entry)), Step::Insert(&REVISIONS, revision)];
            if !entry.author.is_empty() {
                steps.push(Step::Insert(&AUTHORS, author_row(entry)));
            }
            steps
        } else {
            vec![Step::Run(EDIT_COMMENT, edit_values(entry)), Step::Run(INSERT_REVISION_IF_EDITED, revision)]
        };
        steps.push(Step::Insert(&TEXTS, text_row(entry)));
        steps.extend(entry.shadow.as_ref().map(|shadow| Step::Insert(&SHADOW_VERDICTS, shadow_row(entry, shadow))));
        if let Some(claim) = &entry.claim {
            steps.push(Step::Insert(&ANSWERS, answer_row(entry, claim)));
        }
        Ok(Self(steps))
    }

    /// # Errors
    /// The act has no JSON form.
    pub(super) fn change(change: &Change) -> Result<Self, StoreError> {
        let update = vec![change.status.as_str().into(), change.id.into(), change.site.into(), change.version.into()];
        let event = vec![
            change.id.into(),
            (i64::from(change.version) + 1).into(),
            change.event.id.as_bytes().as_slice().into(),
            change.event.at.into(),
            change.event.by.as_str().into(),
            to_json(&change.event.act)?.as_str().into(),
            change.site.into(),
        ];
        let settle = vec![change.settled.map(Status::as_str).into(), change.id.into()];
        let mut steps = vec![
            Step::Run(CHANGE_COMMENT, update),
            Step::Run(INSERT_EVENT_IF_CHANGED, event),
            Step::Run(SETTLE, settle),
        ];
        if let Some(claim) = &change.claim {
            let mut values = claim_values(change.site, claim);
            values.extend([claim.at.into(), change.id.into()]);
            steps.push(Step::Run(CLAIM_FOR_CHANGE, values));
        }
        Ok(Self(steps))
    }

    pub(super) fn forget_answers(before: Timestamp, limit: u32) -> Self {
        Self(vec![Step::Run(FORGET_ANSWERS, vec![before.into(), limit.into()])])
    }

    pub(super) fn seal_key(name: &str, sealed: &[u8]) -> Self {
        Self(vec![Step::Run(SEAL_KEY, vec![name.into(), sealed.into()])])
    }

    /// Takes the write lock, commits, and writes nothing.
    pub(super) fn nothing() -> Self {
        Self(Vec::new())
    }
}

fn comment_row(entry: &Entry) -> Vec<Value> {
    vec![
        entry.id.into(),
        entry.site.into(),
        entry.external_id.as_deref().into(),
        entry.kind.as_str().into(),
        entry.page.url.as_deref().into(),
        entry.page.title.as_deref().into(),
        entry.page.language.as_ref().map(|language| language.as_str()).into(),
        entry.page.published_at.map_or(Value::Null, Value::from),
        entry.parent_id.as_deref().into(),
        entry.status.as_str().into(),
        1_u32.into(),
        1_u32.into(),
        entry.at.into(),
    ]
}

fn author_row(entry: &Entry) -> Vec<Value> {
    let origin = entry.author.origins.first();
    vec![
        entry.id.into(),
        entry.site.into(),
        entry.author.email.into(),
        entry.author.name.into(),
        origin.map(|origin| origin.address).into(),
        origin.map(|origin| origin.network).into(),
        origin.map_or(Value::Null, |origin| origin.period.0.into()),
        Value::Null,
        entry.author.account.into(),
    ]
}

fn edit_values(entry: &Entry) -> Vec<Value> {
    vec![
        entry.status.as_str().into(),
        entry.id.into(),
        entry.site.into(),
        entry.version.into(),
        (i64::from(entry.revision) - 1).into(),
    ]
}

fn revision_row(entry: &Entry) -> Result<Vec<Value>, StoreError> {
    Ok(vec![
        entry.id.into(),
        entry.revision.into(),
        entry.digest.0.as_slice().into(),
        entry.decision.verdict.as_str().into(),
        i64::from(entry.decision.score.thousandths()).into(),
        to_json(&entry.decision)?.as_str().into(),
        entry.at.into(),
    ])
}

fn text_row(entry: &Entry) -> Vec<Value> {
    vec![
        entry.id.into(),
        entry.revision.into(),
        entry.content.body.as_str().into(),
        format_name(entry.content.format).into(),
        entry.content.author_name.as_deref().into(),
        entry.content.author_url.as_deref().into(),
    ]
}

fn shadow_row(entry: &Entry, shadow: &Shadow) -> Vec<Value> {
    vec![
        entry.id.into(),
        entry.revision.into(),
        shadow.model.as_str().into(),
        shadow.verdict.as_str().into(),
        i64::from(shadow.score.thousandths()).into(),
    ]
}

fn answer_row(entry: &Entry, claim: &Claim) -> Vec<Value> {
    let mut values = claim_values(entry.site, claim);
    values.extend([
        entry.id.into(),
        entry.revision.into(),
        entry.status.as_str().into(),
        (i64::from(entry.version) + 1).into(),
        claim.at.into(),
    ]);
    values
}

fn claim_values(site: SiteId, claim: &Claim) -> Vec<Value> {
    vec![site.into(), claim.key.as_slice().into(), claim.request.as_slice().into()]
}

/// What is bound to a parameter; cheap to clone, for a second attempt.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(Arc<str>),
    Blob(Arc<[u8]>),
}

impl Value {
    /// # Errors
    /// Those of sqlx's encoding, which these kinds do not have.
    pub(super) fn bind(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError> {
        match self {
            Self::Null => arguments.add(None::<i64>),
            Self::Integer(integer) => arguments.add(*integer),
            Self::Text(text) => arguments.add(Arc::clone(text)),
            Self::Blob(bytes) => arguments.add(Arc::clone(bytes)),
        }
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<u32> for Value {
    fn from(integer: u32) -> Self {
        Self::Integer(integer.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::from)
    }
}

impl From<Option<Identifier>> for Value {
    fn from(identifier: Option<Identifier>) -> Self {
        identifier.map_or(Self::Null, |Identifier(bytes)| bytes.as_slice().into())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.into())
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Integer(at.as_microsecond())
    }
}

impl From<CommentId> for Value {
    fn from(id: CommentId) -> Self {
        id.0.as_bytes().as_slice().into()
    }
}

impl From<SiteId> for Value {
    fn from(id: SiteId) -> Self {
        id.0.as_bytes().as_slice().into()
    }
}
