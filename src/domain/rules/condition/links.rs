//! `links = { at_least = 3 }`, also counting only links through `shorteners` or links written as `markup`.

use super::{Condition, Conditions, Scope, append, full, one};
use crate::domain::comment::BodyFormat;
use crate::domain::rules::facts::{Facts, Fields, Strength};
use crate::domain::rules::file::Value;
use crate::domain::signal::Span;
use crate::domain::text::Link;

/// Hosts that hide where a link leads.
const SHORTENERS: [&str; 30] = [
    "adf.ly",
    "bit.do",
    "bit.ly",
    "bl.ink",
    "buff.ly",
    "clck.ru",
    "cutt.ly",
    "dub.sh",
    "goo.gl",
    "is.gd",
    "j.mp",
    "lc.cx",
    "lnkd.in",
    "ouo.io",
    "ow.ly",
    "qr.ae",
    "rb.gy",
    "rebrand.ly",
    "s.id",
    "short.gy",
    "shorturl.at",
    "soo.gd",
    "t.co",
    "t.ly",
    "tiny.cc",
    "tinyurl.com",
    "u.to",
    "urlz.fr",
    "v.gd",
    "vk.cc",
];

#[derive(Debug)]
struct Links {
    at_least: u64,
    which: Which,
    fields: Fields,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Every,
    Shortened,
    /// Written in HTML, BBCode or Markdown where the body is no HTML.
    Markup,
}

pub(super) fn links(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Conditions {
    one(read(value, scope.place.fields))
}

fn read(value: &Value<'_>, fields: Fields) -> Option<Links> {
    let table = value.table(&["at_least", "markup", "shorteners"])?;
    let at_least = table.get("at_least").map_or(Some(1), |value| value.count(1..=1_000))?;
    let which = match (table.get("markup"), table.get("shorteners")) {
        (None, None) => Which::Every,
        (Some(markup), None) => markup.switch().map(|()| Which::Markup)?,
        (None, Some(shorteners)) => shorteners.switch().map(|()| Which::Shortened)?,
        (Some(_), Some(_)) => {
            table.problem("asks for both `markup` and `shorteners`", "write two rules");
            return None;
        }
    };
    Some(Links { at_least, which, fields })
}

impl Links {
    fn places(&self, facts: &Facts<'_>) -> impl Iterator<Item = Span> {
        let format = facts.comment.content().format;
        let links = facts.fields(self.fields).flat_map(|field| &field.links);
        links.filter(move |link| self.which.takes(link, format)).map(|link| link.span)
    }
}

impl Condition for Links {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(self.places(facts).count() as u64 >= self.at_least)
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        append(spans, self.places(facts));
    }
}

impl Which {
    fn takes(self, link: &Link, format: BodyFormat) -> bool {
        match self {
            Self::Every => true,
            Self::Shortened => SHORTENERS.binary_search(&link.host.as_str()).is_ok(),
            Self::Markup => link.from_markup && format == BodyFormat::Text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shorteners_are_sorted_for_the_search() {
        assert!(SHORTENERS.is_sorted());
    }
}
