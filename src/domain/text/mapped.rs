//! A derived string that remembers where each of its characters stood.

use std::ops::Range;

use crate::domain::signal::{Field, Span};

/// A derived string that remembers where each of its characters stood in the field as stored.
///
/// The map is kept as pieces rather than a place for every byte: a run of characters that were taken over one by
/// one is a single piece, so unaltered prose costs almost nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    text: String,
    /// Sorted by `byte`; a piece reaches to the next one's first byte.
    pieces: Vec<Piece>,
    /// The scalar after the last one that was mapped.
    end: u32,
}

/// Some bytes of the derived string, and the scalars of the field that they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    byte: u32,
    scalar: u32,
    reach: Reach,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Every so many bytes are one scalar.
    Each(u32),
    /// All bytes of the piece stand for the same so many scalars.
    All(u32),
}

impl Mapped {
    /// The derived string.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A string that stands for itself.
    pub fn identity(text: &str) -> Self {
        let mut mapped = Self::with_capacity(text.len());
        mapped.push_identity(text, 0);
        mapped
    }

    /// Where some bytes of the derived string stood. Bytes past the end, or the wrong way round, are brought in range.
    pub fn span(&self, field: Field, bytes: Range<usize>) -> Span {
        let start = self.scalars(bytes.start).start;
        let end = if bytes.end > bytes.start { self.scalars(bytes.end - 1).end } else { start };
        Span { field, start, end: end.max(start) }
    }

    /// The bytes of the derived string that stand for any of those scalars of the field.
    pub fn bytes(&self, scalars: Range<u32>) -> Range<usize> {
        let from = self.first_byte(|at| at.end > scalars.start);
        let to = self.first_byte(|at| at.start >= scalars.end).max(from);
        from..to
    }

    /// The scalars that one byte stands for; past the end, the place after the last.
    pub(super) fn scalars(&self, byte: usize) -> Range<u32> {
        if byte >= self.text.len() {
            return self.end..self.end;
        }
        let byte = byte as u32;
        let after = self.pieces.partition_point(|piece| piece.byte <= byte);
        match after.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            Some(piece) => piece.scalars(byte),
            None => 0..0,
        }
    }

    /// Some bytes, piece by piece: each with the scalars it stands for, one a character or all for the whole.
    pub(super) fn runs(&self, bytes: Range<usize>) -> impl Iterator<Item = (&str, Range<u32>)> {
        let mut index = self.pieces.partition_point(|piece| piece.byte as usize <= bytes.start).saturating_sub(1);
        let mut at = bytes.start;
        std::iter::from_fn(move || {
            let piece = self.pieces.get(index).filter(|_| at < bytes.end)?;
            index += 1;
            let to = self.pieces.get(index).map_or(self.text.len(), |next| next.byte as usize).min(bytes.end);
            let scalars = piece.scalars(at as u32).start..piece.scalars(to as u32 - 1).end;
            let run = self.text.get(at..to)?;
            at = to;
            Some((run, scalars))
        })
    }

    /// The first byte, where a character begins, whose scalars satisfy `reached`; they never go back, so it bisects.
    fn first_byte(&self, reached: impl Fn(Range<u32>) -> bool) -> usize {
        let after = self.pieces.partition_point(|piece| !reached(piece.scalars(piece.byte)));
        let to = self.pieces.get(after).map_or(self.text.len() as u32, |piece| piece.byte);
        let Some(piece) = after.checked_sub(1).and_then(|before| self.pieces.get(before)) else { return to as usize };
        let Reach::Each(width) = piece.reach else { return to as usize };
        let (mut low, mut high) = (1, (to - piece.byte) / width);
        while low < high {
            let middle = low.midpoint(high);
            if reached(piece.scalars(piece.byte + middle * width)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        (piece.byte + low * width) as usize
    }

    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), pieces: Vec::with_capacity(1 + bytes / 16), end: 0 }
    }

    pub(super) fn into_string(self) -> String {
        self.text
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Appends a run whose characters all take `width` bytes and stand for one scalar each, from `start` on.
    pub(super) fn push_run(&mut self, run: &str, width: usize, start: u32) {
        if run.is_empty() {
            return;
        }
        self.begin_run(width as u32, start);
        self.text.push_str(run);
        self.end = self.end.max(start + (run.len() / width) as u32);
    }

    /// Appends text as it is, a scalar for each character, from `start` on.
    pub(super) fn push_identity(&mut self, text: &str, mut start: u32) {
        let mut rest = text;
        while let Some(width) = rest.chars().next().map(char::len_utf8) {
            let (run, after) = rest.split_at(same_width_run(rest, width));
            self.push_run(run, width, start);
            start += (run.len() / width) as u32;
            rest = after;
        }
    }

    /// Appends some bytes of another derived string of the same field, places and all.
    pub(super) fn push_copy(&mut self, other: &Self, bytes: Range<usize>) {
        let Some(text) = other.text.get(bytes.clone()).filter(|text| !text.is_empty()) else { return };
        let shift = |byte: u32| (self.text.len() + byte as usize - bytes.start) as u32;
        let first = other.pieces.partition_point(|piece| piece.byte as usize <= bytes.start).saturating_sub(1);
        let pieces = other.pieces.iter().skip(first).take_while(|piece| (piece.byte as usize) < bytes.end);
        for piece in pieces.map(|piece| piece.from(bytes.start as u32)) {
            self.pieces.push(Piece { byte: shift(piece.byte), ..piece });
        }
        self.end = self.end.max(other.scalars(bytes.end - 1).end);
        self.text.push_str(text);
    }

    /// Appends ASCII in lower case, each byte for one scalar, from `start` on.
    pub(super) fn push_ascii_lower(&mut self, run: &str, start: u32) {
        let from = self.text.len();
        self.push_run(run, 1, start);
        if let Some(pushed) = self.text.get_mut(from..) {
            pushed.make_ascii_lowercase();
        }
    }

    /// Appends one character for the scalars of `from`.
    pub(super) fn push(&mut self, character: char, from: Range<u32>) {
        let width = character.len_utf8() as u32;
        if from.end - from.start == 1 {
            self.begin_run(width, from.start);
        } else {
            let byte = self.text.len() as u32;
            self.pieces.push(Piece { byte, scalar: from.start, reach: Reach::All(from.end - from.start) });
        }
        self.text.push(character);
        self.end = self.end.max(from.end);
    }

    /// Opens a piece of characters `width` bytes wide, unless the last one goes on just so.
    fn begin_run(&mut self, width: u32, scalar: u32) {
        let byte = self.text.len() as u32;
        let goes_on = self
            .pieces
            .last()
            .is_some_and(|last| last.reach == Reach::Each(width) && last.scalar + (byte - last.byte) / width == scalar);
        if !goes_on {
            self.pieces.push(Piece { byte, scalar, reach: Reach::Each(width) });
        }
    }
}

