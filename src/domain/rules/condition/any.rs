//! `any = [{ … }, { … }]`: at least one of several groups of conditions.

use super::{Condition, Conditions, Scope, When, one};
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;
use crate::domain::signal::Span;

#[derive(Debug)]
struct Any(Vec<When>);

pub(super) fn any(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Conditions {
    one(read(value, scope))
}

fn read(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Option<Any> {
    let items = value.items()?;
    Some(Any(items.iter().filter_map(|item| When::read_at(item, scope.workshop, scope.depth + 1)).collect()))
}

impl Any {
    /// The first that holds as written; else the first that holds.
    fn chosen(&self, facts: &Facts<'_>) -> Option<(&When, Strength)> {
        let mut held = self.0.iter().filter_map(|when| Some((when, when.holds(facts)?)));
        let first = held.next()?;
        if first.1 == Strength::Full {
            return Some(first);
        }
        Some(held.find(|(_, strength)| *strength == Strength::Full).unwrap_or(first))
    }
}

impl Condition for Any {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        self.chosen(facts).map(|(_, strength)| strength)
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        if let Some((when, _)) = self.chosen(facts) {
            when.show(facts, spans);
        }
    }

    fn asks_the_call(&self) -> bool {
        self.0.iter().any(When::asks_the_call)
    }
}
