//! What the classifier counts: one list, computed from the derived text, shared by training and scoring.
//!
//! A **word feature** is a word or two neighbouring words, named with their language (`fr:bonjour`, `fr:bonjour à`),
//! since one spelling may be two words. A **stem feature** is how a longer word begins (`fr:bonj…`), so that what was
//! learned of one form of a word is not lost on the others. A **structure feature** is a fact that holds in any
//! language (`links=2`). Each feature counts once a comment, however often it occurs. A link stands among the words as
//! one place-holder, so that `visit` before a link is seen whatever the link is; no feature holds any part of an
//! address.

mod structure;

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::domain::comment::Language;
use crate::domain::signal::{Span, Token};
use crate::domain::text::{FieldText, Text};

/// Changes whenever the same comment would give other features: a model counts only with its own tokenizer.
pub const TOKENIZER: u32 = 2;

/// The most words of a comment that are read; it bounds the work, far beyond what people write.
const MOST_WORDS: usize = 10_000;

/// The letters of a word that make its stem.
const STEM: usize = 4;

/// Stands for a link among the words; no folded word holds a space.
const LINK: &str = " link ";

/// About as many facts of form are told of a comment.
const FACTS: usize = 24;

/// A feature's identity: the 64-bit hash of its name. Among a million features two share one with a chance of 3 · 10⁻⁸.
pub type Key = u64;

/// Whether a feature belongs to some language or is a fact that holds in any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    Words,
    Stems,
    Structure,
}

/// One feature of one comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    pub key: Key,
    pub family: Family,
    /// Bytes of the names written one after another.
    name: Range<u32>,
    /// The first of the places in the body that gave it, as folded bytes; empty for structure.
    place: Range<u32>,
}

/// The distinct features of a comment, sorted by key.
#[derive(Clone, Debug, Default)]
pub struct Features {
    names: String,
    all: Vec<Feature>,
    language: Option<Language>,
}

impl Features {
    /// The features of a comment.
    pub fn of(text: &Text) -> Self {
        let mut features = Self { language: text.language(), ..Self::default() };
        if let Some(body) = text.body() {
            features.add_words(body);
        }
        structure::facts(text, &mut |fact| features.add(&[fact], Family::Structure, 0..0));
        features.all.sort_unstable_by_key(|feature| (feature.key, feature.place.start));
        features.all.dedup_by_key(|feature| feature.key);
        features
    }

    /// Sorted by key.
    pub fn iter(&self) -> std::slice::Iter<'_, Feature> {
        self.all.iter()
    }

    pub fn language(&self) -> Option<Language> {
        self.language
    }

    /// A feature's name, such as `fr:bonjour` or `links=2`.
    pub fn name(&self, feature: &Feature) -> &str {
        self.names.get(feature.name.start as usize..feature.name.end as usize).unwrap_or("")
    }

    /// A feature as evidence names it: words by where they first stand, structure by its name.
    pub fn token(&self, feature: &Feature, text: &Text) -> Token {
        match (feature.family, text.body()) {
            (Family::Words | Family::Stems, Some(body)) => Token::Words(vec![span(body, &feature.place)]),
            _ => Token::Structure(self.name(feature).to_owned()),
        }
    }

    fn add_words(&mut self, body: &FieldText) {
        let prefix = self.language.map_or_else(|| "?:".to_owned(), |language| format!("{language}:"));
        let words = reading_order(body);
        self.all.reserve(3 * words.len() + FACTS);
        self.names.reserve(4 * body.folded.as_str().len() + 16 * words.len());
        for (at, (word, place)) in words.iter().enumerate() {
            if *word != LINK {
                self.add(&[&prefix, word], Family::Words, place.clone());
                self.add_stem(&prefix, word, place);
            }
            if let Some((next, after)) = words.get(at + 1) {
                self.add(&[&prefix, word, " ", next], Family::Words, place.start..after.end);
            }
        }
    }

    fn add_stem(&mut self, prefix: &str, word: &str, place: &Range<u32>) {
        let Some((end, _)) = word.char_indices().nth(STEM) else { return };
        self.add(&[prefix, word.get(..end).unwrap_or(""), "…"], Family::Stems, place.clone());
    }

    /// Words and structure never share a key by name: no word holds a line break.
    fn add(&mut self, name: &[&str], family: Family, place: Range<u32>) {
        let hashed = self.names.len();
        if family == Family::Structure {
            self.names.push('\n');
        }
        let start = self.names.len() as u32;
        name.iter().for_each(|part| self.names.push_str(part));
        let key = xxh3_64(self.names.as_bytes().get(hashed..).unwrap_or_default());
        self.all.push(Feature { key, family, name: start..self.names.len() as u32, place });
    }
}

fn span(body: &FieldText, place: &Range<u32>) -> Span {
    body.span_of(place.start as usize..place.end as usize)
}

/// The words of the body and its links, in the order in which they are read, by their folded bytes.
fn reading_order(body: &FieldText) -> Vec<(&str, Range<u32>)> {
    let mut order: Vec<_> =
        body.words.iter().take(MOST_WORDS).map(|&word| (body.word(word), word.start..word.end)).collect();
    order.extend(body.links.iter().take(MOST_WORDS).map(|link| {
        let bytes = body.folded.bytes(link.span.start..link.span.end);
        (LINK, bytes.start as u32..bytes.end as u32)
    }));
    order.sort_by_key(|(_, place)| place.start);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::{Comment, Draft};

    fn text(body: &str) -> Text {
        let comment = Comment::parse(Draft { body: body.to_owned(), ..Draft::default() }).unwrap();
        Text::of(&comment, Some(Language::FR))
    }

    fn names(body: &str) -> Vec<String> {
        let features = Features::of(&text(body));
        features.iter().map(|feature| features.name(feature).to_owned()).collect()
    }

    #[test]
    fn words_are_named_with_their_language_and_neighbour() {
        let names = names("Bonjour Madame");
        for expected in ["fr:bonjour", "fr:bonj…", "fr:madame", "fr:bonjour madame", "links=0"] {
            assert!(names.iter().any(|name| name == expected), "{expected} in {names:?}");
        }
    }

    #[test]
    fn a_link_is_one_word_whatever_it_says() {
        let one = names("voyez https://example.com/promo vite");
        let other = names("voyez https://autre.example.org/promo vite");
        assert!(one.iter().any(|name| name == "fr:voyez  link "), "{one:?}");
        let words = |names: Vec<String>| names.into_iter().filter(|name| name.starts_with("fr:")).count();
        assert_eq!(words(one), words(other));
    }

    #[test]
    fn no_feature_holds_a_part_of_an_address() {
        for name in names("voyez https://argent-facile.example/offre-xxxx ou écrivez à moi@banque.test") {
            for part in ["example", "test", "offre", "facile", "banque", "xxxx", "moi"] {
                assert!(!name.contains(part), "{part} in {name}");
            }
        }
    }

    #[test]
    fn a_feature_counts_once_and_says_where() {
        let text = text("non non non");
        let features = Features::of(&text);
        let twice: Vec<_> = features.iter().filter(|feature| features.name(feature) == "fr:non").collect();
        assert_eq!(twice.len(), 1);
        let Token::Words(spans) = features.token(twice[0], &text) else { panic!("a word") };
        assert_eq!((spans[0].start, spans[0].end), (0, 3));
    }

    #[test]
    fn sorted_by_key_and_distinct() {
        let text = text("des mots, des mots, toujours des mots !");
        let keys: Vec<_> = Features::of(&text).iter().map(|feature| feature.key).collect();
        assert!(keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
