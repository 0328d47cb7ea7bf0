//! Evidence as a number that adds up exactly.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Evidence in natural-log odds against the base rate; positive means unwanted.
///
/// Kept in whole thousandths, so that the scores of a decision add up to its sum to the last digit, in any
/// order, on any machine. As JSON it is a number in nats: `2.4`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(i32);

impl Score {
    pub const ZERO: Self = Self(0);

    /// One thousand nats: far beyond any threshold, and a thousand such scores still add up in an `i32`.
    const LIMIT: f64 = 1_000.0;

    /// The nearest score to `nats`, bounded to ±1000; not-a-number is no evidence.
    pub fn from_nats(nats: f64) -> Self {
        if nats.is_nan() {
            return Self::ZERO;
        }
        Self((nats.clamp(-Self::LIMIT, Self::LIMIT) * 1_000.0).round() as i32)
    }

    pub const fn from_thousandths(thousandths: i32) -> Self {
        Self(thousandths)
    }

    pub const fn thousandths(self) -> i32 {
        self.0
    }

    pub fn nats(self) -> f64 {
        f64::from(self.0) / 1_000.0
    }

    /// Half of it, towards zero: what a match of the folded skeleton is worth.
    pub const fn half(self) -> Self {
        Self(self.0 / 2)
    }
}

impl Add for Score {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Score {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Score {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Score {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Score {
    fn sum<I: Iterator<Item = Self>>(scores: I) -> Self {
        scores.fold(Self::ZERO, Add::add)
    }
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.nats())
    }
}

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Self::from_nats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_add_up_exactly() {
        let sum: Score = (0..10).map(|_| Score::from_nats(0.1)).sum();
        assert_eq!(sum, Score::from_nats(1.0));
    }

    #[test]
    fn nonsense_is_no_evidence_and_extremes_are_bounded() {
        assert_eq!(Score::from_nats(f64::NAN), Score::ZERO);
        assert_eq!(Score::from_nats(f64::INFINITY).nats(), 1_000.0);
    }

    #[test]
    fn json_keeps_every_thousandth() {
        for thousandths in [-12_345, -1, 0, 1, 999, 2_400] {
            let score = Score::from_thousandths(thousandths);
            let json = serde_json::to_string(&score).unwrap();
            assert_eq!(serde_json::from_str::<Score>(&json).unwrap(), score);
        }
    }
}
