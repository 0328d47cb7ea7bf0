//! Links: URLs, bare domains, targets of HTML and BBCode, and what tries not to look like one.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use linkify::{LinkFinder, LinkKind as Found};
use unicode_script::{Script, UnicodeScript};

use super::domain::{Host, is_meant};
use super::fold::fold_str;
use super::mapped::Mapped;
use super::markup::Target;
use super::{Link, LinkKind};
use crate::domain::comment::Language;
use crate::domain::signal::{Field, Span};

/// As many as a rule could care about; what follows is neither link nor address.
const MOST: usize = 1_000;

/// Hosts that lead to a conversation rather than to a page.
const MESSENGERS: [&str; 12] = [
    "t.me",
    "telegram.me",
    "telegram.dog",
    "wa.me",
    "whatsapp.com",
    "api.whatsapp.com",
    "chat.whatsapp.com",
    "web.whatsapp.com",
    "signal.me",
    "signal.group",
    "m.me",
    "line.me",
];

/// Everything in a field that leads elsewhere.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub links: Vec<Link>,
    /// Bytes of the folded form that are links.
    pub linked: Vec<Range<usize>>,
    /// Bytes of the folded form that are e-mail addresses.
    pub emails: Vec<Range<usize>>,
}

/// A field in which links are looked for.
pub(super) struct Place<'a> {
    pub field: Field,
    pub plain: &'a Mapped,
    pub folded: &'a Mapped,
    pub targets: &'a [Target],
    /// The language that is expected, which decides whether `fin.de` is a domain.
    pub language: Option<Language>,
}

impl Links {
    pub(super) fn find(place: &Place<'_>) -> Self {
        let mut found = Self::default();
        found.links.extend(place.targets.iter().filter_map(|target| place.target(target)));
        let (clear, places) = deobfuscated(place.folded.as_str());
        let mut finder = LinkFinder::new();
        finder.url_must_have_scheme(false);
        for link in finder.links(&clear).take(MOST) {
            let folded = |range: Range<usize>| places.folded(range);
            match link.kind() {
                Found::Email => found.emails.push(folded(link.start()..link.end())),
                _ => {
                    let range = trimmed(&clear, link.start()..link.end());
                    let text = clear.get(range.clone()).unwrap_or("");
                    if let Some(link) = place.link(text, folded(range.clone()), found.links.last()) {
                        found.links.extend(link);
                        found.linked.push(folded(range));
                    }
                }
            }
        }
        found.links.sort_by_key(|link| link.span);
        found.links.truncate(MOST);
        found
    }
}

impl Place<'_> {
    /// The link of an attribute, unless it stays on the page or is an address or a script.
    fn target(&self, target: &Target) -> Option<Link> {
        let folded = fold_str(target.value.trim());
        let absolute = folded.contains("://") || folded.starts_with("//");
        let host = Host::of(&folded).filter(|host| absolute || (host.is_public && folded.starts_with("www.")))?;
        let span = Span { field: self.field, start: target.scalars.start, end: target.scalars.end };
        Some(self.with(host, LinkKind::Url, span, target.value.trim(), true))
    }

    /// The link that `text` is: `None` where it is none, `Some(None)` where a target before it is the same link.
    fn link(&self, text: &str, folded: Range<usize>, before: Option<&Link>) -> Option<Option<Link>> {
        let host = Host::of(text)?;
        let span = self.folded.span(self.field, folded.clone());
        let written = self.plain.as_str().get(self.plain.bytes(span.start..span.end)).unwrap_or(text);
        let has_scheme = text.contains("://");
        if !has_scheme && !self.is_domain(&host, text, written) {
            return None;
        }
        let lead = self.folded.as_str().get(..folded.start).unwrap_or("");
        let after_tag = lead.ends_with(['>', ']']);
        let repeats =
            self.encloses(span, &host) || before.is_some_and(|b| after_tag && b.from_markup && b.host == host.name);
        let kind = if has_scheme { LinkKind::Url } else { LinkKind::Domain };
        Some((!repeats).then(|| self.with(host, kind, span, written, is_target(lead))))
    }

    fn is_domain(&self, host: &Host, text: &str, written: &str) -> bool {
        let is_whole_field = self.field == Field::AuthorUrl && written.len() + 1 >= self.plain.as_str().trim().len();
        let proven = is_whole_field || text.starts_with("www.") || text.contains(['/', '?']);
        host.is_public && host.name.contains('.') && (proven || is_meant(&host.name, written, self.language))
    }

    /// Whether the span lies in the text of an anchor that leads to the same host.
    fn encloses(&self, span: Span, host: &Host) -> bool {
        let after =
            self.targets.partition_point(|target| target.encloses.start <= span.start || target.encloses.end == 0);
        let anchor = self.targets.get(..after).and_then(|before| before.iter().rfind(|target| target.encloses.end > 0));
        anchor.is_some_and(|anchor| {
            span.end <= anchor.encloses.end
                && Host::of(&fold_str(&anchor.value)).is_some_and(|target| target.name == host.name)
        })
    }

    fn with(&self, host: Host, kind: LinkKind, span: Span, url: &str, from_markup: bool) -> Link {
        let kind = if MESSENGERS.contains(&host.name.as_str()) { LinkKind::Messenger } else { kind };
        Link { host: host.name, domain: host.domain, span, kind, url: url.to_owned(), from_markup }
    }
}

