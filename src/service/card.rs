//! What a moderator sees of a comment: its text with the evidence marked, why it waits, what changed since the
//! revision before. Pure: a record in, a card out.

mod highlight;

use jiff::Timestamp;
use similar::{ChangeTag, TextDiff};

use crate::domain::comment::{BodyFormat, Content};
use crate::domain::review::{Record, Revision};
use crate::domain::score::Score;
use crate::domain::signal::Field;
use crate::domain::site::Locale;
use crate::domain::text::{self, Mapped};

use super::answer::{Answer, AnswerSignal, Detail};

pub use highlight::{Concern, MOST_TOLD, Piece};

/// Most words of two texts together that are compared word by word; longer ones are shown one after the other.
const MOST_COMPARED: usize = 6_000;

/// One comment on the page.
#[derive(Clone, Debug)]
pub struct Card {
    /// With the answer on the latest revision and all events.
    pub detail: Detail,
    /// `None` once the text is gone.
    pub text: Option<Shown>,
    /// Those that speak against the comment first, the strongest first; then those that did not run, then the rest.
    pub reasons: Vec<AnswerSignal>,
}

/// A revision's text, in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// As a reader sees it: of HTML, without tags.
    pub body: Vec<Piece>,
    pub author_name: Vec<Piece>,
    pub author_url: Vec<Piece>,
}

/// What became of the text from one revision to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The revision that the change led to.
    pub revision: u32,
    pub at: Timestamp,
    pub words: Vec<Change>,
}

/// Some words that stayed, came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub fate: Fate,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Stayed,
    Came,
    Went,
}

impl Card {
    /// `None` for a record without revisions, which no store holds.
    pub fn of(record: &Record, locale: Locale) -> Option<Self> {
        let latest = record.latest()?;
        let mut detail = Detail::of(record, locale)?;
        let mut reasons = std::mem::take(&mut detail.answer.signals);
        reasons.sort_by_key(|signal| (rank(signal), std::cmp::Reverse(signal.score)));
        Some(Self { detail, text: Shown::of(latest), reasons })
    }

    pub fn answer(&self) -> &Answer {
        &self.detail.answer
    }

    /// The revision that is shown.
    pub fn revision(&self) -> u32 {
        self.detail.answer.revision.unwrap_or_default()
    }
}

/// Against the comment, not known, or neither.
fn rank(signal: &AnswerSignal) -> u8 {
    match signal.ran {
        Some(false) => 1,
        _ if signal.score > Score::ZERO || signal.floor.is_some() => 0,
        _ => 2,
    }
}

impl Shown {
    /// The text of a revision with what its decision points at.
    pub fn of(revision: &Revision) -> Option<Self> {
        let content = revision.content.as_ref()?;
        let marks = highlight::marks(&revision.decision);
        let field = |field, text: Option<&String>| {
            let plain = Mapped::identity(text.map_or("", String::as_str));
            highlight::pieces(&plain, field, &marks)
        };
        Some(Self {
            body: highlight::pieces(&text::plain_of(&content.body, content.format), Field::Body, &marks),
            author_name: field(Field::AuthorName, content.author_name.as_ref()),
            author_url: field(Field::AuthorUrl, content.author_url.as_ref()),
        })
    }
}

/// What changed in a comment from revision to revision, latest first; revisions whose text is gone are left out.
pub fn differences(record: &Record) -> Vec<Difference> {
    let kept: Vec<_> =
        record.revisions.iter().filter_map(|revision| Some((revision, revision.content.as_ref()?))).collect();
    let pairs = kept.iter().zip(kept.iter().skip(1));
    let difference = |((_, old), (new, content)): (&(&Revision, &Content), &(&Revision, &Content))| Difference {
        revision: new.number,
        at: new.decision.checked_at,
        words: compare(&whole(old), &whole(content)),
    };
    pairs.map(difference).rev().collect()
}

/// All that an edit can change: who, from where, what.
fn whole(content: &Content) -> String {
    let author = [content.author_name.as_deref(), content.author_url.as_deref()];
    let author: Vec<_> = author.into_iter().flatten().collect();
    let body = match content.format {
        BodyFormat::Text => content.body.clone(),
        BodyFormat::Html => text::plain_of(&content.body, content.format).as_str().to_owned(),
    };
    format!("{}\n{body}", author.join(" · "))
}

fn compare(old: &str, new: &str) -> Vec<Change> {
    let words = old.split_whitespace().count() + new.split_whitespace().count();
    if words > MOST_COMPARED {
        return vec![
            Change { fate: Fate::Went, text: old.to_owned() },
            Change { fate: Fate::Came, text: new.to_owned() },
        ];
    }
    let mut changes: Vec<Change> = Vec::new();
    for change in TextDiff::from_words(old, new).iter_all_changes() {
        let fate = match change.tag() {
            ChangeTag::Equal => Fate::Stayed,
            ChangeTag::Insert => Fate::Came,
            ChangeTag::Delete => Fate::Went,
        };
        match changes.last_mut() {
            Some(last) if last.fate == fate => last.text.push_str(change.value()),
            _ => changes.push(Change { fate, text: change.value().to_owned() }),
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(fate: Fate, text: &str) -> Change {
        Change { fate, text: text.to_owned() }
    }

    #[test]
    fn what_changed_is_told_word_by_word() {
        let changes = compare("un texte tout bête", "un texte très bête");
        assert_eq!(
            changes,
            [
                change(Fate::Stayed, "un texte "),
                change(Fate::Went, "tout"),
                change(Fate::Came, "très"),
                change(Fate::Stayed, " bête"),
            ]
        );
    }

    #[test]
    fn very_long_texts_are_not_compared() {
        let (old, new) = ("a ".repeat(4_000), "b ".repeat(4_000));
        assert_eq!(compare(&old, &new), [change(Fate::Went, &old), change(Fate::Came, &new)]);
    }

    #[test]
    fn of_html_the_change_is_in_what_a_reader_sees() {
        let content = Content {
            body: "<p>Bon<b>jour</b> &amp; merci</p>".to_owned(),
            format: BodyFormat::Html,
            author_name: Some("Léa".to_owned()),
            ..Content::default()
        };
        assert_eq!(whole(&content).trim(), "Léa\nBonjour & merci");
    }
}
