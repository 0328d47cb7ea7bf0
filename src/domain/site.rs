//! A site: one tenant, with its keys, its locale and its address.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::comment::Language;

/// The identity of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SiteId(pub Uuid);

impl std::fmt::Display for SiteId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The language in which messages to people are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    #[default]
    Fr,
    En,
}

impl Locale {
    /// The language that readers of a site in this locale are taken to write in.
    pub const fn language(self) -> Language {
        match self {
            Self::Fr => Language::FR,
            Self::En => Language::EN,
        }
    }
}

/// A site as it is stored; its keys are known only by their digests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub id: SiteId,
    pub name: String,
    pub url: String,
    pub locale: Locale,
    /// SHA-256 of the site key (`tms_…`).
    pub key_digest: [u8; 32],
    /// The 12-character Akismet key, sealed under `privacy.secret`: it must be presented to WordPress again.
    pub sealed_akismet_key: Vec<u8>,
    pub created_at: Timestamp,
}