/// Whether what comes before a link makes it the target of HTML, BBCode or Markdown.
fn is_target(lead: &str) -> bool {
    let lead = lead.trim_end_matches(['"', '\'', ' ']);
    ["href=", "src=", "[url=", "[url]", "[link=", "[img]", "]("].iter().any(|mark| lead.ends_with(mark))
}

/// Cuts a link where its host stops being one: linkify takes any character beyond ASCII for a letter of it.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let link = text.get(range.clone()).unwrap_or("");
    let host_from = link.find("://").map_or(0, |at| at + 3);
    let host_to =
        link.get(host_from..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(link.len(), |at| host_from + at);
    let host = link.get(host_from..host_to).unwrap_or("");
    if host.is_ascii() {
        return range;
    }
    let dot = host.find('.').unwrap_or(host.len());
    let latin = host.bytes().any(|byte| byte.is_ascii_alphabetic());
    let breaks =
        |character: char| !character.is_ascii() && (!is_label(character) || (latin && is_ideograph(character)));
    let (before, after) = host.split_at(dot);
    let from = match before.char_indices().rfind(|&(_, character)| breaks(character)) {
        Some((at, character)) if host_from == 0 => range.start + at + character.len_utf8(),
        _ => range.start,
    };
    match after.find(breaks) {
        Some(at) => from..range.start + host_from + dot + at,
        None => from..range.end,
    }
}

fn is_label(character: char) -> bool {
    character.is_alphanumeric() || unicode_normalization::char::is_combining_mark(character)
}

fn is_ideograph(character: char) -> bool {
    matches!(character.script(), Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Thai)
}

/// What stands for a dot or an `@` in a link that does not want to be found.
const OBFUSCATED: [(&str, &str); 22] = [
    (" (dot) ", "."),
    ("(dot)", "."),
    (" [dot] ", "."),
    ("[dot]", "."),
    ("{dot}", "."),
    (" (point) ", "."),
    ("(point)", "."),
    (" [point] ", "."),
    ("[point]", "."),
    ("(.)", "."),
    ("[.]", "."),
    ("{.}", "."),
    (" dot com", ".com"),
    (" dot net", ".net"),
    (" dot org", ".org"),
    (" point com", ".com"),
    ("hxxp", "http"),
    (" (at) ", "@"),
    ("(at)", "@"),
    (" [at] ", "@"),
    ("[at]", "@"),
    ("(arobase)", "@"),
];

static OBFUSCATIONS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(OBFUSCATED.map(|(disguise, _)| disguise)).ok()
});

/// Where the bytes of a text without disguises stand in the folded form: pairs of beginnings, sorted.
struct Places(Vec<(usize, usize)>);

impl Places {
    fn folded(&self, clear: Range<usize>) -> Range<usize> {
        self.one(clear.start)..clear.end.checked_sub(1).map_or(0, |last| self.one(last) + 1)
    }

    fn one(&self, clear: usize) -> usize {
        let after = self.0.partition_point(|&(at, _)| at <= clear);
        match after.checked_sub(1).and_then(|index| self.0.get(index)) {
            Some(&(at, folded)) => folded + (clear - at),
            None => clear,
        }
    }
}

/// The folded form with `(dot)`, `hxxp` and the like written out.
fn deobfuscated(folded: &str) -> (Cow<'_, str>, Places) {
    let mut places = Places(Vec::new());
    let Some(finder) = OBFUSCATIONS.as_ref() else { return (Cow::Borrowed(folded), places) };
    let mut clear = String::new();
    let mut from = 0;
    for found in finder.find_iter(folded) {
        let Some((_, meant)) = OBFUSCATED.get(found.pattern().as_usize()) else { continue };
        clear.push_str(folded.get(from..found.start()).unwrap_or(""));
        // All that is written out ends where the disguise ends, so that a link's end maps right.
        places.0.push((clear.len(), found.end().saturating_sub(meant.len())));
        clear.push_str(meant);
        places.0.push((clear.len(), found.end()));
        from = found.end();
    }
    if from == 0 {
        return (Cow::Borrowed(folded), places);
    }
    clear.push_str(folded.get(from..).unwrap_or(""));
    (Cow::Owned(clear), places)
}
