//! What is known about each source of examples: which head it speaks for, how much it weighs, and where it comes from.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::classifier::card::Question;

/// The sources of the shipped model.
const SHIPPED: &str = include_str!("../../training-data/sources.toml");

/// Facts about one source. Its name is what stands in an example's `source` up to a colon.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub name: String,
    /// The file of the shipped model's corpus that holds it.
    #[serde(default)]
    pub file: Option<String>,
    /// SHA-256 of that file.
    #[serde(default)]
    pub sha256: Option<String>,
    #[serde(default)]
    pub citation: Option<String>,
    #[serde(default)]
    pub licence: Option<String>,
    #[serde(default)]
    pub url: Option<String>,
    /// `ham` in a spam corpus says nothing about abuse, nor the other way round.
    #[serde(default = "both")]
    pub heads: Vec<Question>,
    /// Sources of one domain are balanced and left out together; by default a source is a domain of its own.
    #[serde(default)]
    pub domain: Option<String>,
    #[serde(default = "one")]
    pub weight: f64,
    /// Written for the project: teaches words, but does not open a language.
    #[serde(default)]
    pub written: bool,
    /// Whether its texts are comments, so that its wanted ones can show that a budget is kept.
    #[serde(default = "yes")]
    pub comments: bool,
    /// Whether what follows the colon in an example's `source` names a part that must not be torn apart between training
    /// and testing: a video, a thread.
    #[serde(default)]
    pub parts: bool,
    /// Whether its author fields are what a visitor typed into a form.
    #[serde(default = "yes")]
    pub author: bool,
}

fn both() -> Vec<Question> {
    Question::ALL.to_vec()
}

fn one() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

impl Source {
    /// A source that no table lists: real labels by people, for whatever head they answer.
    fn unlisted(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            file: None,
            sha256: None,
            citation: None,
            licence: None,
            url: None,
            heads: both(),
            domain: None,
            weight: 1.0,
            written: false,
            comments: true,
            parts: false,
            author: true,
        }
    }

    pub fn domain(&self) -> &str {
        self.domain.as_deref().unwrap_or(&self.name)
    }
}

/// The table of sources: `training-data/sources.toml`, or an operator's own.
#[derive(Clone, Debug)]
pub struct Sources(BTreeMap<String, Source>);

/// Why a table of sources cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SourcesError {
    #[error("the table of sources cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("source `{0}` stands twice in the table of sources; keep one")]
    Twice(String),
    #[error("source `{name}` has weight {weight}; give it one above 0 and up to 1000")]
    Weight { name: String, weight: f64 },
}

impl Sources {
    /// Reads a table.
    ///
    /// # Errors
    /// With line and column, what is not what it must be.
    pub fn parse(toml: &str) -> Result<Self, SourcesError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            #[serde(default)]
            source: Vec<Source>,
        }
        let mut sources = BTreeMap::new();
        for source in toml::from_str::<Table>(toml)?.source {
            if !(source.weight > 0.0 && source.weight <= 1_000.0) {
                return Err(SourcesError::Weight { name: source.name, weight: source.weight });
            }
            if let Some(twice) = sources.insert(source.name.clone(), source) {
                return Err(SourcesError::Twice(twice.name));
            }
        }
        Ok(Self(sources))
    }

    /// The table that comes with Tamis.
    ///
    /// # Errors
    /// None in a binary whose tests passed: one of them reads it.
    pub fn shipped() -> Result<Self, SourcesError> {
        Self::parse(SHIPPED)
    }

    /// What is known about the source that an example names, such as `uci_youtube_spam:Psy`.
    pub fn of(&self, source: &str) -> Source {
        let name = source.split(':').next().unwrap_or(source);
        self.0.get(name).cloned().unwrap_or_else(|| Source::unlisted(name))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_says_who_speaks_for_which_head() {
        let sources = Sources::shipped().unwrap();
        assert_eq!(sources.of("uci_youtube_spam:Psy").heads, [Question::Spam]);
        assert_eq!(sources.of("toxifrench:balanced").heads, [Question::Abuse]);
        assert!(sources.of("tamis").written);
        for source in sources.iter().filter(|source| !source.written) {
            assert!(source.licence.is_some() && source.url.is_some() && source.sha256.is_some(), "{}", source.name);
        }
    }

    #[test]
    fn an_unlisted_source_speaks_for_both_heads() {
        let source = Sources::parse("").unwrap().of("notre-site");
        assert_eq!((source.heads, source.domain.is_none()), (Question::ALL.to_vec(), true));
    }

    #[test]
    fn mistakes_are_told() {
        let twice = "[[source]]\nname = \"a\"\n[[source]]\nname = \"a\"";
        assert!(Sources::parse(twice).unwrap_err().to_string().contains("twice"));
        assert!(Sources::parse("[[source]]\nname = \"a\"\nweight = 0.0").is_err());
        assert!(Sources::parse("[[source]]\nname = \"a\"\nwieght = 1.0").unwrap_err().to_string().contains("wieght"));
    }
}
