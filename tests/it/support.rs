//! What several modules need to talk to the real thing.

pub mod authority;

pub mod browser;

pub mod cable;

pub mod clock;

pub mod cluster;

pub mod command;

pub mod disk;

pub mod logs;

pub mod models;

pub mod server;

pub mod port;

pub mod postgres;

pub mod redis;

pub mod sentences;

pub mod smtp;

#[cfg(feature = "s3")]
pub mod s3;

use std::time::{Duration, Instant};

/// How long a condition may take to come true before a test gives up; far more than it takes.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `found` finds something.
///
/// # Panics
/// It did not in [`PATIENCE`].
pub async fn eventually<T>(what: &str, mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(it) = found().await {
            return it;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain until {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
