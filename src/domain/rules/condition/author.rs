//! `author = { … }`: the name, URL and e-mail address a comment is signed with.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::domains::DomainList;
use super::{Condition, Conditions, Scope, append, full, one, pattern, words};
use crate::domain::rules::facts::{Facts, Strength, Where};
use crate::domain::rules::file::Value;
use crate::domain::signal::{Field, Span};

const KEYS: [&str; 7] =
    ["disposable_email", "email_domains", "name_has_link", "name_pattern", "name_words", "url", "url_domains"];

/// Reads what is asked of the author; all of it must hold.
pub(super) fn author(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Conditions {
    let Some(table) = value.table(&KEYS) else { return Conditions::new() };
    if table.keys().next().is_none() {
        table.problem("asks for nothing", format!("known here: {}", KEYS.join(", ")));
    }
    let mut name =
        Scope { workshop: &mut *scope.workshop, place: Where::all_of(Field::AuthorName), depth: scope.depth };
    let mut conditions = Conditions::new();
    let mut add = |key: &str, read: &mut dyn FnMut(&Value<'_>) -> Conditions| {
        conditions.extend(table.get(key).iter().flat_map(read));
    };
    add("url", &mut |value| one(value.switch().map(|()| HasUrl)));
    add("name_has_link", &mut |value| one(value.switch().map(|()| NameHasLink)));
    add("name_words", &mut |value| words::words(value, &mut name));
    add("name_pattern", &mut |value| pattern::pattern(value, &mut name));
    add("url_domains", &mut |value| one(DomainList::read(value).map(UrlDomains)));
    add("email_domains", &mut |value| one(DomainList::read(value).map(EmailDomains)));
    add("disposable_email", &mut |value| one(value.switch().map(|()| DisposableEmail)));
    conditions
}

/// The author gave a URL.
#[derive(Debug)]
struct HasUrl;

impl Condition for HasUrl {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(facts.text.field(Field::AuthorUrl).is_some())
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        append(spans, whole(facts, Field::AuthorUrl));
    }
}

/// The name holds a link or an address.
#[derive(Debug)]
struct NameHasLink;

impl Condition for NameHasLink {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(!facts.text.field(Field::AuthorName)?.links.is_empty())
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        let name = facts.text.field(Field::AuthorName);
        append(spans, name.into_iter().flat_map(|name| &name.links).map(|link| link.span));
    }
}

/// The author's URL leads to one of these domains.
#[derive(Debug)]
struct UrlDomains(DomainList);

impl Condition for UrlDomains {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(facts.text.field(Field::AuthorUrl)?.links.iter().any(|link| self.0.contains(&link.host)))
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        append(spans, whole(facts, Field::AuthorUrl));
    }
}

/// The e-mail address is at one of these domains.
#[derive(Debug)]
struct EmailDomains(DomainList);

impl Condition for EmailDomains {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(self.0.contains(email_host(facts)?))
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        append(spans, whole(facts, Field::AuthorEmail));
    }

    fn asks_the_call(&self) -> bool {
        true
    }
}

/// The e-mail address is from a service that hands out addresses to throw away.
#[derive(Debug)]
struct DisposableEmail;

/// The crate's own search is linear.
static DISPOSABLE: LazyLock<HashSet<&str>> = LazyLock::new(|| mailchecker::blacklist().iter().copied().collect());

impl Condition for DisposableEmail {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(super::domains::suffixes(email_host(facts)?).any(|suffix| DISPOSABLE.contains(suffix)))
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        append(spans, whole(facts, Field::AuthorEmail));
    }

    fn asks_the_call(&self) -> bool {
        true
    }
}

fn email_host<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    Some(facts.comment.email()?.as_str().rsplit_once('@')?.1)
}

/// The whole of a field, where there is one.
fn whole(facts: &Facts<'_>, field: Field) -> Option<Span> {
    let text = facts.text.field(field)?;
    Some(Span { start: 0, ..text.span_of(0..text.folded.as_str().len()) })
}
