//! `amounts = { at_least = 1 }`: sums of money in the body.

use super::{Condition, Conditions, Scope, append, full, one};
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;
use crate::domain::signal::Span;
use crate::domain::text::DatumKind;

#[derive(Debug)]
struct Amounts {
    at_least: u64,
}

pub(super) fn amounts(value: &Value<'_>, _: &mut Scope<'_, '_>) -> Conditions {
    one(read(value))
}

fn read(value: &Value<'_>) -> Option<Amounts> {
    let table = value.table(&["at_least"])?;
    let at_least = table.need("at_least", "write { at_least = 1 }")?.count(1..=1_000)?;
    Some(Amounts { at_least })
}

impl Condition for Amounts {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(u64::from(facts.text.shape().amounts) >= self.at_least)
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        let Some(body) = facts.text.body() else { return };
        let amounts = body.data.iter().filter(|datum| matches!(datum.kind, DatumKind::Amount(_)));
        append(spans, amounts.map(|datum| body.datum_span(*datum)));
    }
}
