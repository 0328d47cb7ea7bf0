//! What a rule asks of a comment: one file a kind of condition.

mod amounts;
mod any;
mod author;
mod capitals;
mod disguise;
mod domains;
mod form;
mod language;
mod length;
mod links;
mod page_age;
mod pattern;
mod personal_data;
mod repeats;
mod rules;
mod scripts;
mod words;

use super::facts::{Facts, Fields, MAX_SPANS, Strength, Where};
use super::file::{Table, Value};
use super::workshop::Workshop;
use crate::domain::signal::{Field, Span};

/// Deepest nesting of `any`.
const MAX_DEPTH: usize = 3;

/// Something that a comment fulfils or not.
pub(super) trait Condition: std::fmt::Debug + Send + Sync {
    /// How it holds, if it does.
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength>;

    /// Appends the first [`MAX_SPANS`] places where it holds. Asked only where it does; what holds for the comment as a
    /// whole stands nowhere in particular.
    fn show(&self, _: &Facts<'_>, _: &mut Vec<Span>) {}

    /// Whether it reads what only the call says and no store keeps: the form, the e-mail address.
    fn asks_the_call(&self) -> bool {
        false
    }
}

/// What is read under one key: usually one condition, none after a problem.
type Conditions = Vec<Box<dyn Condition>>;

/// Reads one key's value; problems are reported.
type Read = fn(&Value<'_>, &mut Scope<'_, '_>) -> Conditions;

/// Every kind of condition, in the order they are asked: what rarely holds and costs little comes first.
const KINDS: [(&str, Read); 20] = [
    ("honeypot", form::honeypot),
    ("elapsed", form::elapsed),
    ("rules", rules::rules),
    ("words", words::words),
    ("words_file", words::words_file),
    ("author", author::author),
    ("link_domains", domains::link_domains),
    ("link_domains_file", domains::link_domains_file),
    ("links", links::links),
    ("amounts", amounts::amounts),
    ("capitals", capitals::capitals),
    ("length", length::length),
    ("language", language::language),
    ("page_age", page_age::page_age),
    ("disguise", disguise::disguise),
    ("any", any::any),
    ("pattern", pattern::pattern),
    ("personal_data", personal_data::personal_data),
    ("repeats", repeats::repeats),
    ("scripts", scripts::scripts),
];

/// What stands beside the conditions and says where and how `words`, `pattern` and `links` look.
const PLACE: [&str; 3] = ["in", "outside_quotes", "masked"];

/// Where a condition is read.
pub(super) struct Scope<'w, 'l> {
    pub workshop: &'w mut Workshop<'l>,
    /// Where to look.
    pub place: Where,
    depth: usize,
}

/// Several conditions that must all hold.
#[derive(Debug)]
pub(super) struct When {
    conditions: Conditions,
    /// Whether words, patterns or links are looked for in the e-mail address.
    reads_email: bool,
}

impl When {
    /// Reads a table of conditions. Problems are reported; what can be read is returned.
    pub fn read(value: &Value<'_>, workshop: &mut Workshop<'_>) -> Option<Self> {
        Self::read_at(value, workshop, 0)
    }

    fn read_at(value: &Value<'_>, workshop: &mut Workshop<'_>, depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            value.problem("is nested too deep", format!("nest `any` at most {MAX_DEPTH} times, or write two rules"));
            return None;
        }
        let keys: Vec<&str> = KINDS.iter().map(|(key, _)| *key).chain(PLACE).collect();
        let table = value.table(&keys)?;
        let mut scope = Scope { workshop, place: read_place(&table), depth };
        let asked = KINDS.iter().filter_map(|(key, read)| Some((table.get(key)?, read)));
        let read: Vec<Conditions> = asked.map(|(value, read)| read(&value, &mut scope)).collect();
        if read.is_empty() {
            table.problem("asks for nothing", "add a condition, such as when.words = [\"arnaque\"]");
        }
        let reads_email = scope.place.fields.contains(Field::AuthorEmail);
        Some(Self { conditions: read.into_iter().flatten().collect(), reads_email })
    }

    /// How all of it holds, if it does.
    pub fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        self.conditions.iter().try_fold(Strength::Full, |all, condition| Some(all.min(condition.holds(facts)?)))
    }

    /// Appends where it holds; asked only where it does.
    pub fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        self.conditions.iter().for_each(|condition| condition.show(facts, spans));
    }
}

impl When {
    /// Whether some of it reads what only the call says: see [`Condition::asks_the_call`].
    pub fn asks_the_call(&self) -> bool {
        self.reads_email || self.conditions.iter().any(|condition| condition.asks_the_call())
    }
}

/// `in = ["body", "author.name"]`, `outside_quotes = true` and, for `words`, `masked = true`; without them, all of the
/// body.
fn read_place(table: &Table<'_>) -> Where {
    let fields = table.get("in").and_then(|value| value.items());
    let is_set = |key: &str| table.get(key).and_then(|value| value.switch()).is_some();
    let fields = match fields {
        None => Fields::of(Field::Body),
        Some(items) => items.iter().filter_map(|item| item.choice(&Fields::NAMES)).collect(),
    };
    Where { fields, outside_quotes: is_set("outside_quotes"), masked: is_set("masked") }
}

/// What a plain fact says of a condition.
fn full(holds: bool) -> Option<Strength> {
    holds.then_some(Strength::Full)
}

/// Appends the first places.
fn append(spans: &mut Vec<Span>, places: impl IntoIterator<Item = Span>) {
    spans.extend(places.into_iter().take(MAX_SPANS));
}

/// What one reader found, as the list that the others return too.
fn one(condition: Option<impl Condition + 'static>) -> Conditions {
    condition.map(|condition| Box::new(condition) as Box<dyn Condition>).into_iter().collect()
}
