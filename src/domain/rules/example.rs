//! The examples of a rule: comments it must match, and comments it must not.

use jiff::Timestamp;

use super::RuleSet;
use super::file::{Table, Value};
use crate::domain::comment::{BodyFormat, Comment, Draft, Kind};
use crate::domain::text::Text;

/// Most examples of one rule.
const MAX_EXAMPLES: usize = 100;

/// One example.
pub(super) struct Example<'a> {
    value: Value<'a>,
    comment: Comment,
    must_match: bool,
}

/// Reads the examples of a rule; problems are reported. One that names no type is of the type `kind`.
pub(super) fn read<'a>(value: &Value<'a>, kind: Kind) -> Vec<Example<'a>> {
    let Some(table) = value.table(&["match", "no_match"]) else { return Vec::new() };
    let list = |key: &str, must_match: bool| {
        let items = table.get(key).and_then(|value| value.items()).unwrap_or_default();
        items.into_iter().filter_map(move |value| {
            let comment = read_comment(&value, kind)?;
            Some(Example { value, comment, must_match })
        })
    };
    let examples: Vec<_> = list("match", true).chain(list("no_match", false)).collect();
    if examples.len() > MAX_EXAMPLES {
        table.problem("are too many", format!("keep at most {MAX_EXAMPLES}"));
    }
    examples
}

impl Example<'_> {
    /// Reports the example if the rule does not do with it what it says. A comment that does not say when it was
    /// submitted was submitted as its page was published.
    pub fn check(&self, id: &str, set: &RuleSet) {
        let now = self.comment.page().published_at.unwrap_or(Timestamp::UNIX_EPOCH);
        let text = Text::of(&self.comment, None);
        let matches = set.signals(&self.comment, &text, now).iter().any(|signal| signal.id == id);
        match (matches, self.must_match) {
            (false, true) => self
                .value
                .problem(format_args!("should match the rule `{id}` and does not"), "correct the rule or the example"),
            (true, false) => self
                .value
                .problem(format_args!("should not match the rule `{id}` and does"), "correct the rule or the example"),
            _ => {}
        }
    }
}

/// A string is a body; a table has the fields of the JSON request.
fn read_comment(value: &Value<'_>, kind: Kind) -> Option<Comment> {
    let draft = match value.is_table() {
        true => read_draft(value, kind)?,
        false => Draft { body: value.string()?.to_owned(), kind, ..Draft::default() },
    };
    let comment = Comment::parse(draft);
    comment.map_err(|error| value.problem(format_args!("is no comment: {error}"), "correct it there")).ok()
}

fn read_draft(value: &Value<'_>, kind: Kind) -> Option<Draft> {
    let table = value.table(&["body", "body_format", "type", "author", "page", "form", "submitted_at"])?;
    let mut draft = Draft { kind, ..Draft::default() };
    draft.body = table.get("body").map_or(Some(String::new()), |body| owned(&body))?;
    draft.submitted_at = text(&table, "submitted_at");
    if let Some(format) = table.get("body_format") {
        draft.body_format = format.choice(&[("text", BodyFormat::Text), ("html", BodyFormat::Html)])?;
    }
    if let Some(kind) = table.get("type") {
        draft.kind = kind.choice(&Kind::ALL.map(|kind| (kind.as_str(), kind)))?;
    }
    if let Some(author) = table.get("author") {
        let author = author.table(&["name", "url", "email"])?;
        draft.author.name = text(&author, "name");
        draft.author.url = text(&author, "url");
        draft.author.email = text(&author, "email");
    }
    if let Some(page) = table.get("page") {
        let page = page.table(&["language", "published_at"])?;
        draft.page.language = text(&page, "language");
        draft.page.published_at = text(&page, "published_at");
    }
    if let Some(form) = table.get("form") {
        let form = form.table(&["elapsed_ms", "honeypot"])?;
        draft.form.elapsed_ms = form.get("elapsed_ms").and_then(|value| value.count(0..=u64::from(u32::MAX)));
        draft.form.honeypot = text(&form, "honeypot");
    }
    Some(draft)
}

fn text(table: &Table<'_>, key: &str) -> Option<String> {
    table.get(key).as_ref().and_then(owned)
}

fn owned(value: &Value<'_>) -> Option<String> {
    value.string().map(str::to_owned)
}
