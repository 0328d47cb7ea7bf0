//! Counting: how much of each kind of label holds each feature, for both heads at once.

use rustc_hash::FxHashMap;

use super::TrainingError;
use super::base::Column;
use super::fit;
use crate::domain::classifier::Masses;
use crate::domain::classifier::card::Question;
use crate::domain::classifier::features::{Feature, Features, Group, Key};

/// The mass of one example, in millionths: whole numbers add up the same in any order.
pub(super) type Mass = u64;

pub(super) const ONE: Mass = 1_000_000;

/// Above so many features those seen once are forgotten, so that memory is bounded whatever the corpus.
const MOST_FEATURES: usize = 450_000;

/// The most features of a head: those that most examples hold. Two heads of so many, with names, make a file of 7 MB.
pub(super) const MOST_WEIGHTS: usize = 150_000;

/// A name is told only where so many examples hold it, by two authors.
const NAMED_FROM: u32 = 5;

/// What is counted of one feature. There are many, and most look-ups miss the cache: small is fast.
#[derive(Clone, Debug, Default)]
struct Tally {
    /// By head.
    sums: [Sum; 2],
    /// How often it was seen, by whichever head.
    seen: u32,
    authors: Authors,
}

/// What one head counts of one feature.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    wanted: Mass,
    unwanted: Mass,
    examples: u32,
}

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

/// The sums of a corpus.
#[derive(Debug)]
pub(super) struct Counts {
    tallies: FxHashMap<Key, Tally>,
    /// Kept from the time that they may be told.
    names: FxHashMap<Key, Box<str>>,
    most: usize,
}

/// A fitted head: weights sorted by key, and the names that may be told.
#[derive(Clone, Debug, Default)]
pub(super) struct Fitted {
    pub weights: Vec<(Key, f32)>,
    /// What each weight was fitted from.
    pub masses: Vec<Masses>,
    pub names: Vec<(Key, String)>,
}

impl Counts {
    pub fn new() -> Self {
        Self { tallies: FxHashMap::default(), names: FxHashMap::default(), most: MOST_FEATURES }
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
            says.for_each(|say| tally.sum_mut(say.question).add(*say));
            tally.seen += 1;
            tally.authors = tally.authors.and(author);
            if tally.seen == NAMED_FROM {
                self.names.insert(feature.key, features.name(feature).into_boxed_str());
            }
        }
        self.forget_the_rare();
    }

    fn forget_the_rare(&mut self) {
        let mut fewest = 2;
        while self.tallies.len() > self.most {
            self.tallies.retain(|_, tally| tally.seen >= fewest);
            fewest += 1;
        }
        if self.names.len() > self.tallies.len() {
            self.names.retain(|key, _| self.tallies.contains_key(key));
        }
    }

    /// Both counts as one. A name that only together is seen often enough is not told.
    pub fn merged(mut self, other: Self) -> Self {
        for (key, tally) in other.tallies {
            self.tallies.entry(key).or_default().merge(tally);
        }
        self.names.extend(other.names);
        // What is rare in one half may not be in both.
        self.most = self.most.saturating_mul(2);
        self.forget_the_rare();
        self
    }

    /// Fits the features of a head that at least `fewest` examples hold, and those of the base it starts from.
    pub fn fit(
        &self,
        question: Question,
        alpha: f64,
        fewest: u32,
        base: &[(Key, Column)],
    ) -> Result<Fitted, TrainingError> {
        let fewest = enough(self.tallies.values().map(|tally| tally.sum(question).examples), fewest);
        let known = |key: Key| base.binary_search_by_key(&key, |(key, _)| *key).is_ok();
        let sums = self.tallies.iter().map(|(key, tally)| (*key, tally.sum(question)));
        let own = sums.filter(|(key, sum)| sum.examples >= fewest || sum.examples > 0 && known(*key));
        let mut kept: Vec<_> = base.iter().copied().chain(own.map(|(key, sum)| (key, sum.column()))).collect();
        kept.sort_by_key(|(key, _)| *key);
        kept.dedup_by(|own, base| {
            let same = own.0 == base.0;
            if same {
                base.1 = [base.1[0] + own.1[0], base.1[1] + own.1[1]];
            }
            same
        });
        let grouped: Vec<_> = kept.iter().map(|(key, column)| (Group::of(*key), *column)).collect();
        let (keys, columns): (Vec<Key>, Vec<Column>) = kept.into_iter().unzip();
        let log_odds = fit::log_odds(&grouped, alpha)?;
        let named = keys.iter().filter_map(|key| Some((*key, self.public_name(*key)?.to_owned())));
        Ok(Fitted {
            names: named.collect(),
            masses: columns.iter().map(|column| column.map(|mass| mass as f32)).collect(),
            weights: keys.into_iter().zip(log_odds).collect(),
        })
    }

    fn public_name(&self, key: Key) -> Option<&str> {
        let told = matches!(self.tallies.get(&key)?.authors, Authors::Several);
        self.names.get(&key).filter(|_| told).map(|name| &**name)
    }
}

