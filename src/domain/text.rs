//! The derived form of a comment, computed once and shared by every detector.
//!
//! Spans always point back into the fields as stored, in Unicode scalars.

mod fold;
mod links;
mod mapped;
mod markup;
mod scripts;
mod tags;
mod words;

use super::comment::{Comment, Language};
use super::signal::{Field, Span};

pub use mapped::Mapped;

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
    pub links: Vec<Link>,
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
    pub span: Span,
}

/// Facts about the body's form that hold in any language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    pub scalars: u32,
    pub letters: u32,
    pub capitals: u32,
    pub digits: u32,
    pub words: u32,
    pub distinct_words: u32,
    pub exclamations: u32,
    pub questions: u32,
    pub line_breaks: u32,
    pub emoji: u32,
    /// Words that mix scripts which no language mixes, such as Latin and Cyrillic.
    pub mixed_script_words: u32,
    /// The longest run of one character.
    pub longest_run: u32,
    /// Amounts of money: a number beside a currency.
    pub amounts: u32,
    /// Telephone numbers.
    pub phones: u32,
    /// E-mail addresses written in the body.
    pub emails: u32,
}

impl FieldText {
    fn of(field: Field, source: &str) -> Self {
        let plain = Mapped::identity(source);
        let folded = fold::fold(&plain).mapped;
        let skeleton = folded.clone();
        let (links, linked) = links::find(field, &plain, &folded);
        let words = words::Words::find(folded.as_str(), &linked).words;
        Self { field, plain, folded, skeleton, words, links }
    }

    /// A word's folded form.
    pub fn word(&self, word: Word) -> &str {
        self.folded.as_str().get(word.start as usize..word.end as usize).unwrap_or("")
    }

    /// Where a word stood in the field.
    pub fn word_span(&self, word: Word) -> Span {
        self.span_of(word.start as usize..word.end as usize)
    }

    /// Where some bytes of the folded form stood in the field.
    pub fn span_of(&self, folded: std::ops::Range<usize>) -> Span {
        self.folded.span(self.field, folded)
    }
}

impl Text {
    /// Derives everything once. The language is the page's or else the site's (`otherwise`), unless the detector
    /// is sure of another on 80 letters or more.
    pub fn of(comment: &Comment, otherwise: Option<Language>) -> Self {
        let content = comment.content();
        let fields: Vec<_> = [
            (Field::Body, Some(content.body.as_str())),
            (Field::AuthorName, content.author_name.as_deref()),
            (Field::AuthorUrl, content.author_url.as_deref()),
            (Field::AuthorEmail, comment.email()),
        ]
        .into_iter()
        .filter_map(|(field, source)| Some(FieldText::of(field, source?)))
        .collect();
        let shape = fields.first().map(Shape::of).unwrap_or_default();
        Self { fields, language: comment.page().language.or(otherwise), shape }
    }

    pub fn fields(&self) -> &[FieldText] {
        &self.fields
    }

    pub fn body(&self) -> Option<&FieldText> {
        self.fields.first()
    }

    pub fn language(&self) -> Option<Language> {
        self.language
    }

    pub fn shape(&self) -> &Shape {
        &self.shape
    }
}

impl Shape {
    fn of(body: &FieldText) -> Self {
        let mut shape = Self { words: body.words.len() as u32, ..Self::default() };
        let mut distinct: Vec<&str> = body.words.iter().map(|&word| body.word(word)).collect();
        distinct.sort_unstable();
        distinct.dedup();
        shape.distinct_words = distinct.len() as u32;
        let (mut run, mut before) = (0, None);
        for character in body.plain.as_str().chars() {
            shape.scalars += 1;
            shape.letters += u32::from(character.is_alphabetic());
            shape.capitals += u32::from(character.is_uppercase());
            shape.digits += u32::from(character.is_numeric());
            shape.exclamations += u32::from(character == '!');
            shape.questions += u32::from(character == '?');
            shape.line_breaks += u32::from(character == '\n');
            shape.emoji += u32::from(matches!(character, '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}'));
            run = if before == Some(character) { run + 1 } else { 1 };
            before = Some(character);
            shape.longest_run = shape.longest_run.max(run);
        }
        shape
    }
}
