//! `page_age = { at_least_days = 365 }`: how old the page was when the comment was submitted.

use super::{Condition, Conditions, Scope, full, one};
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;

#[derive(Debug)]
struct PageAge {
    at_least_days: i64,
}

pub(super) fn page_age(value: &Value<'_>, _: &mut Scope<'_, '_>) -> Conditions {
    one(read(value))
}

fn read(value: &Value<'_>) -> Option<PageAge> {
    let table = value.table(&["at_least_days"])?;
    let days = table.need("at_least_days", "write { at_least_days = 365 }")?.count(1..=36_500)?;
    Some(PageAge { at_least_days: days as i64 })
}

impl Condition for PageAge {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        let age = facts.at.duration_since(facts.comment.page().published_at?);
        full(age.as_hours() / 24 >= self.at_least_days)
    }
}
