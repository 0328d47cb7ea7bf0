//! The machine's own clock and randomness.

use jiff::Timestamp;

use crate::ports::clock::{Clock, Random};

pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The operating system's generator.
pub struct SystemRandom;

impl Random for SystemRandom {
    /// Ends the process when the operating system gives no randomness: a guessable key is worse than no service.
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            tracing::error!(%error, "the operating system gives no randomness; stopping");
            std::process::abort();
        }
    }
}
