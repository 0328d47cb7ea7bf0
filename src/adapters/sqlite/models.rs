//! Which models decide and shadow, and what a shadow would have decided.

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::fault::explain;
use super::write::{Step, Value, Write};
use crate::adapters::rows;
use crate::domain::activation::{Activation, InUse, ModelVersion, Scope};
use crate::domain::site::SiteId;
use crate::ports::store::{ACTIVATIONS_KEPT, Shadowed, StoreError};

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

/// # Errors
/// What was overridden has no JSON form.
pub(super) fn activate(activation: &Activation) -> Result<Write, StoreError> {
    let values = vec![
        rows::scope_bytes(&activation.scope).into(),
        activation.serial.into(),
        activation.step.as_str().into(),
        activation.version.as_ref().map(ModelVersion::as_str).into(),
        activation.back.map_or(Value::Null, Value::from),
        activation.at.into(),
        activation.by.as_str().into(),
        rows::to_json(&activation.overrides)?.as_str().into(),
    ];
    let too_old = activation.serial.saturating_sub(ACTIVATIONS_KEPT);
    let forget = vec![rows::scope_bytes(&activation.scope).into(), too_old.into()];
    Ok(Write(vec![Step::Run(ACTIVATE, values), Step::Run(FORGET_ACTIVATIONS, forget)]))
}

pub(super) fn set_shadow(scope: Scope, candidate: Option<&ModelVersion>) -> Write {
    let scope = rows::scope_bytes(&scope).into();
    Write(vec![match candidate {
        Some(version) => Step::Run(SET_SHADOW, vec![scope, version.as_str().into()]),
        None => Step::Run(END_SHADOW, vec![scope]),
    }])
}

pub(super) async fn in_use(connection: &mut SqliteConnection) -> Result<InUse, StoreError> {
    let mut snapshot = connection.begin().await.map_err(|error| explain(&error))?;
    let active = sqlx::query(LATEST_ACTIVATIONS).fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    let shadows = sqlx::query("SELECT * FROM shadows ORDER BY scope").fetch_all(&mut *snapshot).await;
    Ok(InUse {
        active: active.iter().map(rows::activation).collect::<Result<_, _>>()?,
        shadows: shadows.map_err(|error| explain(&error))?.iter().map(rows::shadow).collect::<Result<_, _>>()?,
    })
}

pub(super) async fn activations(
    connection: &mut SqliteConnection,
    scope: Scope,
) -> Result<Vec<Activation>, StoreError> {
    let query = sqlx::query(ACTIVATIONS).bind(rows::scope_bytes(&scope));
    query.fetch_all(connection).await.map_err(|error| explain(&error))?.iter().map(rows::activation).collect()
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
        counts: counts.map_err(|error| explain(&error))?.iter().map(rows::verdicts).collect::<Result<_, _>>()?,
        differing: differing_rows.iter().map(rows::differing).collect::<Result<_, _>>()?,
    })
}
