//! `rules = ["loans.*", "gambling.offer"]`: at least one of these rules, which stand further up, has held.

use super::{Condition, Conditions, Scope, one};
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;

/// By their places in the set, ascending.
#[derive(Debug)]
struct Rules(Vec<usize>);

pub(super) fn rules(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Conditions {
    one(read(value, scope))
}

fn read(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Option<Rules> {
    let mut places: Vec<usize> = Vec::new();
    for (value, name) in value.strings()? {
        let found = scope.workshop.rules_called(name);
        if found.is_empty() {
            let hint = "name a rule that stands further up, or a group of them such as \"loans.*\"";
            value.problem(format_args!("has `{name}`, but no earlier rule is called so"), hint);
        }
        places.extend(found);
    }
    places.sort_unstable();
    Some(Rules(places))
}

impl Condition for Rules {
    /// Half if all of them held by halves. Their own signals say where.
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        let held = facts.held.iter().filter(|held| self.0.binary_search(&held.place).is_ok());
        held.map(|held| held.strength).max()
    }
}
