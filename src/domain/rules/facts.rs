//! What conditions read: the comment, its text, and what was looked for once for all rules.

use jiff::Timestamp;

use super::patterns::{Candidates, Patterns};
use super::quotes::Quotes;
use super::vocabulary::{Found, Vocabulary};
use crate::domain::comment::Comment;
use crate::domain::signal::{Field, Span};
use crate::domain::text::{FieldText, Text};

/// How many places a condition names: enough for a person to see why, bounded for any text.
pub(super) const MAX_SPANS: usize = 16;

/// Everything there is to know about one comment.
pub(super) struct Facts<'a> {
    pub comment: &'a Comment,
    pub text: &'a Text,
    /// When the comment was submitted, or else now.
    pub at: Timestamp,
    /// What the body quotes.
    pub quotes: Quotes<'a>,
    pub patterns: &'a Patterns,
    pub candidates: Candidates<'a>,
    pub words: Found<'a>,
    /// The rules that have held so far, in order.
    pub held: Vec<Held>,
}

/// That a rule held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// Its place in the set.
    pub place: usize,
    pub strength: Strength,
}

/// How something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Only the skeleton fulfils it: it may be another word that looks alike without its accents.
    Half,
    /// As written.
    Full,
}

impl<'a> Facts<'a> {
    pub fn of(
        comment: &'a Comment,
        text: &'a Text,
        now: Timestamp,
        vocabulary: &Vocabulary,
        patterns: &'a Patterns,
    ) -> Self {
        let at = comment.submitted_at().unwrap_or(now);
        let quotes = Quotes::of(text.body());
        let (candidates, words) = (patterns.find(text), vocabulary.find(text, &quotes));
        Self { comment, text, at, quotes, patterns, candidates, words, held: Vec::new() }
    }

    pub fn fields(&self, fields: Fields) -> impl Iterator<Item = &'a FieldText> {
        self.text.fields().iter().filter(move |text| fields.contains(text.field))
    }
}

/// Where a condition looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Where {
    pub fields: Fields,
    /// What the comment quotes does not count.
    pub outside_quotes: bool,
    /// Only words whose letters are replaced by digits or signs, or set apart, count.
    pub masked: bool,
}

impl Where {
    /// All of one field.
    pub const fn all_of(field: Field) -> Self {
        Self { fields: Fields::of(field), outside_quotes: false, masked: false }
    }

    /// Whether evidence found there counts; `quotes` are the body's.
    pub fn takes(self, span: Span, quotes: &Quotes<'_>) -> bool {
        self.fields.contains(span.field) && !(self.outside_quotes && span.field == Field::Body && quotes.contain(span))
    }
}

/// A set of fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields(u8);

impl Fields {
    /// As a rule writes them.
    pub const NAMES: [(&'static str, Field); 4] = [
        ("body", Field::Body),
        ("author.name", Field::AuthorName),
        ("author.url", Field::AuthorUrl),
        ("author.email", Field::AuthorEmail),
    ];

    pub const fn of(field: Field) -> Self {
        Self(1 << field as u8)
    }

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn contains(self, field: Field) -> bool {
        self.0 & Self::of(field).0 != 0
    }
}

impl FromIterator<Field> for Fields {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> Self {
        fields.into_iter().fold(Self::default(), |all, field| all.and(Self::of(field)))
    }
}
