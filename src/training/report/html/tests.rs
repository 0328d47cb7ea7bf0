use std::collections::BTreeSet;

use html5gum::{StartTag, Token, Tokenizer};

use super::printable;
use crate::domain::site::Locale;
use crate::training::report::samples::{ATTACK, HOSTILE_SOURCE, Sample};

/// A page read back: its tags in order, and the text between them.
struct Read {
    starts: Vec<(String, Vec<(String, String)>)>,
    /// Each text with the innermost element that holds it.
    texts: Vec<(String, String)>,
}

fn page(locale: Locale) -> String {
    Sample::new().exhibit().html(locale).unwrap()
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Reads a page and insists that it is well formed: no parse error, and every element closed where it was opened.
fn read(page: &str) -> Read {
    const VOID: [&str; 3] = ["meta", "link", "br"];
    let mut read = Read { starts: Vec::new(), texts: Vec::new() };
    let mut open: Vec<String> = Vec::new();
    for token in Tokenizer::new(page) {
        match token.unwrap() {
            Token::StartTag(StartTag { name, attributes, self_closing, .. }) => {
                let name = utf8(&name);
                let attributes = attributes.iter().map(|(key, value)| (utf8(key), utf8(value))).collect();
                if !self_closing && !VOID.contains(&name.as_str()) {
                    open.push(name.clone());
                }
                read.starts.push((name, attributes));
            }
            Token::EndTag(tag) => assert_eq!(open.pop(), Some(utf8(&tag.name))),
            Token::String(text) => read.texts.push((open.last().cloned().unwrap_or_default(), utf8(&text))),
            Token::Error(error) => panic!("{error:?}"),
            Token::Comment(_) | Token::Doctype(_) => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
    read
}

impl Read {
    fn attributes(&self, key: &str) -> impl Iterator<Item = &str> {
        self.starts
            .iter()
            .flat_map(move |(_, all)| all.iter().filter(move |(name, _)| name == key))
            .map(|(_, value)| value.as_str())
    }

    fn text_in(&self, element: &str) -> Vec<&str> {
        self.texts.iter().filter(|(name, _)| name == element).map(|(_, text)| text.as_str()).collect()
    }
}

#[test]
fn hostile_texts_stay_texts() {
    for locale in [Locale::Fr, Locale::En] {
        let page = page(locale);
        let read = read(&page);
        let expected = ["html", "svg", "blockquote"];
        assert!(expected.iter().all(|name| read.starts.iter().any(|(start, _)| start == name)));
        for (name, attributes) in &read.starts {
            assert!(
                !["script", "img", "iframe", "object", "embed", "base", "form", "foreignobject"]
                    .contains(&name.as_str()),
                "{name}"
            );
            assert!(
                attributes.iter().all(|(key, _)| !key.starts_with("on") && key != "src" && key != "style"),
                "{attributes:?}"
            );
        }
        assert!(read.attributes("href").all(|href| href.starts_with('#')));
        let quoted = read.text_in("blockquote").concat();
        assert!(
            quoted.contains("</blockquote><script>alert('x')</script><img src=x onerror=\"alert(1)\">"),
            "{quoted}"
        );
        assert!(!page.contains('\u{202e}') && !page.contains('\0'));
        assert!(read.text_in("th").iter().any(|text| *text == HOSTILE_SOURCE.split(':').next().unwrap()));
    }
}

#[test]
fn nothing_is_loaded_and_no_script_would_run() {
    let page = page(Locale::Fr);
    assert!(page.contains("default-src 'none'"));
    let css = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    assert!(!css.contains("url(") && !css.contains("@import"));
    let addresses: Vec<_> = page.match_indices("://").map(|(at, _)| &page[at.saturating_sub(5)..at + 18]).collect();
    assert!(addresses.iter().all(|address| address.contains("http://www.w3.org")), "{addresses:?}");
}

#[test]
fn every_name_is_unique_and_every_reference_has_its_target() {
    let read = read(&page(Locale::Fr));
    let ids: Vec<_> = read.attributes("id").collect();
    let known: BTreeSet<_> = ids.iter().copied().collect();
    assert_eq!(ids.len(), known.len());
    let labels = read.attributes("aria-labelledby").flat_map(str::split_whitespace);
    for target in labels.chain(read.attributes("href").map(|href| &href[1..])) {
        assert!(known.contains(target), "{target}");
    }
    let count = |name: &str| read.starts.iter().filter(|(start, _)| start == name).count();
    assert!(count("svg") >= 4 && count("svg") == count("desc") && count("svg") + 1 == count("title"));
    assert_eq!(count("table"), count("caption"));
}

/// The headings, captions and plots, as a reader who does not see the page hears them. The page's own title names the
/// model, which is another matter.
fn outline(page: &str) -> String {
    let read = read(page);
    let told = ["h1", "h2", "h3", "h4", "caption", "title"];
    let lines = read.texts.iter().filter(|(name, _)| told.contains(&name.as_str())).skip(1);
    lines.map(|(name, text)| format!("{name:8}{text}")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_outline_in_french() {
    insta::assert_snapshot!(outline(&page(Locale::Fr)));
}

#[test]
fn the_outline_in_english() {
    insta::assert_snapshot!(outline(&page(Locale::En)));
}

#[test]
fn french_is_set_as_french_is() {
    let read = read(&page(Locale::Fr));
    for (name, text) in read.texts.iter().filter(|(name, _)| name != "style" && name != "blockquote") {
        for mark in [" :", " ;", " ?", " !", " %", "« ", " »", "'"] {
            // A piece of evidence is a word of the text itself.
            let quoted = name == "li" && mark == "'";
            assert!(quoted || !text.contains(mark), "`{mark}` in `{text}`");
        }
    }
}

#[test]
fn a_reader_in_either_locale_reads_one_language() {
    let (fr, en) = (page(Locale::Fr), page(Locale::En));
    assert!(fr.contains("<html lang=\"fr\">") && en.contains("<html lang=\"en\">"));
    let own = |page: &str| -> BTreeSet<String> {
        let read = read(page);
        let told = read.texts.into_iter().filter(|(name, _)| {
            matches!(name.as_str(), "h1" | "h2" | "h3" | "h4" | "p" | "dt" | "dd" | "caption" | "figcaption" | "desc")
        });
        told.map(|(_, text)| text.trim().to_owned())
            .filter(|text| text.chars().filter(|c| c.is_alphabetic()).count() > 12)
            .collect()
    };
    let both: Vec<_> = own(&fr).intersection(&own(&en)).cloned().collect();
    assert!(both.is_empty(), "{both:?}");
}

#[test]
fn same_corpus_same_page() {
    assert!(page(Locale::Fr) == page(Locale::Fr));
}

#[test]
fn a_text_is_shown_on_one_line_without_what_turns_or_breaks_it() {
    assert_eq!(printable("a\n\n \n\tb\u{0}c \r\n"), "a ⏎  b\u{fffd}c");
    assert_eq!(printable("\u{202e}lave\u{2066}"), "\u{fffd}lave\u{fffd}");
    assert!(printable(ATTACK).contains(" ⏎ <!--"));
}
