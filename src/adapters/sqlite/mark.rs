//! The mark that a server is at work on a file: a lock on a file of its own beside it, which ends with the process.
//!
//! Not on the database itself: to close a file of one's own drops the locks that SQLite has on it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::ports::store::StoreError;

#[derive(Debug)]
pub(super) struct Mark(#[expect(dead_code, reason = "held for its lock")] File);

/// Sets the mark; several servers may.
///
/// # Errors
/// The store is being copied, or the file cannot be made.
pub(super) fn set(store: &Path) -> Result<Mark, StoreError> {
    let file = open(store)?;
    settle(file.try_lock_shared(), file, "is being copied; start the server again when the copy is done")
}

/// Keeps servers out.
///
/// # Errors
/// There is one, or a copy, or the file cannot be made.
pub(super) fn keep_out(store: &Path) -> Result<Mark, StoreError> {
    let file = open(store)?;
    let busy = "a server or a copy is at work on it; stop it first, since what it writes meanwhile would stay behind";
    settle(file.try_lock(), file, busy)
}

fn settle(locked: Result<(), TryLockError>, file: File, busy: &str) -> Result<Mark, StoreError> {
    match locked {
        Ok(()) => Ok(Mark(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::Unavailable(busy.to_owned())),
        Err(TryLockError::Error(error)) => Err(unusable(&error)),
    }
}

fn open(store: &Path) -> Result<File, StoreError> {
    let mut opening = OpenOptions::new();
    opening.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut opening, 0o600);
    opening.open(path_of(store)).map_err(|error| unusable(&error))
}

/// `tamis.db-server` beside `tamis.db`.
fn path_of(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push("-server");
    PathBuf::from(name)
}

fn unusable(error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!(
        "the file that marks it as in use, named as the store with `-server` behind, cannot be locked; check who may \
         write in its folder ({error})"
    ))
}
