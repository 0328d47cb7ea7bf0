//! The statements that write: one for all of a kind, its rows given as arrays, a column each.

use jiff::Timestamp;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query;
use sqlx::{Postgres, Row};
use uuid::Uuid;

use crate::adapters::postgres::authors::bytes;
use crate::adapters::postgres::write::{Changing, Claiming, Recording, Statement, Value, Write};
use crate::adapters::rows::{format_name, locale_name, scope_bytes};
use crate::domain::activation::{Activation, ModelVersion};
use crate::domain::review::Status;
use crate::domain::site::Site;
use crate::ports::store::{ACTIVATIONS_KEPT, Entry, StoreError};

/// Rows of `entry`: what [`bind_entries`] binds.
macro_rules! entries {
    ($rest:literal) => {
        concat!(
            "WITH entry AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], \
             $6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], \
             $13::bigint[], $14::bytea[], $15::text[], $16::bigint[], $17::text[], $18::text[], $19::text[], \
             $20::text[], $21::text[], $22::text[], $23::text[], $24::bigint[], $25::bytea[], $26::bytea[], \
             $27::bytea[], $28::bytea[], $29::bigint[], $30::bytea[]) AS entry (id, site, external_id, kind, page_url, page_title, page_language, \
             page_published_at, parent_id, status, version, revision, at, digest, verdict, score, decision, body, \
             format, author_name, author_url, shadow_model, shadow_verdict, shadow_score, author_email, \
             author_identity, author_address, author_network, author_period, author_account)), ",
            $rest,
            ", revised AS (INSERT INTO revisions SELECT id, revision, digest, verdict, score, decision, at \
             FROM entry JOIN done USING (id)), \
             written AS (INSERT INTO texts SELECT id, revision, body, format, author_name, author_url \
             FROM entry JOIN done USING (id)), \
             signed AS (INSERT INTO authors (comment, site, email, name, address, network, period, account) \
             SELECT id, site, author_email, author_identity, author_address, author_network, author_period, \
             author_account FROM entry JOIN done USING (id) WHERE revision = 1 \
             AND coalesce(author_email, author_identity, author_address, author_account) IS NOT NULL), \
             shadowed AS (INSERT INTO shadow_verdicts SELECT id, revision, shadow_model, shadow_verdict, shadow_score \
             FROM entry JOIN done USING (id) WHERE shadow_model IS NOT NULL) \
             SELECT id, EXISTS (SELECT FROM sites WHERE sites.id = entry.site) AS has_site FROM entry \
             WHERE NOT EXISTS (SELECT FROM done WHERE done.id = entry.id)"
        )
    };
}

const RECORD: &str = entries!(
    "done AS (INSERT INTO comments SELECT entry.id, site, external_id, kind, page_url, page_title, page_language, \
     page_published_at, parent_id, status, 1, 1, at FROM entry JOIN sites ON sites.id = entry.site \
     ON CONFLICT DO NOTHING RETURNING id)"
);
const EDIT: &str = entries!(
    "done AS (UPDATE comments SET version = comments.version + 1, revisions = comments.revisions + 1, \
     status = entry.status FROM entry WHERE comments.id = entry.id AND comments.site = entry.site \
     AND comments.version = entry.version AND comments.revisions = entry.revision - 1 RETURNING comments.id)"
);
const CHANGE: &str = "WITH change AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], \
     $5::uuid[], $6::bigint[], $7::text[], $8::text[], $9::text[]) \
     AS change (id, site, version, status, event, at, by, act, settled)), \
     done AS (UPDATE comments SET version = comments.version + 1, status = change.status FROM change \
     WHERE comments.id = change.id AND comments.site = change.site AND comments.version = change.version \
     RETURNING comments.id), \
     settled AS (UPDATE authors SET settled = change.settled FROM change JOIN done USING (id) \
     WHERE authors.comment = change.id), \
     told AS (INSERT INTO events SELECT id, version + 1, event, at, by, act, site FROM change JOIN done USING (id)) \
     SELECT id FROM change WHERE NOT EXISTS (SELECT FROM done WHERE done.id = change.id)";
