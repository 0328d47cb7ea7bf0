//! All phrases as a tree of their words, so that a text is compared with all of them at once.
//!
//! The words that may follow at one point stand together and sorted. Of a word of a text the last entry not above it
//! is looked up; it, and along `shorter` every open entry that begins it, are all that can take the word.

use std::ops::Range;

use super::phrase::{MIN_PREFIX, Step};
use super::row::Row;

/// A tree of phrases; at their ends stands what finding them tells.
#[derive(Debug)]
pub(super) struct Tree<T> {
    entries: Vec<Entry<T>>,
    heads: Heads,
}

/// One word of one phrase or more.
#[derive(Debug)]
struct Entry<T> {
    step: Step,
    /// The phrases that end here.
    ends: Vec<T>,
    /// The words that can follow, and a bit for the head of each: most words that do follow are none of them.
    next: Range<usize>,
    heads: u64,
    /// The next entry, of those that stand together with this one, that can take a word that this one begins.
    shorter: Option<usize>,
}

/// A phrase in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The places of its words in the row.
    pub words: Range<usize>,
    /// How many bytes of its last word the phrase says; a `*` stands for the rest.
    pub said: usize,
}

/// The first word of some phrases, to go on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start(usize);

impl<T> Tree<T> {
    pub fn new(mut phrases: Vec<(Vec<Step>, T)>) -> Self {
        phrases.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut tree = Self { entries: Vec::new(), heads: Heads::default() };
        let phrases = phrases.into_iter().map(|(steps, tells)| (steps.into_iter(), tells)).collect();
        let roots = tree.grow(phrases);
        tree.heads = Heads::new(tree.entries.get(roots).unwrap_or_default());
        tree
    }

    /// Adds what is left of some sorted phrases; where their first words stand.
    fn grow(&mut self, phrases: Vec<(std::vec::IntoIter<Step>, T)>) -> Range<usize> {
        let first = self.entries.len();
        let mut rests: Vec<Vec<_>> = Vec::new();
        for (mut steps, tells) in phrases {
            let Some(step) = steps.next() else { continue };
            if rests.is_empty() || self.entries.last().is_none_or(|last| last.step != step) {
                let shorter = self.shorter(first, &step);
                self.entries.push(Entry { step, ends: Vec::new(), next: 0..0, heads: 0, shorter });
                rests.push(Vec::new());
            }
            match (steps.len(), self.entries.last_mut(), rests.last_mut()) {
                (0, Some(entry), _) => entry.ends.push(tells),
                (_, _, Some(rest)) => rest.push((steps, tells)),
                _ => {}
            }
        }
        let last = self.entries.len();
        for (index, rest) in (first..last).zip(rests) {
            let next = self.grow(rest);
            let following = self.entries.get(next.clone()).unwrap_or_default();
            let heads = following.iter().fold(0, |all, entry| all | head_bit(&entry.step.text));
            if let Some(entry) = self.entries.get_mut(index) {
                (entry.next, entry.heads) = (next, heads);
            }
        }
        first..last
    }

    /// The last entry from `first` on that takes every word that `step` begins.
    fn shorter(&self, first: usize, step: &Step) -> Option<usize> {
        let mut index = self.entries.len().checked_sub(1).filter(|last| *last >= first);
        while let Some(entry) = index.and_then(|index| self.entries.get(index)) {
            if entry.step.takes(&step.text) {
                return index;
            }
            index = entry.shorter;
        }
        None
    }

    /// The phrases that a word can begin.
    pub fn start(&self, word: &str) -> Option<Start> {
        self.search(self.heads.of(word)?, word).map(Start)
    }

    /// Of some entries that stand together, the last one not above a word.
    fn search(&self, among: Range<usize>, word: &str) -> Option<usize> {
        let first = among.start;
        let not_above = self.entries.get(among)?.partition_point(|entry| entry.step.text.as_str() <= word);
        Some(first + not_above.checked_sub(1)?)
    }

    /// Tells of every phrase that begins in a row at a word whose start is known.
    pub fn follow(&self, start: Start, row: &Row<'_>, word: usize, tell: &mut impl FnMut(&[T], Place)) {
        self.walk(start.0, row, word..word, tell);
    }

    /// Goes on from an entry, at the word of the row behind `words`.
    fn walk(&self, entry: usize, row: &Row<'_>, words: Range<usize>, tell: &mut impl FnMut(&[T], Place)) {
        let Some(word) = row.word(words.end) else { return };
        let words = words.start..words.end + 1;
        let mut index = Some(entry);
        while let Some(entry) = index.and_then(|index| self.entries.get(index)) {
            index = entry.shorter;
            if !entry.step.takes(word) {
                continue;
            }
            if !entry.ends.is_empty() {
                tell(&entry.ends, Place { words: words.clone(), said: entry.step.text.len() });
            }
            let next = row.word(words.end).filter(|next| entry.heads & head_bit(next) != 0);
            if let Some(next) = next.and_then(|next| self.search(entry.next.clone(), next)) {
                self.walk(next, row, words.clone(), tell);
            }
        }
    }
}

/// Where the entries stand whose words begin with the same bytes. Most words of a text begin as none does, and one
/// look tells so.
#[derive(Debug, Default)]
struct Heads {
    /// A power of two of them, at least half of them empty; a head stands at its hash or in the next free slot.
    slots: Vec<Slot>,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    head: u32,
    /// The bytes after the head that the words have: a bit for each of [`next_byte`], so that most words that merely
    /// begin alike are told apart without a search.
    next_bytes: u32,
    entries: Range<u32>,
}

