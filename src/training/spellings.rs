//! How the features are spelled that were seen often enough to be told: in one string, since single ones would lie all
//! over the memory that a lane uses again and again.

use crate::domain::classifier::features::Key;

#[derive(Debug, Default)]
pub(super) struct Spellings {
    /// Which features, and where in the text the spelling of each ends.
    ends: Vec<(Key, usize)>,
    text: String,
}

impl Spellings {
    pub fn add(&mut self, key: Key, name: &str) {
        self.text.push_str(name);
        self.ends.push((key, self.text.len()));
    }

    /// How many there are; one that was added twice is there twice.
    pub fn number(&self) -> usize {
        self.ends.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = (Key, &str)> {
        let mut start = 0;
        self.ends.iter().map(move |&(key, end)| {
            let from = std::mem::replace(&mut start, end);
            (key, self.text.get(from..end).unwrap_or_default())
        })
    }

    /// Those that are `kept`.
    pub fn only(&self, kept: impl Fn(Key) -> bool) -> Self {
        let mut only = Self::default();
        self.iter().filter(|(key, _)| kept(*key)).for_each(|(key, name)| only.add(key, name));
        only
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_again() {
        let mut spellings = Spellings::default();
        [(3, "fr:été"), (1, "links=2"), (2, "")].into_iter().for_each(|(key, name)| spellings.add(key, name));
        assert_eq!(spellings.iter().collect::<Vec<_>>(), [(3, "fr:été"), (1, "links=2"), (2, "")]);
        assert_eq!(spellings.only(|key| key != 3).iter().collect::<Vec<_>>(), [(1, "links=2"), (2, "")]);
    }
}
