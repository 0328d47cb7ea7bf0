//! Moderators, invitations, sessions and the audit log.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::Connection;
use sqlx::postgres::{PgConnection, PgRow, Postgres};

use super::PostgresStore;
use super::fault::explain;
use super::read::SNAPSHOT;
use super::write::{Statement, Value, Write};
use crate::adapters::rows::accounts::{self as rows, site_bytes};
use crate::adapters::rows::{locale_name, to_json};
use crate::domain::moderator::{AuditLine, Email, Grant, Invitation, Moderator, ModeratorId, Session};
use crate::domain::site::Locale;
use crate::ports::accounts::{AccountStore, AuditSelection, Credentials};
use crate::ports::store::StoreError;

/// Most lines of one answer, whatever was asked for.
const MOST_LINES: u32 = 1_000;

/// A change called `done` and its line, $1 to $5: none where nothing was done.
macro_rules! with_line {
    ($change:literal) => {
        concat!("WITH ", $change, " INSERT INTO audit SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT FROM done)")
    };
}

pub(super) use with_line;

const NOTE: &str = "INSERT INTO audit VALUES ($1, $2, $3, $4, $5)";
const ADD: &str = with_line!(
    "done AS (INSERT INTO moderators VALUES ($6, $7, $8, $9, NULL, $10, $11) ON CONFLICT DO NOTHING RETURNING id)"
);
const SET_ROLE: &str = with_line!(
    "done AS (INSERT INTO roles SELECT id, $6, $7 FROM moderators WHERE id = $8 \
     ON CONFLICT (moderator, scope) DO UPDATE SET role = excluded.role RETURNING moderator)"
);
const SET_LOCALE: &str = "UPDATE moderators SET locale = $1 WHERE id = $2";
const DISABLE: &str = with_line!(
    "done AS (UPDATE moderators SET disabled_at = $6 WHERE id = $7 AND disabled_at IS NULL RETURNING id), \
     signed_out AS (DELETE FROM sessions WHERE moderator = $7), \
     uninvited AS (DELETE FROM invitations WHERE moderator = $7), \
     unfed AS (DELETE FROM feeds WHERE moderator = $7), \
     untold AS (DELETE FROM bulletins WHERE moderator = $7)"
);
const INVITE: &str = with_line!(
    "done AS (INSERT INTO invitations SELECT $6, id, $7 FROM moderators WHERE id = $8 \
     ON CONFLICT (moderator) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at \
     RETURNING moderator)"
);
const ACCEPT: &str = with_line!(
    "used AS (DELETE FROM invitations WHERE digest = $6 RETURNING moderator), \
     signed_out AS (DELETE FROM sessions USING used WHERE sessions.moderator = used.moderator), \
     unfed AS (DELETE FROM feeds USING used WHERE feeds.moderator = used.moderator), \
     done AS (UPDATE moderators SET password = $7, disabled_at = NULL FROM used \
     WHERE moderators.id = used.moderator RETURNING id)"
);
const OPEN_SESSION: &str = with_line!(
    "done AS (INSERT INTO sessions SELECT $6, id, $7, $8 FROM moderators WHERE id = $9 AND disabled_at IS NULL \
     RETURNING moderator)"
);
const SEE_SESSION: &str = "UPDATE sessions SET seen_at = greatest(seen_at, $1) WHERE digest = $2";
const END_SESSION: &str = with_line!("done AS (DELETE FROM sessions WHERE digest = $6 RETURNING moderator)");
const FORGET_SESSIONS: &str = "DELETE FROM sessions WHERE digest IN \
     (SELECT digest FROM sessions WHERE opened_at < $1 ORDER BY opened_at LIMIT $2)";
/// Ids are the order of time.
const FORGET_LINES: &str = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < $1 ORDER BY id LIMIT $2)";
/// Lines of the log, and events of the site's comments: each the latest by its index, then the latest of both.
const AUDIT_LINES: &str = "(SELECT id, at, by, scope, act, id AS comment, 0::bigint AS of_comment FROM audit \
     WHERE at >= $1 AND (at, id) < ($2, $3) AND ($4::uuid IS NULL OR scope IN (uuid_send($4), '')) \
     AND ($5::text IS NULL OR by = $5) AND ($6::text IS NULL OR act::json ->> 'act' = $6) \
     AND ($7::text[] IS NULL OR scope <> '' OR by = ANY($7) OR act::json ->> 'moderator' = ANY($7)) \
     ORDER BY at DESC, id DESC LIMIT $8) UNION ALL \
     (SELECT id, at, by, uuid_send(site) AS scope, act, comment, 1::bigint AS of_comment FROM events \
     WHERE site = $4 AND at >= $1 AND (at, id) < ($2, $3) AND ($5::text IS NULL OR by = $5) \
     AND ($6::text IS NULL OR $6 = coalesce('comment_' || (act::json -> 'resolved' ->> 'status'), \
     CASE WHEN act::json -> 'labelled' IS NULL THEN 'comment_undone' ELSE 'comment_labelled' END)) \
     ORDER BY at DESC, id DESC LIMIT $8) ORDER BY at DESC, id DESC LIMIT $8";

