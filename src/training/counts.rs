//! Counting: how much of each kind of label holds each feature.

use std::collections::HashMap;

use super::TrainingError;
use super::fit;
use crate::domain::classifier::features::{Feature, Features, Key};

/// The mass of one example, in millionths: whole numbers add up the same in any order.
pub(super) type Mass = u64;

pub(super) const ONE: Mass = 1_000_000;

/// Above so many features those seen once are forgotten, so that memory is bounded whatever the corpus.
const MOST_FEATURES: usize = 4_000_000;

/// A name is told only where so many examples hold it, by two authors.
const NAMED_FROM: u32 = 5;

/// What is counted of one feature.
#[derive(Clone, Debug, Default)]
struct Tally {
    wanted: Mass,
    unwanted: Mass,
    examples: u32,
    authors: Authors,
    name: Option<Box<str>>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Authors {
    #[default]
    None,
    One(u64),
    Several,
}

impl Authors {
    /// An example whose source does not tell its author is taken to have one of its own.
    fn and(self, author: Option<u64>) -> Self {
        match (self, author) {
            (Self::None, Some(author)) => Self::One(author),
            (Self::One(one), Some(author)) if one == author => self,
            _ => Self::Several,
        }
    }
}

/// The sums of a training set.
#[derive(Debug)]
pub(super) struct Counts {
    tallies: HashMap<Key, Tally>,
    /// Whether names are kept.
    named: bool,
    most: usize,
}

/// A fitted head: weights sorted by key, and the names that may be told.
#[derive(Clone, Debug, Default)]
pub(super) struct Fitted {
    pub weights: Vec<(Key, f32)>,
    pub names: Vec<(Key, String)>,
}

impl Counts {
    pub fn new(named: bool) -> Self {
        Self { tallies: HashMap::new(), named, most: MOST_FEATURES }
    }

    /// Adds the features of one example that `counts` picks.
    pub fn add(
        &mut self,
        features: &Features,
        unwanted: bool,
        mass: Mass,
        author: Option<u64>,
        counts: impl Fn(&Feature) -> bool,
    ) {
        for feature in features.iter().filter(|feature| counts(feature)) {
            let tally = self.tallies.entry(feature.key).or_default();
            match unwanted {
                true => tally.unwanted += mass,
                false => tally.wanted += mass,
            }
            tally.examples += 1;
            tally.authors = tally.authors.and(author);
            if self.named && tally.name.is_none() {
                tally.name = Some(features.name(feature).into());
            }
        }
        self.forget_the_rare();
    }

    fn forget_the_rare(&mut self) {
        let mut fewest = 2;
        while self.tallies.len() > self.most {
            self.tallies.retain(|_, tally| tally.examples >= fewest);
            fewest += 1;
        }
    }

    /// Fits the features that at least `fewest` examples hold.
    pub fn fit(self, alpha: f64, fewest: u32) -> Result<Fitted, TrainingError> {
        let mut kept: Vec<_> = self.tallies.into_iter().filter(|(_, tally)| tally.examples >= fewest).collect();
        kept.sort_unstable_by_key(|(key, _)| *key);
        let row = |mass: fn(&Tally) -> Mass| -> Vec<f64> {
            kept.iter().map(|(_, tally)| mass(tally) as f64 / ONE as f64).collect()
        };
        let log_odds = fit::log_odds(&row(|tally| tally.wanted), &row(|tally| tally.unwanted), alpha)?;
        let weights = kept.iter().map(|(key, _)| *key).zip(log_odds).collect();
        let names = kept.into_iter().filter_map(|(key, tally)| Some((key, tally.public_name()?))).collect();
        Ok(Fitted { weights, names })
    }
}

impl Tally {
    fn public_name(self) -> Option<String> {
        let public = self.examples >= NAMED_FROM && matches!(self.authors, Authors::Several);
        self.name.filter(|_| public).map(String::from)
    }
}

impl Fitted {
    pub fn weight(&self, key: Key) -> Option<f32> {
        let at = self.weights.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.weights.get(at).map(|(_, weight)| *weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::{Comment, Draft, Language};
    use crate::domain::text::Text;

    fn features(body: &str) -> Features {
        let comment = Comment::parse(Draft { body: body.to_owned(), ..Draft::default() }).unwrap();
        Features::of(&Text::of(&comment, Some(Language::FR)))
    }

    fn names(counts: Counts) -> Vec<String> {
        counts.fit(1.0, 1).unwrap().names.into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn a_name_needs_five_examples_and_two_authors() {
        let mut one = Counts::new(true);
        let mut two = Counts::new(true);
        for author in 0..5 {
            one.add(&features("secret"), true, ONE, Some(7), |_| true);
            two.add(&features("connu"), true, ONE, Some(author), |_| true);
        }
        assert!(names(one).is_empty());
        assert!(names(two).contains(&"fr:connu".to_owned()));
        let mut four = Counts::new(true);
        for author in 0..4 {
            four.add(&features("rare"), true, ONE, Some(author), |_| true);
        }
        assert!(names(four).is_empty());
    }

    #[test]
    fn memory_is_bounded_by_forgetting_what_is_rare() {
        let mut counts = Counts { most: 60, ..Counts::new(false) };
        for at in 0..200 {
            counts.add(&features(&format!("toujours mot{at}")), at % 2 == 0, ONE, None, |_| true);
            assert!(counts.tallies.len() <= 60);
        }
        let fitted = counts.fit(1.0, 2).unwrap();
        let always = features("toujours").iter().map(|feature| feature.key).collect::<Vec<_>>();
        assert!(always.iter().any(|key| fitted.weight(*key).is_some()));
    }
}
