//! `pattern = '…'`: a regular expression on the folded text.

use super::{Condition, Conditions, Scope, one};
use crate::domain::rules::facts::{Facts, Hit};
use crate::domain::rules::file::Value;
use crate::domain::rules::patterns::Index;

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

impl Condition for Pattern {
    fn hit(&self, facts: &Facts<'_>) -> Option<Hit> {
        let (regex, place) = facts.patterns.get(self.0)?;
        let fields = facts.candidates.of(self.0).filter(|text| place.fields.contains(text.field));
        let spans =
            fields.flat_map(|text| regex.find_iter(text.folded.as_str()).map(|found| text.span_of(found.range())));
        let hit = Hit::at(spans.filter(|span| place.takes(*span, &facts.quotes)));
        (!hit.spans.is_empty()).then_some(hit)
    }
}
