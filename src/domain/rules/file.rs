//! Reads TOML by hand instead of through serde, so that every problem is told at once and with its line.
//!
//! A method that reads a value reports what is wrong with it and returns `None`; its caller goes on with the rest.

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Problem;

/// Largest file of rules, in bytes.
const MAX_FILE: usize = 1 << 20;
/// A known key at least this like an unknown one is worth naming (Jaro-Winkler similarity, 0..=1).
const NEAR: f64 = 0.7;

/// One file of rules, and the problems found in it so far.
pub(super) struct File<'a> {
    origin: &'a str,
    /// The byte that starts each line.
    lines: Vec<usize>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> File<'a> {
    pub fn new(origin: &'a str, toml: &str) -> Self {
        let lines = std::iter::once(0).chain(toml.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { origin, lines, problems: RefCell::new(Vec::new()) }
    }

    /// Parses the whole. A file with syntax errors has these reported and nothing else: what follows one is guesswork.
    pub fn parse<'t>(&self, toml: &'t str) -> DeTable<'t> {
        if toml.len() > MAX_FILE {
            self.problem(0..0, format!("the file is larger than {MAX_FILE} bytes"), "split it or move words to a list");
            return DeTable::new();
        }
        let (table, errors) = DeTable::parse_recoverable(toml);
        for error in &errors {
            self.problem(error.span().unwrap_or(0..0), error.message(), "correct the TOML there");
        }
        if errors.is_empty() { table.into_inner() } else { DeTable::new() }
    }

    pub fn problem(&self, at: Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        let line = self.lines.partition_point(|start| *start <= at.start);
        let problem = Problem { origin: self.origin.to_owned(), line, what: what.into(), hint: hint.into() };
        self.problems.borrow_mut().push(problem);
    }

    pub fn take_problems(&self) -> Vec<Problem> {
        self.problems.take()
    }
}

/// A value of the file, and what it is called there.
#[derive(Clone)]
pub(super) struct Value<'a> {
    file: &'a File<'a>,
    node: &'a DeValue<'a>,
    /// Dotted: `when.links.at_least`.
    name: String,
    at: Range<usize>,
}

impl<'a> Value<'a> {
    pub fn root(file: &'a File<'a>, node: &'a DeValue<'a>) -> Self {
        Self { file, node, name: String::new(), at: 0..0 }
    }

    pub fn problem(&self, what: impl std::fmt::Display, hint: impl Into<String>) {
        self.file.problem(self.at.clone(), format!("`{}` {what}", self.name), hint);
    }

    /// Reports a line of a list that this value names.
    pub fn problem_in_list(&self, list: &str, line: usize, what: impl std::fmt::Display, hint: impl Into<String>) {
        let what = format!("`{}` named this list: the entry {what}", self.name);
        self.file.problems.borrow_mut().push(Problem { origin: list.to_owned(), line, what, hint: hint.into() });
    }

    pub fn is_table(&self) -> bool {
        matches!(self.node, DeValue::Table(_))
    }

    pub fn is_array(&self) -> bool {
        matches!(self.node, DeValue::Array(_))
    }

    pub fn string(&self) -> Option<&'a str> {
        match self.node {
            DeValue::String(string) => Some(string),
            _ => self.is_not("a string in quotes"),
        }
    }

    pub fn flag(&self) -> Option<bool> {
        match self.node {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.is_not("true or false"),
        }
    }

    /// `true` for a condition that has nothing to set; `false` would mean nothing, so it is a problem.
    pub fn switch(&self) -> Option<()> {
        match self.flag()? {
            true => Some(()),
            false => {
                self.problem("is false, which asks for nothing", "write true, or leave the line out");
                None
            }
        }
    }

    pub fn count(&self, range: RangeInclusive<u64>) -> Option<u64> {
        let DeValue::Integer(integer) = self.node else { return self.is_not("a whole number") };
        match u64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(count) if range.contains(&count) => Some(count),
            _ => self.is_outside(range.start(), range.end()),
        }
    }

    pub fn number(&self, range: RangeInclusive<f64>) -> Option<f64> {
        let number = match self.node {
            DeValue::Integer(integer) => integer.as_str().parse().ok(),
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => return self.is_not("a number"),
        };
        match number {
            Some(number) if range.contains(&number) => Some(number),
            _ => self.is_outside(range.start(), range.end()),
        }
    }

    /// The items of an array that is not empty.
    pub fn items(&self) -> Option<Vec<Value<'a>>> {
        let DeValue::Array(array) = self.node else { return self.is_not("a list in brackets") };
        if array.is_empty() {
            self.problem("is an empty list", "add something to it, or leave the line out");
            return None;
        }
        Some(array.iter().map(|item| self.child(self.name.clone(), item.span(), item)).collect())
    }

    /// The strings of an array that is not empty; an item that is no string is reported and left out.
    pub fn strings(&self) -> Option<Vec<(Value<'a>, &'a str)>> {
        let items = self.items()?;
        Some(items.into_iter().filter_map(|item| item.string().map(|string| (item, string))).collect())
    }

    /// One of a few words, each with what it stands for.
    pub fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let word = self.string()?;
        let found = choices.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(format_args!("is `{word}`, which is not known here"), suggest(word, &known));
        }
        found
    }

    /// A table that has no other keys than those known; the unknown ones are reported.
    pub fn table(&self, known: &[&str]) -> Option<Table<'a>> {
        let DeValue::Table(entries) = self.node else { return self.is_not("a table, such as { key = value }") };
        let table = Table { value: self.clone(), entries };
        for (key, _) in entries {
            if !known.contains(&key.get_ref().as_ref()) {
                let unknown = format!("`{}` is not a known key", table.path(key.get_ref()));
                self.file.problem(key.span(), unknown, suggest(key.get_ref(), known));
            }
        }
        Some(table)
    }

    fn child(&self, name: String, at: Range<usize>, node: &'a Spanned<DeValue<'a>>) -> Value<'a> {
        Value { file: self.file, node: node.get_ref(), name, at }
    }

    fn is_not<T>(&self, wanted: &str) -> Option<T> {
        self.problem(format_args!("is {}", kind(self.node)), format!("write {wanted}"));
        None
    }

    fn is_outside<T>(&self, least: impl std::fmt::Display, most: impl std::fmt::Display) -> Option<T> {
        self.problem("is out of range", format!("write a number from {least} to {most}"));
        None
    }
}

/// A table of the file.
#[derive(Clone)]
pub(super) struct Table<'a> {
    value: Value<'a>,
    entries: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        let (key, node) = self.entries.get_key_value(key)?;
        Some(self.value.child(self.path(key.get_ref()), key.span(), node))
    }

    pub fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.entries.keys().map(|key| key.get_ref().as_ref())
    }

    pub fn problem(&self, what: impl std::fmt::Display, hint: impl Into<String>) {
        self.value.problem(what, hint);
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &str, hint: &str) -> Option<Value<'a>> {
        let value = self.get(key);
        if value.is_none() {
            self.problem(format_args!("has no `{key}`"), hint);
        }
        value
    }

    fn path(&self, key: &str) -> String {
        match self.value.name.as_str() {
            "" | "rule" => key.to_owned(),
            name => format!("{name}.{key}"),
        }
    }
}

fn kind(node: &DeValue<'_>) -> &'static str {
    match node {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// What to write instead of an unknown word: the nearest known one, or all of them.
pub(super) fn suggest(unknown: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|word| (strsim::jaro_winkler(unknown, word), *word))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((_, word)) => format!("did you mean `{word}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}
