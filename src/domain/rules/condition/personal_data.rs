//! `personal_data = ["email", "phone", "iban"]`: any of these in the body or the author’s name.

use super::{Condition, Conditions, Scope, append, full, one};
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;
use crate::domain::signal::Span;
use crate::domain::text::DatumKind;

const KINDS: [(&str, DatumKind); 3] =
    [("email", DatumKind::Email), ("phone", DatumKind::Phone), ("iban", DatumKind::Iban)];

#[derive(Debug)]
struct PersonalData(Vec<DatumKind>);

pub(super) fn personal_data(value: &Value<'_>, _: &mut Scope<'_, '_>) -> Conditions {
    one(read(value))
}

fn read(value: &Value<'_>) -> Option<PersonalData> {
    Some(PersonalData(value.items()?.iter().filter_map(|item| item.choice(&KINDS)).collect()))
}

impl PersonalData {
    fn places(&self, facts: &Facts<'_>) -> impl Iterator<Item = Span> {
        facts.text.personal_data().filter(|(kind, _)| self.0.contains(kind)).map(|(_, span)| span)
    }
}

impl Condition for PersonalData {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(self.places(facts).next().is_some())
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        append(spans, self.places(facts));
    }
}
