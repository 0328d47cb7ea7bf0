//! What is known of authors, by keyed identifiers.

use async_trait::async_trait;

use crate::domain::comment::CommentId;
use crate::domain::history::{Identity, Past, Period};
use crate::domain::site::SiteId;
use crate::domain::standing::Given;

use super::store::StoreError;

#[async_trait]
pub trait Authors: Send + Sync {
    /// What a site remembers of an author: of each kind of identifier, the latest
    /// [`MOST_LOOKED_AT`](crate::domain::history::MOST_LOOKED_AT). In no order.
    async fn remembered(&self, site: SiteId, author: &Identity) -> Result<Remembered, StoreError>;

    /// Who wrote these comments of a site, as recorded: under one key of addresses, which may be gone. Those that nobody
    /// is known to have written are left out; at most [`MOST_ASKED`](super::queue::MOST_ASKED) are looked at.
    async fn authors(&self, site: SiteId, comments: &[CommentId]) -> Result<Vec<(CommentId, Identity)>, StoreError>;

    /// The sealed key of a period's addresses, unless it is not there or was destroyed.
    async fn address_key(&self, period: Period) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keeps a sealed key for a period; when there is one, that one stays.
    async fn keep_address_key(&self, period: Period, sealed: &[u8]) -> Result<(), StoreError>;

    /// Destroys the keys of periods before this one; how many there were. What they made links nothing any more.
    async fn destroy_address_keys(&self, before: Period) -> Result<u64, StoreError>;
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// Settled comments that share the e-mail, address or network.
    pub past: Vec<Past>,
    /// Standings on the e-mail or the address, those that are over among them.
    pub standings: Vec<Given>,
}
