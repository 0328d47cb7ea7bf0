//! The sites and their keys.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::domain::secrets::{NONCE, SealingKey, key_digest};
use crate::domain::site::{Locale, Site, SiteId};
use crate::ports::clock::{Clock, Random};
use crate::ports::store::{Store, StoreError};

/// What seals an Akismet key in the store.
const AKISMET_KEY: &str = "akismet key";

/// A site's keys, as they are shown once.
#[derive(Debug)]
pub struct SiteKeys {
    /// `tms_` and 43 characters of base 64: 256 random bits.
    pub key: SecretString,
    /// 12 lower-case letters and digits, as WordPress demands: 62 random bits.
    pub akismet_key: SecretString,
}

impl SiteKeys {
    pub fn draw(random: &dyn Random) -> Self {
        Self { key: site_key(random).into(), akismet_key: akismet_key(random).into() }
    }

    pub fn digest(&self) -> [u8; 32] {
        key_digest(self.key.expose_secret())
    }

    pub fn sealed_akismet_key(&self, sealing: &SealingKey, random: &dyn Random) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        sealing.seal(AKISMET_KEY, self.akismet_key.expose_secret().as_bytes(), nonce)
    }
}

fn site_key(random: &dyn Random) -> String {
    use base64::Engine;
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    format!("tms_{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

fn akismet_key(random: &dyn Random) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    // Bytes from 252 on would favour the first letters.
    let fair = std::iter::repeat_with(|| {
        let mut byte = [0; 1];
        random.fill(&mut byte);
        byte[0]
    })
    .filter(|byte| *byte < 252);
    fair.take(12).filter_map(|byte| LETTERS.get(usize::from(byte % 36))).map(|letter| char::from(*letter)).collect()
}

/// Makes a site with fresh keys.
pub fn new_site(
    name: String,
    url: String,
    locale: Locale,
    sealing: &SealingKey,
    clock: &dyn Clock,
    random: &dyn Random,
) -> (Site, SiteKeys) {
    let keys = SiteKeys::draw(random);
    let mut id = [0; 16];
    random.fill(&mut id);
    let site = Site {
        id: SiteId(uuid::Builder::from_random_bytes(id).into_uuid()),
        name,
        url,
        locale,
        key_digest: keys.digest(),
        sealed_akismet_key: keys.sealed_akismet_key(sealing, random),
        created_at: clock.now(),
    };
    (site, keys)
}

/// Who a key belongs to, answered from memory; refreshed from the store once a second, so that a site added or a
/// key rotated beside the running server counts within two.
#[derive(Default)]
pub struct Sites(ArcSwap<HashMap<[u8; 32], Arc<Site>>>);

impl Sites {
    /// Reads all sites anew.
    ///
    /// # Errors
    /// The store is away; the sites known before stay.
    pub async fn refresh(&self, store: &dyn Store) -> Result<(), StoreError> {
        let sites = store.sites().await?;
        self.0.store(Arc::new(sites.into_iter().map(|site| (site.key_digest, Arc::new(site))).collect()));
        Ok(())
    }

    /// The site a key belongs to. What is looked up and compared is the digest of the key, in constant time.
    pub fn authenticate(&self, key: &str) -> Option<Arc<Site>> {
        let digest = key_digest(key);
        let site = self.0.load().get(&digest).cloned()?;
        bool::from(site.key_digest.ct_eq(&digest)).then_some(site)
    }

    /// All sites, by name.
    pub fn all(&self) -> Vec<Arc<Site>> {
        let mut sites: Vec<_> = self.0.load().values().cloned().collect();
        sites.sort_by(|a, b| a.name.cmp(&b.name));
        sites
    }

    pub fn named(&self, name: &str) -> Option<Arc<Site>> {
        self.0.load().values().find(|site| site.name == name).cloned()
    }

    pub fn find(&self, id: Uuid) -> Option<Arc<Site>> {
        self.0.load().values().find(|site| site.id.0 == id).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn keys_have_the_shapes_that_clients_demand() {
        let keys = SiteKeys::draw(&Counting(200.into()));
        assert_eq!(keys.key.expose_secret().len(), 47);
        assert!(keys.key.expose_secret().starts_with("tms_"));
        let akismet = keys.akismet_key.expose_secret();
        assert_eq!(akismet.len(), 12);
        assert!(akismet.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    }

    #[test]
    fn keys_do_not_print_themselves() {
        let keys = SiteKeys::draw(&Counting(0.into()));
        assert!(!format!("{keys:?}").contains(keys.key.expose_secret()));
    }
}
