//! `honeypot = true` and `elapsed = { below_ms = 2000 }`: what the form that the comment came through noticed.

use super::{Condition, Conditions, Scope, full, one};
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;

/// The field that people do not see was filled in.
#[derive(Debug)]
struct Honeypot;

pub(super) fn honeypot(value: &Value<'_>, _: &mut Scope<'_, '_>) -> Conditions {
    one(value.switch().map(|()| Honeypot))
}

impl Condition for Honeypot {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(facts.comment.form().honeypot.is_some())
    }

    fn asks_the_call(&self) -> bool {
        true
    }
}

/// The form was filled in faster than people write. A host site that does not measure says nothing.
#[derive(Debug)]
struct Elapsed {
    below_ms: u64,
}

pub(super) fn elapsed(value: &Value<'_>, _: &mut Scope<'_, '_>) -> Conditions {
    one(read(value))
}

fn read(value: &Value<'_>) -> Option<Elapsed> {
    let table = value.table(&["below_ms"])?;
    let below_ms = table.need("below_ms", "write { below_ms = 2000 }")?.count(1..=3_600_000)?;
    Some(Elapsed { below_ms })
}

impl Condition for Elapsed {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(facts.comment.form().elapsed_ms? < self.below_ms)
    }

    fn asks_the_call(&self) -> bool {
        true
    }
}
