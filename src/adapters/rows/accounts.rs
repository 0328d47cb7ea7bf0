//! Moderators, invitations, sessions and the audit log, as rows.

use super::{Columns, StoreError, digest, instant, instant_of, json, unreadable, word};
use crate::domain::comment::CommentId;
use crate::domain::moderator::{
    AuditAct, AuditLine, Bulletin, Email, Feed, Grant, Invitation, Moderator, ModeratorId, Name, Progress, Session,
    Wish,
};
use crate::domain::site::SiteId;
use crate::ports::accounts::{AuditSelection, Credentials};
use jiff::Timestamp;
use uuid::Uuid;

/// A site as it is stored: its id, or nothing for every site or none.
pub fn site_bytes(site: &Option<SiteId>) -> &[u8] {
    match site {
        None => &[],
        Some(site) => site.0.as_bytes(),
    }
}

fn site(row: &impl Columns) -> Result<Option<SiteId>, StoreError> {
    match row.bytes("scope")? {
        [] => Ok(None),
        id => Uuid::from_slice(id).map(|id| Some(SiteId(id))).map_err(|error| unreadable("scope", error)),
    }
}

/// The moderators of these rows with their roles.
pub fn moderators<R: Columns>(moderators: &[R], roles: &[R]) -> Result<Vec<Moderator>, StoreError> {
    let mut found = moderators.iter().map(moderator).collect::<Result<Vec<_>, _>>()?;
    for row in roles {
        let id = ModeratorId(row.id("moderator")?);
        if let Some(moderator) = found.iter_mut().find(|moderator| moderator.id == id) {
            moderator.grants.push(Grant { site: site(row)?, role: word(row, "role")? });
        }
    }
    Ok(found)
}

fn moderator(row: &impl Columns) -> Result<Moderator, StoreError> {
    let disabled_at = row.optional_integer("disabled_at")?;
    Ok(Moderator {
        id: ModeratorId(row.id("id")?),
        email: Email::parse(row.text("email")?).map_err(|error| unreadable("email", error))?,
        name: Name::parse(row.text("name")?).map_err(|error| unreadable("name", error))?,
        locale: row.optional_text("locale")?.map(|_| word(row, "locale")).transpose()?,
        grants: Vec::new(),
        created_at: instant(row, "created_at")?,
        disabled_at: disabled_at.map(|at| instant_of(at, "disabled_at")).transpose()?,
    })
}

pub fn credentials(row: &impl Columns, moderator: Moderator) -> Result<Credentials, StoreError> {
    Ok(Credentials { moderator, password: row.optional_text("password")?.map(str::to_owned) })
}

pub fn invitation(row: &impl Columns) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        digest: digest(row, "digest")?,
        moderator: ModeratorId(row.id("moderator")?),
        expires_at: instant(row, "expires_at")?,
    })
}

pub fn feed(row: &impl Columns) -> Result<Feed, StoreError> {
    Ok(Feed {
        digest: digest(row, "digest")?,
        moderator: ModeratorId(row.id("moderator")?),
        made_at: instant(row, "made_at")?,
    })
}

pub fn bulletin(row: &impl Columns) -> Result<Bulletin, StoreError> {
    let instant_or_none = |column| row.optional_integer(column)?.map(|at| instant_of(at, column)).transpose();
    let (hour, least) = (number(row, "hour")?, number(row, "least")?);
    let hour = u8::try_from(hour).map_err(|error| unreadable("hour", error))?;
    Ok(Bulletin {
        moderator: ModeratorId(row.id("moderator")?),
        sealed_address: row.bytes("sealed_address")?.to_vec(),
        wish: Wish::new(hour, least).map_err(|error| unreadable("hour", error))?,
        progress: Progress {
            due_at: instant(row, "due_at")?,
            tries: number(row, "tries")?,
            sent_at: instant_or_none("sent_at")?,
            failed_at: instant_or_none("failed_at")?,
        },
    })
}

fn number(row: &impl Columns, column: &str) -> Result<u32, StoreError> {
    u32::try_from(row.integer(column)?).map_err(|error| unreadable(column, error))
}

pub fn session(row: &impl Columns) -> Result<Session, StoreError> {
    Ok(Session {
        digest: digest(row, "digest")?,
        moderator: ModeratorId(row.id("moderator")?),
        opened_at: instant(row, "opened_at")?,
        seen_at: instant(row, "seen_at")?,
    })
}

/// From which instant on, and before which instant and id, the lines of a selection are, in microseconds.
pub fn audit_bounds(selection: &AuditSelection) -> (i64, i64, Uuid) {
    let since = selection.since.map_or(i64::MIN, Timestamp::as_microsecond);
    match (selection.before, selection.until) {
        (Some((at, id)), _) => (since, at.as_microsecond(), id),
        (None, until) => (since, until.map_or(i64::MAX, Timestamp::as_microsecond), Uuid::nil()),
    }
}

/// A line of the log, or an event of a comment: `of_comment` tells which.
pub fn audit_line(row: &impl Columns) -> Result<AuditLine, StoreError> {
    let id = row.id("id")?;
    let act = match row.integer("of_comment")? {
        0 => json(row, "act", || format!("line {id} of the audit log"))?,
        _ => {
            let comment = CommentId(row.id("comment")?);
            AuditAct::OnComment { comment, act: json(row, "act", || format!("an event of comment {comment}"))? }
        }
    };
    Ok(AuditLine { id, at: instant(row, "at")?, by: row.text("by")?.to_owned(), site: site(row)?, act })
}
