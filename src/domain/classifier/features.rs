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

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::domain::comment::Language;
use crate::domain::signal::Token;
use crate::domain::text::{FieldText, Text};

/// Changes whenever the same comment would give other features: a model counts only with its own tokenizer.
pub const TOKENIZER: u32 = 4;

/// The most words of a comment that are read; it bounds the work, far beyond what people write.
const MOST_WORDS: usize = 10_000;

/// The letters of a word that make its stem.
const STEM: usize = 4;

/// Sets a stem apart from a word that is spelled the same.
const STEM_SEED: u64 = 4;

/// Stands for a link among the words; no folded word holds a space.
const LINK: &str = " link ";

/// About as many facts of form are told of a comment.
const FACTS: usize = 24;

/// A feature's identity: its [`Group`] in the last ten bits, and before it 54 bits of the hash of its name. Among a
/// million features two share one with a chance of 3 · 10⁻⁵.
pub type Key = u64;

/// Features that are counted against one another: the words of one language, or form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group(u16);

impl Group {
    const BITS: u32 = 10;
    const FORM: Self = Self(0);
    const NO_LANGUAGE: Self = Self(1);

    /// The group of a feature.
    pub fn of(key: Key) -> Self {
        Self((key & ((1 << Self::BITS) - 1)) as u16)
    }

    /// 26 · 26 languages, after the two that are none.
    fn words(language: Option<Language>) -> Self {
        let letter = |byte: u8| u16::from(byte.saturating_sub(b'a'));
        match language.map(|language| language.letters()) {
            Some([first, second]) => Self(2 + 26 * letter(first) + letter(second)),
            None => Self::NO_LANGUAGE,
        }
    }

    fn key(self, hash: u64) -> Key {
        hash << Self::BITS | u64::from(self.0)
    }
}

/// Whether a feature belongs to some language or is a fact that holds in any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    Words,
    Stems,
    Structure,
}

/// One feature of one comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    pub key: Key,
    pub family: Family,
    place: Place,
}

/// Where a feature was found: a place in the reading order, or bytes of the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Word(u32),
    Pair(u32),
    Stem(u32),
    Fact(u32, u32),
}

impl Feature {
    /// What of the comment the feature speaks of: two with the same have the same token.
    pub fn spot(&self) -> impl Ord + use<> {
        match self.place {
            Place::Word(at) | Place::Stem(at) => (false, at, at),
            Place::Pair(at) => (false, at, at + 1),
            Place::Fact(start, end) => (true, start, end),
        }
    }
}

/// The features of a comment as they are read; one that occurs twice is there twice.
#[derive(Clone, Debug, Default)]
pub struct Features<'t> {
    all: Vec<Feature>,
    words: Vec<(&'t str, Range<u32>)>,
    /// The facts' names, one after another.
    facts: String,
    body: Option<&'t FieldText>,
    language: Option<Language>,
}

impl<'t> Features<'t> {
    /// The features of a comment.
    pub fn of(text: &'t Text) -> Self {
        let (body, language) = (text.body(), text.language());
        let words = body.map(reading_order).unwrap_or_default();
        let all = Vec::with_capacity(3 * words.len() + FACTS);
        let mut features = Self { all, words, facts: String::with_capacity(16 * FACTS), body, language };
        features.add_words();
        structure::facts(text, &mut |fact| features.add_fact(fact));
        features
    }

    /// As they are read; some may occur again.
    pub fn all(&self) -> &[Feature] {
        &self.all
    }

    /// Each once, where it first stands, sorted by key.
    pub fn distinct(&self) -> Vec<Feature> {
        // Keys with their places: small things are sorted faster than what they stand for.
        let mut order: Vec<(Key, u32)> = (0..).zip(&self.all).map(|(at, feature)| (feature.key, at)).collect();
        order.sort_unstable();
        order.dedup_by_key(|(key, _)| *key);
        order.iter().filter_map(|(_, at)| self.all.get(*at as usize).copied()).collect()
    }

