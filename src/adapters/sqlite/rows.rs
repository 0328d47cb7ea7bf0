//! From a row to the domain's types, and the words for those that have none of their own: sqlx goes no further.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::{Deserialize, de::IntoDeserializer};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::fault::explain;
use crate::domain::comment::{BodyFormat, CommentId, Content, Language, Page};
use crate::domain::review::{Event, Record, Revision};
use crate::domain::secrets::ContentDigest;
use crate::domain::site::{Locale, Site, SiteId};
use crate::ports::store::{FirstAnswer, StoreError};

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

pub(super) fn site(row: &SqliteRow) -> Result<Site, StoreError> {
    Ok(Site {
        id: SiteId(uuid(row, "id")?),
        name: value(row, "name")?,
        url: value(row, "url")?,
        locale: word(row, "locale")?,
        key_digest: digest(row, "key_digest")?,
        sealed_akismet_key: value(row, "sealed_akismet_key")?,
        created_at: instant(row, "created_at")?,
    })
}

/// A comment whose revisions and events are still to be read.
pub(super) fn comment(row: &SqliteRow) -> Result<Record, StoreError> {
    Ok(Record {
        id: comment_id(row, "id")?,
        site: SiteId(uuid(row, "site")?),
        external_id: value(row, "external_id")?,
        kind: word(row, "kind")?,
        page: page(row)?,
        parent_id: value(row, "parent_id")?,
        status: word(row, "status")?,
        version: value(row, "version")?,
        created_at: instant(row, "created_at")?,
        revisions: Vec::new(),
        events: Vec::new(),
    })
}

fn page(row: &SqliteRow) -> Result<Page, StoreError> {
    let language: Option<String> = value(row, "page_language")?;
    let published_at: Option<i64> = value(row, "page_published_at")?;
    Ok(Page {
        url: value(row, "page_url")?,
        title: value(row, "page_title")?,
        language: language.as_deref().and_then(Language::parse),
        published_at: published_at.map(|at| instant_of(at, "page_published_at")).transpose()?,
    })
}

pub(super) fn revision(row: &SqliteRow, comment: CommentId) -> Result<Revision, StoreError> {
    let number = value(row, "number")?;
    Ok(Revision {
        number,
        content: content(row)?,
        decision: json(row, "decision", || format!("the decision on revision {number} of comment {comment}"))?,
    })
}

/// `None` once the row of the text is gone.
fn content(row: &SqliteRow) -> Result<Option<Content>, StoreError> {
    let Some(body) = value(row, "body")? else { return Ok(None) };
    Ok(Some(Content {
        body,
        format: word(row, "format")?,
        author_name: value(row, "author_name")?,
        author_url: value(row, "author_url")?,
    }))
}

pub(super) fn event(row: &SqliteRow, comment: CommentId) -> Result<Event, StoreError> {
    let id = uuid(row, "id")?;
    Ok(Event {
        id,
        at: instant(row, "at")?,
        by: value(row, "by")?,
        act: json(row, "act", || format!("the act of event {id} on comment {comment}"))?,
    })
}

pub(super) fn first_answer(row: &SqliteRow) -> Result<FirstAnswer, StoreError> {
    Ok(FirstAnswer {
        request: digest(row, "request")?,
        id: comment_id(row, "comment")?,
        revision: value(row, "revision")?,
        status: word(row, "status")?,
        version: value(row, "version")?,
    })
}

pub(super) fn comment_id(row: &SqliteRow, column: &str) -> Result<CommentId, StoreError> {
    uuid(row, column).map(CommentId)
}

pub(super) fn content_digest(row: &SqliteRow) -> Result<ContentDigest, StoreError> {
    digest(row, "digest").map(ContentDigest)
}

pub(super) fn value<'r, T>(row: &'r SqliteRow, column: &str) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(column).map_err(|error| explain(&error))
}

pub(super) fn uuid(row: &SqliteRow, column: &str) -> Result<Uuid, StoreError> {
    let bytes: &[u8] = value(row, column)?;
    Uuid::from_slice(bytes).map_err(|error| unreadable(column, error))
}

fn digest(row: &SqliteRow, column: &str) -> Result<[u8; 32], StoreError> {
    let bytes: &[u8] = value(row, column)?;
    bytes.try_into().map_err(|error| unreadable(column, error))
}

pub(super) fn instant(row: &SqliteRow, column: &str) -> Result<Timestamp, StoreError> {
    instant_of(value(row, column)?, column)
}

fn instant_of(microseconds: i64, column: &str) -> Result<Timestamp, StoreError> {
    // `from_microsecond` leaves out the last second that a timestamp can have.
    Timestamp::from_nanosecond(i128::from(microseconds) * 1_000).map_err(|error| unreadable(column, error))
}

/// A value that is stored as its word: `held`, `forum-post`, `html`.
pub(super) fn word<'r, T: Deserialize<'r>>(row: &'r SqliteRow, column: &str) -> Result<T, StoreError> {
    let word: &str = value(row, column)?;
    let deserializer: StrDeserializer<'r, WordError> = word.into_deserializer();
    T::deserialize(deserializer).map_err(|error| unreadable(column, error))
}

pub(super) fn json<T: DeserializeOwned>(
    row: &SqliteRow,
    column: &str,
    what: impl Fn() -> String,
) -> Result<T, StoreError> {
    let json: &str = value(row, column)?;
    serde_json::from_str(json)
        .map_err(|error| StoreError::Damaged(format!("{}: {error}; restore it from a backup", what())))
}

pub(super) fn unreadable(column: &str, error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!("the column `{column}`: {error}; restore the file from a backup"))
}
