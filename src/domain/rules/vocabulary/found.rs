//! What was found of a vocabulary, and where.

use std::ops::Range;

use super::Group;
use crate::domain::rules::facts::{MAX_SPANS, Strength};
use crate::domain::signal::Span;
use crate::domain::text::FieldText;

/// Which groups of a vocabulary a text has, and where.
#[derive(Debug)]
pub(in crate::domain::rules) struct Found<'a> {
    groups: Vec<Known>,
    /// In the order they begin, field by field; at most [`MAX_SPANS`] a group and strength.
    finds: Vec<(Group, Strength, At<'a>)>,
}

/// What is known of one group.
#[derive(Clone, Debug, Default)]
struct Known {
    strength: Option<Strength>,
    /// How often it was found so, up to [`MAX_SPANS`].
    count: u8,
}

/// Some bytes of one form of a field.
#[derive(Clone, Debug)]
pub(super) struct At<'a> {
    pub field: &'a FieldText,
    pub form: Form,
    pub bytes: Range<usize>,
}

/// The forms of a text that words are looked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Folded,
    Skeleton,
}

impl At<'_> {
    pub fn span(&self) -> Span {
        match self.form {
            Form::Folded => self.field.span_of(self.bytes.clone()),
            Form::Skeleton => self.field.skeleton_span(self.bytes.clone()),
        }
    }
}

impl<'a> Found<'a> {
    /// Nothing of so many groups.
    pub(super) fn nothing(groups: usize) -> Self {
        Self { groups: vec![Known::default(); groups], finds: Vec::new() }
    }

    /// How the group was found, if it was.
    pub fn strength(&self, group: Group) -> Option<Strength> {
        self.groups.get(group.0 as usize)?.strength
    }

    /// Where the group was found at its full strength; each place once.
    pub fn spans(&self, group: Group) -> impl Iterator<Item = Span> {
        let strength = self.strength(group);
        let finds = self.finds.iter().filter(move |(of, at, _)| *of == group && Some(*at) == strength);
        let mut before = None;
        finds.map(|(_, _, at)| at.span()).filter(move |span| before.replace(*span) != Some(*span))
    }

    /// Whether one more find of that strength would change anything.
    pub(super) fn wants(&self, group: Group, strength: Strength) -> bool {
        self.groups.get(group.0 as usize).is_some_and(|known| match known.strength {
            Some(before) if before == strength => usize::from(known.count) < MAX_SPANS,
            before => before < Some(strength),
        })
    }

    /// Adds a find that is wanted.
    pub(super) fn add(&mut self, group: Group, strength: Strength, at: At<'a>) {
        let Some(known) = self.groups.get_mut(group.0 as usize) else { return };
        known.count = if known.strength == Some(strength) { known.count + 1 } else { 1 };
        known.strength = Some(strength);
        self.finds.push((group, strength, at));
    }
}
