//! A million keys: what they cost in Redis and in this process, and that all of it goes.

use std::process::Command;
use std::time::Duration;

use tamis::adapters::memory::{MOST_KEYS, MemoryLimiter};
use tamis::adapters::redis::RedisLimiter;
use tamis::domain::limits::{Demand, Dimension, LimitKey, Quota};
use tamis::domain::site::SiteId;
use tamis::ports::limiter::Limiter;
use uuid::Uuid;

use super::{PATIENT, quota};
use crate::support::redis::RedisServer;

const KEYS: u32 = 1_000_000;
/// Keys of one call; the script takes a few milliseconds for them.
const AT_ONCE: u32 = 2_000;

fn demand(number: u32, quota: Quota) -> Demand {
    let mut digest = [0; 16];
    digest[..4].copy_from_slice(&number.to_be_bytes());
    Demand { key: LimitKey { site: SiteId(Uuid::from_u128(1)), dimension: Dimension::Author, digest }, quota }
}

async fn flood(limiter: &dyn Limiter) {
    // As for authors by default: a key is whole again, and gone, after ten minutes of silence at most.
    let quota = quota(1, Duration::from_secs(600));
    for first in (0..KEYS).step_by(AT_ONCE as usize) {
        let demands: Vec<_> = (first..first + AT_ONCE).map(|number| demand(number, quota)).collect();
        limiter.take(&demands).await.unwrap();
    }
}

fn info(server: &RedisServer, section: &str, name: &str) -> String {
    let info: String = server.command(&["INFO", section]).unwrap();
    let line = info.lines().find_map(|line| line.strip_prefix(&format!("{name}:")));
    line.unwrap_or_else(|| panic!("{name} in {info}")).to_owned()
}

fn used_memory(server: &RedisServer) -> u64 {
    info(server, "memory", "used_memory").parse().unwrap()
}

#[tokio::test]
async fn a_million_keys_in_redis_cost_little_and_every_one_expires() {
    let server = RedisServer::start();
    let limiter = RedisLimiter::open(&server.url(), PATIENT).await.unwrap();
    let before = used_memory(&server);
    flood(&limiter).await;
    let each = (used_memory(&server) - before) / u64::from(KEYS);
    println!("{KEYS} keys in Redis: {each} bytes each");
    assert!(each < 250, "{each} bytes a key");
    let keyspace = info(&server, "keyspace", "db0");
    let count = |name: &str| -> u32 {
        let after = keyspace.split(',').find_map(|part| part.strip_prefix(name));
        after.unwrap_or_else(|| panic!("{name} in {keyspace}")).parse().unwrap()
    };
    assert!(count("keys=") >= KEYS, "{keyspace}");
    assert_eq!(count("keys="), count("expires="), "{keyspace}");
}

#[tokio::test]
async fn a_redis_with_a_bound_of_its_own_forgets_keys_and_goes_on() {
    let server = RedisServer::start();
    let bound = 32 << 20;
    server.command::<()>(&["CONFIG", "SET", "maxmemory", &bound.to_string()]).unwrap();
    server.command::<()>(&["CONFIG", "SET", "maxmemory-policy", "volatile-ttl"]).unwrap();
    let limiter = RedisLimiter::open(&server.url(), PATIENT).await.unwrap();
    flood(&limiter).await;
    let evicted: u64 = info(&server, "stats", "evicted_keys").parse().unwrap();
    println!("{KEYS} keys in a Redis of 32 MiB: {evicted} evicted, {} bytes used", used_memory(&server));
    assert!(evicted > 0 && used_memory(&server) < bound + (4 << 20));
}

/// The most memory that this process held so far, in KiB.
fn high_water() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

const CHILD: &str = "limiter::flood::floods_this_process";

#[tokio::test]
#[ignore = "run by the test below, in a process where nothing else takes memory"]
async fn floods_this_process() {
    let before = high_water();
    let limiter = MemoryLimiter::default();
    flood(&limiter).await;
    println!("grew by {} KiB", high_water() - before);
}

#[test]
fn a_million_keys_in_this_process_stay_within_thirty_megabytes() {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHILD, "--ignored", "--nocapture", "--test-threads=1"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    let grown = said.split_once("grew by ").unwrap_or_else(|| panic!("{said}")).1;
    let grown: u64 = grown.split_once(' ').unwrap().0.parse().unwrap();
    println!("{KEYS} keys in this process, of which {MOST_KEYS} are kept: {grown} KiB");
    assert!(grown < 32 << 10, "{grown} KiB");
}
