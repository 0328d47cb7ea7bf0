//! Which texts have been met, by a digest of their folded form.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use xxhash_rust::xxh3::Xxh3;

use crate::domain::classifier::card::Label;
use crate::domain::text::Text;

/// How many different texts are remembered: their digests and places take some 200 MB when there are so many.
const MOST: usize = 3_500_000;

/// A number for what a reader sees of a text: without markup, case, and differences of spacing.
pub fn digest(text: &Text) -> u64 {
    let mut digest = Xxh3::new();
    for word in text.body().map_or("", |body| body.folded.as_str()).split_whitespace() {
        digest.update(word.as_bytes());
        digest.update(b" ");
    }
    digest.digest()
}

/// The texts met so far, each with the label and place at which it was met first.
#[derive(Debug)]
pub struct Seen<P> {
    first: HashMap<u64, (Label, P)>,
    most: usize,
    /// How many texts came when no more could be remembered.
    pub forgotten: u64,
}

/// How a text is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met<P> {
    New,
    /// It had the same label.
    Again(P),
    /// It had another label.
    Otherwise(Label, P),
}

impl<P> Default for Seen<P> {
    fn default() -> Self {
        Self { first: HashMap::new(), most: MOST, forgotten: 0 }
    }
}

impl<P: Copy> Seen<P> {
    pub fn meet(&mut self, digest: u64, label: Label, place: P) -> Met<P> {
        let full = self.first.len() >= self.most;
        match self.first.entry(digest) {
            Entry::Occupied(entry) => match *entry.get() {
                (known, first) if known == label => Met::Again(first),
                (known, first) => Met::Otherwise(known, first),
            },
            Entry::Vacant(_) if full => {
                self.forgotten += 1;
                Met::New
            }
            Entry::Vacant(entry) => {
                entry.insert((label, place));
                Met::New
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::{BodyFormat, Comment, Draft};

    fn digest_of(body: &str, body_format: BodyFormat) -> u64 {
        let draft = Draft { body: body.to_owned(), body_format, ..Draft::default() };
        digest(&Text::of(&Comment::parse(draft).unwrap(), None))
    }

    #[test]
    fn case_spacing_and_markup_make_no_other_text() {
        let plain = digest_of("Bonjour  à TOUS\n", BodyFormat::Text);
        assert_eq!(plain, digest_of("bonjour à tous", BodyFormat::Text));
        assert_eq!(plain, digest_of("<p>Bonjour à <b>tous</b></p>", BodyFormat::Html));
        assert_ne!(plain, digest_of("bonjour a tous", BodyFormat::Text));
    }

    #[test]
    fn a_text_is_met_new_again_or_otherwise() {
        let mut seen = Seen::default();
        assert_eq!(seen.meet(1, Label::Ham, 'a'), Met::New);
        assert_eq!(seen.meet(1, Label::Ham, 'b'), Met::Again('a'));
        assert_eq!(seen.meet(1, Label::Spam, 'c'), Met::Otherwise(Label::Ham, 'a'));
    }

    #[test]
    fn what_cannot_be_remembered_is_told() {
        let mut seen = Seen { most: 1, ..Seen::default() };
        for digest in [1, 2, 2, 1] {
            seen.meet(digest, Label::Ham, ());
        }
        assert_eq!((seen.first.len(), seen.forgotten), (1, 2));
    }
}
