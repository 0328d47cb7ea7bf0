//! The words of all rules, found in one pass over a field.
//!
//! A field is first laid out as a *row*: its words between single spaces, whatever stood between them, so that a
//! phrase is found as a plain substring and always at word boundaries. The end of a sentence stays as ` . `, so
//! that a phrase does not reach over it.

mod phrase;
mod row;

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::domain::signal::Span;
use crate::domain::text::{FieldText, Mapped, Text};

pub(super) use phrase::{Phrase, PhraseError};
use row::Row;

use super::facts::{Fields, MAX_SPANS, Where};
use super::quotes::Quotes;

/// Up to so many bytes of words the automaton is a DFA: twice as fast, and some hundred bytes of memory a byte.
const MAX_DFA: usize = 100_000;

/// One group of words: what any of them being found fulfils.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group(u32);

/// Every phrase of every rule, ready to be looked for.
#[derive(Debug)]
pub(super) struct Vocabulary {
    folded: Finder,
    skeleton: Finder,
    /// Where each group looks.
    groups: Vec<Where>,
    fields: Fields,
}

/// Gathers phrases until the vocabulary is built.
#[derive(Debug, Default)]
pub(super) struct Builder {
    folded: BTreeMap<Vec<String>, Vec<Group>>,
    skeleton: BTreeMap<Vec<String>, Vec<Group>>,
    groups: Vec<Where>,
}

impl Builder {
    /// Adds a group of phrases, and where to look for them.
    pub fn group(&mut self, phrases: Vec<Phrase>, place: Where) -> Group {
        let group = Group(self.groups.len() as u32);
        self.groups.push(place);
        for Phrase { folded, skeleton } in phrases {
            self.folded.entry(folded).or_default().push(group);
            self.skeleton.entry(skeleton).or_default().push(group);
        }
        group
    }

    /// # Errors
    /// The words are too many for one automaton.
    pub fn build(self) -> Result<Vocabulary, aho_corasick::BuildError> {
        let fields = self.groups.iter().fold(Fields::default(), |all, place| all.and(place.fields));
        Ok(Vocabulary {
            folded: Finder::new(self.folded)?,
            skeleton: Finder::new(self.skeleton)?,
            groups: self.groups,
            fields,
        })
    }
}

impl Vocabulary {
    /// What is found in a text, in one pass over each field.
    pub fn find(&self, text: &Text, quotes: &Quotes) -> Found {
        let mut found = Found { strengths: vec![(Strength::None, 0); self.groups.len()], spans: Vec::new() };
        for field in text.fields().iter().filter(|field| self.fields.contains(field.field)) {
            self.look(
                &self.folded,
                field,
                &field.folded,
                |place, _, span| (!place.masked && place.takes(span, quotes)).then_some(Strength::Full),
                &mut found,
            );
            self.look(
                &self.skeleton,
                field,
                &field.skeleton,
                |place, words, span| {
                    let strength = match place.masked {
                        false => Strength::Half,
                        true => is_masked(words, field.written(span)).then_some(Strength::Full)?,
                    };
                    place.takes(span, quotes).then_some(strength)
                },
                &mut found,
            );
        }
        found
    }

    /// Looks for everything in one form of a field; `judge` says what a find of some words is worth to a group.
    fn look(
        &self,
        finder: &Finder,
        field: &FieldText,
        form: &Mapped,
        judge: impl Fn(Where, &str, Span) -> Option<Strength>,
        found: &mut Found,
    ) {
        let row = Row::of(form.as_str());
        finder.find(&row, |group, range| {
            let place = self.groups.get(group.0 as usize).filter(|place| place.fields.contains(field.field));
            let Some(place) = place.filter(|_| !found.is_full(group)) else { return };
            let words = row.as_str().get(range.clone()).unwrap_or_default();
            let span = form.span(field.field, row.source(range));
            if let Some(strength) = judge(*place, words, span) {
                found.add(group, strength, span);
            }
        });
    }
}

/// Whether words of the skeleton were written with something else than letters: `c0nnard`, `s@lope`, `c.o.n`, `c o n`.
fn is_masked(words: &str, written: &str) -> bool {
    let single = !words.trim().contains(' ');
    written.chars().any(|character| match character {
        '\'' | '’' | '-' => false,
        character if character.is_whitespace() => single,
        character => !character.is_alphabetic(),
    })
}

/// How a group was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    None,
    /// Only in the skeleton: it may be another word that looks alike without its accents.
    Half,
    /// As written.
    Full,
}

/// Which groups of a vocabulary a text has, and where.
#[derive(Debug)]
pub(super) struct Found {
    /// How strongly each group was found, and how often, up to [`MAX_SPANS`].
    strengths: Vec<(Strength, u8)>,
    /// In the order they were found, at most [`MAX_SPANS`] a group and strength.
    spans: Vec<(Group, Strength, Span)>,
}

impl Found {
    pub fn strength(&self, group: Group) -> Strength {
        self.strengths.get(group.0 as usize).map_or(Strength::None, |(strength, _)| *strength)
    }

    /// Where the group was found at its full strength.
    pub fn spans(&self, group: Group) -> impl Iterator<Item = Span> {
        let strength = self.strength(group);
        self.spans.iter().filter(move |(of, at, _)| (*of, *at) == (group, strength)).map(|(_, _, span)| *span)
    }

    /// Whether more of the group would change nothing.
    fn is_full(&self, group: Group) -> bool {
        let known = self.strengths.get(group.0 as usize);
        known.is_some_and(|(strength, count)| *strength == Strength::Full && usize::from(*count) >= MAX_SPANS)
    }

    fn add(&mut self, group: Group, strength: Strength, span: Span) {
        let Some((known, count)) = self.strengths.get_mut(group.0 as usize) else { return };
        let enough = *known == strength && usize::from(*count) >= MAX_SPANS;
        if strength < *known || enough {
            return;
        }
        *count = if *known == strength { *count + 1 } else { 1 };
        *known = strength;
        self.spans.push((group, strength, span));
    }
}

/// Looks for phrases by their first segment, and then checks the rest of each.
#[derive(Debug)]
struct Finder {
    automaton: AhoCorasick,
    /// For each pattern of the automaton, the phrases that begin with it.
    phrases: Vec<Vec<Rest>>,
}

/// What must follow a phrase's first segment, and whom it tells.
#[derive(Debug)]
struct Rest {
    segments: Vec<String>,
    groups: Vec<Group>,
}

impl Finder {
    fn new(phrases: BTreeMap<Vec<String>, Vec<Group>>) -> Result<Self, aho_corasick::BuildError> {
        let mut by_first: BTreeMap<String, Vec<Rest>> = BTreeMap::new();
        for (segments, groups) in phrases {
            let mut segments = segments.into_iter();
            let Some(first) = segments.next() else { continue };
            by_first.entry(first).or_default().push(Rest { segments: segments.collect(), groups });
        }
        let bytes: usize = by_first.keys().map(String::len).sum();
        let kind = (bytes <= MAX_DFA).then_some(AhoCorasickKind::DFA);
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).kind(kind).build(by_first.keys())?;
        Ok(Self { automaton, phrases: by_first.into_values().collect() })
    }

    fn find(&self, row: &Row, mut tell: impl FnMut(Group, Range<usize>)) {
        for hit in self.automaton.find_overlapping_iter(row.as_str()) {
            for rest in self.phrases.get(hit.pattern().as_usize()).into_iter().flatten() {
                if let Some(end) = row.follow(hit.end(), &rest.segments) {
                    rest.groups.iter().for_each(|group| tell(*group, hit.start()..end));
                }
            }
        }
    }
}
