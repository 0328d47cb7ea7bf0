//! What is tried again and again is held in memory: of a large corpus an even share, as features without their text.

use super::split::{Census, Place};
use crate::domain::classifier::card::Question;
use crate::domain::classifier::features::{Family, Features, Key};
use crate::domain::comment::Language;
use crate::domain::decision::Verdict;
use crate::domain::score::Score;

/// The most examples of a sample, and the most bytes of text they come from: under four million features.
const MOST_ROWS: u64 = 30_000;
const MOST_BYTES: u64 = 8_000_000;

/// Lots are drawn out of so many.
const LOTS: u64 = 1 << 20;

/// A feature's number in a sample.
pub(super) type Id = u32;

/// One example, derived.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// By head; `None` where it does not speak for it.
    pub places: [Option<Place>; 2],
    pub language: Option<Language>,
    pub group: Option<Box<str>>,
    /// Whether it holds something to follow.
    pub offer: bool,
    /// What the built-in rules say of it, by head.
    pub rules: [Ruled; 2],
    /// The number of its text, by which it is found again in the corpus.
    pub lot: u64,
    /// Which of the sample's keys are its own: up to here from the row before.
    end: usize,
}

/// What rules say of a comment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ruled {
    pub score: Score,
    pub floor: Option<Verdict>,
}

/// A feature as a sample keeps it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cue {
    pub id: Id,
    pub family: Family,
    /// Whether it tells how loudly something is said.
    pub manner: bool,
}

/// Examples while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    rows: Vec<Row>,
    keys: Vec<Key>,
    marks: Vec<u8>,
}

/// Examples with their features.
#[derive(Debug, Default)]
pub(super) struct Sample {
    rows: Vec<Row>,
    /// The features of all rows, one row after the other.
    ids: Vec<Id>,
    marks: Vec<u8>,
    /// The key of each feature by its number.
    known: Vec<Key>,
}

/// How many lots of [`LOTS`] win: those of an even share of a corpus that fits.
pub(super) fn winning(censuses: &[Census; 2]) -> u64 {
    let sum = |of: fn(&Census) -> u64| censuses.iter().map(of).sum::<u64>();
    let share = |most: u64, of: u64| most.saturating_mul(LOTS).checked_div(of).unwrap_or(LOTS);
    LOTS.min(share(MOST_ROWS, sum(Census::examples))).min(share(MOST_BYTES, sum(Census::bytes)))
}

/// Whether a lot is among those that win.
pub(super) fn wins(lot: u64, winning: u64) -> bool {
    lot % LOTS < winning
}

const STRUCTURE: u8 = 2;
const MANNER: u8 = 4;

impl Gathering {
    /// Adds an example.
    pub fn add(&mut self, row: Row, features: &Features<'_>) {
        for feature in &features.distinct() {
            let manner = if features.is_manner(feature) { MANNER } else { 0 };
            self.keys.push(feature.key);
            self.marks.push(feature.family as u8 | manner);
        }
        self.rows.push(Row { end: self.keys.len(), ..row });
    }

    /// All that was gathered, in the order of the lots, which is the same on every machine.
    pub fn sample(lanes: Vec<Self>) -> Sample {
        let mut known: Vec<Key> = lanes.iter().flat_map(|lane| lane.keys.iter().copied()).collect();
        known.sort_unstable();
        known.dedup();
        let mut rows: Vec<(usize, std::ops::Range<usize>, Row)> = Vec::new();
        for (lane, gathering) in lanes.iter().enumerate() {
            let mut start = 0;
            for row in &gathering.rows {
                rows.push((lane, start..row.end, row.clone()));
                start = row.end;
            }
        }
        rows.sort_by_key(|(lane, range, row)| (row.lot, *lane, range.start));
        let mut sample = Sample::default();
        for (lane, range, row) in rows {
            let Some(lane) = lanes.get(lane) else { continue };
            let keys = lane.keys.get(range.clone()).unwrap_or_default();
            sample.ids.extend(keys.iter().filter_map(|key| known.binary_search(key).ok()).map(|at| at as Id));
            sample.marks.extend(lane.marks.get(range).unwrap_or_default());
            sample.rows.push(Row { end: sample.ids.len(), ..row });
        }
        Sample { known, ..sample }
    }
}

impl Row {
    pub fn new(
        places: [Option<Place>; 2],
        language: Option<Language>,
        group: Option<Box<str>>,
        offer: bool,
        rules: [Ruled; 2],
        lot: u64,
    ) -> Self {
        Self { places, language, group, offer, rules, lot, end: 0 }
    }

    pub fn place(&self, question: Question) -> Option<Place> {
        let [spam, abuse] = self.places;
        if question == Question::Spam { spam } else { abuse }
    }

    pub fn ruled(&self, question: Question) -> Ruled {
        let [spam, abuse] = self.rules;
        if question == Question::Spam { spam } else { abuse }
    }
}

impl Sample {
    /// Every example with its features, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Row, impl Iterator<Item = Cue> + Clone)> {
        let mut start = 0;
        self.rows.iter().map(move |row| {
            let range = std::mem::replace(&mut start, row.end)..row.end;
            let ids = self.ids.get(range.clone()).unwrap_or_default();
            let marks = self.marks.get(range).unwrap_or_default();
            (row, ids.iter().zip(marks).map(|(id, mark)| Cue::read(*id, *mark)))
        })
    }

    /// The keys of all features, in the order of their numbers, which is their own.
    pub fn features(&self) -> &[Key] {
        &self.known
    }
}

impl Cue {
    fn read(id: Id, mark: u8) -> Self {
        let family = match mark & 3 {
            0 => Family::Words,
            1 => Family::Stems,
            _ => Family::Structure,
        };
        Self { id, family, manner: mark & MANNER != 0 }
    }
}

const _: () = assert!(Family::Words as u8 == 0 && Family::Stems as u8 == 1 && Family::Structure as u8 == STRUCTURE);