const CLAIM: &str = "INSERT INTO answers SELECT site, key, request, comment, \
     coalesce(revision, (SELECT revisions FROM comments WHERE comments.id = comment), 0), status, version, at \
     FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::uuid[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[]) \
     AS claim (site, key, request, comment, revision, status, version, at) \
     ON CONFLICT DO NOTHING RETURNING site, key";
const UNCLAIM: &str = "DELETE FROM answers USING unnest($1::uuid[], $2::bytea[]) AS claim (site, key) \
     WHERE answers.site = claim.site AND answers.key = claim.key";
const ADD_SITE: &str = "INSERT INTO sites VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
const SET_SITE_KEYS: &str = "UPDATE sites SET key_digest = $1, sealed_akismet_key = $2 WHERE id = $3";
const FORGET_ANSWERS: &str = "DELETE FROM answers WHERE (site, key) IN (SELECT site, key FROM answers WHERE at < $1 \
     ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)";
/// Whatever is counted at the same time is another row.
const TIDY_QUEUE: &str = "WITH kind AS (SELECT site, facet, value FROM queue_counts GROUP BY site, facet, value \
     HAVING count(*) > 1 OR sum(number) = 0 LIMIT $1), \
     old AS (DELETE FROM queue_counts USING kind WHERE queue_counts.site = kind.site \
     AND queue_counts.facet = kind.facet AND queue_counts.value = kind.value RETURNING queue_counts.*), \
     summed AS (INSERT INTO queue_counts SELECT site, facet, value, sum(number) FROM old \
     GROUP BY site, facet, value HAVING sum(number) <> 0) SELECT FROM kind";
const SEAL_KEY: &str = "INSERT INTO sealed_keys VALUES ($1, $2) ON CONFLICT DO NOTHING";
/// Nothing where its serial is not the next one.
const ACTIVATE: &str = "WITH added AS (INSERT INTO activations SELECT $1, $2, $3, $4, $5, $6, $7, $8 \
     WHERE (SELECT coalesce(max(serial), 0) + 1 FROM activations WHERE scope = $1) = $2 \
     ON CONFLICT DO NOTHING RETURNING serial), \
     old AS (DELETE FROM activations WHERE scope = $1 AND serial <= $2 - $9 AND EXISTS (SELECT FROM added)) \
     SELECT serial FROM added";
const SET_SHADOW: &str = "INSERT INTO shadows VALUES ($1, $2) ON CONFLICT (scope) DO UPDATE SET version = $2";
const END_SHADOW: &str = "DELETE FROM shadows WHERE scope = $1";
/// The rest goes with the comments.
const ERASE: &str = "WITH done AS (DELETE FROM comments USING unnest($2::uuid[], $3::bigint[]) AS looked (id, version) \
     WHERE comments.site = $1 AND comments.id = looked.id AND comments.version = looked.version RETURNING comments.id), \
     forgotten AS (DELETE FROM answers USING done WHERE answers.comment = done.id) SELECT id FROM done";
const KEEP_ADDRESS_KEY: &str = "INSERT INTO address_keys VALUES ($1, $2) ON CONFLICT DO NOTHING";
const DESTROY_ADDRESS_KEYS: &str = "DELETE FROM address_keys WHERE period < $1";
/// A standby refuses it.
const NOTHING: &str = "UPDATE sealed_keys SET sealed = sealed WHERE false";

/// A write's place among the results, and what is to be written.
type Placed<T> = (usize, T);

/// Records new comments; which were not, and why.
pub(super) async fn record(
    connection: &mut PgConnection,
    recordings: &[Placed<&Recording>],
) -> Result<Vec<Placed<StoreError>>, sqlx::Error> {
    run_entries(connection, RECORD, recordings).await
}

