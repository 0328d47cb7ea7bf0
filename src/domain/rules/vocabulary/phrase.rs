//! One entry of a list of words: a word, or several in a row, each of which may go on where it ends in `*`.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::row::Row;
use crate::domain::text::{folded_of, skeleton_of};

/// Longest entry, in bytes.
const MAX_PHRASE: usize = 200;
/// Fewest letters before a `*`: fewer would match half the language.
pub(super) const MIN_PREFIX: usize = 3;

/// What is lost when a text is laid out as words, though whoever writes it means it.
const SIGNS: [char; 13] = ['$', '€', '£', '%', '@', '#', '&', '+', '=', '<', '>', '/', '\\'];

/// A phrase as the words it has in both forms of a text.
///
/// `prêt* d'argent` is `prêt*`, `d` and `argent` in the folded form, `pret*`, `d` and `argent` in the skeleton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::domain::rules) struct Phrase {
    pub(super) folded: Vec<Step>,
    /// As it is folded where it is typed without accents; only of several words, which without them are no others.
    pub(super) unaccented: Option<Vec<Step>>,
    pub(super) skeleton: Vec<Step>,
}

/// One word of a phrase.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    pub text: String,
    /// Whether the word may go on.
    pub open: bool,
}

impl Step {
    fn unaccented(&self) -> Self {
        let text = self.text.nfd().filter(|character| !is_combining_mark(*character)).collect::<String>();
        Self { text: text.replace('œ', "oe").replace('æ', "ae"), open: self.open }
    }

    /// Whether a word of a text is this one.
    pub fn takes(&self, word: &str) -> bool {
        if self.open { word.starts_with(&self.text) } else { word == self.text }
    }
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
        let mut phrase = Self { folded: Vec::new(), unaccented: None, skeleton: Vec::new() };
        let last = pieces.len() - 1;
        for (index, piece) in pieces.iter().enumerate() {
            let open = index < last || open_end;
            if open && !piece.ends_with(char::is_alphanumeric) {
                return Err(PhraseError::StarInside);
            }
            phrase.folded.extend(steps(&folded_of(piece), open)?);
            phrase.skeleton.extend(steps(&skeleton_of(piece), open)?);
        }
        let unaccented = || phrase.folded.iter().map(Step::unaccented).collect::<Vec<_>>();
        phrase.unaccented = (phrase.folded.len() > 1).then(unaccented).filter(|plain| *plain != phrase.folded);
        Ok(phrase)
    }
}

/// The words of a piece, the last of which may go on.
fn steps(form: &str, open: bool) -> Result<Vec<Step>, PhraseError> {
    let row = Row::of(form);
    let words = (0..row.len()).filter_map(|index| row.word(index));
    let mut steps: Vec<Step> = words.map(|word| Step { text: word.to_owned(), open: false }).collect();
    let last = steps.last_mut().ok_or(PhraseError::NoWord)?;
    if open && last.text.chars().count() < MIN_PREFIX {
        return Err(PhraseError::ShortPrefix);
    }
    last.open = open;
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(entry: &str) -> String {
        let steps = Phrase::parse(entry).unwrap().folded;
        let written = steps.iter().map(|step| format!("{}{}", step.text, if step.open { "*" } else { "" }));
        written.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_star_leaves_a_word_open() {
        assert_eq!(folded("Prêt* d’argent"), "prêt* d argent");
        assert_eq!(folded("arnaque*"), "arnaque*");
        assert_eq!(folded("l'arnaque"), "l arnaque");
        assert_eq!(folded("prêt*. Vite"), "prêt* vite");
    }

    #[test]
    fn several_words_are_known_without_their_accents_too() {
        let plain = |entry: &str| {
            let steps = Phrase::parse(entry).unwrap().unaccented?;
            Some(steps.into_iter().map(|step| step.text).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(plain("âme sœur").as_deref(), Some("ame soeur"));
        assert_eq!(plain("l'été").as_deref(), Some("l ete"));
        assert_eq!(plain("péché"), None);
        assert_eq!(plain("pas cher"), None);
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
