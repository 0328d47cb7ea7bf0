//! Who saw a text before: copies of comments, counted within a time.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::campaign::{Band, Copies};
use crate::domain::comment::CommentId;
use crate::domain::site::SiteId;

use super::limiter::LimiterError;
use super::store::StoreError;

#[async_trait]
pub trait Sightings: Send + Sync {
    /// Notes a comment, and tells its copies among those noted before. Noting one again changes nothing.
    ///
    /// # Errors
    /// Nobody answered in time.
    async fn see(&self, sighting: &Sighting) -> Result<Copies, LimiterError>;
}

/// A comment that came just now.
#[derive(Clone, Debug)]
pub struct Sighting {
    pub site: SiteId,
    pub id: CommentId,
    /// The bands by which copies on the same site are known.
    pub here: Vec<Band>,
    /// Those by which copies on all sites are known.
    pub everywhere: Vec<Band>,
    /// How long it counts.
    pub window: Duration,
}

#[async_trait]
pub trait Approved: Send + Sync {
    /// Those of a site's comments that are approved, in no order.
    async fn approved(&self, site: SiteId, ids: &[CommentId]) -> Result<Vec<CommentId>, StoreError>;

    /// What the campaign of the latest of these comments that is held as a copy is known by.
    async fn held_campaign(&self, ids: &[CommentId]) -> Result<Option<CommentId>, StoreError>;
}