impl Heads {
    /// Of sorted entries, the first of which is the first of all.
    fn new<T>(entries: &[Entry<T>]) -> Self {
        let mut heads = Self { slots: vec![Slot::default(); (2 * entries.len()).next_power_of_two()] };
        let mut first = 0;
        for group in entries.chunk_by(|one, other| head(&one.step.text) == head(&other.step.text)) {
            let last = first + group.len() as u32;
            let head = group.first().map_or(0, |entry| head(&entry.step.text));
            if let Some(slot) = heads.slots(head).find(|&at| heads.is_free(at)).and_then(|at| heads.slots.get_mut(at)) {
                let next_bytes = group.iter().fold(0, |all, entry| all | next_bytes(&entry.step));
                *slot = Slot { head, next_bytes, entries: first..last };
            }
            first = last;
        }
        heads
    }

    /// The entries that begin as a word does, unless none of them can take it.
    fn of(&self, word: &str) -> Option<Range<usize>> {
        let head = head(word);
        let mut slots = self.slots(head).map_while(|at| self.slots.get(at).filter(|slot| !slot.entries.is_empty()));
        let slot = slots.find(|slot| slot.head == head)?;
        let goes_on = slot.next_bytes >> next_byte(word) & 1 == 1;
        goes_on.then_some(slot.entries.start as usize..slot.entries.end as usize)
    }

    /// The slots where a head may stand, in the order to look.
    fn slots(&self, head: u32) -> impl Iterator<Item = usize> + use<> {
        let mask = self.slots.len().saturating_sub(1);
        let hash = (u64::from(head).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize;
        (0..).map(move |step| (hash + step) & mask)
    }

    fn is_free(&self, at: usize) -> bool {
        self.slots.get(at).is_none_or(|slot| slot.entries.is_empty())
    }
}

/// The first bytes of a word. An open entry has as many, so it has the same head as the words it takes.
fn head(word: &str) -> u32 {
    let mut bytes = word.bytes();
    (0..MIN_PREFIX).fold(0, |head, _| head << 8 | u32::from(bytes.next().unwrap_or(0)))
}

/// One bit of 64 for a head.
fn head_bit(word: &str) -> u64 {
    1 << (head(word).wrapping_mul(0x9e37_79b1) >> 26)
}

/// The byte after the head, in five bits; zero where the word ends.
fn next_byte(word: &str) -> u32 {
    word.as_bytes().get(MIN_PREFIX).map_or(0, |byte| u32::from(byte & 31))
}

/// What the byte after the head can be in a word that the step takes.
fn next_bytes(step: &Step) -> u32 {
    if step.open && step.text.len() == MIN_PREFIX { u32::MAX } else { 1 << next_byte(&step.text) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn steps(phrase: &str) -> Vec<Step> {
        let words = phrase.split(' ');
        words.map(|word| Step { text: word.trim_end_matches('*').to_owned(), open: word.ends_with('*') }).collect()
    }

    fn tree(phrases: &[String]) -> Tree<usize> {
        Tree::new(phrases.iter().enumerate().map(|(index, phrase)| (steps(phrase), index)).collect())
    }

    /// Which phrases are found, and from which word to which, sorted.
    fn found(tree: &Tree<usize>, text: &str) -> Vec<(usize, Range<usize>)> {
        let row = Row::of(text);
        let mut found = Vec::new();
        for at in 0..row.len() {
            let Some(start) = tree.start(row.word(at).unwrap()) else { continue };
            tree.follow(start, &row, at, &mut |ends, place| {
                found.extend(ends.iter().map(|end| (*end, place.words.clone())));
            });
        }
        found.sort_by_key(|(end, words)| (*end, words.start, words.end));
        found
    }

    /// The same by comparing every phrase at every word.
    fn compared(phrases: &[String], text: &str) -> Vec<(usize, Range<usize>)> {
        let row = Row::of(text);
        let mut found = Vec::new();
        for (index, phrase) in phrases.iter().enumerate() {
            let steps = steps(phrase);
            let takes = |at: usize, step: &Step| row.word(at).is_some_and(|word| step.takes(word));
            let begins = |at: &usize| steps.iter().enumerate().all(|(place, step)| takes(at + place, step));
            found.extend((0..row.len()).filter(begins).map(|at| (index, at..at + steps.len())));
        }
        found
    }

    #[test]
    fn whole_words_open_words_and_phrases_are_found_together() {
        let phrases = ["con", "con*", "conn*", "connard", "con fini", "con* fini*"].map(str::to_owned);
        assert_eq!(found(&tree(&phrases), "connards"), [(1, 0..1), (2, 0..1)]);
        assert_eq!(found(&tree(&phrases), "con finie"), [(0, 0..1), (1, 0..1), (5, 0..2)]);
        assert_eq!(found(&tree(&[]), "con"), []);
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_comparing_each_phrase_finds(
            phrases in prop::collection::vec("(a|ab|b|aba\\*?|abab\\*?|abb\\*?|é|éaé\\*)( (a|b|aba\\*?|bab\\*|\\.)){0,3}", 0..12),
            text in "((a|b|é){1,6}( |\\. )){0,12}",
        ) {
            prop_assert_eq!(found(&tree(&phrases), &text), compared(&phrases, &text));
        }
    }
}
