//! Authors as numbers: training has to know whether two comments are one author's, and nobody has to know whose.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

/// How many authors are told apart; those that come later are taken for one, so that nothing they alone wrote is named.
const MOST: u32 = 1_000_000;

/// Authors' numbers, in the order in which they came.
#[derive(Debug, Default)]
pub struct Authors(HashMap<u64, u32>);

impl Authors {
    /// The number of the author of a name, from 1.
    pub fn number(&mut self, name: &str) -> u32 {
        let next = self.0.len() as u32 + 1;
        match next > MOST {
            true => self.0.get(&xxh3_64(name.as_bytes())).copied().unwrap_or(next),
            false => *self.0.entry(xxh3_64(name.as_bytes())).or_insert(next),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_has_one_number() {
        let mut authors = Authors::default();
        assert_eq!(["Léa", "Paul", "Léa"].map(|name| authors.number(name)), [1, 2, 1]);
    }
}
