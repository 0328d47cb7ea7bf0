//! A wall clock that a test sets, for the real binary.

use std::path::{Path, PathBuf};

use super::server::{Server, tamis};

/// How the clock of a server stands beside the machine's: libfaketime reads this file at every question.
pub struct Clock(PathBuf);

impl Clock {
    /// The machine's own to begin with; its file is in `folder`.
    pub fn new(folder: &Path) -> Self {
        let clock = Self(folder.join("clock"));
        clock.set(0);
        clock
    }

    /// Seconds ahead of the machine's.
    pub fn set(&self, ahead: i64) {
        let next = self.0.with_extension("next");
        std::fs::write(&next, format!("{ahead:+}\n")).unwrap();
        std::fs::rename(next, &self.0).unwrap();
    }

    /// A server whose wall clock is this one; what measures durations goes on as it does.
    pub fn server(&self, settings: &[(&str, &str)]) -> Server {
        let library = std::fs::read_dir("/usr/lib").unwrap().flatten().map(|entry| entry.path().join("faketime"));
        let library = library.map(|folder| folder.join("libfaketimeMT.so.1")).find(|library| library.exists());
        let mut command = tamis();
        command.env("LD_PRELOAD", library.expect("libfaketime: Debian's package faketime, which tests/run installs"));
        command.env("FAKETIME_TIMESTAMP_FILE", &self.0).env("FAKETIME_NO_CACHE", "1");
        command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
        Server::start_under(command, settings)
    }
}
