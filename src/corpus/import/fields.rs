//! What the fields of other programs mean.

use std::collections::BTreeMap;

use crate::corpus::{Line, Weight};
use crate::domain::classifier::card::Label;
use crate::domain::comment::{BodyFormat, Language, Role};

/// What a field tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    Text,
    Format,
    /// In words: ham, spam, abuse.
    Label,
    /// Whether it is spam.
    Spam,
    /// WordPress's state: 1, 0, spam, trash.
    Approved,
    /// What a person told Akismet.
    Told,
    /// What Akismet said.
    Akismet,
    Kind,
    Role,
    /// WordPress's number of a signed-in author; 0 for visitors.
    User,
    Name,
    Url,
    AuthorNumber,
    AuthorIsUrl,
    Page,
    Lang,
    Source,
    Weight,
    Comment,
    By,
    At,
}

/// Names by which columns are known, lower case.
const NAMES: &[(Column, &[&str])] = &[
    (
        Column::Text,
        &["text", "texte", "comment_content", "body", "content", "contenu", "commentaire", "comment_text", "message"],
    ),
    (Column::Format, &["format", "body_format"]),
    (Column::Label, &["label", "étiquette", "etiquette", "classe", "class", "category", "catégorie", "verdict"]),
    (Column::Spam, &["spam", "is_spam", "indésirable", "indesirable"]),
    (Column::Approved, &["comment_approved", "approved", "statut", "status"]),
    (Column::Told, &["akismet_user_result", "user_result", "user_decision"]),
    (Column::Akismet, &["akismet_result"]),
    (Column::Kind, &["comment_type", "type"]),
    (Column::Role, &["role", "author.role"]),
    (Column::User, &["user_id", "comment_user_id"]),
    (Column::Name, &["author_name", "comment_author", "author.name", "auteur", "author", "nom", "name"]),
    (Column::Url, &["author_url", "comment_author_url", "author.url", "url", "site"]),
    (Column::AuthorNumber, &["author_number"]),
    (Column::AuthorIsUrl, &["author_is_url"]),
    (Column::Page, &["group", "comment_post_id", "permalink", "page.url", "page_url", "page"]),
    (Column::Lang, &["lang", "langue", "language", "page.language", "blog_lang"]),
    (Column::Source, &["source"]),
    (Column::Weight, &["weight", "poids"]),
    (Column::Comment, &["comment"]),
    (Column::By, &["by"]),
    (Column::At, &["at"]),
];

impl Column {
    /// The column that a program calls so.
    pub fn known(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
    }

    /// The name by which an operator calls it.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(column, _)| *column == self).and_then(|(_, names)| names.first()).unwrap_or(&"?")
    }
}

/// Why a comment teaches nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("still held: nobody has decided")]
    Held,
    #[error("in the trash: nobody said why")]
    Trash,
    #[error("pingbacks and trackbacks: written by machines")]
    Machine,
    #[error("without a text")]
    Empty,
    #[error("without a label")]
    Unlabelled,
    #[error("label `{0}` is not known: `--value {0}=spam` says what it means")]
    Unknown(String),
    #[error("could not be a comment: {0}")]
    Unfit(String),
    #[error("not a JSON object")]
    NoJson,
    #[error("longer than {0} MiB")]
    Long(u64),
    #[error("{0} columns where the first row has {1}")]
    Width(usize, usize),
}

/// A comment's fields, as a program wrote them.
#[derive(Clone, Debug, Default)]
pub struct Fields(BTreeMap<Column, String>);

/// A comment that teaches; its source may be empty.
#[derive(Debug)]
pub struct Found {
    pub line: Line,
}

impl Fields {
    /// Empty values, and what databases write for none, are no values.
    pub fn set(&mut self, column: Column, value: String) {
        if !matches!(value.trim(), "" | "NULL" | "\\N") || column == Column::Text {
            self.0.insert(column, value);
        }
    }

    fn get(&self, column: Column) -> Option<&str> {
        self.0.get(&column).map(|value| value.trim())
    }

    fn own(&self, column: Column) -> Option<String> {
        self.get(column).map(str::to_owned)
    }

