//! `amounts = { at_least = 1 }`: sums of money in the body.

use super::{Condition, Conditions, Scope, one};
use crate::domain::rules::facts::{Facts, Hit};
use crate::domain::rules::file::Value;
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
    fn hit(&self, facts: &Facts<'_>) -> Option<Hit> {
        let body = facts.text.body()?;
        let amounts = || body.data.iter().filter(|datum| matches!(datum.kind, DatumKind::Amount(_)));
        let enough = u64::from(facts.text.shape().amounts) >= self.at_least;
        enough.then(|| Hit::at(amounts().map(|datum| body.datum_span(*datum))))
    }
}
