//! What can keep a use case from being done.

use std::time::Duration;

use crate::domain::limits::Quota;
use crate::domain::review::Refusal;
use crate::domain::standing::{self, Unrecognisable};
use crate::ports::store::StoreError;

use super::keys::KeysError;

#[derive(Clone, Debug, thiserror::Error)]
pub enum ServiceError {
    /// The site has used up its own quota.
    #[error("the site sent more than {} comments in {:?}", quota.count, quota.period)]
    OverQuota { quota: Quota, retry_after: Duration },
    #[error("no such comment on this site")]
    NotFound,
    /// The record changed since the version the caller knows.
    #[error("the comment changed: it is at version {current}")]
    Changed { current: u32 },
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Unrecognisable(#[from] Unrecognisable),
    #[error("the site has {} standings of authors already", standing::MOST)]
    TooManyStandings,
    /// An idempotency key came again with another request.
    #[error("the idempotency key was used with another request")]
    KeyReused,
    /// The same comment was written to by so many calls at once that this one gave up.
    #[error("too many calls write to the same comment at once")]
    Contended,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<KeysError> for ServiceError {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Store(error) => error.into(),
            KeysError::Unsealable(error) => StoreError::Damaged(error.to_string()).into(),
        }
    }
}
