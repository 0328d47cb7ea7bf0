//! What there is to write: made by the caller, run by the writer.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::adapters::rows::to_json;
use crate::domain::activation::{Activation, ModelVersion, Scope};
use crate::domain::comment::CommentId;
use crate::domain::history::Period;
use crate::domain::site::{Site, SiteId};
use crate::ports::store::{Change, Claim, Entry, StoreError};

/// Written as a whole or not at all.
#[derive(Clone, Debug)]
pub(super) enum Write {
    /// A new comment, or the next revision of one.
    Record(Arc<Recording>),
    Change(Arc<Changing>),
    AddSite(Site),
    SetSiteKeys {
        site: SiteId,
        key_digest: [u8; 32],
        sealed_akismet_key: Vec<u8>,
    },
    ForgetAnswers {
        before: Timestamp,
        limit: u32,
    },
    /// Sums up the counts of at most so many kinds.
    TidyQueue {
        limit: u32,
    },
    SealKey {
        name: String,
        sealed: Vec<u8>,
    },
    KeepAddressKey {
        period: Period,
        sealed: Vec<u8>,
    },
    DestroyAddressKeys {
        before: Period,
    },
    /// With what it overrides, as JSON.
    Activate(Box<Activation>, String),
    /// `None` ends it.
    SetShadow(Scope, Option<ModelVersion>),
    /// Takes texts or names out, as the statement says.
    End(&'static str, Revisions),
    /// Erases comments that are still at these versions.
    Erase {
        site: SiteId,
        ids: Vec<Uuid>,
        versions: Vec<i64>,
    },
    /// A statement that stands alone, with its values.
    Run(Statement),
    /// Changes nothing, but only where changes are possible.
    Nothing,
}

/// Revisions of comments at a version, a column each.
#[derive(Clone, Debug, Default)]
pub(super) struct Revisions {
    pub(super) comments: Vec<Uuid>,
    pub(super) versions: Vec<i64>,
    pub(super) numbers: Vec<i64>,
}

/// One statement and what is bound to its parameters.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) sql: &'static str,
    pub(super) values: Vec<Value>,
}

/// What is bound to a parameter.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Id(Uuid),
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(Some(bytes.to_owned()))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Integer(Some(number.into()))
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Integer(Some(at.as_microsecond()))
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(at: Option<Timestamp>) -> Self {
        Self::Integer(at.map(Timestamp::as_microsecond))
    }
}

#[derive(Debug)]
pub(super) struct Recording {
    pub(super) entry: Entry,
    /// As JSON.
    pub(super) decision: String,
}

#[derive(Debug)]
pub(super) struct Changing {
    pub(super) change: Change,
    /// As JSON.
    pub(super) act: String,
}

/// An idempotency key to claim, and the answer that it is claimed for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claiming {
    pub(super) site: SiteId,
    pub(super) claim: Claim,
    pub(super) comment: CommentId,
    /// `None` for the one that the comment has.
    pub(super) revision: Option<u32>,
    pub(super) status: &'static str,
    pub(super) version: i64,
}

impl Write {
    /// # Errors
    /// The decision has no JSON form.
    pub(super) fn record(entry: Entry) -> Result<Self, StoreError> {
        let decision = to_json(&entry.decision)?;
        Ok(Self::Record(Arc::new(Recording { entry, decision })))
    }

    /// # Errors
    /// The act has no JSON form.
    pub(super) fn change(change: Change) -> Result<Self, StoreError> {
        let act = to_json(&change.event.act)?;
        Ok(Self::Change(Arc::new(Changing { change, act })))
    }

    /// # Errors
    /// What was overridden has no JSON form.
    pub(super) fn activate(activation: &Activation) -> Result<Self, StoreError> {
        Ok(Self::Activate(Box::new(activation.clone()), to_json(&activation.overrides)?))
    }

    /// The comment that it is about: of two writes in one batch only one can be the next.
    pub(super) fn comment(&self) -> Option<CommentId> {
        match self {
            Self::Record(recording) => Some(recording.entry.id),
            Self::Change(changing) => Some(changing.change.id),
            _ => None,
        }
    }

    pub(super) fn claiming(&self) -> Option<Claiming> {
        match self {
            Self::Record(recording) => {
                let entry = &recording.entry;
                Some(Claiming {
                    site: entry.site,
                    claim: entry.claim?,
                    comment: entry.id,
                    revision: Some(entry.revision),
                    status: entry.status.as_str(),
                    version: i64::from(entry.version) + 1,
                })
            }
            Self::Change(changing) => {
                let change = &changing.change;
                Some(Claiming {
                    site: change.site,
                    claim: change.claim?,
                    comment: change.id,
                    revision: None,
                    status: change.status.as_str(),
                    version: i64::from(change.version) + 1,
                })
            }
            _ => None,
        }
    }
}
