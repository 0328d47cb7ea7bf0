//! Quotas on keys.

use async_trait::async_trait;

use crate::domain::limits::{Demand, Outcome};

#[async_trait]
pub trait Limiter: Send + Sync {
    /// Takes one from each key, in one step. The first demand is the gate: when it is refused nothing else is
    /// taken, and the others are [`Outcome::NotAsked`]. One outcome a demand, in their order; no demands, none.
    ///
    /// # Errors
    /// The limiter did not answer in time.
    async fn take(&self, demands: &[Demand]) -> Result<Takings, LimiterError>;

    /// How the limiter is doing, for the readiness answer.
    fn state(&self) -> LimiterState;
}

/// The outcomes of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Takings {
    pub outcomes: Vec<Outcome>,
    /// True when a shared limiter was away and this process counted alone.
    pub degraded: bool,
}

/// How a limiter is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimiterState {
    /// Counts in this process, as configured.
    InProcess,
    /// Shares its counts, and the last call was answered.
    Shared,
    /// Should share its counts, but the last call was not answered: this process counts alone. A limiter that is
    /// away refuses calls at once, without making them wait, and finds out by itself when it is back.
    Away,
}

#[derive(Clone, Debug, thiserror::Error)]
#[error("the limiter did not answer: {0}")]
pub struct LimiterError(pub String);
