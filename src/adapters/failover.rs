//! A limiter that shares its counts while it can, and counts alone while it cannot.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::domain::limits::Demand;
use crate::ports::limiter::{Limiter, LimiterError, LimiterState, Takings};

/// Asks the shared limiter; when that does not answer, the one of this process, and says `degraded`.
///
/// No call waits for a limiter that is known to be away: that one refuses at once and finds out by itself when it is
/// back, also without traffic ([`LimiterState::Away`]). Counts do not move from one to the other: while the shared one
/// is away every process allows a quota of its own.
pub struct Failover {
    shared: Arc<dyn Limiter>,
    alone: Arc<dyn Limiter>,
    /// What was logged last.
    away: Mutex<bool>,
}

impl Failover {
    pub fn new(shared: Arc<dyn Limiter>, alone: Arc<dyn Limiter>) -> Self {
        Self { shared, alone, away: Mutex::new(false) }
    }

    /// Logs that the shared limiter went away or came back, once each. A single call that failed, while the limiter
    /// is not away, is no such change.
    fn observe(&self, error: Option<&LimiterError>) -> LimiterState {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.shared.state();
        let is_away = state == LimiterState::Away;
        if is_away != *away {
            *away = is_away;
            log(is_away, error);
        }
        state
    }
}

fn log(is_away: bool, error: Option<&LimiterError>) {
    if is_away {
        let reason = error.map(ToString::to_string);
        tracing::warn!(reason, "shared limits are away: this process counts alone until they are back");
    } else {
        tracing::info!("shared limits are back");
    }
}

#[async_trait]
impl Limiter for Failover {
    async fn take(&self, demands: &[Demand]) -> Result<Takings, LimiterError> {
        let shared = self.shared.take(demands).await;
        self.observe(shared.as_ref().err());
        match shared {
            Ok(takings) => Ok(takings),
            Err(_) => Ok(Takings { degraded: true, ..self.alone.take(demands).await? }),
        }
    }

    fn state(&self) -> LimiterState {
        self.observe(None)
    }
}
