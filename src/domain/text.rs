//! The derived form of a comment, computed once and shared by every detector.
//!
//! Spans always point back into the fields as stored, in Unicode scalars. A field goes one way: what a reader sees
//! (`plain`) → `folded` → `links` and `data` → `words` → `skeleton`; every step is linear in the field's length.

mod data;
mod domain;
mod fold;
mod language;
mod links;
mod mapped;
mod markup;
mod scripts;
mod shape;
mod skeleton;
mod tags;
#[cfg(test)]
mod tests;
mod words;

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::comment::{AuthorEmail, BodyFormat, Comment, Language};
use super::signal::{Field, Span};
use links::{Links, Place};
use markup::Markup;
use scripts::Scripts;
use words::Words;

pub use data::{Currency, DatumKind};
pub use mapped::Mapped;
pub use shape::Shape;

/// What every detector reads.
#[derive(Clone, Debug)]
pub struct Text {
    /// The body first, then the author's name, URL and e-mail address where given.
    fields: Vec<FieldText>,
    language: Option<Language>,
    shape: Shape,
}

/// One field of the comment, derived.
#[derive(Clone, Debug)]
pub struct FieldText {
    pub field: Field,
    /// As a reader sees it: in HTML, tags are gone and entities decoded; otherwise the field itself.
    pub plain: Mapped,
    /// NFKC, lower case; accents and digits as they are. In HTML, tags are gone and entities decoded.
    pub folded: Mapped,
    /// The folded form with accents, leet digits and look-alike letters folded too; amounts and phone numbers stay.
    pub skeleton: Mapped,
    /// The words of `folded`, in order: letters, marks and digits; an elision (`l'`) is a word of its own.
    pub words: Vec<Word>,
    /// In the order in which they stand; at most 1,000.
    pub links: Vec<Link>,
    /// Telephone numbers, e-mail addresses, IBANs, amounts and percentages, in order.
    pub data: Vec<Datum>,
}

/// A word by its bytes in the folded form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    pub start: u32,
    pub end: u32,
}

/// A link in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Lower case, without `www.`; IDNA (punycode) decoded where it was given so.
    pub host: String,
    /// The registrable domain, such as `example.co.uk`; the host itself where there is none.
    pub domain: String,
    /// Where it stands; for the target of an HTML element, its attribute's value.
    pub span: Span,
    pub kind: LinkKind,
    /// As written, entities decoded.
    pub url: String,
    /// Whether HTML (`<a href>`, `<img src>` …), BBCode or Markdown makes it a link, also in a body of plain text.
    pub from_markup: bool,
}

impl Link {
    /// What follows the host, from its `/` on; empty where nothing does.
    pub fn path(&self) -> &str {
        let after = self.url.split_once("://").map_or(self.url.as_str(), |(_, after)| after);
        let after = after.trim_start_matches('/');
        after.find(['/', '?', '#']).and_then(|at| after.get(at..)).unwrap_or("")
    }
}

/// What a link looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// With a scheme, or the target of an element.
    Url,
    /// A domain without a scheme: `example.com/page`.
    Domain,
    /// To a conversation, such as `wa.me/…` or `t.me/…`, with or without a scheme.
    Messenger,
}

/// Something that can be told by its form, by its bytes in the folded form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datum {
    pub kind: DatumKind,
    pub start: u32,
    pub end: u32,
}

/// The folded form of a text that needs no places, such as an operator's word.
pub fn folded_of(text: &str) -> String {
    fold::fold_str(text)
}

/// The skeleton of a text that needs no places. Two texts that a reader takes for the same have the same skeleton.
pub fn skeleton_of(text: &str) -> String {
    FieldText::of(Field::Body, Markup::of_text(text), None).0.skeleton.into_string()
}

/// A text as a search compares it: small letters without accents. In HTML, tags are a part of it.
pub fn sought_of(text: &str) -> String {
    let letters = text.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c));
    letters.flat_map(char::to_lowercase).collect()
}

/// What a reader sees of a body, with the places where it stands in it.
pub fn plain_of(body: &str, format: BodyFormat) -> Mapped {
    match format {
        BodyFormat::Text => Markup::of_text(body).plain,
        BodyFormat::Html => Markup::read(body).plain,
    }
}

impl FieldText {
    fn of(field: Field, source: Markup, language: Option<Language>) -> (Self, Findings) {
        let fold::Folded { mapped: folded, invisible, styled } = fold::fold(&source.plain);
        let place = Place { field, plain: &source.plain, folded: &folded, targets: &source.targets, language };
        let Links { links, linked, emails } = Links::find(&place);
        let kept = merged(vec![linked, emails.clone()]);
        let data = with_emails(data::find(folded.as_str(), &kept), &emails);
        let occupied = merged(vec![kept.clone(), tags::find(folded.as_str())]);
        let Words { words, scripts, mixed } = Words::find(folded.as_str(), &occupied);
        let kept = merged(vec![kept, data.iter().map(|datum| datum.start as usize..datum.end as usize).collect()]);
        let skeleton = skeleton::skeleton(&folded, &kept, &scripts);
        let findings = Findings { invisible, styled, hidden: source.hidden, mixed, scripts };
        (Self { field, plain: source.plain, folded, skeleton, words, links, data }, findings)
    }

