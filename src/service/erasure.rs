//! Erasing comments, with a receipt that says what went and what cannot be taken back.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::domain::activation::ModelVersion;
use crate::domain::comment::CommentId;
use crate::domain::review::{Label, Record};
use crate::domain::site::SiteId;
use crate::ports::privacy::{Attached, Looked, Privacy};
use crate::ports::store::Store;

use super::models::Models;
use super::{Service, ServiceError};

/// What was erased. It holds nothing that the erased comments said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    pub erased_at: Timestamp,
    pub comments: Vec<Erased>,
    /// Whether the store's own files are free of it by now; else a later walk of retention sees to it. Null where only
    /// the database knows, as PostgreSQL.
    pub wiped: Option<bool>,
    /// The models trained on or after the day the oldest of the comments came in: where it was among their examples,
    /// they keep what they counted of it, as sums. Null where the registry did not answer.
    pub models: Option<Vec<ModelVersion>>,
}

/// One comment that is gone, with its decisions and all that hung on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erased {
    pub id: CommentId,
    pub external_id: Option<String>,
    pub revisions: usize,
    /// Fewer than revisions where the time of some was over.
    pub texts: usize,
    pub events: usize,
    /// The label that made it an example.
    pub label: Option<Label>,
    #[serde(flatten)]
    pub attached: Attached,
}

/// How often to look again when others write to the same comments.
const TRIES: usize = 8;

impl Service {
    /// Erases one comment.
    ///
    /// # Errors
    /// There is no such comment on this site, others keep changing it, or the store is away.
    pub async fn erase(&self, site: SiteId, id: CommentId) -> Result<Receipt, ServiceError> {
        let receipt =
            erase(self.store.as_ref(), self.privacy.as_ref(), &self.models, site, &[id], self.clock.now()).await?;
        if receipt.comments.is_empty() { Err(ServiceError::NotFound) } else { Ok(receipt) }
    }
}

/// Erases comments of a site; those that are not there are not on the receipt.
///
/// # Errors
/// Others keep changing them, or the store is away: some may be erased already, and the same call erases the rest.
pub async fn erase(
    store: &dyn Store,
    privacy: &dyn Privacy,
    models: &Models,
    site: SiteId,
    ids: &[CommentId],
    now: Timestamp,
) -> Result<Receipt, ServiceError> {
    let (mut comments, mut oldest) = (Vec::with_capacity(ids.len()), now);
    for id in ids {
        if let Some((record, attached)) = erase_one(store, privacy, site, *id).await? {
            oldest = oldest.min(record.created_at);
            comments.push(Erased::of(&record, attached));
        }
    }
    let wiped = if comments.is_empty() { None } else { wipe(privacy).await };
    let models = match comments.is_empty() {
        true => Some(Vec::new()),
        false => models.trained_since(day(oldest)).await.ok(),
    };
    Ok(Receipt { erased_at: now, comments, wiped, models })
}

/// The comment as it was when it went.
async fn erase_one(
    store: &dyn Store,
    privacy: &dyn Privacy,
    site: SiteId,
    id: CommentId,
) -> Result<Option<(Record, Attached)>, ServiceError> {
    for _ in 0..TRIES {
        let Some(record) = store.comment(site, id).await? else { return Ok(None) };
        let attached = privacy.attached(site, id).await?;
        if privacy.erase(site, &[Looked { id, version: record.version }]).await? > 0 {
            return Ok(Some((record, attached)));
        }
    }
    Err(ServiceError::Contended)
}

async fn wipe(privacy: &dyn Privacy) -> Option<bool> {
    match privacy.wipe().await {
        Ok(true) => Some(true),
        Ok(false) => None,
        Err(error) => {
            tracing::warn!(%error, "what was erased is still in the store's log; the next walk of retention empties it");
            Some(false)
        }
    }
}

pub(super) fn day(at: Timestamp) -> Date {
    jiff::tz::Offset::UTC.to_datetime(at).date()
}

impl Erased {
    fn of(record: &Record, attached: Attached) -> Self {
        Self {
            id: record.id,
            external_id: record.external_id.clone(),
            revisions: record.revisions.len(),
            texts: record.revisions.iter().filter(|revision| revision.content.is_some()).count(),
            events: record.events.len(),
            label: record.label(),
            attached,
        }
    }
}
