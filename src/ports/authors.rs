//! What is known of authors, by keyed identifiers.

use async_trait::async_trait;

use crate::domain::history::{Identity, Past, Period};
use crate::domain::site::SiteId;

use super::store::StoreError;

#[async_trait]
pub trait Authors: Send + Sync {
    /// The settled comments of a site that share the e-mail, address or network of an author: of each, the latest
    /// [`MOST_LOOKED_AT`](crate::domain::history::MOST_LOOKED_AT). In no order.
    async fn past(&self, site: SiteId, author: &Identity) -> Result<Vec<Past>, StoreError>;

    /// The sealed key of a period's addresses, unless it is not there or was destroyed.
    async fn address_key(&self, period: Period) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keeps a sealed key for a period; when there is one, that one stays.
    async fn keep_address_key(&self, period: Period, sealed: &[u8]) -> Result<(), StoreError>;

    /// Destroys the keys of periods before this one; how many there were. What they made links nothing any more.
    async fn destroy_address_keys(&self, before: Period) -> Result<u64, StoreError>;
}
