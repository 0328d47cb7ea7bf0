//! Which models decide and shadow, and what a shadow would have decided.

use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::fault::explain;
use super::read::SNAPSHOT;
use crate::adapters::rows;
use crate::domain::activation::{Activation, InUse, ModelVersion, Scope};
use crate::domain::site::SiteId;
use crate::ports::store::{Shadowed, StoreError};

/// Most differing verdicts of one answer, whatever was asked for.
const MOST_DIFFERING: u32 = 1_000;

const LATEST_ACTIVATIONS: &str = "SELECT DISTINCT ON (scope) * FROM activations ORDER BY scope, serial DESC";
const ACTIVATIONS: &str = "SELECT * FROM activations WHERE scope = $1 ORDER BY serial DESC";
const COUNTS: &str = "SELECT r.verdict AS given, s.verdict AS candidate, count(*) AS number \
     FROM shadow_verdicts AS s JOIN comments AS c ON c.id = s.comment \
     JOIN revisions AS r ON r.comment = s.comment AND r.number = s.revision \
     WHERE s.model = $1 AND c.site = $2 GROUP BY 1, 2 ORDER BY 1, 2";
/// Verdicts are one or two steps apart: only approve and reject are two.
const DIFFERING: &str = "SELECT s.comment, s.revision, r.verdict AS given, r.score AS given_score, \
     s.verdict AS candidate, s.score AS candidate_score \
     FROM shadow_verdicts AS s JOIN comments AS c ON c.id = s.comment \
     JOIN revisions AS r ON r.comment = s.comment AND r.number = s.revision \
     WHERE s.model = $1 AND c.site = $2 AND s.verdict <> r.verdict \
     ORDER BY 'hold' IN (s.verdict, r.verdict), abs(s.score - r.score) DESC, s.comment LIMIT $3";

pub(super) async fn in_use(connection: &mut PgConnection) -> Result<InUse, StoreError> {
    let mut snapshot = connection.begin_with(SNAPSHOT).await.map_err(|error| explain(&error))?;
    let active = sqlx::query(LATEST_ACTIVATIONS).fetch_all(&mut *snapshot).await.map_err(|error| explain(&error))?;
    let shadows = sqlx::query("SELECT * FROM shadows ORDER BY scope").fetch_all(&mut *snapshot).await;
    let shadows = shadows.map_err(|error| explain(&error))?;
    snapshot.commit().await.map_err(|error| explain(&error))?;
    Ok(InUse {
        active: active.iter().map(rows::activation).collect::<Result<_, _>>()?,
        shadows: shadows.iter().map(rows::shadow).collect::<Result<_, _>>()?,
    })
}

pub(super) async fn activations(connection: &mut PgConnection, scope: Scope) -> Result<Vec<Activation>, StoreError> {
    let query = sqlx::query(ACTIVATIONS).bind(rows::scope_bytes(&scope));
    query.fetch_all(connection).await.map_err(|error| explain(&error))?.iter().map(rows::activation).collect()
}

pub(super) async fn shadowed(
    connection: &mut PgConnection,
    site: SiteId,
    candidate: &ModelVersion,
    limit: u32,
) -> Result<Shadowed, StoreError> {
    let mut snapshot = connection.begin_with(SNAPSHOT).await.map_err(|error| explain(&error))?;
    let counts = sqlx::query(COUNTS).bind(candidate.as_str()).bind(site.0).fetch_all(&mut *snapshot).await;
    let counts = counts.map_err(|error| explain(&error))?;
    let differing = sqlx::query(DIFFERING).bind(candidate.as_str()).bind(site.0);
    let differing = differing.bind(i64::from(limit.min(MOST_DIFFERING))).fetch_all(&mut *snapshot).await;
    let differing = differing.map_err(|error| explain(&error))?;
    snapshot.commit().await.map_err(|error| explain(&error))?;
    Ok(Shadowed {
        counts: counts.iter().map(rows::verdicts).collect::<Result<_, _>>()?,
        differing: differing.iter().map(rows::differing).collect::<Result<_, _>>()?,
    })
}
