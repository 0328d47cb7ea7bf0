//! Copies of one text: found as they come, and those that got through brought back.

use crate::domain::campaign::{self, COPIES, MOST_NAMED, Sketch};
use crate::domain::comment::{Comment, CommentId, Role};
use crate::domain::decision::Verdict;
use crate::domain::review::{Record, Status};
use crate::domain::signal::Signal;
use crate::domain::site::Site;
use crate::domain::text::Text;
use crate::ports::campaigns::Sighting;

use super::review::Intent;
use super::{Service, ServiceError};

impl Service {
    /// What it says of a comment that others with nearly its text came before it. The site's own staff may repeat
    /// themselves.
    pub(super) async fn copies(&self, site: &Site, id: CommentId, comment: &Comment, text: &Text) -> Option<Signal> {
        let window = self.campaigns.window().filter(|_| comment.role() != Role::Staff)?;
        let sketch = Sketch::of(text)?;
        let here = sketch.bands(&self.keys.limits, site.id.0.as_bytes());
        let everywhere = sketch.bands(&self.keys.limits, b"all");
        let seen = self.sightings.see(&Sighting { site: site.id, id, here, everywhere, window }).await;
        let Ok(copies) = seen else { return Some(campaign::not_counted_signal()) };
        match self.campaigns.verdict(copies.number()) {
            Verdict::Approve => None,
            verdict => {
                let approved = self.approved(site, &copies.here).await;
                let name = self.campaign_name(id, &copies.here).await;
                Some(campaign::signal(&copies, verdict, name, approved))
            }
        }
    }

    /// Those that got through, the latest; none where the store does not tell.
    async fn approved(&self, site: &Site, copies: &[CommentId]) -> Vec<CommentId> {
        let mut approved = self.approvals.approved(site.id, copies).await.unwrap_or_default();
        approved.sort_unstable();
        approved.split_off(approved.len().saturating_sub(MOST_NAMED))
    }

    /// What the copies of before are called that still wait; else the first of them gives its name.
    async fn campaign_name(&self, id: CommentId, copies: &[CommentId]) -> CommentId {
        let held = self.approvals.held_campaign(copies).await.unwrap_or_default();
        held.or_else(|| copies.iter().min().copied()).unwrap_or(id)
    }

    /// Brings the approved copies that a comment's decisions name back into the queue; which they are. One that was
    /// settled otherwise since stays as it is.
    ///
    /// # Errors
    /// There is no such comment on this site, or the store is away.
    pub async fn requeue_copies(&self, site: &Site, id: CommentId, by: &str) -> Result<Vec<CommentId>, ServiceError> {
        let (mut requeued, copied) = (Vec::new(), self.comment(site, id).await?);
        for copy in named(&copied) {
            let record = match self.comment(site, copy).await {
                Err(ServiceError::NotFound) => continue,
                record => record?,
            };
            if record.status != Status::Approved {
                continue;
            }
            let intent = Intent::BringBack { campaign: copied.campaign() };
            match self.act(site, copy, by, intent, Some(record.version), None).await {
                Ok(_) => requeued.push(copy),
                Err(ServiceError::Changed { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(requeued)
    }
}

/// The copies that the decision on the latest revision names.
fn named(record: &Record) -> Vec<CommentId> {
    let signals = record.latest().map(|revision| revision.decision.signals.as_slice()).unwrap_or_default();
    signals.iter().filter(|signal| signal.id == COPIES).flat_map(|signal| signal.copies.iter().copied()).collect()
}