/// Asks a derived string for places in order, so that no search is needed.
pub(super) struct Cursor<'a> {
    mapped: &'a Mapped,
    index: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(mapped: &'a Mapped) -> Self {
        Self { mapped, index: 0 }
    }

    /// The scalars that one byte stands for, which must not lie before the one asked for last.
    pub(super) fn scalars(&mut self, byte: usize) -> Range<u32> {
        while self.mapped.pieces.get(self.index + 1).is_some_and(|next| next.byte as usize <= byte) {
            self.index += 1;
        }
        match self.mapped.pieces.get(self.index).filter(|piece| piece.byte as usize <= byte) {
            Some(piece) if byte < self.mapped.text.len() => piece.scalars(byte as u32),
            _ => self.mapped.scalars(byte),
        }
    }
}

impl Piece {
    /// What is left of the piece from a byte on.
    fn from(self, byte: u32) -> Self {
        if byte <= self.byte {
            return self;
        }
        Self { byte, scalar: self.scalars(byte).start, ..self }
    }

    fn scalars(&self, byte: u32) -> Range<u32> {
        match self.reach {
            Reach::All(count) => self.scalar..self.scalar + count,
            Reach::Each(width) => {
                let scalar = self.scalar + (byte - self.byte) / width;
                scalar..scalar + 1
            }
        }
    }
}

/// How many bytes at the beginning of `text` are characters of that width.
fn same_width_run(text: &str, width: usize) -> usize {
    if width == 1 {
        return ascii_prefix(text);
    }
    text.char_indices().find(|(_, character)| character.len_utf8() != width).map_or(text.len(), |(at, _)| at)
}

/// How many bytes at the beginning of `text` are ASCII.
pub(super) fn ascii_prefix(text: &str) -> usize {
    let bytes = text.as_bytes();
    let words = bytes.chunks_exact(8).take_while(|word| word.is_ascii()).count() * 8;
    words + bytes.iter().skip(words).take_while(|byte| byte.is_ascii()).count()
}
