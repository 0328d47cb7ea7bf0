//! How the stores write the domain's types as rows, and read them again: the same in every database.

pub(super) mod accounts;
pub(super) mod authors;
pub(super) mod privacy;
pub(super) mod shape;
pub(super) mod sound;

use jiff::Timestamp;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::activation::{Activation, ModelVersion, Scope};
use crate::domain::comment::{BodyFormat, CommentId, Content, Language, Page};
use crate::domain::decision::Verdict;
use crate::domain::ledger::Exclusion;
use crate::domain::review::{Event, Record, Revision};
use crate::domain::score::Score;
use crate::domain::secrets::ContentDigest;
use crate::domain::site::{Locale, Site, SiteId};
use crate::ports::queue::{Done, Filter, Held, Rank, Spread, Tally};
use crate::ports::store::{Differing, FirstAnswer, Known, StoreError};

/// One row, by the names of its columns.
pub(super) trait Columns {
    /// `None` for a null.
    fn optional_text(&self, column: &str) -> Result<Option<&str>, StoreError>;

    fn optional_integer(&self, column: &str) -> Result<Option<i64>, StoreError>;

    fn optional_bytes(&self, column: &str) -> Result<Option<&[u8]>, StoreError>;

    fn bytes(&self, column: &str) -> Result<&[u8], StoreError> {
        self.optional_bytes(column)?.ok_or_else(|| unreadable(column, "it is empty"))
    }

    fn id(&self, column: &str) -> Result<Uuid, StoreError>;

    fn text(&self, column: &str) -> Result<&str, StoreError> {
        self.optional_text(column)?.ok_or_else(|| unreadable(column, "it is empty"))
    }

    fn integer(&self, column: &str) -> Result<i64, StoreError> {
        self.optional_integer(column)?.ok_or_else(|| unreadable(column, "it is empty"))
    }
}

pub(super) fn locale_name(locale: Locale) -> &'static str {
    match locale {
        Locale::Fr => "fr",
        Locale::En => "en",
    }
}

pub(super) fn format_name(format: BodyFormat) -> &'static str {
    match format {
        BodyFormat::Text => "text",
        BodyFormat::Html => "html",
    }
}

/// A decision, an act or an override, as it is stored.
///
/// # Errors
/// It has no JSON form, which those of the domain have.
pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unavailable(format!("a value has no JSON form ({error})")))
}

pub(super) fn site(row: &impl Columns) -> Result<Site, StoreError> {
    Ok(Site {
        id: SiteId(row.id("id")?),
        name: row.text("name")?.to_owned(),
        url: row.text("url")?.to_owned(),
        locale: word(row, "locale")?,
        key_digest: digest(row, "key_digest")?,
        sealed_akismet_key: row.bytes("sealed_akismet_key")?.to_owned(),
        created_at: instant(row, "created_at")?,
    })
}

/// A comment whose revisions and events are still to be read.
pub(super) fn comment(row: &impl Columns) -> Result<Record, StoreError> {
    Ok(Record {
        id: CommentId(row.id("id")?),
        site: SiteId(row.id("site")?),
        external_id: owned(row, "external_id")?,
        kind: word(row, "kind")?,
        page: page(row)?,
        parent_id: owned(row, "parent_id")?,
        status: word(row, "status")?,
        version: number(row, "version")?,
        created_at: instant(row, "created_at")?,
        revisions: Vec::new(),
        events: Vec::new(),
    })
}

fn page(row: &impl Columns) -> Result<Page, StoreError> {
    let published_at = row.optional_integer("page_published_at")?;
    Ok(Page {
        url: owned(row, "page_url")?,
        title: owned(row, "page_title")?,
        language: row.optional_text("page_language")?.and_then(Language::parse),
        published_at: published_at.map(|at| instant_of(at, "page_published_at")).transpose()?,
    })
}

pub(super) fn revision(row: &impl Columns, comment: CommentId) -> Result<Revision, StoreError> {
    let number = number(row, "number")?;
    Ok(Revision {
        number,
        content: content(row)?,
        decision: json(row, "decision", || format!("the decision on revision {number} of comment {comment}"))?,
    })
}

/// `None` once the row of the text is gone.
fn content(row: &impl Columns) -> Result<Option<Content>, StoreError> {
    let Some(body) = owned(row, "body")? else { return Ok(None) };
    Ok(Some(Content {
        body,
        format: word(row, "format")?,
        author_name: owned(row, "author_name")?,
        author_url: owned(row, "author_url")?,
    }))
}

pub(super) fn event(row: &impl Columns, comment: CommentId) -> Result<Event, StoreError> {
    let id = row.id("id")?;
    Ok(Event {
        id,
        at: instant(row, "at")?,
        by: row.text("by")?.to_owned(),
        act: json(row, "act", || format!("the act of event {id} on comment {comment}"))?,
    })
}

