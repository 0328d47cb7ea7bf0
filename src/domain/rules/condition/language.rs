//! `language = { not_in = ["fr", "en"] }`: a comment that is surely in another language.

use super::{Condition, Conditions, Scope, full, one};
use crate::domain::comment;
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;

#[derive(Debug)]
struct Language {
    not_in: Vec<comment::Language>,
}

pub(super) fn language(value: &Value<'_>, _: &mut Scope<'_, '_>) -> Conditions {
    one(read(value))
}

fn read(value: &Value<'_>) -> Option<Language> {
    let table = value.table(&["not_in"])?;
    let tags = table.need("not_in", "write { not_in = [\"fr\", \"en\"] }")?.strings()?;
    let languages = tags.iter().filter_map(|(value, tag)| {
        let language = comment::Language::parse(tag);
        if language.is_none() {
            value.problem(format_args!("has `{tag}`, which is no language"), "write two letters, such as fr");
        }
        language
    });
    Some(Language { not_in: languages.collect() })
}

impl Condition for Language {
    /// The text's language is the page's unless the detector is sure of another, and the page's own never counts.
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        let language = facts.text.language()?;
        full(Some(language) != facts.comment.page().language && !self.not_in.contains(&language))
    }
}
