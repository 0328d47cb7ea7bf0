//! `link_domains = ["example.com", "top"]`: links to a domain, to what is below it, or to a whole top-level domain.

use std::collections::BTreeSet;

use super::{Condition, Conditions, Scope, append, full, one};
use crate::domain::rules::facts::{Facts, Fields, Strength};
use crate::domain::rules::file::Value;
use crate::domain::rules::lists::entries;
use crate::domain::signal::Span;

#[derive(Debug)]
struct LinkDomains {
    domains: DomainList,
    fields: Fields,
}

pub(super) fn link_domains(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Conditions {
    one(DomainList::read(value).map(|domains| LinkDomains { domains, fields: scope.place.fields }))
}

pub(super) fn link_domains_file(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Conditions {
    one(DomainList::read_file(value, scope).map(|domains| LinkDomains { domains, fields: scope.place.fields }))
}

impl LinkDomains {
    fn places(&self, facts: &Facts<'_>) -> impl Iterator<Item = Span> {
        let links = facts.fields(self.fields).flat_map(|field| &field.links);
        links.filter(|link| self.domains.contains(&link.host)).map(|link| link.span)
    }
}

impl Condition for LinkDomains {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(self.places(facts).next().is_some())
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        append(spans, self.places(facts));
    }
}

/// Domains, each with all that is below it.
#[derive(Debug)]
pub(super) struct DomainList(BTreeSet<String>);

impl DomainList {
    pub fn read(value: &Value<'_>) -> Option<Self> {
        let entries = value.strings()?;
        let domains = entries.iter().filter_map(|(value, entry)| {
            let domain = domain(entry);
            if domain.is_none() {
                value.problem(format_args!("has `{entry}`, which is no domain"), HINT);
            }
            domain
        });
        Some(Self(domains.collect()))
    }

    fn read_file(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
        let (name, contents) = scope.workshop.list(value)?;
        let domains = entries(contents).filter_map(|(line, entry)| {
            let domain = domain(entry);
            if domain.is_none() {
                value.problem_in_list(&name, line, "is no domain", HINT);
            }
            domain
        });
        Some(Self(domains.collect()))
    }

    pub fn contains(&self, host: &str) -> bool {
        suffixes(host).any(|suffix| self.0.contains(suffix))
    }
}

const HINT: &str = "write a domain such as example.com, or a top-level domain such as top";

/// `a.example.com`, `example.com`, `com`.
pub(super) fn suffixes(host: &str) -> impl Iterator<Item = &str> {
    std::iter::once(host).chain(host.match_indices('.').filter_map(|(dot, _)| host.get(dot + 1..)))
}

/// A domain as links have it: lower case, without `www.`; `*.example.com` and `.top` are read as meant.
fn domain(entry: &str) -> Option<String> {
    let domain = entry.trim_start_matches("*.").trim_matches('.').to_lowercase();
    let domain = domain.strip_prefix("www.").unwrap_or(&domain);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|character| character.is_alphanumeric() || matches!(character, '-' | '_'))
    };
    (domain.len() <= 253 && domain.split('.').all(is_label)).then(|| domain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_stands_for_all_below_it_and_for_no_neighbour() {
        let list = DomainList(["example.com", "top"].map(str::to_owned).into());
        for host in ["example.com", "shop.example.com", "gagner.top"] {
            assert!(list.contains(host), "{host}");
        }
        for host in ["notexample.com", "example.com.fr", "laptop", "top.fr"] {
            assert!(!list.contains(host), "{host}");
        }
    }

    #[test]
    fn domains_are_read_as_meant() {
        assert_eq!(domain("*.Example.COM").as_deref(), Some("example.com"));
        assert_eq!(domain(".top").as_deref(), Some("top"));
        for entry in ["", "https://example.com", "a b.fr", "a..b"] {
            assert_eq!(domain(entry), None, "{entry}");
        }
    }
}
