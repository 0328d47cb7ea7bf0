//! Counting: how much of each kind of label holds each feature, for both heads at once.

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::base::Column;
use super::spellings::Spellings;
use crate::domain::classifier::card::Question;
use crate::domain::classifier::features::{Feature, Features, Key};

/// The mass of one example, in millionths: whole numbers add up the same in any order.
pub(super) type Mass = u64;

pub(super) const ONE: Mass = 1_000_000;

/// Above so many features those seen least are forgotten, so that memory is bounded whatever the corpus.
const MOST_FEATURES: usize = 450_000;

/// The fewest examples that make a feature.
pub(super) const FEWEST_EXAMPLES: u32 = 2;

/// A name is told only where so many examples hold it, by two authors.
const NAMED_FROM: u32 = 5;

/// What is counted of one feature. There are many, and most look-ups miss the cache: with its key it fills one line of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// By head, of good examples and of bad ones.
    masses: [[Mass; 2]; 2],
    /// By head.
    examples: [u32; 2],
    /// How often it was seen, by whichever head.
    pub seen: u32,
    authors: Authors,
}

const _: () = assert!(size_of::<(Key, Tally)>() == 64);

#[derive(Clone, Copy, Debug, Default)]
enum Authors {
    #[default]
    None,
    One(u32),
    Several,
}

impl Authors {
    /// An example whose source does not tell its author is taken to have one of its own.
    fn and(self, author: Option<u32>) -> Self {
        match (self, author) {
            (Self::None, Some(author)) => Self::One(author),
            (Self::One(one), Some(author)) if one == author => self,
            _ => Self::Several,
        }
    }

    fn merged(self, other: Self) -> Self {
        match other {
            Self::None => self,
            Self::One(author) => self.and(Some(author)),
            Self::Several => other,
        }
    }
}

/// What an example says to one head.
#[derive(Clone, Copy, Debug)]
pub(super) struct Say {
    pub question: Question,
    pub unwanted: bool,
    pub mass: Mass,
}

/// The sums of what one lane reads.
#[derive(Debug)]
pub(super) struct Counts {
    tallies: FxHashMap<Key, Tally>,
    names: Spellings,
    /// So many at most.
    most: usize,
}

impl Counts {
    /// With room for what texts of so many `bytes` hold, which at most is about a feature for two: a table that grows
    /// leaves holes in memory that nothing fills.
    pub fn new(bytes: u64) -> Self {
        let room = MOST_FEATURES.min(bytes as usize / 2);
        let tallies = FxHashMap::with_capacity_and_hasher(room, FxBuildHasher);
        Self { tallies, names: Spellings::default(), most: MOST_FEATURES }
    }

    /// Adds the features of one example, as far as they `count` for a head.
    pub fn add(
        &mut self,
        features: &Features<'_>,
        says: &[Say],
        author: Option<u64>,
        counts: impl Fn(Question, &Feature) -> bool,
    ) {
        let author = author.map(|author| author as u32);
        for feature in &features.distinct() {
            let mut says = says.iter().filter(|say| counts(say.question, feature)).peekable();
            if says.peek().is_none() {
                continue;
            }
            let tally = self.tallies.entry(feature.key).or_default();
            says.for_each(|say| tally.add(*say));
            tally.seen += 1;
            tally.authors = tally.authors.and(author);
            if tally.seen == NAMED_FROM {
                self.names.add(feature.key, &features.name(feature));
            }
        }
        self.forget_the_rare();
    }

    /// Makes room for as many again. The table is filled anew, since one that much was taken out of grows rather than use
    /// the places that are left.
    fn forget_the_rare(&mut self) {
        if self.tallies.len() <= self.most {
            return;
        }
        let left = |fewest: u32| self.tallies.values().filter(|tally| tally.seen >= fewest).count();
        let fewest = (2..).find(|&fewest| left(fewest) <= self.most / 2).unwrap_or(u32::MAX);
        let kept: Vec<_> = self.tallies.drain().filter(|(_, tally)| tally.seen >= fewest).collect();
        self.tallies.extend(kept);
        // What was forgotten and came back has been spelled twice.
        if self.names.number() > self.tallies.len() {
            self.names = self.names.only(|key| self.tallies.contains_key(&key));
        }
    }

    /// The sums, and the names of the features that enough examples hold for it to be no one's secret.
    pub fn into_parts(self) -> (FxHashMap<Key, Tally>, Spellings) {
        (self.tallies, self.names)
    }
}

impl Tally {
    fn add(&mut self, say: Say) {
        let head = head(say.question);
        self.masses[head][usize::from(say.unwanted)] += say.mass;
        self.examples[head] += 1;
    }

    pub fn examples(&self, question: Question) -> u32 {
        self.examples[head(question)]
    }

    pub fn column(&self, question: Question) -> Column {
        self.masses[head(question)].map(|mass| mass as f64 / ONE as f64)
    }

    /// Whether it is known from several authors.
    pub fn is_common(&self) -> bool {
        matches!(self.authors, Authors::Several)
    }

    pub fn merge(&mut self, other: &Self) {
        for (mass, other) in self.masses.iter_mut().flatten().zip(other.masses.iter().flatten()) {
            *mass += other;
        }
        for (examples, other) in self.examples.iter_mut().zip(other.examples) {
            *examples += other;
        }
        self.seen += other.seen;
        self.authors = self.authors.merged(other.authors);
    }
}

/// A head's place.
const fn head(question: Question) -> usize {
    match question {
        Question::Spam => 0,
        Question::Abuse => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::{Comment, Draft, Language};
    use crate::domain::text::Text;

    fn text(body: &str) -> Text {
        let comment = Comment::parse(Draft { body: body.to_owned(), ..Draft::default() }).unwrap();
        Text::of(&comment, Some(Language::FR))
    }

    #[test]
    fn memory_is_bounded_by_forgetting_what_is_rare() {
        let mut counts = Counts { most: 60, ..Counts::new(0) };
        let say = Say { question: Question::Spam, unwanted: true, mass: ONE };
        for at in 0..200 {
            counts.add(&Features::of(&text(&format!("toujours mot{at}"))), &[say], None, |_, _| true);
            assert!(counts.tallies.len() <= 60 && counts.names.number() <= 60);
        }
        let (tallies, names) = counts.into_parts();
        let always = names.iter().find(|(_, name)| *name == "fr:toujours").map(|(key, _)| tallies[&key].seen);
        assert_eq!(always, Some(200));
    }
}
