//! What is gathered while rules are read: their words and patterns, and the lists they name.

use std::collections::BTreeSet;

use super::file::{Value, suggest};
use super::lists::{self, Lists};
use super::{patterns, vocabulary};

/// The parts of a rule set that rules share.
pub(super) struct Workshop<'l> {
    lists: &'l Lists,
    pub vocabulary: vocabulary::Builder,
    pub patterns: patterns::Builder,
    named: BTreeSet<String>,
    /// The ids of the rules read so far, in order.
    ids: Vec<String>,
}

impl<'l> Workshop<'l> {
    pub fn new(lists: &'l Lists) -> Self {
        Self {
            lists,
            vocabulary: vocabulary::Builder::default(),
            patterns: patterns::Builder::default(),
            named: BTreeSet::new(),
            ids: Vec::new(),
        }
    }

    /// The contents of the list that a value names; a missing one is reported.
    pub fn list(&mut self, value: &Value<'_>) -> Option<(String, &'l str)> {
        let name = value.string()?;
        if !lists::is_plain(name) {
            value.problem(format_args!("is `{name}`, which is no plain file name"), "name a file of the lists folder");
            return None;
        }
        let Some(contents) = self.lists.contents(name) else {
            value.problem(format_args!("names `{name}`, but there is no such list"), self.which(name));
            return None;
        };
        self.named.insert(name.to_owned());
        Some((name.to_owned(), contents))
    }

    /// The lists that rules name, with their contents.
    pub fn named(&self) -> impl Iterator<Item = (&str, &str)> {
        self.named.iter().filter_map(|name| Some((name.as_str(), self.lists.contents(name)?)))
    }

    /// Takes the next rule's id; false when an earlier rule has it.
    pub fn take_id(&mut self, id: &str) -> bool {
        let is_new = !self.ids.iter().any(|known| known == id);
        self.ids.push(id.to_owned());
        is_new
    }

    /// The places of the earlier rules with this id, or of a group: `loans.*`.
    pub fn rules_called(&self, name: &str) -> Vec<usize> {
        let is_called = |id: &str| match name.strip_suffix('*') {
            Some(group) => group.ends_with('.') && id.starts_with(group),
            None => id == name,
        };
        (0..).zip(&self.ids).filter(|(_, id)| is_called(id)).map(|(place, _)| place).collect()
    }

    fn which(&self, name: &str) -> String {
        match self.lists.names() {
            names if names.is_empty() => "put it into the lists folder".to_owned(),
            names => suggest(name, &names),
        }
    }
}
