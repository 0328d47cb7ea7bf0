//! `disguise = { invisible = 1, styled = 6, hidden = 1 }`: characters that nobody sees, letters in a costume (𝐛𝐨𝐥𝐝, ⓒⓘⓡⓒⓛⓔⓓ),
//! and HTML elements that a browser does not show. Any of these that is asked for.

use super::{Condition, Conditions, Scope, full, one};
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;

#[derive(Debug)]
struct Disguise {
    invisible: Option<u64>,
    styled: Option<u64>,
    hidden: Option<u64>,
}

pub(super) fn disguise(value: &Value<'_>, _: &mut Scope<'_, '_>) -> Conditions {
    one(read(value))
}

fn read(value: &Value<'_>) -> Option<Disguise> {
    let table = value.table(&["invisible", "styled", "hidden"])?;
    if table.keys().next().is_none() {
        table.problem("asks for nothing", "write { styled = 6 }");
    }
    let least = |key: &str| table.get(key).and_then(|value| value.count(1..=10_000));
    Some(Disguise { invisible: least("invisible"), styled: least("styled"), hidden: least("hidden") })
}

impl Condition for Disguise {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        let shape = facts.text.shape();
        let found = [(self.invisible, shape.invisible), (self.styled, shape.styled), (self.hidden, shape.hidden)];
        let holds = |(least, count): (Option<u64>, u32)| least.is_some_and(|least| u64::from(count) >= least);
        full(found.into_iter().any(holds))
    }
}
