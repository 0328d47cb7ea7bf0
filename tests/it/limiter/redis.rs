//! What only a real Redis can show: its keys, its failures, and coming back from them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tamis::adapters::failover::Failover;
use tamis::adapters::memory::MemoryLimiter;
use tamis::adapters::redis::{RedisLimiter, Settings};
use tamis::domain::limits::{Demand, Dimension, Outcome};
use tamis::ports::limiter::{Limiter, LimiterState};

use super::{HOUR, PATIENT, demand, quota, remaining};
use crate::support::eventually;
use crate::support::logs::Logs;
use crate::support::redis::RedisServer;

/// As impatient as the server is, for a Redis that does not answer at all; probing more often.
const PROMPT: Settings =
    Settings { answer_within: Duration::from_millis(50), probe_every: Duration::from_millis(20), waiting_calls: 4096 };

fn author() -> Demand {
    demand(Dimension::Author, 1, quota(5, HOUR))
}

async fn open(server: &RedisServer, settings: Settings) -> RedisLimiter {
    let limiter = RedisLimiter::open(&server.url(), settings).await.unwrap();
    assert_eq!(limiter.state(), LimiterState::Shared);
    limiter
}

async fn failover(server: &RedisServer, settings: Settings) -> Failover {
    Failover::new(Arc::new(open(server, settings).await), Arc::new(MemoryLimiter::default()))
}

/// Waits until the shared count answers again.
async fn shared_again(limiter: &dyn Limiter) {
    eventually("Redis is back", async || (limiter.state() == LimiterState::Shared).then_some(())).await;
}

/// Fails with a sentence that holds all of `words`.
async fn fails_with(limiter: &RedisLimiter, words: &[&str]) {
    let error = limiter.take(&[author()]).await.unwrap_err().to_string();
    assert!(words.iter().all(|word| error.contains(word)), "{error}");
}

#[tokio::test]
async fn keys_hold_only_hexadecimal_digests_and_expire() {
    let server = RedisServer::start();
    let limiter = open(&server, PATIENT).await;
    let quota = quota(4, Duration::from_secs(600));
    let dimensions = [Dimension::Site, Dimension::Author, Dimension::Network, Dimension::Page];
    limiter.take(&dimensions.map(|dimension| demand(dimension, 0xab, quota))).await.unwrap();

    let mut keys: Vec<String> = server.command(&["KEYS", "*"]).unwrap();
    for key in &keys {
        let left: i64 = server.command(&["PTTL", key]).unwrap();
        assert!((1..=150_000).contains(&left), "{key} expires in {left} ms");
        let value: String = server.command(&["GET", key]).unwrap();
        assert!(value.len() == 16 && value.bytes().all(|byte| byte.is_ascii_digit()), "{value} is not in microseconds");
    }
    keys.retain(|key| !key.contains("{00000000-0000-0000-0000-000000000000}"));
    keys.sort_unstable();
    let site = "tamis:{00000000-0000-0000-0000-000000000001}";
    let digest = "ab".repeat(16);
    assert_eq!(keys, ["author", "network", "page", "site"].map(|dimension| format!("{site}:{dimension}:{digest}")));
}

#[tokio::test]
async fn a_key_goes_when_its_quota_is_whole_again() {
    let server = RedisServer::start();
    let limiter = open(&server, Settings { probe_every: HOUR, ..PATIENT }).await;
    limiter.take(&[demand(Dimension::Author, 1, quota(1, Duration::from_millis(100)))]).await.unwrap();
    eventually("the key is gone", async || (server.command::<u32>(&["DBSIZE"]).unwrap() == 0).then_some(())).await;
}

#[tokio::test]
async fn a_value_that_makes_no_sense_is_brought_back_into_its_bounds() {
    let server = RedisServer::start();
    let limiter = open(&server, PATIENT).await;
    limiter.take(&[author()]).await.unwrap();
    let key = "tamis:{00000000-0000-0000-0000-000000000001}:author:01010101010101010101010101010101";
    for (value, left) in [("nonsense", Some(4)), ("nan", Some(4)), ("-1e300", Some(4)), ("1e300", None), ("inf", None)]
    {
        server.command::<String>(&["SET", key, value]).unwrap();
        match limiter.take(&[author()]).await.unwrap().outcomes[0] {
            Outcome::Refused { retry_after } => {
                assert_eq!(left, None, "{value}");
                assert_eq!(retry_after, HOUR / 5, "{value}");
            }
            taken => assert_eq!(Some(remaining(taken)), left, "{value}"),
        }
    }
}

