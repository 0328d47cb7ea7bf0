//! The derived form of a comment, computed once and shared by every detector.
//!
//! Spans always point back into the fields as stored, in Unicode scalars.

use super::comment::{Comment, Language};
use super::signal::{Field, Span};

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
    /// NFKC, lower case; accents and digits as they are. In HTML, tags are gone and entities decoded.
    pub folded: Mapped,
    /// The folded form with accents, leet digits and look-alike letters folded too; amounts and phone numbers stay.
    pub skeleton: Mapped,
    /// The words of `folded`, in order: letters, marks and digits; an elision (`l'`) is a word of its own.
    pub words: Vec<Word>,
    pub links: Vec<Link>,
}

/// A derived string that remembers where each of its characters stood.
#[derive(Clone, Debug, Default)]
pub struct Mapped {
    text: String,
    /// For each byte of `text` (and one past its end), the scalar of the field it came from.
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl Mapped {
    pub fn as_str(&self) -> &str {
        &self.text
    }
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
    /// A word's folded form.
    pub fn word(&self, word: Word) -> &str {
        self.folded.as_str().get(word.start as usize..word.end as usize).unwrap_or("")
    }
}

impl Text {
    /// Derives everything once. The language is the page's or else the site's (`otherwise`), unless the detector
    /// is sure of another on 80 letters or more.
    pub fn of(_comment: &Comment, otherwise: Option<Language>) -> Self {
        Self { fields: Vec::new(), language: otherwise, shape: Shape::default() }
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
