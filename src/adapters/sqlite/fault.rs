//! What an error of SQLite means to the callers of the port.

use sqlx::migrate::MigrateError;

use crate::ports::store::StoreError;

/// SQLite's primary result codes (<https://www.sqlite.org/rescode.html>); an extended code has one in its low byte.
const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const READONLY: u32 = 8;
const IOERR: u32 = 10;
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const CANTOPEN: u32 = 14;
const CONSTRAINT: u32 = 19;
const NOTADB: u32 = 26;

/// The error in the port's words, with what to do about it.
pub(super) fn explain(error: &sqlx::Error) -> StoreError {
    let unavailable = |advice: &str| StoreError::Unavailable(format!("{advice} ({error})"));
    match primary_code(error) {
        Some(CONSTRAINT) if is_dangling(error) => {
            unavailable("the site or comment written for is not in the store; look it up again")
        }
        Some(CONSTRAINT) => StoreError::Conflict,
        Some(CORRUPT | NOTADB) => {
            StoreError::Damaged(format!("the file is damaged; stop Tamis and restore it from a backup ({error})"))
        }
        Some(BUSY | LOCKED) => unavailable("another process holds the write lock; try again when it is done"),
        Some(FULL) => unavailable("the disk is full; free some space, and Tamis goes on by itself"),
        Some(READONLY) => unavailable("the file or its folder may not be written; give Tamis’s user write access"),
        Some(CANTOPEN) => unavailable("the file cannot be opened; check that its folder exists and may be written"),
        Some(IOERR) => unavailable("the disk failed to read or write; look at the system’s log"),
        _ if is_unreadable(error) => StoreError::Damaged(format!("a value is not of the kind Tamis writes ({error})")),
        _ => unavailable("the database did not do it; try again, and report it if it stays"),
    }
}

/// Whether the statement alone failed and the transaction around it stands.
pub(super) fn spares_the_transaction(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(CONSTRAINT)
}

/// Whether another connection held a lock too long.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(BUSY | LOCKED))
}

fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?.parse::<u32>().ok()?;
    Some(code & 0xff)
}

fn is_dangling(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.is_foreign_key_violation())
}

fn is_unreadable(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_))
}

/// Why a file that may not be ours could not be read.
pub(super) fn explain_foreign(error: &sqlx::Error) -> StoreError {
    match primary_code(error) {
        Some(NOTADB) => foreign("it is not a database at all, or its beginning is damaged"),
        _ => explain(error),
    }
}

pub(super) fn foreign(why: &str) -> StoreError {
    StoreError::Damaged(format!(
        "the file is not a Tamis database: {why}. It was left as it is; name another in `store.url`"
    ))
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