#[tokio::test]
async fn two_limiters_on_one_redis_share_their_counts() {
    let server = RedisServer::start();
    let (one, other) = (open(&server, PATIENT).await, open(&server, PATIENT).await);
    for (limiter, left) in [(&one, 4), (&other, 3), (&one, 2), (&other, 1), (&one, 0)] {
        assert_eq!(remaining(limiter.take(&[author()]).await.unwrap().outcomes[0]), left);
    }
    assert!(other.take(&[author()]).await.unwrap().outcomes[0].is_refused());
}

#[tokio::test]
async fn a_flushed_script_is_loaded_again() {
    let server = RedisServer::start();
    let limiter = open(&server, Settings { probe_every: HOUR, ..PATIENT }).await;
    limiter.take(&[author()]).await.unwrap();
    server.command::<String>(&["SCRIPT", "FLUSH"]).unwrap();
    assert_eq!(remaining(limiter.take(&[author()]).await.unwrap().outcomes[0]), 3);
}

#[tokio::test]
async fn calls_that_wait_share_one_script_call() {
    let server = RedisServer::start();
    let limiter = Arc::new(open(&server, Settings { probe_every: HOUR, ..PATIENT }).await);
    server.command::<String>(&["CONFIG", "RESETSTAT"]).unwrap();
    let calls: Vec<_> = (0..300)
        .map(|number| {
            let limiter = Arc::clone(&limiter);
            let own = demand(Dimension::Author, number as u8, quota(1000, HOUR));
            tokio::spawn(async move { limiter.take(&[own]).await.unwrap() })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().outcomes.len(), 1);
    }
    let stats: String = server.command(&["INFO", "commandstats"]).unwrap();
    let evalsha = stats.lines().find(|line| line.starts_with("cmdstat_evalsha:")).unwrap();
    // 300 calls at once, 128 at most in one.
    assert!(evalsha.contains("calls=3,"), "{evalsha}");
}

#[tokio::test]
async fn a_caller_that_is_gone_breaks_nothing() {
    let server = RedisServer::start();
    let limiter = Arc::new(open(&server, PATIENT).await);
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let limiter = Arc::clone(&limiter);
            tokio::spawn(async move { limiter.take(&[author()]).await })
        })
        .collect();
    tokio::task::yield_now().await;
    calls.iter().for_each(tokio::task::JoinHandle::abort);
    let other = demand(Dimension::Author, 2, quota(5, HOUR));
    assert_eq!(remaining(limiter.take(&[other]).await.unwrap().outcomes[0]), 4);
    assert_eq!(limiter.state(), LimiterState::Shared);
}

#[tokio::test]
async fn a_killed_redis_is_replaced_at_once_and_found_again_without_traffic() {
    let logs = Logs::collect();
    let mut server = RedisServer::start();
    let limiter = failover(&server, PATIENT).await;
    assert!(!limiter.take(&[author()]).await.unwrap().degraded);

    server.kill();
    let start = Instant::now();
    for left in [4, 3, 2, 1, 0] {
        let takings = limiter.take(&[author()]).await.unwrap();
        assert!(takings.degraded);
        assert_eq!(remaining(takings.outcomes[0]), left);
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(limiter.state(), LimiterState::Away);

    server.restart();
    shared_again(&limiter).await;
    assert!(!limiter.take(&[author()]).await.unwrap().degraded);
    assert_eq!(logs.count("WARN", "away"), 1, "{}", logs.text());
    assert_eq!(logs.count("INFO", "back"), 1, "{}", logs.text());
}

#[tokio::test]
async fn a_redis_that_stands_still_makes_one_call_wait_and_no_more() {
    let server = RedisServer::start();
    // No probe in sight: a single call has to find out, and the others must not wait.
    let limiter = failover(&server, Settings { probe_every: HOUR, ..PROMPT }).await;
    server.pause();
    let start = Instant::now();
    assert!(limiter.take(&[author()]).await.unwrap().degraded);
    let first = start.elapsed();
    assert!(first >= PROMPT.answer_within && first < Duration::from_secs(2), "{first:?}");
    let start = Instant::now();
    for _ in 0..1000 {
        assert!(limiter.take(&[author()]).await.unwrap().degraded);
    }
    // Waiting each time would be 50 seconds.
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    server.resume();
}

#[tokio::test]
async fn a_redis_that_goes_on_is_found_again() {
    let server = RedisServer::start();
    let limiter = failover(&server, PROMPT).await;
    server.pause();
    // Without a single call: the idle connection is probed.
    eventually("it is away", async || (limiter.state() == LimiterState::Away).then_some(())).await;
    server.resume();
    let answered = async || limiter.take(&[author()]).await.ok().filter(|takings| !takings.degraded);
    eventually("Redis answers", answered).await;
    shared_again(&limiter).await;
}

#[tokio::test]
async fn a_redis_that_is_not_there_yet_is_found_when_it_comes() {
    let mut server = RedisServer::start();
    server.kill();
    let limiter = RedisLimiter::open(&server.url(), PATIENT).await.unwrap();
    let limiter = Failover::new(Arc::new(limiter), Arc::new(MemoryLimiter::default()));
    assert_eq!(limiter.state(), LimiterState::Away);
    assert!(limiter.take(&[author()]).await.unwrap().degraded);
    server.restart();
    shared_again(&limiter).await;
}

#[tokio::test]
async fn a_full_queue_fails_at_once() {
    let server = RedisServer::start();
    let limiter = Arc::new(open(&server, Settings { waiting_calls: 2, probe_every: HOUR, ..PATIENT }).await);
    server.pause();
    // One is under way, two wait.
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let limiter = Arc::clone(&limiter);
            tokio::spawn(async move { limiter.take(&[author()]).await })
        })
        .collect();
    let full = eventually("the queue is full", async || {
        let asked = tokio::time::timeout(Duration::from_millis(1), limiter.take(&[author()])).await;
        asked.ok().and_then(Result::err)
    })
    .await;
    assert!(full.to_string().contains("2 calls wait"), "{full}");
    server.resume();
    for call in waiting {
        // The queue may have been filled by the calls above before these came.
        let _ = call.await.unwrap();
    }
    assert_eq!(limiter.state(), LimiterState::Shared);
}

