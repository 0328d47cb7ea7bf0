//! Which models decide and shadow, and what a shadow would have decided.

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection, Row};

use super::fault::explain;
use super::rows;
use super::write::{Step, Value, Write, json};
use crate::domain::activation::{Activation, InUse, ModelVersion, Scope};
use crate::domain::decision::Verdict;
use crate::domain::score::Score;
use crate::domain::site::SiteId;
use crate::ports::store::{ACTIVATIONS_KEPT, Differing, Shadowed, StoreError};

/// Most differing verdicts of one answer, whatever was asked for.
const MOST_DIFFERING: u32 = 1_000;

/// A serial that is not the next one breaks the NOT NULL of `scope`.
const ACTIVATE: &str = "INSERT INTO activations VALUES ( \
     iif((SELECT coalesce(max(serial), 0) + 1 FROM activations WHERE scope = ?1) = ?2, ?1, NULL), \
     ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const FORGET_ACTIVATIONS: &str = "DELETE FROM activations WHERE scope = ? AND serial <= ?";
const LATEST_ACTIVATIONS: &str = "SELECT * FROM activations AS a \
     WHERE serial = (SELECT max(serial) FROM activations WHERE scope = a.scope) ORDER BY scope";
const ACTIVATIONS: &str = "SELECT * FROM activations WHERE scope = ? ORDER BY serial DESC";
const SET_SHADOW: &str = "INSERT OR REPLACE INTO shadows VALUES (?, ?)";
const END_SHADOW: &str = "DELETE FROM shadows WHERE scope = ?";
const COUNTS: &str = "SELECT r.verdict AS given, s.verdict AS candidate, count(*) AS number \
     FROM shadow_verdicts AS s JOIN comments AS c ON c.id = s.comment \
     JOIN revisions AS r ON r.comment = s.comment AND r.number = s.revision \
     WHERE s.model = ? AND c.site = ? GROUP BY 1, 2 ORDER BY 1, 2";
/// Verdicts are one or two steps apart: only approve and reject are two.
const DIFFERING: &str = "SELECT s.comment, s.revision, r.verdict AS given, r.score AS given_score, \
     s.verdict AS candidate, s.score AS candidate_score \
     FROM shadow_verdicts AS s JOIN comments AS c ON c.id = s.comment \
     JOIN revisions AS r ON r.comment = s.comment AND r.number = s.revision \
     WHERE s.model = ? AND c.site = ? AND s.verdict <> r.verdict \
     ORDER BY 'hold' IN (s.verdict, r.verdict), abs(s.score - r.score) DESC, s.comment LIMIT ?";

/// A site's id, or nothing.
fn scope_bytes(scope: &Scope) -> &[u8] {
    match scope {
        Scope::Default => &[],
        Scope::Site(site) => site.0.as_bytes(),
    }
}

/// # Errors
/// What was overridden has no JSON form.
pub(super) fn activate(activation: &Activation) -> Result<Write, StoreError> {
    let values = vec![
        scope_bytes(&activation.scope).into(),
        activation.serial.into(),
        activation.step.as_str().into(),
        activation.version.as_ref().map(ModelVersion::as_str).into(),
        activation.back.map_or(Value::Null, Value::from),
        activation.at.into(),
        activation.by.as_str().into(),
        json(&activation.overrides)?,
    ];
    let too_old = activation.serial.saturating_sub(ACTIVATIONS_KEPT);
    let forget = vec![scope_bytes(&activation.scope).into(), too_old.into()];
    Ok(Write(vec![Step::Run(ACTIVATE, values), Step::Run(FORGET_ACTIVATIONS, forget)]))
}

pub(super) fn set_shadow(scope: Scope, candidate: Option<&ModelVersion>) -> Write {
    let scope = scope_bytes(&scope).into();
    Write(vec![match candidate {
        Some(version) => Step::Run(SET_SHADOW, vec![scope, version.as_str().into()]),
        None => Step::Run(END_SHADOW, vec![scope]),
    }])
}