/// A change with its line.
pub(super) fn noted(sql: &'static str, line: &AuditLine, values: Vec<Value>) -> Result<Statement, StoreError> {
    let mut all = vec![
        line.id.into(),
        line.at.into(),
        line.by.as_str().into(),
        site_bytes(&line.site).into(),
        to_json(&line.act)?.as_str().into(),
    ];
    all.extend(values);
    Ok(Statement { sql, values: all })
}

#[async_trait]
impl AccountStore for PostgresStore {
    async fn add_moderator(&self, moderator: &Moderator, line: &AuditLine) -> Result<(), StoreError> {
        let values = vec![
            moderator.id.0.into(),
            moderator.email.as_str().into(),
            moderator.name.as_str().into(),
            moderator.locale.map(locale_name).into(),
            moderator.created_at.into(),
            moderator.disabled_at.into(),
        ];
        match self.run(noted(ADD, line, values)?).await? {
            false => Err(StoreError::Conflict),
            true => Ok(()),
        }
    }

    async fn moderators(&self) -> Result<Vec<Moderator>, StoreError> {
        self.read(async |connection| moderators(connection).await).await
    }

    async fn credentials(&self, email: &Email) -> Result<Option<Credentials>, StoreError> {
        self.read(async |connection| {
            let by_email = "SELECT * FROM moderators WHERE email = $1";
            let Some((row, moderator)) = moderator(connection, by_email, email.as_str()).await? else {
                return Ok(None);
            };
            rows::credentials(&row, moderator).map(Some)
        })
        .await
    }

    async fn set_role(&self, moderator: ModeratorId, grant: Grant, line: &AuditLine) -> Result<bool, StoreError> {
        let values = vec![site_bytes(&grant.site).into(), grant.role.as_str().into(), moderator.0.into()];
        self.run(noted(SET_ROLE, line, values)?).await
    }

    async fn set_locale(&self, moderator: ModeratorId, locale: Locale) -> Result<bool, StoreError> {
        let values = vec![locale_name(locale).into(), moderator.0.into()];
        self.run(Statement { sql: SET_LOCALE, values }).await
    }

    async fn disable(&self, moderator: ModeratorId, at: Timestamp, line: &AuditLine) -> Result<bool, StoreError> {
        self.run(noted(DISABLE, line, vec![at.into(), moderator.0.into()])?).await
    }

    async fn invite(&self, invitation: &Invitation, line: &AuditLine) -> Result<bool, StoreError> {
        let values =
            vec![invitation.digest.as_slice().into(), invitation.expires_at.into(), invitation.moderator.0.into()];
        self.run(noted(INVITE, line, values)?).await
    }

    async fn invitation(&self, digest: &[u8; 32]) -> Result<Option<(Invitation, Moderator)>, StoreError> {
        let found = self.owned("SELECT * FROM invitations WHERE digest = $1", digest).await?;
        found.map(|(row, moderator)| Ok((rows::invitation(&row)?, moderator))).transpose()
    }

    async fn accept(&self, invitation: &Invitation, password: &str, line: &AuditLine) -> Result<bool, StoreError> {
        self.run(noted(ACCEPT, line, vec![invitation.digest.as_slice().into(), password.into()])?).await
    }

    async fn open_session(&self, session: &Session, line: &AuditLine) -> Result<bool, StoreError> {
        let values = vec![
            session.digest.as_slice().into(),
            session.opened_at.into(),
            session.seen_at.into(),
            session.moderator.0.into(),
        ];
        self.run(noted(OPEN_SESSION, line, values)?).await
    }

    async fn session(&self, digest: &[u8; 32]) -> Result<Option<(Session, Moderator)>, StoreError> {
        let found = self.owned("SELECT * FROM sessions WHERE digest = $1", digest).await?;
        found.map(|(row, moderator)| Ok((rows::session(&row)?, moderator))).transpose()
    }

    async fn see_session(&self, digest: &[u8; 32], at: Timestamp) -> Result<(), StoreError> {
        let values = vec![at.into(), digest.as_slice().into()];
        self.run(Statement { sql: SEE_SESSION, values }).await.map(drop)
    }