    pub fn language(&self) -> Option<Language> {
        self.language
    }

    /// A feature's name, such as `fr:bonjour` or `links=2`.
    pub fn name(&self, feature: &Feature) -> String {
        let language = self.language.as_ref().map_or("?", |language| language.as_str());
        match feature.place {
            Place::Word(at) => format!("{language}:{}", self.word(at)),
            Place::Pair(at) => format!("{language}:{} {}", self.word(at), self.word(at + 1)),
            Place::Stem(at) => format!("{language}:{}…", stem(self.word(at)).unwrap_or_default()),
            Place::Fact(start, end) => self.fact(start, end).to_owned(),
        }
    }

    /// Whether a feature tells how loud a comment is: of all form, capitals alone tell an insult from an argument.
    pub fn is_manner(&self, feature: &Feature) -> bool {
        matches!(feature.place, Place::Fact(start, end) if self.fact(start, end).starts_with("capitals="))
    }

    /// A feature as evidence names it: words by where they first stand, structure by its name.
    pub fn token(&self, feature: &Feature) -> Token {
        let span = |from: u32, to: u32| {
            let ((_, from), (_, to)) = (self.words.get(from as usize)?, self.words.get(to as usize)?);
            Some(Token::Words(vec![self.body?.span_of(from.start as usize..to.end as usize)]))
        };
        let words = match feature.place {
            Place::Word(at) | Place::Stem(at) => span(at, at),
            Place::Pair(at) => span(at, at + 1),
            Place::Fact(..) => None,
        };
        words.unwrap_or_else(|| Token::Structure(self.name(feature)))
    }

    fn word(&self, at: u32) -> &'t str {
        self.words.get(at as usize).map_or("", |(word, _)| word)
    }

    fn fact(&self, start: u32, end: u32) -> &str {
        self.facts.get(start as usize..end as usize).unwrap_or_default()
    }

    /// A pair is hashed as its second word, seeded with the first: every word is read but twice.
    fn add_words(&mut self) {
        let group = Group::words(self.language);
        let mut before = None;
        for (at, (word, _)) in (0..).zip(&self.words) {
            let hash = xxh3_64(word.as_bytes());
            if let Some(before) = before {
                let pair = group.key(xxh3_64_with_seed(word.as_bytes(), before));
                self.all.push(Feature { key: pair, family: Family::Words, place: Place::Pair(at - 1) });
            }
            before = Some(hash);
            if *word == LINK {
                continue;
            }
            self.all.push(Feature { key: group.key(hash), family: Family::Words, place: Place::Word(at) });
            if let Some(stem) = stem(word) {
                let key = group.key(xxh3_64_with_seed(stem.as_bytes(), STEM_SEED));
                self.all.push(Feature { key, family: Family::Stems, place: Place::Stem(at) });
            }
        }
    }

    fn add_fact(&mut self, fact: &str) {
        let start = self.facts.len() as u32;
        self.facts.push_str(fact);
        let place = Place::Fact(start, self.facts.len() as u32);
        self.all.push(Feature { key: Group::FORM.key(xxh3_64(fact.as_bytes())), family: Family::Structure, place });
    }
}

/// How a longer word begins.
fn stem(word: &str) -> Option<&str> {
    let (end, _) = word.char_indices().nth(STEM)?;
    word.get(..end)
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
        let text = text(body);
        let features = Features::of(&text);
        features.all().iter().map(|feature| features.name(feature)).collect()
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
        let twice: Vec<_> =
            features.distinct().into_iter().filter(|feature| features.name(feature) == "fr:non").collect();
        assert_eq!(twice.len(), 1);
        let Token::Words(spans) = features.token(&twice[0]) else { panic!("a word") };
        assert_eq!((spans[0].start, spans[0].end), (0, 3));
    }

    #[test]
    fn sorted_by_key_and_distinct() {
        let text = text("des mots, des mots, toujours des mots !");
        let keys: Vec<_> = Features::of(&text).distinct().iter().map(|feature| feature.key).collect();
        assert!(keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
