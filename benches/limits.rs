//! Takes a second with 64 callers at once, each call one comment's four keys: counted in this process, through Redis
//! as Tamis does it, and through the same Redis with a script call for each comment. Side by side, the median of five
//! turns; only the ratios last.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a measurement")]

#[path = "../tests/it/support/port.rs"]
mod port;
#[path = "../tests/it/support/redis.rs"]
#[expect(dead_code, reason = "a measurement kills no server")]
mod server;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use redis::aio::MultiplexedConnection;
use redis::{Client, Script};
use tamis::adapters::memory::MemoryLimiter;
use tamis::adapters::redis::{RedisLimiter, Settings};
use tamis::domain::limits::{Demand, Dimension, LimitKey, Outcome, Quota};
use tamis::domain::site::SiteId;
use tamis::ports::limiter::{Limiter, LimiterError, LimiterState, Takings};
use uuid::Uuid;

const CALLERS: u64 = 64;
const TURNS: usize = 5;
const TURN: Duration = Duration::from_secs(2);

/// A script call a comment on one multiplexed connection.
struct OneByOne {
    connection: MultiplexedConnection,
    script: Script,
}

#[async_trait]
impl Limiter for OneByOne {
    async fn take(&self, demands: &[Demand]) -> Result<Takings, LimiterError> {
        let mut call = self.script.prepare_invoke();
        call.arg(demands.len());
        for Demand { key, quota } in demands {
            let digest = u128::from_be_bytes(key.digest);
            call.key(format!("tamis:{{{}}}:{}:{digest:032x}", key.site, key.dimension.as_str()));
            call.arg(quota.interval().as_micros() as u64).arg(quota.count.get());
        }
        let answer: Vec<i64> = call.invoke_async(&mut self.connection.clone()).await.unwrap();
        let outcomes = answer.as_chunks::<2>().0.iter().map(|[left, micros]| match *left {
            -1 => Outcome::Refused { retry_after: Duration::from_micros(*micros as u64) },
            left => Outcome::Taken { remaining: left as u32, reset: Duration::from_micros(*micros as u64) },
        });
        Ok(Takings { outcomes: outcomes.collect(), degraded: false })
    }

    fn state(&self) -> LimiterState {
        LimiterState::Shared
    }
}

/// The four keys of a comment: one site, many authors, networks and pages.
fn comment(number: u64) -> [Demand; 4] {
    let demand = |dimension, value: u64, count| Demand {
        key: LimitKey { site: SiteId(Uuid::from_u128(1)), dimension, digest: u128::from(value).to_be_bytes() },
        quota: Quota { count: NonZeroU32::new(count).unwrap(), period: Duration::from_secs(60) },
    };
    [
        demand(Dimension::Site, 0, 600_000_000),
        demand(Dimension::Author, number % 5003, 6),
        demand(Dimension::Network, number % 1009, 60),
        demand(Dimension::Page, number % 101, 120),
    ]
}

/// Calls a second, and how long the middle and the hundredth slowest of them took.
async fn measure(limiter: &Arc<dyn Limiter>) -> (f64, Duration, Duration) {
    let next = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (limiter, next) = (Arc::clone(limiter), Arc::clone(&next));
            tokio::spawn(async move {
                let mut times = Vec::new();
                while start.elapsed() < TURN {
                    let asked = Instant::now();
                    limiter.take(&comment(next.fetch_add(1, Ordering::Relaxed))).await.unwrap();
                    times.push(asked.elapsed());
                    // The in-process limiter never waits: without this its callers would not take turns.
                    if times.len() % 64 == 0 {
                        tokio::task::yield_now().await;
                    }
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await.unwrap());
    }
    let rate = times.len() as f64 / start.elapsed().as_secs_f64();
    times.sort_unstable();
    (rate, times[times.len() / 2], times[times.len() * 99 / 100])
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let server = server::RedisServer::start();
    let patient = Settings { answer_within: Duration::from_secs(10), ..Settings::default() };
    let connection = Client::open(server.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let script = Script::new(include_str!("../src/adapters/redis/take.lua"));
    let subjects: [(&str, Arc<dyn Limiter>); 3] = [
        ("in process", Arc::new(MemoryLimiter::default())),
        ("redis, a script call a comment", Arc::new(OneByOne { connection, script })),
        ("redis, whatever waits at once", Arc::new(RedisLimiter::open(&server.url(), patient).await.unwrap())),
    ];
    let mut results = vec![Vec::new(); subjects.len()];
    for _ in 0..TURNS {
        for ((_, limiter), results) in subjects.iter().zip(&mut results) {
            results.push(measure(limiter).await);
        }
    }
    for ((name, _), mut results) in subjects.into_iter().zip(results) {
        results.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (rate, p50, p99) = results[TURNS / 2];
        println!("{name:32} {rate:>10.0} calls/s   p50 {p50:>10.2?}   p99 {p99:>10.2?}");
    }
}
