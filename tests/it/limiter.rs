//! What every limiter does alike, and what only Redis and the failover can show.

mod cluster;
mod failover;
mod flood;
mod redis;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::FakeRelativeClock;
use tamis::adapters::failover::Failover;
use tamis::adapters::memory::MemoryLimiter;
use tamis::adapters::redis::{RedisLimiter, Settings};
use tamis::domain::limits::{Demand, Dimension, LimitKey, Outcome, Quota};
use tamis::domain::site::SiteId;
use tamis::ports::limiter::{Limiter, LimiterState};
use uuid::Uuid;

use crate::support::cluster::RedisCluster;
use crate::support::redis::RedisServer;
use crate::support::{PATIENCE, eventually};

const HOUR: Duration = Duration::from_secs(3600);

/// As patient as a busy machine needs; probing as often as a test likes.
const PATIENT: Settings =
    Settings { answer_within: PATIENCE, probe_every: Duration::from_millis(20), waiting_calls: 4096 };

/// A limiter, and what it needs to run.
struct Subject {
    limiter: Arc<dyn Limiter>,
    time: Time,
    state: LimiterState,
    _server: Option<RedisServer>,
}

enum Time {
    Given(FakeRelativeClock),
    Real,
}

impl Subject {
    async fn memory() -> Self {
        let clock = FakeRelativeClock::default();
        let limiter = Arc::new(MemoryLimiter::new(clock.clone()));
        Self { limiter, time: Time::Given(clock), state: LimiterState::InProcess, _server: None }
    }

    async fn redis() -> Self {
        let server = RedisServer::start();
        let limiter = Arc::new(RedisLimiter::open(&server.url(), PATIENT).await.unwrap());
        Self { limiter, time: Time::Real, state: LimiterState::Shared, _server: Some(server) }
    }

    async fn cluster(cluster: &RedisCluster) -> Self {
        cluster.flush();
        let urls = cluster.urls();
        let limiter = RedisLimiter::open_nodes(&urls.each_ref().map(String::as_str), PATIENT).await.unwrap();
        Self { limiter: Arc::new(limiter), time: Time::Real, state: LimiterState::Shared, _server: None }
    }

    async fn failover() -> Self {
        let shared = Self::redis().await;
        let limiter = Arc::new(Failover::new(shared.limiter, Arc::new(MemoryLimiter::default())));
        Self { limiter, ..shared }
    }

    /// Lets a little time pass, where it does not pass by itself.
    fn moment(&self) {
        if let Time::Given(clock) = &self.time {
            clock.advance(Duration::from_millis(5));
        }
    }

    async fn take(&self, demands: &[Demand]) -> Vec<Outcome> {
        let takings = self.limiter.take(demands).await.unwrap();
        assert!(!takings.degraded);
        takings.outcomes
    }

    async fn take_one(&self, demand: Demand) -> Outcome {
        self.take(&[demand]).await[0]
    }
}

fn quota(count: u32, period: Duration) -> Quota {
    Quota { count: NonZeroU32::new(count).unwrap(), period }
}

fn demand(dimension: Dimension, number: u8, quota: Quota) -> Demand {
    demand_of(SiteId(Uuid::from_u128(1)), dimension, number, quota)
}

fn demand_of(site: SiteId, dimension: Dimension, number: u8, quota: Quota) -> Demand {
    Demand { key: LimitKey { site, dimension, digest: [number; 16] }, quota }
}

fn remaining(outcome: Outcome) -> u32 {
    match outcome {
        Outcome::Taken { remaining, .. } => remaining,
        other => panic!("{other:?} is not taken"),
    }
}

