//! A shared limiter that goes away and comes back, at the test's command.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use tamis::adapters::failover::Failover;
use tamis::adapters::memory::MemoryLimiter;
use tamis::domain::limits::{Demand, Dimension};
use tamis::ports::limiter::{Limiter, LimiterError, LimiterState, Takings};

use super::{HOUR, demand, quota, remaining};
use crate::support::logs::Logs;

/// Counts for itself, unless it is told to be away or to let a single call fail.
#[derive(Default)]
struct Shared {
    counts: MemoryLimiter,
    away: AtomicBool,
    failing: AtomicU32,
}

#[async_trait]
impl Limiter for Shared {
    async fn take(&self, demands: &[Demand]) -> Result<Takings, LimiterError> {
        let fails = self.failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if fails || self.away.load(Ordering::SeqCst) {
            return Err(LimiterError("the test cut the wire".into()));
        }
        self.counts.take(demands).await
    }

    fn state(&self) -> LimiterState {
        if self.away.load(Ordering::SeqCst) { LimiterState::Away } else { LimiterState::Shared }
    }
}

fn failover() -> (Arc<Shared>, Failover) {
    let shared = Arc::new(Shared::default());
    let failover = Failover::new(Arc::clone(&shared) as Arc<dyn Limiter>, Arc::new(MemoryLimiter::default()));
    (shared, failover)
}

#[tokio::test]
async fn it_counts_alone_while_the_shared_one_is_away_and_says_so() {
    let (shared, failover) = failover();
    let author = [demand(Dimension::Author, 1, quota(5, HOUR))];
    assert_eq!(remaining(failover.take(&author).await.unwrap().outcomes[0]), 4);

    shared.away.store(true, Ordering::SeqCst);
    let alone = failover.take(&author).await.unwrap();
    assert!(alone.degraded);
    assert_eq!(remaining(alone.outcomes[0]), 4);
    assert_eq!(failover.state(), LimiterState::Away);

    shared.away.store(false, Ordering::SeqCst);
    let back = failover.take(&author).await.unwrap();
    assert!(!back.degraded);
    assert_eq!(remaining(back.outcomes[0]), 3);
    assert_eq!(failover.state(), LimiterState::Shared);
}

#[tokio::test]
async fn going_and_coming_back_are_logged_once_each() {
    let logs = Logs::collect();
    let (shared, failover) = failover();
    let author = [demand(Dimension::Author, 1, quota(5, HOUR))];
    for round in 1..=2 {
        shared.away.store(true, Ordering::SeqCst);
        for _ in 0..20 {
            failover.take(&author).await.unwrap();
        }
        assert_eq!(logs.count("WARN", "shared limits are away"), round, "{}", logs.text());
        assert_eq!(logs.count("WARN", "the test cut the wire"), round, "{}", logs.text());
        shared.away.store(false, Ordering::SeqCst);
        // Without traffic, the readiness answer is what finds out.
        assert_eq!(failover.state(), LimiterState::Shared);
        for _ in 0..20 {
            failover.take(&author).await.unwrap();
        }
        assert_eq!(logs.count("INFO", "shared limits are back"), round, "{}", logs.text());
    }
}

#[tokio::test]
async fn a_single_call_that_fails_is_degraded_and_no_news() {
    let logs = Logs::collect();
    let (shared, failover) = failover();
    shared.failing.store(1, Ordering::SeqCst);
    let author = [demand(Dimension::Author, 1, quota(5, HOUR))];
    assert!(failover.take(&author).await.unwrap().degraded);
    assert!(!failover.take(&author).await.unwrap().degraded);
    assert_eq!(failover.state(), LimiterState::Shared);
    assert_eq!(logs.text(), "");
}
