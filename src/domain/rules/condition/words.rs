//! `words = ["arnaque*", "prêt d’argent"]` and `words_file = "mots.txt"`: words and phrases.
//!
//! A list in the list is a group: `words = [["prêt", "crédit"], ["contactez"]]` asks for one of each.

use super::{Condition, Conditions, Scope, append, one};
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;
use crate::domain::rules::lists::entries;
use crate::domain::rules::vocabulary::{Group, Phrase, PhraseError};
use crate::domain::signal::Span;

/// At least one phrase of each group.
#[derive(Debug)]
struct Words(Vec<Group>);

pub(super) fn words(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Conditions {
    one(read(value, scope))
}

pub(super) fn words_file(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Conditions {
    one(read_file(value, scope))
}

fn read(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Option<Words> {
    let items = value.items()?;
    let groups = match items.iter().all(Value::is_array) {
        true => items,
        false => vec![value.clone()],
    };
    let groups = groups.iter().filter_map(|group| {
        let phrases = group.strings()?.into_iter().filter_map(|(value, entry)| {
            let report = |error: PhraseError| value.problem(format_args!("has `{entry}`, which {error}"), error.hint());
            Phrase::parse(entry).map_err(report).ok()
        });
        Some(scope.workshop.vocabulary.group(phrases.collect(), scope.place))
    });
    Some(Words(groups.collect()))
}

fn read_file(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Option<Words> {
    let (name, contents) = scope.workshop.list(value)?;
    let phrases = entries(contents).filter_map(|(line, entry)| {
        let report = |error: PhraseError| value.problem_in_list(&name, line, error, error.hint());
        Phrase::parse(entry).map_err(report).ok()
    });
    Some(Words(vec![scope.workshop.vocabulary.group(phrases.collect(), scope.place)]))
}

impl Condition for Words {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        self.0.iter().map(|group| facts.words.strength(*group)).min()?
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        append(spans, self.0.iter().flat_map(|group| facts.words.spans(*group)));
    }
}