/// One test for each promise and each limiter.
macro_rules! every_limiter {
    ($($promise:ident)*) => {
        mod memory_promises { $(#[tokio::test] async fn $promise() { super::$promise(super::Subject::memory().await).await; })* }
        mod redis_promises { $(#[tokio::test] async fn $promise() { super::$promise(super::Subject::redis().await).await; })* }
        mod failover_promises { $(#[tokio::test] async fn $promise() { super::$promise(super::Subject::failover().await).await; })* }

        #[tokio::test]
        async fn every_promise_holds_in_a_cluster() {
            let cluster = RedisCluster::start().await;
            $($promise(Subject::cluster(&cluster).await).await;)*
        }
    };
}

every_limiter! {
    a_quota_allows_its_count_then_refuses
    a_taken_key_says_when_it_is_whole_again
    a_refused_key_is_free_after_the_time_it_says
    a_quota_refills_evenly
    outcomes_stand_in_the_order_of_the_demands
    a_refused_gate_takes_nothing_else
    a_refused_demand_that_is_not_the_gate_stops_no_other
    keys_of_other_sites_and_dimensions_do_not_interfere
    the_same_key_twice_in_one_call_counts_twice
    concurrent_calls_never_exceed_the_quota
    no_demands_have_no_outcomes
    the_state_is_told
}

async fn a_quota_allows_its_count_then_refuses(subject: Subject) {
    let author = demand(Dimension::Author, 1, quota(5, HOUR));
    for left in [4, 3, 2, 1, 0] {
        assert_eq!(remaining(subject.take_one(author).await), left);
    }
    for _ in 0..3 {
        assert!(subject.take_one(author).await.is_refused());
    }
}

async fn a_taken_key_says_when_it_is_whole_again(subject: Subject) {
    let author = demand(Dimension::Author, 1, quota(5, HOUR));
    for taken in 1..=5 {
        let Outcome::Taken { reset, .. } = subject.take_one(author).await else { panic!("refused") };
        let expected = taken * HOUR / 5;
        assert!(reset <= expected && reset > expected - PATIENCE, "{reset:?} after {taken}");
    }
}

async fn a_refused_key_is_free_after_the_time_it_says(subject: Subject) {
    let author = demand(Dimension::Author, 1, quota(2, HOUR));
    subject.take(&[author, author]).await;
    let Outcome::Refused { retry_after } = subject.take_one(author).await else { panic!("not refused") };
    assert!(retry_after <= HOUR / 2 && retry_after > HOUR / 2 - PATIENCE, "{retry_after:?}");
}

async fn a_quota_refills_evenly(subject: Subject) {
    let author = demand(Dimension::Author, 1, quota(2, Duration::from_millis(400)));
    eventually("it is refused", async || subject.take_one(author).await.is_refused().then_some(())).await;
    let mut longest = Duration::ZERO;
    let refilled = eventually("one is free", async || {
        let outcome = subject.take_one(author).await;
        if let Outcome::Refused { retry_after } = outcome {
            longest = longest.max(retry_after);
            subject.moment();
        }
        (!outcome.is_refused()).then_some(outcome)
    })
    .await;
    assert!(longest <= Duration::from_millis(200), "{longest:?}");
    // Evenly: the first one is free long before the whole quota is. On a machine that stood still both may be.
    assert!(remaining(refilled) <= 1);
    if let Time::Given(_) = subject.time {
        assert_eq!(remaining(refilled), 0);
    }
}

async fn outcomes_stand_in_the_order_of_the_demands(subject: Subject) {
    let demands = [
        demand(Dimension::Site, 1, quota(40, HOUR)),
        demand(Dimension::Page, 2, quota(30, HOUR)),
        demand(Dimension::Author, 3, quota(1, HOUR)),
        demand(Dimension::Network, 4, quota(20, HOUR)),
    ];
    let first: Vec<u32> = subject.take(&demands).await.into_iter().map(remaining).collect();
    assert_eq!(first, [39, 29, 0, 19]);
    let second = subject.take(&demands).await;
    assert!(second[2].is_refused());
    assert_eq!([second[0], second[1], second[3]].map(remaining), [38, 28, 18]);
}

async fn a_refused_gate_takes_nothing_else(subject: Subject) {
    let site = demand(Dimension::Site, 1, quota(1, HOUR));
    let author = demand(Dimension::Author, 2, quota(10, HOUR));
    let page = demand(Dimension::Page, 3, quota(10, HOUR));
    subject.take_one(site).await;
    for _ in 0..3 {
        let outcomes = subject.take(&[site, author, page]).await;
        assert!(outcomes[0].is_refused());
        assert_eq!(outcomes[1..], [Outcome::NotAsked, Outcome::NotAsked]);
    }
    assert_eq!(remaining(subject.take_one(author).await), 9);
    assert_eq!(remaining(subject.take_one(page).await), 9);
}

async fn a_refused_demand_that_is_not_the_gate_stops_no_other(subject: Subject) {
    let site = demand(Dimension::Site, 1, quota(10, HOUR));
    let author = demand(Dimension::Author, 2, quota(1, HOUR));
    let page = demand(Dimension::Page, 3, quota(10, HOUR));
    subject.take_one(author).await;
    let outcomes = subject.take(&[site, author, page]).await;
    assert!(outcomes[1].is_refused());
    assert_eq!([outcomes[0], outcomes[2]].map(remaining), [9, 9]);
}

async fn keys_of_other_sites_and_dimensions_do_not_interfere(subject: Subject) {
    let once = quota(1, HOUR);
    for site in [1, 2, 3].map(|number| SiteId(Uuid::from_u128(number))) {
        for dimension in [Dimension::Site, Dimension::Author, Dimension::Network, Dimension::Page] {
            for digest in [1, 2] {
                assert_eq!(remaining(subject.take_one(demand_of(site, dimension, digest, once)).await), 0);
            }
        }
    }
    assert!(subject.take_one(demand(Dimension::Page, 2, once)).await.is_refused());
}

async fn the_same_key_twice_in_one_call_counts_twice(subject: Subject) {
    let author = demand(Dimension::Author, 1, quota(3, HOUR));
    let outcomes = subject.take(&[author, author]).await;
    assert_eq!([outcomes[0], outcomes[1]].map(remaining), [2, 1]);
}

async fn concurrent_calls_never_exceed_the_quota(subject: Subject) {
    let site = demand(Dimension::Site, 1, quota(10_000, HOUR));
    let author = demand(Dimension::Author, 2, quota(50, HOUR));
    let calls = (0..400).map(|_| {
        let limiter = Arc::clone(&subject.limiter);
        tokio::spawn(async move { limiter.take(&[site, author]).await.unwrap().outcomes })
    });
    let mut taken = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        let outcomes = call.await.unwrap();
        assert!(!outcomes[0].is_refused());
        taken.extend((!outcomes[1].is_refused()).then(|| remaining(outcomes[1])));
    }
    taken.sort_unstable();
    // An hour's quota of 50 gives one back only after 72 seconds.
    assert_eq!(taken, (0..50).collect::<Vec<_>>());
}

async fn no_demands_have_no_outcomes(subject: Subject) {
    assert_eq!(subject.take(&[]).await, []);
}

async fn the_state_is_told(subject: Subject) {
    subject.take_one(demand(Dimension::Site, 1, quota(1, HOUR))).await;
    assert_eq!(subject.limiter.state(), subject.state);
}

/// Threads and tasks both: a limiter is shared by every worker of the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_threads_never_exceed_the_quota() {
    concurrent_calls_never_exceed_the_quota(Subject::memory().await).await;
    concurrent_calls_never_exceed_the_quota(Subject::redis().await).await;
}
