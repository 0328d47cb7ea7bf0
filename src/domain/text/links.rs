//! Links: URLs and bare domains.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};

use super::{Link, Mapped};
use crate::domain::signal::Field;

/// As many as a rule could care about.
const MOST: usize = 1_000;

/// The links of a field, and what they occupy in the folded form, e-mail addresses too.
pub(super) fn find(field: Field, _plain: &Mapped, folded: &Mapped) -> (Vec<Link>, Vec<Range<usize>>) {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    let mut links = Vec::new();
    let mut linked = Vec::new();
    for found in finder.links(folded.as_str()).take(MOST) {
        let range = found.start()..found.end();
        if *found.kind() == LinkKind::Url {
            let Some((host, domain)) = host(found.as_str()) else { continue };
            links.push(Link { host, domain, span: folded.span(field, range.clone()) });
        }
        linked.push(range);
    }
    (links, linked)
}

fn host(url: &str) -> Option<(String, String)> {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    let authority = after.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let suffix = psl::suffix(host.as_bytes())?;
    if !suffix.is_known() {
        return None;
    }
    let domain = psl::domain_str(host).unwrap_or(host);
    Some((host.to_owned(), domain.to_owned()))
}
