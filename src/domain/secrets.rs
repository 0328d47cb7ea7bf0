//! Keyed and unkeyed digests: how Tamis recognises what it does not keep.

mod seal;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::comment::Content;

pub use seal::{NONCE, SealingKey, Unsealable};

/// A 256-bit key for digests. It does not print itself.
#[derive(Clone)]
pub struct DigestKey([u8; 32]);

impl DigestKey {
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Opens a key that was sealed as `name`.
    ///
    /// # Errors
    /// It was sealed under another secret or name, or is no key.
    pub fn open(sealing: &SealingKey, name: &str, sealed: &[u8]) -> Result<Self, Unsealable> {
        Ok(Self(sealing.open(name, sealed)?.try_into().map_err(|_| Unsealable)?))
    }

    /// HMAC-SHA-256 over the parts, each preceded by its length so that no two lists of parts collide.
    pub fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes a key of any length: this cannot fail, and a zero digest would only merge keys.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return [0; 32] };
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The first half of [`DigestKey::digest`]: enough to tell what is counted or looked up.
    pub fn short_digest(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut first = [0; 16];
        first.iter_mut().zip(self.digest(parts)).for_each(|(byte, digested)| *byte = digested);
        first
    }
}

impl std::fmt::Debug for DigestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DigestKey(…)")
    }
}

/// What two submissions share exactly when their content is the same: body, format, author name and author URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContentDigest(pub [u8; 32]);

impl ContentDigest {
    /// `key` never rotates, so that a late retry is recognised whenever it comes.
    pub fn of(content: &Content, key: &DigestKey) -> Self {
        let format = match content.format {
            super::comment::BodyFormat::Text => b"text".as_slice(),
            super::comment::BodyFormat::Html => b"html".as_slice(),
        };
        let optional = |field: &Option<String>| field.as_deref().unwrap_or_default().as_bytes().to_vec();
        Self(key.digest(&[
            content.body.as_bytes(),
            format,
            &optional(&content.author_name),
            &optional(&content.author_url),
        ]))
    }
}

/// SHA-256 of a site key: what is stored instead of it. Site keys are long and random, so no slow hash is needed.
pub fn key_digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_one_another() {
        let key = DigestKey::new([7; 32]);
        assert_ne!(key.digest(&[b"ab", b"c"]), key.digest(&[b"a", b"bc"]));
    }

    #[test]
    fn the_page_or_time_of_a_comment_is_not_its_content() {
        let key = DigestKey::new([7; 32]);
        let content = Content { body: "Bonjour".to_owned(), ..Content::default() };
        let signed = Content { author_name: Some("Léa".to_owned()), ..content.clone() };
        assert_eq!(ContentDigest::of(&content, &key), ContentDigest::of(&content.clone(), &key));
        assert_ne!(ContentDigest::of(&content, &key), ContentDigest::of(&signed, &key));
    }
}
