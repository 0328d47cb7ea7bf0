//! `length = { at_least = 1, at_most = 20 }`: how many characters the body has.

use super::{Condition, Conditions, Scope, full, one};
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;

/// Longer than any body.
const MOST: u64 = 2_000_000;

#[derive(Debug)]
struct Length {
    at_least: u64,
    at_most: u64,
}

pub(super) fn length(value: &Value<'_>, _: &mut Scope<'_, '_>) -> Conditions {
    one(read(value))
}

fn read(value: &Value<'_>) -> Option<Length> {
    let table = value.table(&["at_least", "at_most"])?;
    let bound = |key: &str, otherwise: u64| table.get(key).map_or(Some(otherwise), |value| value.count(0..=MOST));
    let (at_least, at_most) = (bound("at_least", 0)?, bound("at_most", MOST)?);
    if table.keys().next().is_none() || at_least > at_most {
        table.problem("fits every length or none", "write { at_most = 20 } or { at_least = 5000 }");
    }
    Some(Length { at_least, at_most })
}

impl Condition for Length {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full((self.at_least..=self.at_most).contains(&u64::from(facts.text.shape().scalars)))
    }
}
