//! The keys that turn what Tamis must recognise into digests, and seal what it must present again.

use jiff::Timestamp;

use crate::domain::history::Period;
use crate::domain::secrets::{DigestKey, NONCE, SealingKey, Unsealable};
use crate::ports::authors::Authors;
use crate::ports::clock::Random;
use crate::ports::store::{Store, StoreError};

/// The keys of one installation; replicas share them through the store.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Compares contents and idempotency keys; never rotates.
    pub content: DigestKey,
    /// Names the keys of limits.
    pub limits: DigestKey,
    /// Makes the identifiers of e-mails and names; lives as long as the rows that carry them.
    pub authors: DigestKey,
    pub sealing: SealingKey,
}

#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Unsealable(#[from] Unsealable),
}

impl Keys {
    /// Reads the keys from the store; the first installation to ask draws them.
    ///
    /// # Errors
    /// The store is away, or `privacy.secret` is not the one the keys were sealed with.
    pub async fn load(store: &dyn Store, sealing: SealingKey, random: &dyn Random) -> Result<Self, KeysError> {
        let content = digest_key("content", store, &sealing, random).await?;
        let limits = digest_key("limits", store, &sealing, random).await?;
        let authors = digest_key("authors", store, &sealing, random).await?;
        Ok(Self { content, limits, authors, sealing })
    }
}

async fn digest_key(
    name: &str,
    store: &dyn Store,
    sealing: &SealingKey,
    random: &dyn Random,
) -> Result<DigestKey, KeysError> {
    let (mut fresh, mut nonce) = ([0; 32], [0; NONCE]);
    random.fill(&mut fresh);
    random.fill(&mut nonce);
    let sealed = store.sealed_key(name, &sealing.seal(name, &fresh, nonce)).await?;
    Ok(DigestKey::open(sealing, name, &sealed)?)
}

/// The keys of addresses that are left of those of use at an instant, the newest first.
///
/// # Errors
/// The store is away, or `privacy.secret` is not the one the keys were sealed with.
pub async fn of_addresses(
    authors: &dyn Authors,
    sealing: &SealingKey,
    now: Timestamp,
) -> Result<Vec<(Period, DigestKey)>, KeysError> {
    let mut keys = Vec::with_capacity(Period::LIVE as usize);
    for period in (Period::oldest_live(now).0..=Period::at(now).0).rev().map(Period) {
        if let Some(sealed) = authors.address_key(period).await? {
            keys.push((period, DigestKey::open(sealing, &address_key_name(period), &sealed)?));
        }
    }
    Ok(keys)
}

/// What a key of addresses is sealed as.
pub(super) fn address_key_name(Period(period): Period) -> String {
    format!("address.{period}")
}