    /// A word's folded form.
    pub fn word(&self, word: Word) -> &str {
        self.folded.as_str().get(word.start as usize..word.end as usize).unwrap_or("")
    }

    /// Where a word stood in the field.
    pub fn word_span(&self, word: Word) -> Span {
        self.span_of(word.start as usize..word.end as usize)
    }

    /// Where a datum stood in the field.
    pub fn datum_span(&self, datum: Datum) -> Span {
        self.span_of(datum.start as usize..datum.end as usize)
    }

    /// Where some bytes of the folded form stood in the field.
    pub fn span_of(&self, folded: Range<usize>) -> Span {
        self.folded.span(self.field, folded)
    }

    /// Where some bytes of the skeleton stood in the field.
    pub fn skeleton_span(&self, skeleton: Range<usize>) -> Span {
        self.skeleton.span(self.field, skeleton)
    }

    /// A span of this field as a reader sees it.
    pub fn written(&self, span: Span) -> &str {
        self.plain.as_str().get(self.plain.bytes(span.start..span.end)).unwrap_or("")
    }
}

/// What was noticed on the way, and is told through [`Shape`] and the language.
struct Findings {
    invisible: u32,
    styled: u32,
    hidden: u32,
    mixed: u32,
    scripts: Scripts,
}

/// Sorted ranges that do not overlap, covering all that is given.
fn merged(lists: Vec<Vec<Range<usize>>>) -> Vec<Range<usize>> {
    let mut all = lists.concat();
    all.sort_unstable_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(all.len());
    for range in all {
        match merged.last_mut().filter(|last| range.start < last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => merged.push(range),
        }
    }
    merged
}

fn with_emails(mut data: Vec<Datum>, emails: &[Range<usize>]) -> Vec<Datum> {
    data.extend(emails.iter().map(|at| Datum { kind: DatumKind::Email, start: at.start as u32, end: at.end as u32 }));
    data.sort_unstable_by_key(|datum| (datum.start, datum.end));
    data
}

impl Text {
    /// Derives everything once. The language is the page's or else the site's (`otherwise`), unless the detector
    /// is sure of another on 80 letters or more.
    pub fn of(comment: &Comment, otherwise: Option<Language>) -> Self {
        let content = comment.content();
        let expected = comment.page().language.or(otherwise);
        let body = match content.format {
            BodyFormat::Html => Markup::read(&content.body),
            BodyFormat::Text => Markup::of_text(&content.body),
        };
        let (body, findings) = FieldText::of(Field::Body, body, expected);
        let language = language::language(&body, &findings.scripts, expected);
        let mut shape = Shape::of(&body);
        shape.mixed_script_words = findings.mixed;
        shape.invisible = findings.invisible;
        shape.styled = findings.styled;
        shape.hidden = findings.hidden;
        let author = [
            (Field::AuthorName, content.author_name.as_deref()),
            (Field::AuthorUrl, content.author_url.as_deref()),
            (Field::AuthorEmail, comment.email().map(AuthorEmail::as_str)),
        ];
        let author = author
            .into_iter()
            .filter_map(|(field, source)| Some(FieldText::of(field, Markup::of_text(source?), expected).0));
        Self { fields: std::iter::once(body).chain(author).collect(), language, shape }
    }

    /// The body, then the author's name, URL and e-mail address where given.
    pub fn fields(&self) -> &[FieldText] {
        &self.fields
    }

    pub fn body(&self) -> Option<&FieldText> {
        self.fields.first()
    }

    /// One field, where it was given.
    pub fn field(&self, field: Field) -> Option<&FieldText> {
        self.fields.iter().find(|text| text.field == field)
    }

    pub fn language(&self) -> Option<Language> {
        self.language
    }

    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Telephone numbers, e-mail addresses and IBANs in the body and the author's name: what a comment should not
    /// tell the world about anybody. The fields for the author's own address do not count.
    pub fn personal_data(&self) -> impl Iterator<Item = (DatumKind, Span)> {
        self.fields
            .iter()
            .filter(|text| matches!(text.field, Field::Body | Field::AuthorName))
            .flat_map(|text| text.data.iter().map(|&datum| (datum.kind, text.datum_span(datum))))
            .filter(|(kind, _)| kind.is_personal())
    }
}