pub(super) fn first_answer(row: &impl Columns) -> Result<FirstAnswer, StoreError> {
    Ok(FirstAnswer {
        request: digest(row, "request")?,
        id: CommentId(row.id("comment")?),
        revision: number(row, "revision")?,
        status: word(row, "status")?,
        version: number(row, "version")?,
    })
}

/// What is known under each of so many names: every row has the `place` of its name, an `id` and a `digest`.
pub(super) fn known<R: Columns>(
    rows: &[R],
    names: usize,
) -> Result<Vec<Result<Option<Known>, StoreError>>, StoreError> {
    let mut answers = vec![Ok(None); names];
    for row in rows {
        let place = row.integer("place")?;
        if let Some(answer) = usize::try_from(place).ok().and_then(|place| answers.get_mut(place))
            && let Err(error) = add_revision(answer, row)
        {
            *answer = Err(error);
        }
    }
    Ok(answers)
}

fn add_revision(answer: &mut Result<Option<Known>, StoreError>, row: &impl Columns) -> Result<(), StoreError> {
    let Ok(known) = answer else { return Ok(()) };
    let id = CommentId(row.id("id")?);
    let digest = digest(row, "digest").map(ContentDigest)?;
    known.get_or_insert_with(|| Known { id, digests: Vec::new() }).digests.push(digest);
    Ok(())
}

/// The comments of these rows with their revisions and events, which come in the order of comments, then their own.
pub(super) fn records<R: Columns>(comments: &[R], revisions: &[R], events: &[R]) -> Result<Vec<Record>, StoreError> {
    let mut records = comments.iter().map(comment).collect::<Result<Vec<_>, _>>()?;
    let places: std::collections::HashMap<_, _> =
        records.iter().enumerate().map(|(place, record)| (record.id, place)).collect();
    for row in revisions {
        let id = CommentId(row.id("comment")?);
        if let Some(record) = places.get(&id).and_then(|&place| records.get_mut(place)) {
            record.revisions.push(revision(row, id)?);
        }
    }
    for row in events {
        let id = CommentId(row.id("comment")?);
        if let Some(record) = places.get(&id).and_then(|&place| records.get_mut(place)) {
            record.events.push(event(row, id)?);
        }
    }
    match records.iter().find(|record| record.revisions.is_empty()) {
        Some(record) => {
            Err(StoreError::Damaged(format!("comment {} has no revision; restore the store from a backup", record.id)))
        }
        None => Ok(records),
    }
}

/// What the queue files a comment under.
pub(super) fn queue_key(filter: &Filter) -> (&'static str, &str) {
    filter.parts().map_or(("all", ""), |(facet, value)| (facet.as_str(), value))
}

pub(super) fn comment_id(row: &impl Columns) -> Result<CommentId, StoreError> {
    row.id("id").map(CommentId)
}

fn rank(row: &impl Columns) -> Result<Rank, StoreError> {
    Ok(Rank { distance: number(row, "distance")?, id: comment_id(row)? })
}

/// The records of these rows, each with its rank.
pub(super) fn held<R: Columns>(rows: &[R], records: Vec<Record>) -> Result<Vec<Held>, StoreError> {
    rows.iter().zip(records).map(|(row, record)| Ok(Held { rank: rank(row)?, record })).collect()
}

pub(super) fn held_texts<R: Columns>(rows: &[R]) -> Result<Vec<(Rank, Content)>, StoreError> {
    let text = |row| content(row)?.map(|content| rank(row).map(|rank| (rank, content))).transpose();
    rows.iter().filter_map(|row| text(row).transpose()).collect()
}

pub(super) fn tally(row: &impl Columns) -> Result<Tally, StoreError> {
    Ok(Tally { value: row.text("value")?.to_owned(), number: row.integer("number")?.unsigned_abs() })
}

/// What a campaign is known by, as the queue files it.
pub(super) fn campaign(row: &impl Columns) -> Result<CommentId, StoreError> {
    Uuid::try_parse(row.text("value")?).map(CommentId).map_err(|error| unreadable("value", error))
}

pub(super) fn spread(row: &impl Columns) -> Result<Spread, StoreError> {
    Ok(Spread { pages: row.integer("pages")?.unsigned_abs(), since: instant(row, "since")? })
}

pub(super) fn done(row: &impl Columns) -> Result<Done, StoreError> {
    Ok(Done { at: instant(row, "at")?, number: row.integer("number")?.unsigned_abs(), comment: comment_id(row)? })
}

pub(super) fn comment_of_site(row: &impl Columns) -> Result<(SiteId, CommentId), StoreError> {
    Ok((SiteId(row.id("site")?), CommentId(row.id("comment")?)))
}

pub(super) fn comment_event(row: &impl Columns) -> Result<(CommentId, Uuid), StoreError> {
    Ok((CommentId(row.id("comment")?), row.id("id")?))
}

