//! Moderators, invitations, sessions and the audit log.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Arguments, Connection};

use super::SqliteStore;
use super::fault::explain;
use super::notifications::{END_BULLETIN, END_FEED};
use super::write::{Step, Table, Value, Write};
use crate::adapters::rows::accounts::{self as rows, site_bytes};
use crate::adapters::rows::{locale_name, to_json};
use crate::domain::moderator::{AuditLine, Email, Grant, Invitation, Moderator, ModeratorId, Session};
use crate::domain::site::Locale;
use crate::ports::accounts::{AccountStore, AuditSelection, Credentials};
use crate::ports::store::StoreError;

/// Most lines of one answer, whatever was asked for.
const MOST_LINES: u32 = 1_000;

const MODERATORS: Table = Table { name: "moderators", columns: 7 };
const AUDIT: Table = Table { name: "audit", columns: 5 };

/// The line of a change: the statement before it must have changed something.
const NOTE_IF_CHANGED: &str = "INSERT INTO audit SELECT ?, ?, ?, ?, ? WHERE changes() > 0";
const SET_ROLE: &str = "INSERT OR REPLACE INTO roles SELECT id, ?, ? FROM moderators WHERE id = ?";
const SET_LOCALE: &str = "UPDATE moderators SET locale = ? WHERE id = ?";
const END_SESSIONS: &str = "DELETE FROM sessions WHERE moderator = ?";
const END_INVITATIONS: &str = "DELETE FROM invitations WHERE moderator = ?";
const DISABLE: &str = "UPDATE moderators SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL";
/// A moderator has one invitation: `moderator` is unique.
const INVITE: &str = "INSERT OR REPLACE INTO invitations SELECT ?, id, ? FROM moderators WHERE id = ?";
const END_SESSIONS_OF_INVITED: &str =
    "DELETE FROM sessions WHERE moderator IN (SELECT moderator FROM invitations WHERE digest = ?)";
const END_FEED_OF_INVITED: &str =
    "DELETE FROM feeds WHERE moderator IN (SELECT moderator FROM invitations WHERE digest = ?)";
const USE_INVITATION: &str = "DELETE FROM invitations WHERE digest = ?";
const SET_PASSWORD_IF_USED: &str =
    "UPDATE moderators SET password = ?, disabled_at = NULL WHERE id = ? AND changes() > 0";
const OPEN_SESSION: &str =
    "INSERT INTO sessions SELECT ?, id, ?, ? FROM moderators WHERE id = ? AND disabled_at IS NULL";
const SEE_SESSION: &str = "UPDATE sessions SET seen_at = max(seen_at, ?) WHERE digest = ?";
const END_SESSION: &str = "DELETE FROM sessions WHERE digest = ?";
const FORGET_SESSIONS: &str = "DELETE FROM sessions WHERE digest IN \
     (SELECT digest FROM sessions WHERE opened_at < ? ORDER BY opened_at LIMIT ?)";
/// Ids are the order of time.
const FORGET_LINES: &str = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ? ORDER BY id LIMIT ?)";
/// Lines of the log, and events of the site's comments: each the latest by its index, then the latest of both.
const AUDIT_LINES: &str = "SELECT * FROM (SELECT id, at, by, scope, act, id AS comment, 0 AS of_comment FROM audit \
     WHERE at >= ?1 AND (at, id) < (?2, ?3) AND (?4 IS NULL OR scope IN (?4, x'')) \
     AND (?5 IS NULL OR by = ?5) AND (?6 IS NULL OR act ->> '$.act' = ?6) AND (?7 IS NULL OR scope <> x'' \
     OR by IN (SELECT value FROM json_each(?7)) OR act ->> '$.moderator' IN (SELECT value FROM json_each(?7))) \
     ORDER BY at DESC, id DESC LIMIT ?8) UNION ALL \
     SELECT * FROM (SELECT id, at, by, site AS scope, act, comment, 1 AS of_comment FROM events \
     WHERE site = ?4 AND at >= ?1 AND (at, id) < (?2, ?3) AND (?5 IS NULL OR by = ?5) \
     AND (?6 IS NULL OR ?6 = coalesce('comment_' || (act ->> '$.resolved.status'), \
     iif(act ->> '$.labelled.label' IS NULL, 'comment_undone', 'comment_labelled'))) \
     ORDER BY at DESC, id DESC LIMIT ?8) ORDER BY at DESC, id DESC LIMIT ?8";

impl From<ModeratorId> for Value {
    fn from(id: ModeratorId) -> Self {
        id.0.as_bytes().as_slice().into()
    }
}

fn line_values(line: &AuditLine) -> Result<Vec<Value>, StoreError> {
    Ok(vec![
        line.id.as_bytes().as_slice().into(),
        line.at.into(),
        line.by.as_str().into(),
        site_bytes(&line.site).into(),
        to_json(&line.act)?.as_str().into(),
    ])
}