/// Records edits; which were not, and why.
pub(super) async fn edit(
    connection: &mut PgConnection,
    recordings: &[Placed<&Recording>],
) -> Result<Vec<Placed<StoreError>>, sqlx::Error> {
    run_entries(connection, EDIT, recordings).await
}

async fn run_entries(
    connection: &mut PgConnection,
    sql: &'static str,
    recordings: &[Placed<&Recording>],
) -> Result<Vec<Placed<StoreError>>, sqlx::Error> {
    if recordings.is_empty() {
        return Ok(Vec::new());
    }
    let lost = bind_entries(sqlx::query(sql), recordings).fetch_all(connection).await?;
    let mut errors = Vec::with_capacity(lost.len());
    for row in &lost {
        let (id, has_site): (Uuid, bool) = (row.try_get("id")?, row.try_get("has_site")?);
        let of_row = recordings.iter().filter(|(_, recording)| recording.entry.id.0 == id);
        errors.extend(of_row.map(|(place, _)| (*place, why_lost(has_site))));
    }
    Ok(errors)
}

fn why_lost(has_site: bool) -> StoreError {
    if has_site {
        return StoreError::Conflict;
    }
    StoreError::Unavailable("the site written for is not in the store; look it up again".to_owned())
}

fn bind_entries<'q>(
    query: Query<'q, Postgres, PgArguments>,
    recordings: &'q [Placed<&Recording>],
) -> Query<'q, Postgres, PgArguments> {
    let entries = Entries(recordings);
    query
        .bind(entries.column(|entry| entry.id.0))
        .bind(entries.column(|entry| entry.site.0))
        .bind(entries.column(|entry| entry.external_id.as_deref()))
        .bind(entries.column(|entry| entry.kind.as_str()))
        .bind(entries.column(|entry| entry.page.url.as_deref()))
        .bind(entries.column(|entry| entry.page.title.as_deref()))
        .bind(entries.column(|entry| entry.page.language.as_ref().map(|language| language.as_str())))
        .bind(entries.column(|entry| entry.page.published_at.map(Timestamp::as_microsecond)))
        .bind(entries.column(|entry| entry.parent_id.as_deref()))
        .bind(entries.column(|entry| entry.status.as_str()))
        .bind(entries.column(|entry| i64::from(entry.version)))
        .bind(entries.column(|entry| i64::from(entry.revision)))
        .bind(entries.column(|entry| entry.at.as_microsecond()))
        .bind(entries.column(|entry| entry.digest.0.as_slice()))
        .bind(entries.column(|entry| entry.decision.verdict.as_str()))
        .bind(entries.column(|entry| i64::from(entry.decision.score.thousandths())))
        .bind(recordings.iter().map(|(_, recording)| recording.decision.as_str()).collect::<Vec<_>>())
        .bind(entries.column(|entry| entry.content.body.as_str()))
        .bind(entries.column(|entry| format_name(entry.content.format)))
        .bind(entries.column(|entry| entry.content.author_name.as_deref()))
        .bind(entries.column(|entry| entry.content.author_url.as_deref()))
        .bind(entries.column(|entry| entry.shadow.as_ref().map(|shadow| shadow.model.as_str())))
        .bind(entries.column(|entry| entry.shadow.as_ref().map(|shadow| shadow.verdict.as_str())))
        .bind(entries.column(|entry| entry.shadow.as_ref().map(|shadow| i64::from(shadow.score.thousandths()))))
        .bind(entries.column(|entry| entry.author.email.as_ref().map(bytes)))
        .bind(entries.column(|entry| entry.author.name.as_ref().map(bytes)))
        .bind(entries.column(|entry| entry.author.origins.first().map(|origin| bytes(&origin.address))))
        .bind(entries.column(|entry| entry.author.origins.first().map(|origin| bytes(&origin.network))))
        .bind(entries.column(|entry| entry.author.origins.first().map(|origin| i64::from(origin.period.0))))
        .bind(entries.column(|entry| entry.author.account.as_ref().map(bytes)))
}