pub(super) fn activation(row: &impl Columns) -> Result<Activation, StoreError> {
    let serial = number(row, "serial")?;
    let back = row.optional_integer("back")?.map(u32::try_from).transpose();
    Ok(Activation {
        scope: scope(row)?,
        serial,
        step: word(row, "step")?,
        version: row.optional_text("version")?.map(|version| model_version(version, "version")).transpose()?,
        back: back.map_err(|error| unreadable("back", error))?,
        at: instant(row, "at")?,
        by: row.text("by")?.to_owned(),
        overrides: json(row, "overrides", || format!("what activation {serial} overrode"))?,
    })
}

pub(super) fn exclusion(row: &impl Columns) -> Result<Exclusion, StoreError> {
    Ok(Exclusion { by: row.text("by")?.to_owned(), since: instant(row, "since")? })
}

pub(super) fn shadow(row: &impl Columns) -> Result<(Scope, ModelVersion), StoreError> {
    Ok((scope(row)?, model_version(row.text("version")?, "version")?))
}

/// How often one verdict was given where a candidate would have given another, or the same.
pub(super) fn verdicts(row: &impl Columns) -> Result<(Verdict, Verdict, u64), StoreError> {
    Ok((word(row, "given")?, word(row, "candidate")?, row.integer("number")?.unsigned_abs()))
}

pub(super) fn differing(row: &impl Columns) -> Result<Differing, StoreError> {
    Ok(Differing {
        id: CommentId(row.id("comment")?),
        revision: number(row, "revision")?,
        given: (word(row, "given")?, score(row, "given_score")?),
        candidate: (word(row, "candidate")?, score(row, "candidate_score")?),
    })
}

/// A scope as it is stored: a site's id, or nothing for the default.
pub(super) fn scope_bytes(scope: &Scope) -> &[u8] {
    match scope {
        Scope::Default => &[],
        Scope::Site(site) => site.0.as_bytes(),
    }
}

fn scope(row: &impl Columns) -> Result<Scope, StoreError> {
    match row.bytes("scope")? {
        [] => Ok(Scope::Default),
        id => Uuid::from_slice(id).map(|id| Scope::Site(SiteId(id))).map_err(|error| unreadable("scope", error)),
    }
}

fn model_version(version: &str, column: &str) -> Result<ModelVersion, StoreError> {
    ModelVersion::parse(version).map_err(|error| unreadable(column, error))
}

fn score(row: &impl Columns, column: &str) -> Result<Score, StoreError> {
    let thousandths = row.integer(column)?.try_into().map_err(|error| unreadable(column, error))?;
    Ok(Score::from_thousandths(thousandths))
}

fn owned(row: &impl Columns, column: &str) -> Result<Option<String>, StoreError> {
    Ok(row.optional_text(column)?.map(str::to_owned))
}

fn number(row: &impl Columns, column: &str) -> Result<u32, StoreError> {
    row.integer(column)?.try_into().map_err(|error| unreadable(column, error))
}

fn digest(row: &impl Columns, column: &str) -> Result<[u8; 32], StoreError> {
    row.bytes(column)?.try_into().map_err(|error| unreadable(column, error))
}

fn instant(row: &impl Columns, column: &str) -> Result<Timestamp, StoreError> {
    instant_of(row.integer(column)?, column)
}

fn instant_of(microseconds: i64, column: &str) -> Result<Timestamp, StoreError> {
    // `from_microsecond` leaves out the last second that a timestamp can have.
    Timestamp::from_nanosecond(i128::from(microseconds) * 1_000).map_err(|error| unreadable(column, error))
}

/// A value that is stored as its word: `held`, `forum-post`, `html`.
fn word<'r, T: Deserialize<'r>>(row: &'r impl Columns, column: &str) -> Result<T, StoreError> {
    let deserializer: StrDeserializer<'r, WordError> = row.text(column)?.into_deserializer();
    T::deserialize(deserializer).map_err(|error| unreadable(column, error))
}

fn json<T: DeserializeOwned>(row: &impl Columns, column: &str, what: impl Fn() -> String) -> Result<T, StoreError> {
    serde_json::from_str(row.text(column)?)
        .map_err(|error| StoreError::Damaged(format!("{}: {error}; restore it from a backup", what())))
}

pub(super) fn unreadable(column: &str, error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!("the column `{column}`: {error}; restore the store from a backup"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use crate::ports::upkeep::TABLES;

    /// Triggers make them from the others.
    const DERIVED: [&str; 2] = ["queue", "queue_counts"];

    #[test]
    fn every_table_is_listed() {
        for store in ["sqlite", "postgres"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(store);
            let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()));
            let migrations: String = files.map(Result::unwrap).collect();
            let made = migrations.lines().filter_map(|line| line.strip_prefix("CREATE TABLE "));
            let made: BTreeSet<_> = made.filter_map(|rest| rest.split([' ', '(']).next()).collect();
            let listed = TABLES.iter().map(|table| table.name);
            assert_eq!(made, listed.chain(DERIVED).collect(), "{store}");
        }
    }
}
