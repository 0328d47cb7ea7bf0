//! An example as a line of JSON.

use serde::{Deserialize, Serialize};

use crate::domain::classifier::card::Label;
use crate::domain::comment::{BodyFormat, Comment, Draft, DraftAuthor, FieldError, Language, Role};
use crate::domain::ledger::Exclusion;

/// Stands for a name that is an address and is not told.
const AN_ADDRESS: &str = "http://author.invalid";

/// One labelled text. Only `text`, `label` and `source` are required; unknown fields are ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub text: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub format: BodyFormat,
    pub label: Label,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<Language>,
    /// Where it comes from: a name of the table of sources, or a site's own, with a part of it after a colon.
    pub source: String,
    /// The page, or whatever else must not be torn apart between training and testing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_url: Option<String>,
    /// Where the name is not told: the same number in a file is the same author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_number: Option<u32>,
    /// Where the name is not told: whether it is an address.
    #[serde(default, skip_serializing_if = "is_default")]
    pub author_is_url: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub role: Role,
    #[serde(default, skip_serializing_if = "is_default")]
    pub weight: Weight,
    /// The comment's id, where it is one of a Tamis store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Who gave the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When the label was given, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// What the first line of a file may say of the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// Whose labels the file does not hold.
    pub undone: Vec<Exclusion>,
}

impl Heading {
    /// `None` where a line is no heading.
    pub fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }

    /// Adds what another says.
    pub fn add(&mut self, other: Self) {
        self.undone.extend(other.undone);
        self.undone.sort();
        self.undone.dedup();
    }

    pub fn is_empty(&self) -> bool {
        self.undone.is_empty()
    }
}

/// A line of a file of examples.
#[derive(Debug)]
pub enum Row {
    /// Only the first can be one.
    Heading(Heading),
    Example(Line),
}

impl Row {
    /// Reads a line, which may be a heading if it is the `first`.
    ///
    /// # Errors
    /// What of it is not what it must be.
    pub fn parse(bytes: &[u8], first: bool) -> Result<Self, String> {
        if let Some(heading) = Heading::parse(bytes).filter(|_| first) {
            return Ok(Self::Heading(heading));
        }
        serde_json::from_slice(bytes).map(Self::Example).map_err(|error| error.to_string())
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Line {
    /// The text as a comment.
    ///
    /// # Errors
    /// The field for which it could not be one.
    pub fn comment(&self) -> Result<Comment, FieldError> {
        let unnamed = self.author_is_url.then(|| AN_ADDRESS.to_owned());
        let author = DraftAuthor {
            name: self.author_name.clone().or(unnamed),
            url: self.author_url.clone(),
            role: self.role,
            ..DraftAuthor::default()
        };
        Comment::parse(Draft { body: self.text.clone(), body_format: self.format, author, ..Draft::default() })
    }

    /// Whether no person gave the label.
    pub fn is_by_machine(&self) -> bool {
        self.weight == Weight::MACHINE
    }

    /// Whose word the label is: who gave it, or else the source.
    pub fn voice(&self) -> &str {
        self.by.as_deref().unwrap_or(&self.source)
    }
}

/// What an example counts for, beside one of a person's that counts 1: above 0, and at most 1000.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Weight(f64);

impl Weight {
    /// A machine's word on a comment that people let stand.
    pub const MACHINE: Self = Self(0.2);

    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Default for Weight {
    fn default() -> Self {
        Self(1.0)
    }
}

impl TryFrom<f64> for Weight {
    type Error = String;

    fn try_from(weight: f64) -> Result<Self, String> {
        match weight > 0.0 && weight <= 1_000.0 {
            true => Ok(Self(weight)),
            false => Err(format!("weight {weight} is not above 0 and at most 1000")),
        }
    }
}

impl From<Weight> for f64 {
    fn from(weight: Weight) -> Self {
        weight.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_no_more_than_it_must() {
        let line: Line = serde_json::from_str(r#"{"text":"a","label":"ham","source":"s"}"#).unwrap();
        assert_eq!(serde_json::to_string(&line).unwrap(), r#"{"text":"a","label":"ham","source":"s"}"#);
    }

    #[test]
    fn a_weight_is_above_nothing() {
        for weight in ["0", "-1", "1e9", "\"much\""] {
            let line = format!(r#"{{"text":"a","label":"ham","source":"s","weight":{weight}}}"#);
            assert!(Row::parse(line.as_bytes(), true).is_err(), "{weight}");
        }
        let row = Row::parse(br#"{"text":"a","label":"ham","source":"s","weight":0.2}"#, true).unwrap();
        assert!(matches!(row, Row::Example(line) if line.weight == Weight::MACHINE));
    }
}