    async fn end_session(&self, digest: &[u8; 32], line: &AuditLine) -> Result<bool, StoreError> {
        self.run(noted(END_SESSION, line, vec![digest.as_slice().into()])?).await
    }

    async fn note(&self, line: &AuditLine) -> Result<(), StoreError> {
        self.run(noted(NOTE, line, Vec::new())?).await.map(drop)
    }

    async fn audit(&self, selection: &AuditSelection, limit: u32) -> Result<Vec<AuditLine>, StoreError> {
        let (since, to, to_id) = rows::audit_bounds(selection);
        let site = selection.site.map(|site| site.0);
        self.read(async |connection| {
            let query = sqlx::query(AUDIT_LINES).bind(since).bind(to).bind(to_id).bind(site);
            let query = query.bind(&selection.by).bind(selection.act).bind(&selection.people);
            let lines = query.bind(i64::from(limit.min(MOST_LINES))).fetch_all(connection).await;
            lines.map_err(|error| explain(&error))?.iter().map(rows::audit_line).collect()
        })
        .await
    }

    async fn forget_accounts(&self, sessions: Timestamp, lines: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let mut dropped = 0;
        for (sql, before) in [(FORGET_SESSIONS, sessions), (FORGET_LINES, lines)] {
            dropped += self.write(Write::Run(Statement { sql, values: vec![before.into(), limit.into()] })).await?;
        }
        Ok(dropped)
    }
}

impl PostgresStore {
    /// Whether the statement touched anything.
    pub(super) async fn run(&self, statement: Statement) -> Result<bool, StoreError> {
        Ok(self.write(Write::Run(statement)).await? > 0)
    }

    /// The row that a digest names, and the moderator whose it is.
    pub(super) async fn owned(
        &self,
        sql: &'static str,
        digest: &[u8; 32],
    ) -> Result<Option<(PgRow, Moderator)>, StoreError> {
        self.read(async |connection| {
            let row = sqlx::query(sql).bind(digest.as_slice()).fetch_optional(&mut *connection).await;
            let Some(row) = row.map_err(|error| explain(&error))? else { return Ok(None) };
            let id: uuid::Uuid = sqlx::Row::try_get(&row, "moderator").map_err(|error| explain(&error))?;
            let owner = moderator(connection, "SELECT * FROM moderators WHERE id = $1", id).await?;
            Ok(owner.map(|(_, moderator)| (row, moderator)))
        })
        .await
    }
}

pub(super) async fn moderator_by_id(
    connection: &mut PgConnection,
    id: ModeratorId,
) -> Result<Option<Moderator>, StoreError> {
    let found = moderator(connection, "SELECT * FROM moderators WHERE id = $1", id.0).await?;
    Ok(found.map(|(_, moderator)| moderator))
}

/// One moderator, with the row.
async fn moderator<'q>(
    connection: &mut PgConnection,
    sql: &'static str,
    key: impl sqlx::Encode<'q, Postgres> + sqlx::Type<Postgres> + 'q,
) -> Result<Option<(PgRow, Moderator)>, StoreError> {
    let row = sqlx::query(sql).bind(key).fetch_optional(&mut *connection).await;
    let Some(row) = row.map_err(|error| explain(&error))? else { return Ok(None) };
    let id: uuid::Uuid = sqlx::Row::try_get(&row, "id").map_err(|error| explain(&error))?;
    let roles = sqlx::query("SELECT * FROM roles WHERE moderator = $1 ORDER BY scope").bind(id).fetch_all(connection);
    let roles = roles.await.map_err(|error| explain(&error))?;
    let moderator = rows::moderators(std::slice::from_ref(&row), &roles)?.pop();
    Ok(moderator.map(|moderator| (row, moderator)))
}

async fn moderators(connection: &mut PgConnection) -> Result<Vec<Moderator>, StoreError> {
    let mut snapshot = connection.begin_with(SNAPSHOT).await.map_err(|error| explain(&error))?;
    let moderators = sqlx::query("SELECT * FROM moderators ORDER BY created_at, id").fetch_all(&mut *snapshot).await;
    let moderators = moderators.map_err(|error| explain(&error))?;
    let roles = sqlx::query("SELECT * FROM roles ORDER BY moderator, scope").fetch_all(&mut *snapshot).await;
    let roles = roles.map_err(|error| explain(&error))?;
    snapshot.commit().await.map_err(|error| explain(&error))?;
    rows::moderators(&moderators, &roles)
}
