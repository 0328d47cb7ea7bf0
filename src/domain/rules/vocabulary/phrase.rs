//! One entry of a list of words: a word, or several in a row, each of which may go on where it ends in `*`.

use super::row::Row;
use crate::domain::text::{folded_of, skeleton_of};

/// Longest entry, in bytes.
const MAX_PHRASE: usize = 200;
/// Fewest letters before a `*`: fewer would match half the language.
const MIN_PREFIX: usize = 3;

/// What is lost when a text is laid out as words, though whoever writes it means it.
const SIGNS: [char; 13] = ['$', '€', '£', '%', '@', '#', '&', '+', '=', '<', '>', '/', '\\'];

/// A phrase in both forms of a text, cut where a `*` leaves a word open.
///
/// `prêt* d'argent` is ` prêt` and ` d argent ` in the folded form, ` pret` and ` d argent ` in the skeleton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::domain::rules) struct Phrase {
    pub(super) folded: Vec<String>,
    pub(super) skeleton: Vec<String>,
}

/// Why an entry is no phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::domain::rules) enum PhraseError {
    #[error("is longer than {MAX_PHRASE} bytes")]
    TooLong,
    #[error("has a part without a letter or digit")]
    NoWord,
    #[error("has a `*` that does not end a word")]
    StarInside,
    #[error("has a sign such as `$` or `%`, which words do not see")]
    Sign,
    #[error("has fewer than {MIN_PREFIX} letters before a `*`")]
    ShortPrefix,
}

impl PhraseError {
    pub fn hint(self) -> &'static str {
        match self {
            Self::TooLong => "give the words that matter",
            Self::NoWord => "give words, or use `pattern`",
            Self::StarInside => "put it after the last letter, as in `arnaque*`, or use `pattern`",
            Self::Sign => "leave it out, or use `pattern`",
            Self::ShortPrefix => "write the forms out",
        }
    }
}

impl Phrase {
    /// # Errors
    /// The entry is not made of words.
    pub fn parse(entry: &str) -> Result<Self, PhraseError> {
        if entry.len() > MAX_PHRASE {
            return Err(PhraseError::TooLong);
        }
        if entry.contains(SIGNS) {
            return Err(PhraseError::Sign);
        }
        let mut pieces: Vec<&str> = entry.split('*').collect();
        let open_end = pieces.len() > 1 && pieces.last().is_some_and(|last| last.trim().is_empty());
        if open_end {
            pieces.pop();
        }
        if pieces.iter().skip(1).any(|piece| piece.starts_with(char::is_alphanumeric)) {
            return Err(PhraseError::StarInside);
        }
        let mut phrase = Self { folded: Vec::new(), skeleton: Vec::new() };
        let last = pieces.len() - 1;
        for (index, piece) in pieces.iter().enumerate() {
            let open = index < last || open_end;
            if open && !piece.ends_with(char::is_alphanumeric) {
                return Err(PhraseError::StarInside);
            }
            phrase.folded.push(segment(&folded_of(piece), open)?);
            phrase.skeleton.push(segment(&skeleton_of(piece), open)?);
        }
        Ok(phrase)
    }
}

fn segment(form: &str, open: bool) -> Result<String, PhraseError> {
    let row = Row::of(form);
    let words = row.as_str();
    if words.trim().is_empty() {
        return Err(PhraseError::NoWord);
    }
    if !open {
        return Ok(words.to_owned());
    }
    let last = words.trim_end().rsplit(' ').next().unwrap_or_default();
    match last.chars().count() < MIN_PREFIX {
        true => Err(PhraseError::ShortPrefix),
        false => Ok(words.trim_end().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_leaves_a_word_open() {
        assert_eq!(Phrase::parse("Prêt* d’argent").unwrap().folded, [" prêt", " d argent "]);
        assert_eq!(Phrase::parse("arnaque*").unwrap().folded, [" arnaque"]);
        assert_eq!(Phrase::parse("l'arnaque").unwrap().folded, [" l arnaque "]);
    }

    #[test]
    fn what_is_no_phrase_is_refused() {
        assert_eq!(Phrase::parse("***").unwrap_err(), PhraseError::StarInside);
        assert_eq!(Phrase::parse("").unwrap_err(), PhraseError::NoWord);
        assert_eq!(Phrase::parse("!!").unwrap_err(), PhraseError::NoWord);
        assert_eq!(Phrase::parse("gagner 100 €").unwrap_err(), PhraseError::Sign);
        assert_eq!(Phrase::parse("ar*que").unwrap_err(), PhraseError::StarInside);
        assert_eq!(Phrase::parse("un *").unwrap_err(), PhraseError::StarInside);
        assert_eq!(Phrase::parse("co*").unwrap_err(), PhraseError::ShortPrefix);
        assert_eq!(Phrase::parse(&"a".repeat(201)).unwrap_err(), PhraseError::TooLong);
    }
}
