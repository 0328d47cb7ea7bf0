//! `any = [{ … }, { … }]`: at least one of several groups of conditions.

use super::{Condition, Conditions, Scope, When, one};
use crate::domain::rules::facts::{Facts, Hit};
use crate::domain::rules::file::Value;

#[derive(Debug)]
struct Any(Vec<When>);

pub(super) fn any(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Conditions {
    one(read(value, scope))
}

fn read(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Option<Any> {
    let items = value.items()?;
    Some(Any(items.iter().filter_map(|item| When::read_at(item, scope.workshop, scope.depth + 1)).collect()))
}

impl Condition for Any {
    /// The first that holds as written; else the first that holds.
    fn hit(&self, facts: &Facts<'_>) -> Option<Hit> {
        let mut hits = self.0.iter().filter_map(|when| when.hit(facts));
        let first = hits.next()?;
        if !first.half {
            return Some(first);
        }
        Some(hits.find(|hit| !hit.half).unwrap_or(first))
    }
}
