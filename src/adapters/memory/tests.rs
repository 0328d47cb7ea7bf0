use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::FakeRelativeClock;
use uuid::Uuid;

use super::*;
use crate::domain::limits::Dimension;
use crate::domain::site::SiteId;

const SECOND: Duration = Duration::from_secs(1);

fn quota(count: u32, period: Duration) -> Quota {
    Quota { count: NonZeroU32::new(count).unwrap(), period }
}

fn author(number: u128) -> LimitKey {
    LimitKey { site: SiteId(Uuid::nil()), dimension: Dimension::Author, digest: number.to_be_bytes() }
}

fn take(limiter: &MemoryLimiter<FakeRelativeClock>, key: LimitKey, quota: Quota) -> Outcome {
    limiter.take_all(&[Demand { key, quota }])[0]
}

fn keys_of(limiter: &MemoryLimiter<FakeRelativeClock>, quota: Quota) -> usize {
    limiter.counter(quota).limiter.len()
}

#[test]
fn outcomes_are_exact() {
    let clock = FakeRelativeClock::default();
    let limiter = MemoryLimiter::new(clock.clone());
    let six_a_minute = quota(6, 60 * SECOND);

    assert_eq!(take(&limiter, author(1), six_a_minute), Outcome::Taken { remaining: 5, reset: 10 * SECOND });
    clock.advance(5 * SECOND);
    assert_eq!(take(&limiter, author(1), six_a_minute), Outcome::Taken { remaining: 4, reset: 15 * SECOND });
    for (remaining, seconds) in [(3, 25), (2, 35), (1, 45), (0, 55)] {
        let reset = seconds * SECOND;
        assert_eq!(take(&limiter, author(1), six_a_minute), Outcome::Taken { remaining, reset });
    }
    assert_eq!(take(&limiter, author(1), six_a_minute), Outcome::Refused { retry_after: 5 * SECOND });
    clock.advance(4 * SECOND);
    assert_eq!(take(&limiter, author(1), six_a_minute), Outcome::Refused { retry_after: SECOND });
    clock.advance(SECOND);
    assert_eq!(take(&limiter, author(1), six_a_minute), Outcome::Taken { remaining: 0, reset: 60 * SECOND });
}

#[test]
fn the_start_of_a_quota_does_not_shift_its_times() {
    let clock = FakeRelativeClock::default();
    let limiter = MemoryLimiter::new(clock.clone());
    take(&limiter, author(1), quota(1, SECOND));
    clock.advance(1234 * SECOND);
    let once_an_hour = quota(1, 3600 * SECOND);
    assert_eq!(take(&limiter, author(1), once_an_hour), Outcome::Taken { remaining: 0, reset: 3600 * SECOND });
}

#[test]
fn keys_that_are_whole_again_are_dropped() {
    let clock = FakeRelativeClock::default();
    let limiter = MemoryLimiter::new(clock.clone());
    let quota = quota(2, 10 * SECOND);
    for number in 0..1000 {
        take(&limiter, author(number), quota);
    }
    assert_eq!(keys_of(&limiter, quota), 1000);
    clock.advance(21 * SECOND);
    take(&limiter, author(5000), quota);
    assert_eq!(keys_of(&limiter, quota), 1);
}

#[test]
fn a_flood_of_keys_stays_within_the_bound_and_does_not_free_who_is_refused() {
    let clock = FakeRelativeClock::default();
    let limiter = MemoryLimiter::new(clock.clone());
    let quota = quota(2, 3600 * SECOND);
    let busy = author(u128::MAX);
    take(&limiter, busy, quota);
    take(&limiter, busy, quota);
    for number in 0..(MOST_KEYS as u128 * 2) {
        take(&limiter, author(number), quota);
    }
    let held = keys_of(&limiter, quota);
    assert!(held <= MOST_KEYS, "{held} keys");
    assert!(held > MOST_KEYS * 9 / 10, "{held} keys");
    assert!(take(&limiter, busy, quota).is_refused());
}

#[test]
fn quotas_are_bounded_and_the_least_used_goes_first() {
    let limiter = MemoryLimiter::new(FakeRelativeClock::default());
    let kept = quota(1, 3600 * SECOND);
    for number in 0..10 {
        take(&limiter, author(number), kept);
    }
    for count in 2..(MOST_QUOTAS as u32 * 3) {
        take(&limiter, author(0), quota(count, SECOND));
    }
    assert_eq!(limiter.counters.read().unwrap().len(), MOST_QUOTAS);
    assert!(take(&limiter, author(0), kept).is_refused());
}

#[test]
fn extreme_quotas_are_counted() {
    let limiter = MemoryLimiter::new(FakeRelativeClock::default());
    let widest = quota(u32::MAX, Duration::MAX);
    assert!(matches!(take(&limiter, author(1), widest), Outcome::Taken { remaining, .. } if remaining == u32::MAX - 1));
    let never = quota(1, Duration::MAX);
    assert_eq!(take(&limiter, author(1), never), Outcome::Taken { remaining: 0, reset: Quota::LONGEST_PERIOD });
    let nothing = quota(3, Duration::ZERO);
    assert_eq!(take(&limiter, author(1), nothing), Outcome::Taken { remaining: 2, reset: Duration::from_micros(1) });
}
