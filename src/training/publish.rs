//! From two fitted heads to a model file, which is bounded whatever the corpus.

use std::collections::HashMap;

use super::base::Base;
use super::tallies::Fitted;
use super::{Trained, TrainingError};
use crate::domain::classifier::card::Card;
use crate::domain::classifier::features::Key;
use crate::domain::classifier::{HeadParts, Model, write};

/// The most that names take of a file, in bytes: those of the features that weigh least are left out. Evidence does not
/// need them, since a card shows the words of the comment itself; they are for who looks at a model.
const MOST_NAMES: usize = 2_800_000;

/// What a name takes beside its own bytes.
const EACH_NAME: usize = size_of::<Key>() + size_of::<u16>();

/// Writes a model of both heads and reads it back.
pub(super) fn publish(
    card: Card,
    spam: &Fitted,
    abuse: &Fitted,
    base: Option<&Base>,
) -> Result<Trained, TrainingError> {
    if spam.weights.is_empty() && abuse.weights.is_empty() {
        return Err(TrainingError::NothingToLearn);
    }
    // A site's model carries none: what it learned from must not outlive the labels that taught it.
    let parts = |fitted| head_parts(fitted, base.is_none());
    let model_bytes = write(&card, parts(spam), parts(abuse), &names(spam, abuse, base, MOST_NAMES));
    let version = Model::read(&model_bytes)?.version().to_owned();
    Ok(Trained { model_bytes, version, card })
}

fn head_parts(fitted: &Fitted, with_masses: bool) -> HeadParts<'_> {
    HeadParts { weights: &fitted.weights, masses: if with_masses { &fitted.masses } else { &[] } }
}

/// The names of the features of either head that have one, sorted by key, within `most` bytes.
fn names(spam: &Fitted, abuse: &Fitted, base: Option<&Base>, most: usize) -> Vec<(Key, String)> {
    let before = base.map(Base::names).unwrap_or_default();
    let mut names = [before, spam.names.as_slice(), abuse.names.as_slice()].concat();
    names.sort_unstable();
    names.dedup_by_key(|(key, _)| *key);
    if names.iter().map(taken).sum::<usize>() <= most {
        return names;
    }
    let mut strength: HashMap<Key, f32> = HashMap::new();
    for (key, weight) in spam.weights.iter().chain(&abuse.weights) {
        let known = strength.entry(*key).or_default();
        *known = known.max(weight.abs());
    }
    let strength = |key: Key| strength.get(&key).copied().unwrap_or_default();
    names.sort_by(|(a, _), (b, _)| strength(*b).total_cmp(&strength(*a)).then(a.cmp(b)));
    let mut left = most;
    let fits = |name: &&(Key, String)| left.checked_sub(taken(name)).map(|rest| left = rest).is_some();
    let mut kept: Vec<_> = names.iter().take_while(fits).cloned().collect();
    kept.sort_unstable();
    kept
}

fn taken((_, name): &(Key, String)) -> usize {
    EACH_NAME + name.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_names_are_kept_and_lie_in_order() {
        let name = |key: Key| (key, format!("fr:mot{key}"));
        let fitted = |weights: &[(Key, f32)]| Fitted {
            weights: weights.to_vec(),
            names: weights.iter().map(|(key, _)| name(*key)).collect(),
            ..Fitted::default()
        };
        let (spam, abuse) = (fitted(&[(1, 0.1), (2, -3.0), (3, 0.2)]), fitted(&[(3, 2.0), (4, 0.3)]));
        let kept = |most| names(&spam, &abuse, None, most);
        assert_eq!(kept(1_000), [name(1), name(2), name(3), name(4)]);
        assert_eq!(kept(2 * taken(&name(1))), [name(2), name(3)]);
        assert_eq!(kept(taken(&name(1)) - 1), []);
    }
}
