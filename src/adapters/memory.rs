//! Limits counted in this process, by the `governor` crate (generic cell rate algorithm, GCRA).
//!
//! Nothing is shared: two processes allow twice the quota, and a restart forgets. Memory is bounded: at most
//! [`MOST_QUOTAS`] different quotas, each with at most [`MOST_KEYS`] keys.

mod keys;
pub mod sightings;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use governor::clock::{Clock, DefaultClock, Reference};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::{Quota as Rate, RateLimiter};

use self::keys::Keys;
pub use self::keys::MOST_KEYS;
use crate::domain::limits::{Demand, LimitKey, Outcome, Quota};
use crate::ports::limiter::{Limiter, LimiterError, LimiterState, Takings};

/// Different quotas counted at once; beyond, the one with the fewest keys is forgotten.
pub const MOST_QUOTAS: usize = 64;

/// The in-process limiter. `C` is the time it counts in; tests give one that they move themselves.
pub struct MemoryLimiter<C: Clock = DefaultClock> {
    clock: C,
    counters: RwLock<HashMap<Quota, Arc<Counter<C>>>>,
}

impl Default for MemoryLimiter {
    fn default() -> Self {
        Self::new(DefaultClock::default())
    }
}

impl<C: Clock + Clone> MemoryLimiter<C> {
    pub fn new(clock: C) -> Self {
        Self { clock, counters: RwLock::default() }
    }

    fn take_all(&self, demands: &[Demand]) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(demands.len());
        for demand in demands {
            let gate_is_shut = outcomes.first().is_some_and(|gate| gate.is_refused());
            outcomes.push(if gate_is_shut { Outcome::NotAsked } else { self.counter(demand.quota).take(&demand.key) });
        }
        outcomes
    }

    fn counter(&self, quota: Quota) -> Arc<Counter<C>> {
        let counters = self.counters.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = counters.get(&quota) {
            return Arc::clone(counter);
        }
        drop(counters);
        let mut counters = self.counters.write().unwrap_or_else(PoisonError::into_inner);
        if counters.len() >= MOST_QUOTAS && !counters.contains_key(&quota) {
            forget_least_used(&mut counters);
        }
        Arc::clone(counters.entry(quota).or_insert_with(|| Arc::new(Counter::new(quota, self.clock.clone()))))
    }
}

fn forget_least_used<C: Clock>(counters: &mut HashMap<Quota, Arc<Counter<C>>>) {
    let least = counters.iter().min_by_key(|(_, counter)| counter.limiter.len()).map(|(quota, _)| *quota);
    if let Some(quota) = least {
        counters.remove(&quota);
    }
}

#[async_trait]
impl<C> Limiter for MemoryLimiter<C>
where
    C: Clock + Clone + Send + Sync,
{
    async fn take(&self, demands: &[Demand]) -> Result<Takings, LimiterError> {
        Ok(Takings { outcomes: self.take_all(demands), degraded: false })
    }

    fn state(&self) -> LimiterState {
        LimiterState::InProcess
    }
}

/// All keys of one quota.
struct Counter<C: Clock> {
    limiter: RateLimiter<LimitKey, Keys, SinceFirst<C>, StateInformationMiddleware>,
    keys: Keys,
    /// Keys that are whole again are dropped once in this time.
    sweep_every: Nanos,
    /// When they were dropped last, in nanoseconds since the limiter's start.
    swept_at: AtomicU64,
}

impl<C: Clock> Counter<C> {
    fn new(quota: Quota, clock: C) -> Self {
        let keys = Keys::default();
        // There is always such a rate: an interval is never zero.
        let rate = Rate::with_period(quota.interval()).unwrap_or_else(|| Rate::per_second(quota.count));
        Self {
            limiter: RateLimiter::new(rate.allow_burst(quota.count), keys.clone(), SinceFirst::new(clock)),
            keys,
            sweep_every: quota.period.clamp(Duration::from_secs(1), Quota::LONGEST_PERIOD).into(),
            swept_at: AtomicU64::new(0),
        }
    }

    fn take(&self, key: &LimitKey) -> Outcome {
        self.sweep_when_due();
        match self.limiter.check_key(key) {
            Ok(after) => Outcome::Taken { remaining: after.remaining_burst_capacity(), reset: self.until_whole(key) },
            Err(until) => Outcome::Refused { retry_after: until.wait_time_from(self.now()) },
        }
    }

    fn until_whole(&self, key: &LimitKey) -> Duration {
        self.keys.whole_at(key).map_or(Duration::ZERO, |at| at.duration_since(self.now()).into())
    }

    fn sweep_when_due(&self) {
        let last = self.swept_at.load(Ordering::Relaxed);
        let now = self.now();
        if now.duration_since(Nanos::new(last)) >= self.sweep_every
            && self.swept_at.compare_exchange(last, now.as_u64(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            self.limiter.retain_recent();
        }
    }

    fn now(&self) -> Nanos {
        self.limiter.clock().now()
    }
}

/// A clock that counts from its own first reading. The rate limiter's start is that reading, hence zero, and the
/// times that it stores can be compared with this clock.
struct SinceFirst<C: Clock> {
    clock: C,
    first: OnceLock<C::Instant>,
}

impl<C: Clock> SinceFirst<C> {
    fn new(clock: C) -> Self {
        Self { clock, first: OnceLock::new() }
    }
}

impl<C: Clock> Clock for SinceFirst<C> {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let now = self.clock.now();
        now.duration_since(*self.first.get_or_init(|| now))
    }
}

#[cfg(test)]
mod tests;
