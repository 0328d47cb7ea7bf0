//! `pattern = '…'`: a regular expression on the folded text.

use super::{Condition, Conditions, Scope, append, full, one};
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;
use crate::domain::rules::patterns::Index;
use crate::domain::signal::Span;

#[derive(Debug)]
struct Pattern(Index);

pub(super) fn pattern(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Conditions {
    one(read(value, scope))
}

fn read(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Option<Pattern> {
    match scope.workshop.patterns.pattern(value.string()?, scope.place) {
        Ok(index) => Some(Pattern(index)),
        Err(error) => {
            value.problem(error.what, error.hint);
            None
        }
    }
}

impl Pattern {
    fn places<'f>(&self, facts: &'f Facts<'_>) -> impl Iterator<Item = Span> + use<'f> {
        let index = self.0;
        facts.patterns.get(index).into_iter().flat_map(move |(regex, place)| {
            let fields = facts.candidates.of(index).filter(|text| place.fields.contains(text.field));
            let found = fields.flat_map(|text| regex.find_iter(text.folded.as_str()).map(move |found| (text, found)));
            found.map(|(text, found)| text.span_of(found.range())).filter(|span| place.takes(*span, &facts.quotes))
        })
    }
}

impl Condition for Pattern {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(self.places(facts).next().is_some())
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        append(spans, self.places(facts));
    }
}
