//! `capitals = { at_least = 0.7, letters = 20 }`: the share of capitals among the letters of a body that has enough.

use super::{Condition, Conditions, Scope, full, one};
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;

#[derive(Debug)]
struct Capitals {
    /// In 0..=1.
    at_least: f64,
    letters: u64,
}

pub(super) fn capitals(value: &Value<'_>, _: &mut Scope<'_, '_>) -> Conditions {
    one(read(value))
}

fn read(value: &Value<'_>) -> Option<Capitals> {
    let table = value.table(&["at_least", "letters"])?;
    let hint = "write { at_least = 0.7, letters = 20 }";
    let at_least = table.need("at_least", hint)?.number(0.01..=1.0)?;
    let letters = table.need("letters", hint)?.count(1..=100_000)?;
    Some(Capitals { at_least, letters })
}

impl Condition for Capitals {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        let shape = facts.text.shape();
        let enough = u64::from(shape.letters) >= self.letters;
        full(enough && f64::from(shape.capitals) >= self.at_least * f64::from(shape.letters))
    }
}