struct Entries<'q>(&'q [Placed<&'q Recording>]);

impl<'q> Entries<'q> {
    fn column<T>(&self, value: impl Fn(&'q Entry) -> T) -> Vec<T> {
        self.0.iter().map(|(_, recording)| value(&recording.entry)).collect()
    }
}

/// Makes changes; which were not made, and why.
pub(super) async fn change(
    connection: &mut PgConnection,
    changes: &[Placed<&Changing>],
) -> Result<Vec<Placed<StoreError>>, sqlx::Error> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let each = || changes.iter().map(|(_, changing)| &changing.change);
    let query = sqlx::query_scalar(CHANGE)
        .bind(each().map(|change| change.id.0).collect::<Vec<_>>())
        .bind(each().map(|change| change.site.0).collect::<Vec<_>>())
        .bind(each().map(|change| i64::from(change.version)).collect::<Vec<_>>())
        .bind(each().map(|change| change.status.as_str()).collect::<Vec<_>>())
        .bind(each().map(|change| change.event.id).collect::<Vec<_>>())
        .bind(each().map(|change| change.event.at.as_microsecond()).collect::<Vec<_>>())
        .bind(each().map(|change| change.event.by.as_str()).collect::<Vec<_>>())
        .bind(changes.iter().map(|(_, changing)| changing.act.as_str()).collect::<Vec<_>>())
        .bind(each().map(|change| change.settled.map(Status::as_str)).collect::<Vec<_>>());
    let lost: Vec<Uuid> = query.fetch_all(connection).await?;
    let lost = changes.iter().filter(|(_, changing)| lost.contains(&changing.change.id.0));
    Ok(lost.map(|(place, _)| (*place, StoreError::Conflict)).collect())
}

/// Claims keys; the places of those that were taken.
pub(super) async fn claim(
    connection: &mut PgConnection,
    claims: &[Placed<Claiming>],
) -> Result<Vec<usize>, sqlx::Error> {
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let each = || claims.iter().map(|(_, claiming)| claiming);
    let query = sqlx::query_as(CLAIM)
        .bind(each().map(|claiming| claiming.site.0).collect::<Vec<_>>())
        .bind(each().map(|claiming| claiming.claim.key.as_slice()).collect::<Vec<_>>())
        .bind(each().map(|claiming| claiming.claim.request.as_slice()).collect::<Vec<_>>())
        .bind(each().map(|claiming| claiming.comment.0).collect::<Vec<_>>())
        .bind(each().map(|claiming| claiming.revision.map(i64::from)).collect::<Vec<_>>())
        .bind(each().map(|claiming| claiming.status).collect::<Vec<_>>())
        .bind(each().map(|claiming| claiming.version).collect::<Vec<_>>())
        .bind(each().map(|claiming| claiming.claim.at.as_microsecond()).collect::<Vec<_>>());
    let won: Vec<(Uuid, Vec<u8>)> = query.fetch_all(connection).await?;
    let is_lost = |claiming: &Claiming| {
        !won.iter().any(|(site, key)| *site == claiming.site.0 && key.as_slice() == claiming.claim.key)
    };
    Ok(claims.iter().filter(|(_, claiming)| is_lost(claiming)).map(|(place, _)| *place).collect())
}

/// Gives keys back that were claimed in the same transaction.
pub(super) async fn unclaim(connection: &mut PgConnection, claims: &[&Placed<Claiming>]) -> Result<(), sqlx::Error> {
    if claims.is_empty() {
        return Ok(());
    }
    let query = sqlx::query(UNCLAIM)
        .bind(claims.iter().map(|(_, claiming)| claiming.site.0).collect::<Vec<_>>())
        .bind(claims.iter().map(|(_, claiming)| claiming.claim.key.as_slice()).collect::<Vec<_>>());
    query.execute(connection).await.map(drop)
}

/// Runs a write that no other shares a statement with; how many rows it touched.
pub(super) async fn other(
    connection: &mut PgConnection,
    write: &Write,
) -> Result<Result<u64, StoreError>, sqlx::Error> {
    let query = match write {
        Write::AddSite(site) => add_site(site),
        Write::SetSiteKeys { site, key_digest, sealed_akismet_key } => {
            sqlx::query(SET_SITE_KEYS).bind(key_digest.as_slice()).bind(sealed_akismet_key.as_slice()).bind(site.0)
        }
        Write::ForgetAnswers { before, limit } => {
            sqlx::query(FORGET_ANSWERS).bind(before.as_microsecond()).bind(i64::from(*limit))
        }
        Write::TidyQueue { limit } => sqlx::query(TIDY_QUEUE).bind(i64::from(*limit)),
        Write::SealKey { name, sealed } => sqlx::query(SEAL_KEY).bind(name.as_str()).bind(sealed.as_slice()),
        Write::KeepAddressKey { period, sealed } => {
            sqlx::query(KEEP_ADDRESS_KEY).bind(i64::from(period.0)).bind(sealed.as_slice())
        }
        Write::DestroyAddressKeys { before } => sqlx::query(DESTROY_ADDRESS_KEYS).bind(i64::from(before.0)),
        Write::Activate(activation, overrides) => activate(activation, overrides),
        Write::SetShadow(scope, Some(version)) => {
            sqlx::query(SET_SHADOW).bind(scope_bytes(scope)).bind(version.as_str())
        }
        Write::SetShadow(scope, None) => sqlx::query(END_SHADOW).bind(scope_bytes(scope)),
        Write::End(sql, revisions) => {
            sqlx::query(*sql).bind(&revisions.comments).bind(&revisions.versions).bind(&revisions.numbers)
        }
        Write::Erase { site, ids, versions } => sqlx::query(ERASE).bind(site.0).bind(ids).bind(versions),
        Write::Run(statement) => run(statement),
        Write::Nothing | Write::Record(_) | Write::Change(_) => sqlx::query(NOTHING),
    };
    let touched = query.execute(connection).await?.rows_affected();
    // A name or a serial that is taken.
    let refused = touched == 0 && matches!(write, Write::AddSite(_) | Write::Activate(..));
    Ok(if refused { Err(StoreError::Conflict) } else { Ok(touched) })
}

fn run(statement: &Statement) -> Query<'_, Postgres, PgArguments> {
    statement.values.iter().fold(sqlx::query(statement.sql), |query, value| match value {
        Value::Integer(integer) => query.bind(integer),
        Value::Text(text) => query.bind(text.as_deref()),
        Value::Bytes(bytes) => query.bind(bytes.as_deref()),
        Value::Id(id) => query.bind(id),
    })
}

fn add_site(site: &Site) -> Query<'_, Postgres, PgArguments> {
    sqlx::query(ADD_SITE)
        .bind(site.id.0)
        .bind(site.name.as_str())
        .bind(site.url.as_str())
        .bind(locale_name(site.locale))
        .bind(site.key_digest.as_slice())
        .bind(site.sealed_akismet_key.as_slice())
        .bind(site.created_at.as_microsecond())
}

fn activate<'q>(activation: &'q Activation, overrides: &'q str) -> Query<'q, Postgres, PgArguments> {
    sqlx::query(ACTIVATE)
        .bind(scope_bytes(&activation.scope))
        .bind(i64::from(activation.serial))
        .bind(activation.step.as_str())
        .bind(activation.version.as_ref().map(ModelVersion::as_str))
        .bind(activation.back.map(i64::from))
        .bind(activation.at.as_microsecond())
        .bind(activation.by.as_str())
        .bind(overrides)
        .bind(i64::from(ACTIVATIONS_KEPT))
}