/// The last of these steps with its line.
pub(super) fn noted(mut steps: Vec<Step>, line: &AuditLine) -> Result<Write, StoreError> {
    steps.push(Step::Run(NOTE_IF_CHANGED, line_values(line)?));
    Ok(Write(steps))
}

#[async_trait]
impl AccountStore for SqliteStore {
    async fn add_moderator(&self, moderator: &Moderator, line: &AuditLine) -> Result<(), StoreError> {
        let row = vec![
            moderator.id.into(),
            moderator.email.as_str().into(),
            moderator.name.as_str().into(),
            moderator.locale.map(locale_name).into(),
            Value::Null,
            moderator.created_at.into(),
            moderator.disabled_at.map_or(Value::Null, Value::from),
        ];
        let steps = vec![Step::Insert(&MODERATORS, row), Step::Insert(&AUDIT, line_values(line)?)];
        self.write(Write(steps)).await.map(drop)
    }

    async fn moderators(&self) -> Result<Vec<Moderator>, StoreError> {
        self.read(async |connection| moderators(connection).await).await
    }

    async fn credentials(&self, email: &Email) -> Result<Option<Credentials>, StoreError> {
        self.read(async |connection| {
            let Some((row, moderator)) =
                moderator(connection, "SELECT * FROM moderators WHERE email = ?", email.as_str()).await?
            else {
                return Ok(None);
            };
            rows::credentials(&row, moderator).map(Some)
        })
        .await
    }

    async fn set_role(&self, moderator: ModeratorId, grant: Grant, line: &AuditLine) -> Result<bool, StoreError> {
        let values = vec![site_bytes(&grant.site).into(), grant.role.as_str().into(), moderator.into()];
        Ok(self.write(noted(vec![Step::Run(SET_ROLE, values)], line)?).await? > 0)
    }

    async fn set_locale(&self, moderator: ModeratorId, locale: Locale) -> Result<bool, StoreError> {
        let values = vec![locale_name(locale).into(), moderator.into()];
        Ok(self.write(Write(vec![Step::Run(SET_LOCALE, values)])).await? > 0)
    }

    async fn disable(&self, moderator: ModeratorId, at: Timestamp, line: &AuditLine) -> Result<bool, StoreError> {
        let steps = vec![
            Step::Run(END_SESSIONS, vec![moderator.into()]),
            Step::Run(END_INVITATIONS, vec![moderator.into()]),
            Step::Run(END_FEED, vec![moderator.into()]),
            Step::Run(END_BULLETIN, vec![moderator.into()]),
            Step::Run(DISABLE, vec![at.into(), moderator.into()]),
        ];
        Ok(self.write(noted(steps, line)?).await? > 0)
    }

    async fn invite(&self, invitation: &Invitation, line: &AuditLine) -> Result<bool, StoreError> {
        let values =
            vec![invitation.digest.as_slice().into(), invitation.expires_at.into(), invitation.moderator.into()];
        Ok(self.write(noted(vec![Step::Run(INVITE, values)], line)?).await? > 0)
    }

    async fn invitation(&self, digest: &[u8; 32]) -> Result<Option<(Invitation, Moderator)>, StoreError> {
        let found = self.owned("SELECT * FROM invitations WHERE digest = ?", digest).await?;
        found.map(|(row, moderator)| Ok((rows::invitation(&row)?, moderator))).transpose()
    }

    async fn accept(&self, invitation: &Invitation, password: &str, line: &AuditLine) -> Result<bool, StoreError> {
        let digest = || Value::from(invitation.digest.as_slice());
        let steps = vec![
            Step::Run(END_SESSIONS_OF_INVITED, vec![digest()]),
            Step::Run(END_FEED_OF_INVITED, vec![digest()]),
            Step::Run(USE_INVITATION, vec![digest()]),
            Step::Run(SET_PASSWORD_IF_USED, vec![password.into(), invitation.moderator.into()]),
        ];
        Ok(self.write(noted(steps, line)?).await? > 0)
    }

    async fn open_session(&self, session: &Session, line: &AuditLine) -> Result<bool, StoreError> {
        let values = vec![
            session.digest.as_slice().into(),
            session.opened_at.into(),
            session.seen_at.into(),
            session.moderator.into(),
        ];
        Ok(self.write(noted(vec![Step::Run(OPEN_SESSION, values)], line)?).await? > 0)
    }

    async fn session(&self, digest: &[u8; 32]) -> Result<Option<(Session, Moderator)>, StoreError> {
        let found = self.owned("SELECT * FROM sessions WHERE digest = ?", digest).await?;
        found.map(|(row, moderator)| Ok((rows::session(&row)?, moderator))).transpose()
    }