impl Sum {
    fn column(self) -> Column {
        [self.wanted, self.unwanted].map(|mass| mass as f64 / ONE as f64)
    }
}

/// At how many examples, `fewest` or more, no more than [`MOST_WEIGHTS`] features are left.
pub(super) fn enough(examples: impl Iterator<Item = u32> + Clone, fewest: u32) -> u32 {
    let left = |fewest: u32| examples.clone().filter(|&examples| examples >= fewest).count();
    (fewest..).find(|&fewest| left(fewest) <= MOST_WEIGHTS).unwrap_or(fewest)
}

impl Tally {
    fn sum(&self, question: Question) -> Sum {
        let [spam, abuse] = self.sums;
        if question == Question::Spam { spam } else { abuse }
    }

    fn sum_mut(&mut self, question: Question) -> &mut Sum {
        let [spam, abuse] = &mut self.sums;
        if question == Question::Spam { spam } else { abuse }
    }

    fn merge(&mut self, other: Self) {
        for (sum, other) in self.sums.iter_mut().zip(other.sums) {
            sum.wanted += other.wanted;
            sum.unwanted += other.unwanted;
            sum.examples += other.examples;
        }
        self.seen += other.seen;
        self.authors = self.authors.merged(other.authors);
    }
}

impl Sum {
    fn add(&mut self, say: Say) {
        match say.unwanted {
            true => self.unwanted += say.mass,
            false => self.wanted += say.mass,
        }
        self.examples += 1;
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

    fn spam(counts: &mut Counts, body: &str, author: Option<u64>) {
        let say = Say { question: Question::Spam, unwanted: true, mass: ONE };
        counts.add(&Features::of(&text(body)), &[say], author, |_, _| true);
    }

    fn names(counts: &Counts) -> Vec<String> {
        counts.fit(Question::Spam, 1.0, 1, &[]).unwrap().names.into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn a_name_needs_five_examples_and_two_authors() {
        let (mut one, mut two, mut four) = (Counts::new(), Counts::new(), Counts::new());
        for author in 0..5 {
            spam(&mut one, "secret", Some(7));
            spam(&mut two, "connu", Some(author));
        }
        (0..4).for_each(|author| spam(&mut four, "rare", Some(author)));
        assert!(names(&one).is_empty() && names(&four).is_empty());
        assert!(names(&two).contains(&"fr:connu".to_owned()));
        let both = one.merged(two);
        assert!(names(&both).iter().all(|name| name != "fr:secret"));
    }

    #[test]
    fn memory_is_bounded_by_forgetting_what_is_rare() {
        let mut counts = Counts { most: 60, ..Counts::new() };
        for at in 0..200 {
            spam(&mut counts, &format!("toujours mot{at}"), None);
            assert!(counts.tallies.len() <= 60);
        }
        let fitted = counts.fit(Question::Spam, 1.0, 2, &[]).unwrap();
        assert!(
            Features::of(&text("toujours"))
                .all()
                .iter()
                .any(|feature| fitted.weights.iter().any(|(key, _)| *key == feature.key))
        );
    }

    #[test]
    fn two_halves_are_the_whole() {
        let texts = ["un deux", "deux trois", "trois un", "un un", "deux deux"];
        let (mut whole, mut one, mut two) = (Counts::new(), Counts::new(), Counts::new());
        for (at, text) in texts.iter().enumerate() {
            spam(&mut whole, text, None);
            spam(if at % 2 == 0 { &mut one } else { &mut two }, text, None);
        }
        let weights = |counts: Counts| counts.fit(Question::Spam, 1.0, 1, &[]).unwrap().weights;
        assert_eq!(weights(whole), weights(one.merged(two)));
    }

    #[test]
    fn a_head_counts_only_what_is_said_to_it() {
        let mut counts = Counts::new();
        spam(&mut counts, "un deux", None);
        assert!(counts.fit(Question::Abuse, 1.0, 1, &[]).unwrap().weights.is_empty());
    }
}
