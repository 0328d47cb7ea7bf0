//! The weights of both heads: a log-odds ratio a feature and head, found by the feature's key.

use super::card::Question;
use super::features::{Feature, Features, Key};

/// Stands for the weight of a feature that a head does not know; a model file holds none such.
const UNKNOWN: f32 = f32::NAN;

/// Sorted keys with their weights, and where among them each range of keys begins.
///
/// Keys are hashes, so they lie evenly: the first bits of a key lead to a handful of neighbours, and a look-up
/// touches two cache lines, for both heads.
#[derive(Clone, Debug, Default)]
pub(super) struct Weights {
    entries: Vec<(Key, [f32; 2])>,
    starts: Vec<u32>,
    shift: u32,
}

/// A feature of a comment that at least one head knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub feature: &'a Feature,
    weights: [f32; 2],
}

impl Known<'_> {
    /// What it weighs for a head, if that one knows it.
    pub fn weight(&self, question: Question) -> Option<f32> {
        weight(self.weights, question)
    }
}

impl Weights {
    /// From each head's pairs, sorted by key and distinct.
    pub fn new(spam: &[(Key, f32)], abuse: &[(Key, f32)]) -> Self {
        let spam = spam.iter().map(|&(key, weight)| (key, [weight, UNKNOWN]));
        let abuse = abuse.iter().map(|&(key, weight)| (key, [UNKNOWN, weight]));
        let mut entries: Vec<_> = spam.chain(abuse).collect();
        entries.sort_by_key(|(key, _)| *key);
        entries.dedup_by(|abuse, spam| {
            let same = abuse.0 == spam.0;
            if same {
                spam.1[1] = abuse.1[1];
            }
            same
        });
        let bits = entries.len().next_power_of_two().trailing_zeros().clamp(1, 24);
        let shift = Key::BITS - bits;
        let starts = starts(entries.iter().map(|(key, _)| (key >> shift) as usize), 1 << bits);
        Self { entries, starts, shift }
    }

    /// The features that a head knows, each once, in the order of their keys: the same on every machine.
    pub fn known<'a>(&self, features: &'a Features<'_>) -> Vec<Known<'a>> {
        // An entry and the feature's place in one number: numbers are sorted faster than what they stand for.
        let found = |(at, feature): (usize, &Feature)| Some((self.place(feature.key)? as u64) << 32 | at as u64);
        let mut found: Vec<u64> = features.all().iter().enumerate().filter_map(found).collect();
        found.sort_unstable();
        found.dedup_by_key(|found| *found >> 32);
        let known = |found: u64| {
            let (_, weights) = *self.entries.get((found >> 32) as usize)?;
            Some(Known { feature: features.all().get(found as u32 as usize)?, weights })
        };
        found.into_iter().filter_map(known).collect()
    }

    /// A head's weights, sorted by key.
    pub fn of(&self, question: Question) -> impl Iterator<Item = (Key, f32)> + '_ {
        self.entries.iter().filter_map(move |&(key, weights)| Some((key, weight(weights, question)?)))
    }

    /// Where the entry of a key stands.
    fn place(&self, key: Key) -> Option<usize> {
        let bucket = (key >> self.shift) as usize;
        let range = *self.starts.get(bucket)? as usize..*self.starts.get(bucket + 1)? as usize;
        let first = range.start;
        let entries = self.entries.get(range)?;
        Some(first + entries.iter().position(|(known, _)| *known == key)?)
    }
}

/// Where each of so many buckets begins, from the bucket of every entry, and where the last ends.
fn starts(buckets: impl Iterator<Item = usize>, of: usize) -> Vec<u32> {
    let mut starts = vec![0_u32; of + 1];
    for bucket in buckets {
        if let Some(count) = starts.get_mut(bucket + 1) {
            *count += 1;
        }
    }
    let mut before = 0;
    for start in &mut starts {
        before += *start;
        *start = before;
    }
    starts
}

fn weight([spam, abuse]: [f32; 2], question: Question) -> Option<f32> {
    let weight = if question == Question::Spam { spam } else { abuse };
    (!weight.is_nan()).then_some(weight)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_weights_know_nothing() {
        assert_eq!(Weights::new(&[], &[]).place(7), None);
        assert_eq!(Weights::default().place(7), None);
    }

    fn some() -> impl Strategy<Value = BTreeMap<u64, f32>> {
        proptest::collection::btree_map(prop_oneof![any::<u64>(), 0..40_u64], -9f32..9.0, 0..300)
    }

    proptest! {
        #[test]
        fn finds_what_is_there_and_nothing_else(spam in some(), abuse in some(), other in any::<u64>()) {
            let pairs = |map: &BTreeMap<u64, f32>| map.iter().map(|(key, weight)| (*key, *weight)).collect::<Vec<_>>();
            let weights = Weights::new(&pairs(&spam), &pairs(&abuse));
            for key in spam.keys().chain(abuse.keys()).chain([&other]) {
                let found = weights.place(*key).map(|at| weights.entries[at].1);
                for (question, map) in [(Question::Spam, &spam), (Question::Abuse, &abuse)] {
                    prop_assert_eq!(found.and_then(|found| weight(found, question)), map.get(key).copied());
                }
            }
            prop_assert_eq!(weights.of(Question::Spam).collect::<Vec<_>>(), pairs(&spam));
            prop_assert_eq!(weights.of(Question::Abuse).collect::<Vec<_>>(), pairs(&abuse));
        }
    }
}