    async fn see_session(&self, digest: &[u8; 32], at: Timestamp) -> Result<(), StoreError> {
        let values = vec![at.into(), digest.as_slice().into()];
        self.write(Write(vec![Step::Run(SEE_SESSION, values)])).await.map(drop)
    }

    async fn end_session(&self, digest: &[u8; 32], line: &AuditLine) -> Result<bool, StoreError> {
        let steps = vec![Step::Run(END_SESSION, vec![digest.as_slice().into()])];
        Ok(self.write(noted(steps, line)?).await? > 0)
    }

    async fn note(&self, line: &AuditLine) -> Result<(), StoreError> {
        self.write(Write(vec![Step::Insert(&AUDIT, line_values(line)?)])).await.map(drop)
    }

    async fn audit(&self, selection: &AuditSelection, limit: u32) -> Result<Vec<AuditLine>, StoreError> {
        let (since, to, to_id) = rows::audit_bounds(selection);
        let site = selection.site.map(|site| site.0.as_bytes().to_vec());
        let people = selection.people.as_ref().map(to_json).transpose()?;
        self.read(async |connection| {
            let query = sqlx::query(AUDIT_LINES).bind(since).bind(to).bind(to_id.as_bytes().as_slice()).bind(&site);
            let query = query.bind(&selection.by).bind(selection.act).bind(&people).bind(limit.min(MOST_LINES));
            query.fetch_all(connection).await.map_err(|error| explain(&error))?.iter().map(rows::audit_line).collect()
        })
        .await
    }

    async fn forget_accounts(&self, sessions: Timestamp, lines: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let sessions = Write(vec![Step::Run(FORGET_SESSIONS, vec![sessions.into(), limit.into()])]);
        let lines = Write(vec![Step::Run(FORGET_LINES, vec![lines.into(), limit.into()])]);
        Ok(self.write(sessions).await? + self.write(lines).await?)
    }
}

impl SqliteStore {
    /// The row that a digest names, and the moderator whose it is.
    pub(super) async fn owned(
        &self,
        sql: &'static str,
        digest: &[u8; 32],
    ) -> Result<Option<(SqliteRow, Moderator)>, StoreError> {
        self.read(async |connection| {
            let row = sqlx::query(sql).bind(digest.as_slice()).fetch_optional(&mut *connection).await;
            let Some(row) = row.map_err(|error| explain(&error))? else { return Ok(None) };
            let id: Vec<u8> = sqlx::Row::try_get(&row, "moderator").map_err(|error| explain(&error))?;
            let owner = moderator(connection, "SELECT * FROM moderators WHERE id = ?", id).await?;
            Ok(owner.map(|(_, moderator)| (row, moderator)))
        })
        .await
    }
}

pub(super) async fn moderator_by_id(
    connection: &mut SqliteConnection,
    id: ModeratorId,
) -> Result<Option<Moderator>, StoreError> {
    let found = moderator(connection, "SELECT * FROM moderators WHERE id = ?", id.0.as_bytes().to_vec()).await?;
    Ok(found.map(|(_, moderator)| moderator))
}

/// One moderator, with the row.
async fn moderator<'q>(
    connection: &mut SqliteConnection,
    sql: &'static str,
    key: impl sqlx::Encode<'q, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite> + 'q,
) -> Result<Option<(SqliteRow, Moderator)>, StoreError> {
    let mut arguments = SqliteArguments::default();
    arguments.add(key).map_err(|error| explain(&sqlx::Error::Encode(error)))?;
    let row = sqlx::query_with(sql, arguments).fetch_optional(&mut *connection).await;
    let Some(row) = row.map_err(|error| explain(&error))? else { return Ok(None) };
    let id: Vec<u8> = sqlx::Row::try_get(&row, "id").map_err(|error| explain(&error))?;
    let roles = sqlx::query("SELECT * FROM roles WHERE moderator = ? ORDER BY scope").bind(id).fetch_all(connection);
    let roles = roles.await.map_err(|error| explain(&error))?;
    let moderator = rows::moderators(std::slice::from_ref(&row), &roles)?.pop();
    Ok(moderator.map(|moderator| (row, moderator)))
}

async fn moderators(connection: &mut SqliteConnection) -> Result<Vec<Moderator>, StoreError> {
    let mut snapshot = connection.begin().await.map_err(|error| explain(&error))?;
    let moderators = sqlx::query("SELECT * FROM moderators ORDER BY created_at, id").fetch_all(&mut *snapshot).await;
    let moderators = moderators.map_err(|error| explain(&error))?;
    let roles = sqlx::query("SELECT * FROM roles ORDER BY moderator, scope").fetch_all(&mut *snapshot).await;
    let roles = roles.map_err(|error| explain(&error))?;
    snapshot.commit().await.map_err(|error| explain(&error))?;
    rows::moderators(&moderators, &roles)
}
