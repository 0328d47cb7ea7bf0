//! The words of all rules, found in one walk over the words of a field.
//!
//! A field is first laid out as a *row* of words, whatever stands between them; the end of a sentence stays, so that a
//! phrase does not reach over it. Each word is looked up once among the first words of all phrases.

mod found;
mod phrase;
mod row;
mod tree;

use crate::domain::text::{FieldText, Text};

pub(super) use found::Found;
pub(super) use phrase::{Phrase, PhraseError};

use found::{At, Form};
use phrase::Step;
use row::Row;
use tree::{Place, Tree};

use super::facts::{Fields, Strength, Where};
use super::quotes::Quotes;

/// One group of words: what any of them being found fulfils.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group(u32);

/// Every phrase of every rule, ready to be looked for.
#[derive(Debug)]
pub(super) struct Vocabulary {
    phrases: Tree<Tells>,
    /// Where each group looks.
    groups: Vec<Where>,
    fields: Fields,
}

/// Whom a phrase tells when it is found, and in which form of a text.
#[derive(Clone, Copy, Debug)]
struct Tells {
    group: Group,
    form: Form,
}

/// Gathers phrases until the vocabulary is built.
#[derive(Debug, Default)]
pub(super) struct Builder {
    phrases: Vec<(Vec<Step>, Tells)>,
    groups: Vec<Where>,
}

impl Builder {
    /// Adds a group of phrases, and where to look for them.
    pub fn group(&mut self, phrases: Vec<Phrase>, place: Where) -> Group {
        let group = Group(self.groups.len() as u32);
        self.groups.push(place);
        for Phrase { folded, unaccented, skeleton } in phrases {
            for form in [Some(folded), unaccented].into_iter().flatten() {
                self.phrases.push((form, Tells { group, form: Form::Folded }));
            }
            self.phrases.push((skeleton, Tells { group, form: Form::Skeleton }));
        }
        group
    }

    pub fn build(self) -> Vocabulary {
        let fields = self.groups.iter().fold(Fields::default(), |all, place| all.and(place.fields));
        Vocabulary { phrases: Tree::new(self.phrases), groups: self.groups, fields }
    }
}

impl Vocabulary {
    /// What is found in a text, in one walk over each field.
    pub fn find<'a>(&self, text: &'a Text, quotes: &Quotes<'_>) -> Found<'a> {
        let mut found = Found::nothing(self.groups.len());
        for field in text.fields().iter().filter(|field| self.fields.contains(field.field)) {
            self.walk(field, quotes, &mut found);
        }
        found
    }

    /// Both forms side by side: most words are the same in both, and are looked up once.
    fn walk<'a>(&self, field: &'a FieldText, quotes: &Quotes<'_>, found: &mut Found<'a>) {
        let folded = Row::of(field.folded.as_str());
        let skeleton = (field.skeleton.as_str() != field.folded.as_str()).then(|| Row::of(field.skeleton.as_str()));
        let skeleton = skeleton.as_ref().unwrap_or(&folded);
        for word in 0..folded.len().max(skeleton.len()) {
            let words = (folded.word(word), skeleton.word(word));
            let start = words.0.and_then(|word| self.phrases.start(word));
            let other = match words.0 == words.1 {
                true => start,
                false => words.1.and_then(|word| self.phrases.start(word)),
            };
            for (form, row, start) in [(Form::Folded, &folded, start), (Form::Skeleton, skeleton, other)] {
                let Some(start) = start else { continue };
                self.phrases.follow(start, row, word, &mut |ends, place| {
                    let groups = ends.iter().filter(|tells| tells.form == form).map(|tells| tells.group);
                    groups
                        .for_each(|group| self.take(group, &Sight { field, form, row, place: &place }, quotes, found));
                });
            }
        }
    }

    /// Adds what is seen to what is found, if the group looks there.
    fn take<'a>(&self, group: Group, sight: &Sight<'a, '_>, quotes: &Quotes<'_>, found: &mut Found<'a>) {
        let Some(place) = self.groups.get(group.0 as usize) else { return };
        let strength = match sight.form {
            Form::Skeleton if !place.masked => Strength::Half,
            _ => Strength::Full,
        };
        let is_told = place.fields.contains(sight.field.field) && found.wants(group, strength);
        if !is_told || place.masked && !sight.is_masked() {
            return;
        }
        let at = sight.whole();
        if !place.outside_quotes || quotes.is_empty() || place.takes(at.span(), quotes) {
            found.add(group, strength, at);
        }
    }
}

/// A phrase in one form of a field.
struct Sight<'a, 'r> {
    field: &'a FieldText,
    form: Form,
    row: &'r Row<'a>,
    place: &'r Place,
}

impl<'a> Sight<'a, '_> {
    /// From the first word's beginning to the last word's end.
    fn whole(&self) -> At<'a> {
        let (first, last) = (self.place.words.start, self.place.words.end.saturating_sub(1));
        let bytes = self.row.range(first).start..self.row.range(last).end;
        At { field: self.field, form: self.form, bytes }
    }

    /// Whether words of the skeleton were written with something else than letters: `c0nnard`, `s@lope`, `c.o.n`,
    /// `c o n`. What a `*` stands for does not count.
    fn is_masked(&self) -> bool {
        if self.form != Form::Skeleton {
            return false;
        }
        let single = self.place.words.len() == 1;
        let last = self.row.range(self.place.words.end.saturating_sub(1)).start;
        let mut said = self.whole();
        said.bytes.end = last + self.place.said;
        self.field.written(said.span()).chars().any(|character| match character {
            '\'' | '’' | '-' => false,
            character if character.is_whitespace() => single,
            character => !character.is_alphabetic(),
        })
    }
}
