//! `personal_data = ["email", "phone", "iban"]`: any of these in the body.

use super::{Condition, Conditions, Scope, one};
use crate::domain::rules::facts::{Facts, Hit};
use crate::domain::rules::file::Value;

const KINDS: [(&str, Kind); 3] = [("email", Kind::Email), ("phone", Kind::Phone), ("iban", Kind::Iban)];

#[derive(Debug)]
struct PersonalData(Vec<Kind>);

#[derive(Clone, Copy, Debug)]
enum Kind {
    Email,
    Phone,
    Iban,
}

pub(super) fn personal_data(value: &Value<'_>, _: &mut Scope<'_, '_>) -> Conditions {
    one(read(value))
}

fn read(value: &Value<'_>) -> Option<PersonalData> {
    Some(PersonalData(value.items()?.iter().filter_map(|item| item.choice(&KINDS)).collect()))
}

impl Condition for PersonalData {
    fn hit(&self, facts: &Facts<'_>) -> Option<Hit> {
        let shape = facts.text.shape();
        let found = self.0.iter().any(|kind| match kind {
            Kind::Email => shape.emails > 0,
            Kind::Phone => shape.phones > 0,
            Kind::Iban => false,
        });
        found.then(Hit::anywhere)
    }
}