    /// What the fields mean; `words` are the operator's own words for labels.
    pub fn understood(mut self, words: &BTreeMap<String, Label>) -> Result<Found, Why> {
        if self.get(Column::Kind).is_some_and(|kind| matches!(kind, "pingback" | "trackback")) {
            return Err(Why::Machine);
        }
        let (label, machine) = self.label(words)?;
        let weight = self.get(Column::Weight).and_then(|weight| Weight::try_from(weight.parse::<f64>().ok()?).ok());
        let source = self.own(Column::Source).unwrap_or_default();
        let page = self.get(Column::Page).map(|page| match page.parse::<u64>() {
            Ok(number) => format!("{source} page {number}").trim().to_owned(),
            Err(_) => page.to_owned(),
        });
        let line = Line {
            format: if self.get(Column::Format) == Some("html") { BodyFormat::Html } else { BodyFormat::Text },
            label,
            lang: self.get(Column::Lang).and_then(Language::parse),
            group: page,
            author_name: self.own(Column::Name),
            author_url: self.own(Column::Url).filter(|url| url != "http://"),
            author_number: self.get(Column::AuthorNumber).and_then(|number| number.parse().ok()),
            author_is_url: self.get(Column::AuthorIsUrl) == Some("true"),
            role: self.role(),
            weight: weight.unwrap_or(if machine { Weight::MACHINE } else { Weight::default() }),
            comment: self.own(Column::Comment),
            by: self.own(Column::By),
            at: self.own(Column::At),
            source,
            text: self.0.remove(&Column::Text).ok_or(Why::Empty)?,
        };
        Ok(Found { line })
    }

    fn role(&self) -> Role {
        match (self.get(Column::Role), self.get(Column::User)) {
            (Some("staff"), _) => Role::Staff,
            (Some("member"), _) => Role::Member,
            (None, Some(user)) if user != "0" => Role::Staff,
            _ => Role::Visitor,
        }
    }

    /// The label, and whether only a machine gave it. What a person said comes first.
    fn label(&self, words: &BTreeMap<String, Label>) -> Result<(Label, bool), Why> {
        if let Some(told) = self.get(Column::Told) {
            return flag(told, words).map(|label| (label, false));
        }
        if let Some(label) = self.get(Column::Label) {
            return word(label, words).map(|label| (label, false));
        }
        if let Some(state) = self.get(Column::Approved) {
            return approved(state, words).map(|label| (label, false));
        }
        if let Some(spam) = self.get(Column::Spam) {
            return flag(spam, words).map(|label| (label, false));
        }
        let akismet = self.get(Column::Akismet).ok_or(Why::Unlabelled)?;
        flag(akismet, words).map(|label| (label, true))
    }
}

fn own(word: &str, words: &BTreeMap<String, Label>) -> Option<Label> {
    words.get(word).or_else(|| words.get(&word.to_lowercase())).copied()
}

fn unknown(word: &str) -> Why {
    Why::Unknown(word.chars().take(40).collect())
}

fn word(word: &str, words: &BTreeMap<String, Label>) -> Result<Label, Why> {
    if let Some(label) = own(word, words) {
        return Ok(label);
    }
    match word.to_lowercase().as_str() {
        "ham" | "approved" | "approuvé" | "ok" | "bon" | "légitime" => Ok(Label::Ham),
        "spam" | "indésirable" | "publicité" => Ok(Label::Spam),
        "abuse" | "toxic" | "insult" | "hate" | "threat" | "injure" | "insulte" | "haine" => Ok(Label::Abuse),
        _ => Err(unknown(word)),
    }
}

fn approved(state: &str, words: &BTreeMap<String, Label>) -> Result<Label, Why> {
    if let Some(label) = own(state, words) {
        return Ok(label);
    }
    match state.to_lowercase().as_str() {
        "1" | "approve" | "approved" => Ok(Label::Ham),
        "spam" => Ok(Label::Spam),
        "0" | "hold" | "held" | "pending" | "unapproved" => Err(Why::Held),
        "trash" | "post-trashed" => Err(Why::Trash),
        _ => Err(unknown(state)),
    }
}

fn flag(said: &str, words: &BTreeMap<String, Label>) -> Result<Label, Why> {
    if let Some(label) = own(said, words) {
        return Ok(label);
    }
    match said.to_lowercase().as_str() {
        "1" | "true" | "yes" | "oui" | "spam" => Ok(Label::Spam),
        "0" | "false" | "no" | "non" | "ham" => Ok(Label::Ham),
        _ => Err(unknown(said)),
    }
}