pub(super) async fn in_use(connection: &mut SqliteConnection) -> Result<InUse, StoreError> {
    let mut snapshot = connection.begin().await.map_err(|error| explain(&error))?;
    let active = sqlx::query(LATEST_ACTIVATIONS).fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    let shadows = sqlx::query("SELECT * FROM shadows ORDER BY scope").fetch_all(&mut *snapshot).await;
    let shadow = |row: &SqliteRow| Ok((scope(row)?, version(row, "version")?.ok_or_else(|| nameless("shadows"))?));
    Ok(InUse {
        active: active.iter().map(activation).collect::<Result<_, _>>()?,
        shadows: shadows.map_err(|error| explain(&error))?.iter().map(shadow).collect::<Result<_, _>>()?,
    })
}

fn nameless(table: &str) -> StoreError {
    StoreError::Damaged(format!("a row of `{table}` names no model; restore the file from a backup"))
}

pub(super) async fn activations(
    connection: &mut SqliteConnection,
    scope: Scope,
) -> Result<Vec<Activation>, StoreError> {
    let query = sqlx::query(ACTIVATIONS).bind(scope_bytes(&scope));
    query.fetch_all(connection).await.map_err(|error| explain(&error))?.iter().map(activation).collect()
}

pub(super) async fn shadowed(
    connection: &mut SqliteConnection,
    site: SiteId,
    candidate: &ModelVersion,
    limit: u32,
) -> Result<Shadowed, StoreError> {
    let mut snapshot = connection.begin().await.map_err(|error| explain(&error))?;
    let site = site.0.as_bytes().as_slice();
    let counts = sqlx::query(COUNTS).bind(candidate.as_str()).bind(site).fetch_all(&mut *snapshot).await;
    let differing = sqlx::query(DIFFERING).bind(candidate.as_str()).bind(site).bind(limit.min(MOST_DIFFERING));
    let differing_rows = differing.fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    Ok(Shadowed {
        counts: counts.map_err(|error| explain(&error))?.iter().map(count).collect::<Result<_, _>>()?,
        differing: differing_rows.iter().map(differing_of).collect::<Result<_, _>>()?,
    })
}

fn count(row: &SqliteRow) -> Result<(Verdict, Verdict, u64), StoreError> {
    let number: i64 = rows::value(row, "number")?;
    Ok((rows::word(row, "given")?, rows::word(row, "candidate")?, number.unsigned_abs()))
}

fn differing_of(row: &SqliteRow) -> Result<Differing, StoreError> {
    let score = |column| rows::value(row, column).map(Score::from_thousandths);
    Ok(Differing {
        id: rows::comment_id(row, "comment")?,
        revision: rows::value(row, "revision")?,
        given: (rows::word(row, "given")?, score("given_score")?),
        candidate: (rows::word(row, "candidate")?, score("candidate_score")?),
    })
}

fn activation(row: &SqliteRow) -> Result<Activation, StoreError> {
    let serial = rows::value(row, "serial")?;
    Ok(Activation {
        scope: scope(row)?,
        serial,
        step: rows::word(row, "step")?,
        version: version(row, "version")?,
        back: rows::value(row, "back")?,
        at: rows::instant(row, "at")?,
        by: rows::value(row, "by")?,
        overrides: rows::json(row, "overrides", || format!("what activation {serial} overrode"))?,
    })
}

fn scope(row: &SqliteRow) -> Result<Scope, StoreError> {
    let bytes: &[u8] = row.try_get("scope").map_err(|error| explain(&error))?;
    match bytes {
        [] => Ok(Scope::Default),
        _ => rows::uuid(row, "scope").map(|id| Scope::Site(SiteId(id))),
    }
}

fn version(row: &SqliteRow, column: &str) -> Result<Option<ModelVersion>, StoreError> {
    let version: Option<&str> = rows::value(row, column)?;
    version.map(ModelVersion::parse).transpose().map_err(|error| rows::unreadable(column, error))
}
