//! What an error of PostgreSQL means to the callers of the port.

use sqlx::migrate::MigrateError;

use crate::ports::store::StoreError;

/// The error in the port's words, with what to do about it (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
pub(super) fn explain(error: &sqlx::Error) -> StoreError {
    let unavailable = |advice: &str| StoreError::Unavailable(format!("{advice} ({error})"));
    match code(error).as_deref() {
        Some("23505") => StoreError::Conflict,
        Some("23503") => unavailable("the site or comment written for is not in the store; look it up again"),
        Some("XX001" | "XX002") => StoreError::Damaged(format!(
            "a table or index is damaged; stop Tamis and restore the database from a backup ({error})"
        )),
        Some("57P01" | "57P02" | "57P03") => unavailable("is stopping or starting; Tamis goes on by itself"),
        Some("57014" | "55P03") => unavailable("a statement took too long; look at its load"),
        Some("53100") => unavailable("its disk is full; free some space, and Tamis goes on by itself"),
        Some("53300") => unavailable("has no connection left; raise its `max_connections` or stop other clients"),
        Some("28000" | "28P01") => unavailable("refuses the user or the password; check `store.url`"),
        Some("3D000") => unavailable("there is no such database; create it, for instance with `createdb`"),
        Some("42501") => unavailable("the user may not do this; make it the owner of the database"),
        Some("25006") => unavailable("takes no writes; name the primary server in `store.url`, not a standby"),
        Some(_) => unavailable("did not do it; try again, and report it if it stays"),
        None => explain_connection(error),
    }
}

fn explain_connection(error: &sqlx::Error) -> StoreError {
    let unavailable = |advice: &str| StoreError::Unavailable(format!("{advice} ({error})"));
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) => {
            StoreError::Damaged(format!("a value is not of the kind Tamis writes ({error})"))
        }
        sqlx::Error::PoolTimedOut => unavailable("cannot be reached, or all connections to it are busy"),
        sqlx::Error::PoolClosed => unavailable("the store is closed; start Tamis again"),
        _ if is_about_tls(error) => {
            unavailable("the encrypted connection failed; check `sslmode` and `sslrootcert` in `store.url`")
        }
        _ => unavailable("cannot be reached; check that it runs, and `store.url`"),
    }
}

/// A certificate that is refused comes as data that cannot be read.
fn is_about_tls(error: &sqlx::Error) -> bool {
    let unreadable = |error: &std::io::Error| error.kind() == std::io::ErrorKind::InvalidData;
    matches!(error, sqlx::Error::Tls(_)) || matches!(error, sqlx::Error::Io(error) if unreadable(error))
}

/// Whether another transaction stood in the way, so that the same again may succeed.
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some("40001" | "40P01"))
}

/// Whether it was a value that the statement failed on, which spoils it for the other values in it.
pub(super) fn is_about_a_value(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
}

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// Why the schema could not be brought to this version's.
pub(super) fn explain_migration(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) => StoreError::Damaged(format!(
            "a newer Tamis wrote it (schema {version}); run that version or a newer one. It was left as it is"
        )),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => explain(&error),
        other => StoreError::Damaged(format!("its schema is not one of Tamis’s; restore it from a backup ({other})")),
    }
}
