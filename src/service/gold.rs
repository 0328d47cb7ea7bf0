//! Gold examples: labelled comments that no model was trained on, which a candidate must do well on.

use serde::Deserialize;

use crate::domain::classifier::card::Label;
use crate::domain::comment::{Comment, Draft, DraftAuthor, DraftPage, FieldError, Language};

/// The project's own, by file; they are frozen: a model trained on one of them would prove nothing.
const BUILT_IN: [(&str, &str); 7] = [
    ("ham-fr", include_str!("../../training-data/gold/ham-fr.jsonl")),
    ("ham-en", include_str!("../../training-data/gold/ham-en.jsonl")),
    ("hard-ham", include_str!("../../training-data/gold/hard-ham.jsonl")),
    ("spam-fr", include_str!("../../training-data/gold/spam-fr.jsonl")),
    ("spam-en", include_str!("../../training-data/gold/spam-en.jsonl")),
    ("abuse-fr", include_str!("../../training-data/gold/abuse-fr.jsonl")),
    ("abuse-en", include_str!("../../training-data/gold/abuse-en.jsonl")),
];

/// One labelled comment.
#[derive(Clone, Debug)]
pub struct Example {
    pub comment: Comment,
    pub label: Label,
    pub language: Option<Language>,
}

/// Why a line is no example.
#[derive(Debug, thiserror::Error)]
pub enum ExampleError {
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Field(#[from] FieldError),
}

/// A line of a corpus; what else it says is not needed here.
#[derive(Deserialize)]
struct Line {
    text: String,
    label: Label,
    lang: Option<String>,
    author_name: Option<String>,
    author_url: Option<String>,
}

impl Example {
    /// Reads a line such as `{"text": "…", "label": "ham", "lang": "fr"}`.
    ///
    /// # Errors
    /// It is not JSON of that form, or not a comment.
    pub fn parse(line: &str) -> Result<Self, ExampleError> {
        let Line { text, label, lang, author_name, author_url } = serde_json::from_str(line)?;
        let author = DraftAuthor { name: author_name, url: author_url, ..DraftAuthor::default() };
        let page = DraftPage { language: lang, ..DraftPage::default() };
        let comment = Comment::parse(Draft { body: text, author, page, ..Draft::default() })?;
        Ok(Self { language: comment.page().language, comment, label })
    }
}

/// The project's own examples.
///
/// # Errors
/// None in a binary whose tests passed: one of them reads them.
pub fn built_in() -> Result<Vec<Example>, ExampleError> {
    BUILT_IN.iter().flat_map(|(_, lines)| lines.lines()).map(Example::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projects_own_examples_are_read() {
        let examples = built_in().unwrap();
        assert_eq!(examples.len(), 366);
        for label in [Label::Ham, Label::Spam, Label::Abuse] {
            for language in [Language::FR, Language::EN] {
                assert!(examples.iter().any(|gold| (gold.label, gold.language) == (label, Some(language))));
            }
        }
    }

    #[test]
    fn a_wrong_line_says_what_is_wrong() {
        assert!(Example::parse(r#"{"text": "a", "label": "spma"}"#).unwrap_err().to_string().contains("spma"));
        assert!(Example::parse(r#"{"text": "a", "label": "ham", "lang": "french"}"#).is_err());
    }
}
