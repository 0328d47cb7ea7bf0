//! How far the words of a language count: as far as there are labels in it.

use crate::domain::classifier::card::Written;

/// Labels of persons on real comments, of both kinds, at which a language's words count half; at 200 they count two thirds.
const HALF_OPEN: f64 = 100.0;

/// What an example written for the project counts towards opening a language to the spam head, beside a person's label on
/// a real comment. Offers are written as those who make them write; insults are not: on a French forum left out, written
/// ones made the abuse head hold 2 to 7 % of the good comments, so they open nothing to it.
const WRITTEN_SHARE: f64 = 0.5;

/// The real good comments at which written examples begin to count: so many show, without an error, that at most 2 % are
/// held wrongly (exact binomial bound at 95 %). Where that cannot be shown, written examples open nothing.
pub(super) const ENOUGH_REAL: u64 = 149;

/// Whose word the labels of an example are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Voice {
    /// A person's, on a real comment.
    Person,
    /// Its writer's, for the project.
    Written,
    /// A machine's, that let a real comment pass.
    Machine,
}

/// Labels in one language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Labels {
    /// Of persons on real comments: *real labels*.
    pub wanted: u64,
    pub unwanted: u64,
    /// Of examples written for the project, where they count.
    pub written: Written,
}

impl Labels {
    /// How far the language's own words count: n / (n + 100) of the rarer kind, of which written examples count half.
    pub fn openness(self) -> f64 {
        let number = |real: u64, written: u64| real as f64 + WRITTEN_SHARE * written as f64;
        let rarer = number(self.wanted, self.written.wanted).min(number(self.unwanted, self.written.unwanted));
        rarer / (rarer + HALF_OPEN)
    }

    pub fn add(&mut self, voice: Voice, unwanted: bool, count: u64) {
        let (wanted_of, unwanted_of) = match voice {
            Voice::Person => (&mut self.wanted, &mut self.unwanted),
            Voice::Written => (&mut self.written.wanted, &mut self.written.unwanted),
            Voice::Machine => return,
        };
        *(if unwanted { unwanted_of } else { wanted_of }) += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_opens_smoothly_with_the_rarer_label() {
        let openness = |wanted, unwanted| Labels { wanted, unwanted, ..Labels::default() }.openness();
        assert_eq!(openness(5_000, 0), 0.0);
        assert_eq!(openness(100, 5_000), 0.5);
        assert!((openness(200, 200) - 2.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn written_examples_count_half() {
        let written = Written { wanted: 400, unwanted: 200 };
        let openness = |wanted, unwanted| Labels { wanted, unwanted, written }.openness();
        assert_eq!((openness(0, 0), openness(200, 100)), (0.5, 2.0 / 3.0));
    }
}
