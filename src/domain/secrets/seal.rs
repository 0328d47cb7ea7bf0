//! Sealing: what lies in the store and must be presented again, encrypted and authenticated.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

/// The key made from `privacy.secret`. It does not print itself.
#[derive(Clone)]
pub struct SealingKey([u8; 32]);

/// A sealed value that does not open: another secret sealed it, or it was damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open: `privacy.secret` is not the one it was sealed with, or the value is damaged")]
pub struct Unsealable;

/// Bytes of an XChaCha20 nonce: long enough to be drawn at random for every seal.
pub const NONCE: usize = 24;

impl SealingKey {
    /// The secret is long and random (32 bytes when Tamis makes it), so a plain digest is enough to make a key of it.
    pub fn from_secret(secret: &str) -> Self {
        Self(Sha256::digest([b"tamis sealing key\0", secret.as_bytes()].concat()).into())
    }

    /// XChaCha20-Poly1305; `purpose` is authenticated too, so that one sealed value cannot stand in for another.
    pub fn seal(&self, purpose: &str, plain: &[u8], nonce: [u8; NONCE]) -> Vec<u8> {
        let payload = Payload { msg: plain, aad: purpose.as_bytes() };
        // Encryption fails only beyond 256 GiB.
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        [nonce.as_slice(), &sealed].concat()
    }

    /// # Errors
    /// Another secret, another purpose, or damage.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(Unsealable)?;
        let payload = Payload { msg: sealed, aad: purpose.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| Unsealable)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_secret_and_purpose_only() {
        let key = SealingKey::from_secret("un secret");
        let sealed = key.seal("akismet", b"abc", [1; NONCE]);
        assert_eq!(key.open("akismet", &sealed), Ok(b"abc".to_vec()));
        assert_eq!(key.open("webhook", &sealed), Err(Unsealable));
        assert_eq!(SealingKey::from_secret("un autre").open("akismet", &sealed), Err(Unsealable));
    }

    #[test]
    fn damage_is_noticed() {
        let key = SealingKey::from_secret("un secret");
        let mut sealed = key.seal("akismet", b"abc", [1; NONCE]);
        sealed[NONCE] ^= 1;
        assert_eq!(key.open("akismet", &sealed), Err(Unsealable));
        assert_eq!(key.open("akismet", &sealed[..3]), Err(Unsealable));
    }
}
