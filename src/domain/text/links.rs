//! Links: URLs, bare domains, targets of HTML and BBCode, and what tries not to look like one.

mod disguise;
mod foreign;

use std::ops::Range;

use disguise::Places;
use linkify::{LinkFinder, LinkKind as Found};

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
        let (clear, places) = disguise::lifted(place.folded.as_str());
        let mut finder = LinkFinder::new();
        finder.url_must_have_scheme(false);
        for link in finder.links(&clear).take(MOST) {
            let range = link.start()..link.end();
            match link.kind() {
                Found::Email => found.emails.push(places.folded(range)),
                _ => found.add(place, &places, &clear, foreign::trimmed(&clear, range)),
            }
        }
        for range in foreign::domains(&clear).take(MOST) {
            found.add(place, &places, &clear, range);
        }
        found.links.sort_by_key(|link| link.span);
        found.links.truncate(MOST);
        found.linked.sort_unstable_by_key(|range| range.start);
        found
    }

    /// Adds what stands at some bytes of the text without disguises, if it is a link.
    fn add(&mut self, place: &Place<'_>, places: &Places, clear: &str, range: Range<usize>) {
        let text = clear.get(range.clone()).unwrap_or("");
        let folded = places.folded(range);
        if let Some(link) = place.link(text, folded.clone(), self.links.last()) {
            self.links.extend(link);
            self.linked.push(folded);
        }
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

#[cfg(test)]
mod tests {
    use super::super::{FieldText, Link, LinkKind, Markup};
    use super::*;

    fn text(body: &str) -> FieldText {
        FieldText::of(Field::Body, Markup::of_text(body), Some(Language::FR)).0
    }

    fn html(body: &str) -> FieldText {
        FieldText::of(Field::Body, Markup::read(body), Some(Language::FR)).0
    }

    fn hosts(body: &str) -> Vec<String> {
        text(body).links.into_iter().map(|link| link.host).collect()
    }

    fn only(field: &FieldText) -> &Link {
        let [link] = &*field.links else { panic!("one link, not {:?}", field.links) };
        link
    }

    #[test]
    fn urls_and_domains_are_links() {
        assert_eq!(hosts("voir https://www.Exemple.fr/A?b=1, et exemple.com."), ["exemple.fr", "exemple.com"]);
        assert_eq!(
            hosts("(http://a.example.co.uk) «casino.ru» news.example.org:8080/x"),
            ["a.example.co.uk", "casino.ru", "news.example.org"]
        );
        assert_eq!(
            hosts("http://пример.рф/путь, пример.рф et http://xn--e1afmkfd.xn--p1ai/ et http://1.2.3.4/x"),
            ["пример.рф", "пример.рф", "пример.рф", "1.2.3.4"]
        );
        assert_eq!(hosts("看example.com吧 http://example.org这里"), ["example.com", "example.org"]);
        assert_eq!(
            hosts("👉example.com👈 “exemple.net”… ｅｘａｍｐｌｅ．ｏｒｇ exam\u{200b}ple.info"),
            ["example.com", "exemple.net", "example.org", "example.info"]
        );
    }

    #[test]
    fn a_link_keeps_how_it_was_written() {
        let field = text("été HTTPS://Exemple.FR/Chemin?Q=É !");
        let link = only(&field);
        assert_eq!(
            (link.url.as_str(), link.path(), link.kind),
            ("HTTPS://Exemple.FR/Chemin?Q=É", "/Chemin?Q=É", LinkKind::Url)
        );
        assert_eq!((link.span.start, link.span.end), (4, 33));
        assert_eq!(field.written(link.span), link.url);
    }

    #[test]
    fn what_only_has_a_dot_is_no_link() {
        for body in [
            "etc.ça",
            "M.Macron",
            "fin.Le maire",
            "la fin.de toute façon",
            "readme.md",
            "Node.js",
            "ASP.NET",
            "v2.0",
            "les étudiant.es motivé.e.s",
            "c'est fini.il faut",
            "1.2.3.4",
            "12.30",
            "J.F.K.",
            "ok...bon",
            "a.b",
            "3.14",
            "P.S. merci",
            "http://",
            "://x",
            "www.",
            "localhost:8080",
        ] {
            assert_eq!(hosts(body), [""; 0], "{body}");
        }
    }

    #[test]
    fn a_suffix_that_is_a_word_needs_more() {
        assert_eq!(hosts("www.fin.de fin.de/page http://fin.la"), ["fin.de", "fin.de", "fin.la"]);
    }

    #[test]
    fn disguises_are_seen_through() {
        assert_eq!(
            hosts("exemple (dot) com, exemple[.]org/x hxxps://mal.example.com exemple dot net"),
            ["exemple.com", "exemple.org", "mal.example.com", "exemple.net"]
        );
        let field = text("é exemple (dot) com/A ici");
        assert_eq!(only(&field).url, "exemple (dot) com/A");
        assert_eq!((only(&field).span.start, only(&field).span.end), (2, 21));
        assert_eq!(text("jean (at) exemple (dot) fr").data.len(), 1);
    }

    #[test]
    fn messengers_are_told_apart() {
        let kinds = |body: &str| text(body).links.iter().map(|link| (link.host.clone(), link.kind)).collect::<Vec<_>>();
        assert_eq!(
            kinds("t.me/gains https://wa.me/22997123456"),
            [("t.me".to_owned(), LinkKind::Messenger), ("wa.me".to_owned(), LinkKind::Messenger)]
        );
    }

    #[test]
    fn html_targets_are_links_at_their_attribute() {
        let field = html(
            "<p>voir <a href=\"https://Exemple.com/A?b&amp;c\">pas cher</a> <img src='//cdn.example.net/x.png'></p>",
        );
        let seen: Vec<_> = field
            .links
            .iter()
            .map(|link| (link.host.as_str(), link.url.as_str(), link.from_markup, link.span.start))
            .collect();
        assert_eq!(
            seen,
            [
                ("exemple.com", "https://Exemple.com/A?b&c", true, 17),
                ("cdn.example.net", "//cdn.example.net/x.png", true, 71)
            ]
        );
        let words: Vec<_> = field.words.iter().map(|&word| field.word(word)).collect();
        assert_eq!(words, ["voir", "pas", "cher"]);
    }

    #[test]
    fn an_anchor_that_shows_its_own_target_is_one_link() {
        assert_eq!(html("<a href='http://a.com/x'>http://a.com/x</a>").links.len(), 1);
        assert_eq!(html("<a href='http://a.com/x'>http://b.com/x</a> http://a.com").links.len(), 3);
        assert_eq!(
            text("[url=http://a.com]http://a.com[/url] <a href=\"http://b.com\">http://b.com</a>").links.len(),
            2
        );
    }

    #[test]
    fn anchors_in_a_plain_text_are_links_from_markup() {
        let field = text(
            "<a href=\"http://a.com/x\" rel=nofollow>pas cher</a> [url=http://b.com]ici[/url] [là](http://c.com) http://d.com",
        );
        let seen: Vec<_> = field.links.iter().map(|link| (link.host.as_str(), link.from_markup)).collect();
        assert_eq!(seen, [("a.com", true), ("b.com", true), ("c.com", true), ("d.com", false)]);
        let words: Vec<_> = field.words.iter().map(|&word| field.word(word)).collect();
        assert_eq!(words, ["pas", "cher", "ici", "là"]);
    }

    #[test]
    fn addresses_are_data_and_no_links() {
        let field = text("écrire à Jean.Dupont@exemple.fr svp");
        assert_eq!(field.links, []);
        let spans: Vec<_> = field.data.iter().map(|&datum| field.written(field.datum_span(datum))).collect();
        assert_eq!(spans, ["Jean.Dupont@exemple.fr"]);
        assert_eq!(html("<a href='mailto:a@b.fr'>x</a> <a href='/page'>y</a> <a href='#z'>z</a>").links, []);
    }

    #[test]
    fn links_are_bounded() {
        assert_eq!(text(&"http://a.com ".repeat(1_500)).links.len(), MOST);
        assert_eq!(html(&"<a href=http://a.com>x</a>".repeat(1_500)).links.len(), MOST);
    }
}
