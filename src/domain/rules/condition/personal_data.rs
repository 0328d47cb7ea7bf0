//! `personal_data = ["email", "phone", "iban"]`: any of these in the body or the author’s name.

use super::{Condition, Conditions, Scope, one};
use crate::domain::rules::facts::{Facts, Hit};
use crate::domain::rules::file::Value;
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

impl Condition for PersonalData {
    fn hit(&self, facts: &Facts<'_>) -> Option<Hit> {
        let data = facts.text.personal_data();
        let hit = Hit::at(data.filter(|(kind, _)| self.0.contains(kind)).map(|(_, span)| span));
        (!hit.spans.is_empty()).then_some(hit)
    }
}