#[tokio::test]
async fn a_key_of_another_type_fails_with_what_redis_says() {
    let server = RedisServer::start();
    let limiter = open(&server, PATIENT).await;
    let key = "tamis:{00000000-0000-0000-0000-000000000001}:author:01010101010101010101010101010101";
    server.command::<u32>(&["LPUSH", key, "x"]).unwrap();
    fails_with(&limiter, &["WRONGTYPE", &server.address()]).await;
    shared_again(&limiter).await;
}

#[tokio::test]
async fn a_full_redis_is_away_until_it_has_room() {
    let server = RedisServer::start();
    let limiter = open(&server, PATIENT).await;
    server.command::<String>(&["CONFIG", "SET", "maxmemory", "1"]).unwrap();
    eventually("the probe finds out", async || (limiter.state() == LimiterState::Away).then_some(())).await;
    fails_with(&limiter, &["OOM", &server.address()]).await;
    server.command::<String>(&["CONFIG", "SET", "maxmemory", "0"]).unwrap();
    shared_again(&limiter).await;
}

#[tokio::test]
async fn a_read_only_replica_is_away_until_it_is_promoted() {
    let server = RedisServer::start();
    let limiter = open(&server, PATIENT).await;
    server.command::<String>(&["REPLICAOF", "127.0.0.1", "1"]).unwrap();
    eventually("the probe finds out", async || (limiter.state() == LimiterState::Away).then_some(())).await;
    fails_with(&limiter, &["read only replica"]).await;
    server.command::<String>(&["REPLICAOF", "NO", "ONE"]).unwrap();
    shared_again(&limiter).await;
}

#[tokio::test]
async fn a_password_opens_and_is_never_told() {
    let logs = Logs::collect();
    let server = RedisServer::start_with_password("sesame-ouvre-toi");
    assert_eq!(open(&server, PATIENT).await.state(), LimiterState::Shared);

    let wrong = RedisLimiter::open(&server.url_with_password("hunter2"), PATIENT).await.unwrap();
    let limiter = Failover::new(Arc::new(wrong), Arc::new(MemoryLimiter::default()));
    assert!(limiter.take(&[author()]).await.unwrap().degraded);
    assert_eq!(logs.count("WARN", &server.address()), 1, "{}", logs.text());
    assert!(!logs.text().contains("hunter2") && !logs.text().contains("sesame"), "{}", logs.text());
}

#[tokio::test]
async fn a_url_that_cannot_be_used_is_refused_without_its_password() {
    for url in ["redis://:hunter2@", "http://:hunter2@localhost", "redis://:hunter2@host/hunter2", "hunter2", ""] {
        let error = RedisLimiter::open(url, PATIENT).await.err().expect(url).to_string();
        assert!(error.contains("limits.redis_url") && !error.contains("hunter2"), "{error}");
    }
}

/// A client without a TLS provider would panic.
#[tokio::test]
async fn tls_to_a_server_without_it_is_away() {
    let server = RedisServer::start();
    let url = server.url().replace("redis://", "rediss://");
    let limiter = RedisLimiter::open(&url, PATIENT).await.unwrap();
    assert_eq!(limiter.state(), LimiterState::Away);
    fails_with(&limiter, &[&server.address()]).await;
}
