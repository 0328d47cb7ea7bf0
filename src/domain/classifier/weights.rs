//! A head's weights: one log-odds ratio a feature, found by its key.

use super::features::Key;

/// Sorted keys with their weights, and where in them each range of keys begins.
///
/// Keys are hashes, so they lie evenly: the first bits of a key lead to a handful of neighbours, and a look-up
/// touches one or two cache lines.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    keys: Vec<Key>,
    values: Vec<f32>,
    starts: Vec<u32>,
    shift: u32,
}

impl Weights {
    /// From pairs sorted by key, without duplicates.
    pub(super) fn new(pairs: impl IntoIterator<Item = (Key, f32)>) -> Self {
        let (keys, values): (Vec<Key>, Vec<f32>) = pairs.into_iter().unzip();
        let bits = keys.len().next_power_of_two().trailing_zeros().clamp(1, 24);
        let shift = Key::BITS - bits;
        let mut starts = vec![0_u32; (1 << bits) + 1];
        for key in &keys {
            if let Some(count) = starts.get_mut((key >> shift) as usize + 1) {
                *count += 1;
            }
        }
        let mut before = 0;
        for start in &mut starts {
            before += *start;
            *start = before;
        }
        Self { keys, values, starts, shift }
    }

    /// The weight of a feature, if the head knows it.
    pub fn get(&self, key: Key) -> Option<f32> {
        let bucket = (key >> self.shift) as usize;
        let range = *self.starts.get(bucket)? as usize..*self.starts.get(bucket + 1)? as usize;
        let start = range.start;
        let at = self.keys.get(range)?.binary_search(&key).ok()?;
        self.values.get(start + at).copied()
    }

    pub fn iter(&self) -> impl Iterator<Item = (Key, f32)> + '_ {
        self.keys.iter().copied().zip(self.values.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_weights_know_nothing() {
        assert_eq!(Weights::new([]).get(7), None);
        assert_eq!(Weights::default().get(7), None);
    }

    proptest! {
        #[test]
        fn finds_what_is_there_and_nothing_else(map in proptest::collection::btree_map(any::<u64>(), -9f32..9.0, 0..300), other in any::<u64>()) {
            let weights = Weights::new(map.clone());
            for (key, value) in &map {
                prop_assert_eq!(weights.get(*key), Some(*value));
            }
            prop_assert_eq!(weights.get(other), map.get(&other).copied());
        }
    }
}
