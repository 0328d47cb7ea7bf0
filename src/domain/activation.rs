//! Which model decides where: the default, a site's own, and what a rollback goes back to.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::decision::Verdict;
use super::score::Score;
use super::site::SiteId;

/// The name of a model: the day of its training and the first digits of its checksum, such as `2026-11-24-3f9c1a`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelVersion(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no version of a model; one looks like 2026-11-24-3f9c1a")]
pub struct NotAVersion(String);

impl ModelVersion {
    /// Longest version, in bytes.
    const LONGEST: usize = 64;

    /// Reads small letters, digits and `-`: nothing that means anything in a path or an address.
    ///
    /// # Errors
    /// It is empty, too long or holds anything else.
    pub fn parse(version: &str) -> Result<Self, NotAVersion> {
        let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=Self::LONGEST).contains(&version.len()) && version.bytes().all(sound) {
            Ok(Self(version.to_owned()))
        } else {
            Err(NotAVersion(version.chars().take(Self::LONGEST).collect()))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The day of its training, where the version begins with it.
    pub fn trained_on(&self) -> Option<Date> {
        self.0.get(..10)?.parse().ok()
    }
}

impl std::fmt::Display for ModelVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl std::str::FromStr for ModelVersion {
    type Err = NotAVersion;

    fn from_str(version: &str) -> Result<Self, NotAVersion> {
        Self::parse(version)
    }
}

impl TryFrom<String> for ModelVersion {
    type Error = NotAVersion;

    fn try_from(version: String) -> Result<Self, NotAVersion> {
        Self::parse(&version)
    }
}

impl From<ModelVersion> for String {
    fn from(version: ModelVersion) -> Self {
        version.0
    }
}

/// Where a model decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// On every site that has no model of its own.
    Default,
    Site(SiteId),
}

/// How a model came to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    Promotion,
    Rollback,
}

impl Step {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Promotion => "promotion",
            Self::Rollback => "rollback",
        }
    }
}

/// One change of what decides in a scope; its latest one holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    pub scope: Scope,
    /// Counts the scope's changes from 1. A change is made for the one before it, so that of two at once one is
    /// refused.
    pub serial: u32,
    pub step: Step,
    /// `None`: the scope has no model of its own. A site then goes by the default, and the default by the built-in
    /// model.
    pub version: Option<ModelVersion>,
    /// The serial that a rollback restores; 0 is the scope as it was before its first change, and there is nothing
    /// before that.
    pub back: Option<u32>,
    pub at: Timestamp,
    pub by: String,
    /// What spoke against the promotion and was overridden.
    pub overrides: Vec<String>,
}

/// Who changes what decides, when, and what they override.
#[derive(Clone, Debug)]
pub struct Responsible {
    pub by: String,
    pub at: Timestamp,
    pub overrides: Vec<String>,
}

impl Activation {
    /// The change that lets `version` decide, after `current`, the scope's latest.
    pub fn promotion(
        scope: Scope,
        current: Option<&Self>,
        version: ModelVersion,
        Responsible { by, at, overrides }: Responsible,
    ) -> Self {
        let last = current.map_or(0, |current| current.serial);
        let (version, back) = (Some(version), Some(last));
        Self { scope, serial: last + 1, step: Step::Promotion, version, back, at, by, overrides }
    }

    /// The change that restores `target`, the activation with the serial that `self`, the scope's latest, goes back
    /// to; `None` stands for the scope before its first change. The next rollback goes one further back.
    pub fn rollback(&self, target: Option<&Self>, Responsible { by, at, overrides }: Responsible) -> Self {
        Self {
            scope: self.scope,
            serial: self.serial + 1,
            step: Step::Rollback,
            version: target.and_then(|target| target.version.clone()),
            back: target.and_then(|target| target.back),
            at,
            by,
            overrides,
        }
    }
}

/// What decides and what shadows, everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InUse {
    /// The latest activation of each scope that has one.
    pub active: Vec<Activation>,
    /// The candidate that scores live comments of a scope for the record only.
    pub shadows: Vec<(Scope, ModelVersion)>,
}

impl InUse {
    pub fn activation(&self, scope: Scope) -> Option<&Activation> {
        self.active.iter().find(|activation| activation.scope == scope)
    }

    /// The model that a scope has of its own.
    pub fn own(&self, scope: Scope) -> Option<&ModelVersion> {
        self.activation(scope)?.version.as_ref()
    }

    /// The candidate that a scope has of its own.
    pub fn own_shadow(&self, scope: Scope) -> Option<&ModelVersion> {
        self.shadows.iter().find(|(other, _)| *other == scope).map(|(_, version)| version)
    }

    /// Every version that is named.
    pub fn versions(&self) -> impl Iterator<Item = &ModelVersion> {
        let active = self.active.iter().filter_map(|activation| activation.version.as_ref());
        active.chain(self.shadows.iter().map(|(_, version)| version))
    }
}

/// What a candidate would have decided on a comment, from the same evidence but for its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    pub model: String,
    pub verdict: Verdict,
    pub score: Score,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(name: &str) -> ModelVersion {
        ModelVersion::parse(name).unwrap()
    }

    fn someone() -> Responsible {
        Responsible { by: "léa".to_owned(), at: Timestamp::UNIX_EPOCH, overrides: Vec::new() }
    }

    #[test]
    fn a_version_is_nothing_that_a_path_could_mean() {
        assert_eq!(version("2026-11-24-3f9c1a").as_str(), "2026-11-24-3f9c1a");
        for wrong in ["", "..", "a/b", "A", "a.tamis", "é", &"a".repeat(65)] {
            assert!(ModelVersion::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn rollbacks_go_back_one_promotion_after_the_other_to_the_beginning() {
        let one = Activation::promotion(Scope::Default, None, version("one"), someone());
        let two = Activation::promotion(Scope::Default, Some(&one), version("two"), someone());
        let three = Activation::promotion(Scope::Default, Some(&two), version("three"), someone());
        assert_eq!((three.serial, three.back), (3, Some(2)));

        let back = three.rollback(Some(&two), someone());
        assert_eq!((back.serial, &back.version, back.back), (4, &two.version, Some(1)));
        let further = back.rollback(Some(&one), someone());
        assert_eq!((further.serial, &further.version, further.back), (5, &one.version, Some(0)));
        let beginning = further.rollback(None, someone());
        assert_eq!((beginning.serial, &beginning.version, beginning.back), (6, &None, None));
    }
}
