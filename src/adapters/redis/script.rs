//! The script that takes: its call, written, and its answer, read.

use std::collections::BTreeMap;
use std::fmt::Write;

use futures_util::future::try_join_all;
use redis::aio::ConnectionLike;
use redis::cluster_async::ClusterConnection;
use redis::{Cmd, ErrorKind, RedisError, RedisResult, Script, ServerErrorKind};
use std::time::Duration;

use super::server::Connection;
use crate::domain::limits::{Demand, LimitKey, Outcome};
use crate::domain::site::SiteId;

const REFUSED: i64 = -1;
const NOT_ASKED: i64 = -2;

/// `take.lua`, known to Redis by its digest.
pub struct TakeScript(Script);

impl TakeScript {
    pub fn new() -> Self {
        Self(Script::new(include_str!("take.lua")))
    }

    /// Takes for several calls at once, each a slice of demands; the outcomes of all, one after the other.
    pub async fn run(&self, redis: &mut Connection, calls: &[&[Demand]]) -> RedisResult<Vec<Outcome>> {
        match redis {
            Connection::One(node) => self.run_at_once(node, calls).await,
            Connection::Cluster(nodes) => self.run_by_site(nodes, calls).await,
        }
    }

    /// In a cluster a script call has the keys of one site; those of several sites go in parallel.
    async fn run_by_site(&self, redis: &ClusterConnection, calls: &[&[Demand]]) -> RedisResult<Vec<Outcome>> {
        let mut sites: BTreeMap<Option<SiteId>, Vec<(usize, &[Demand])>> = BTreeMap::new();
        for (place, demands) in calls.iter().enumerate() {
            sites.entry(demands.first().map(|demand| demand.key.site)).or_default().push((place, demands));
        }
        let answers = sites.into_values().map(|calls| self.run_in_order(redis.clone(), calls));
        let in_order: BTreeMap<_, _> = try_join_all(answers).await?.into_iter().flatten().collect();
        Ok(in_order.into_values().flatten().collect())
    }

    /// Takes for calls of one site, and gives each its place with its outcomes.
    async fn run_in_order(
        &self,
        mut redis: ClusterConnection,
        calls: Vec<(usize, &[Demand])>,
    ) -> RedisResult<Vec<(usize, Vec<Outcome>)>> {
        let demands: Vec<&[Demand]> = calls.iter().map(|(_, demands)| *demands).collect();
        let mut outcomes = self.run_at_once(&mut redis, &demands).await?.into_iter();
        Ok(calls.iter().map(|(place, demands)| (*place, outcomes.by_ref().take(demands.len()).collect())).collect())
    }

    async fn run_at_once(&self, redis: &mut impl ConnectionLike, calls: &[&[Demand]]) -> RedisResult<Vec<Outcome>> {
        let command = command(self.0.get_hash(), calls);
        let answer: Vec<i64> = match command.query_async(redis).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                self.0.load_async(redis).await?;
                command.query_async(redis).await?
            }
            answer => answer?,
        };
        read(&answer, calls.iter().map(|demands| demands.len()).sum())
    }
}

fn command(digest: &str, calls: &[&[Demand]]) -> Cmd {
    let keys: usize = calls.iter().map(|demands| demands.len()).sum();
    let mut command = Cmd::with_capacity(3 + 3 * keys + calls.len(), 64 + 128 * keys);
    command.arg("EVALSHA").arg(digest).arg(keys);
    let mut name = String::new();
    for demand in calls.iter().copied().flatten() {
        name.clear();
        write_name(&mut name, &demand.key);
        command.arg(name.as_str());
    }
    for demands in calls {
        command.arg(demands.len());
        for demand in *demands {
            command.arg(micros(demand.quota.interval())).arg(demand.quota.count.get());
        }
    }
    command
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// `tamis:{SITE}:DIMENSION:DIGEST`, the digest as 32 hexadecimal digits.
fn write_name(name: &mut String, key: &LimitKey) {
    let digest = u128::from_be_bytes(key.digest);
    // Writing into a string cannot fail.
    let _ = write!(name, "tamis:{{{}}}:{}:{digest:032x}", key.site, key.dimension.as_str());
}

fn read(answer: &[i64], keys: usize) -> RedisResult<Vec<Outcome>> {
    let (pairs, []) = answer.as_chunks::<2>() else { return Err(unreadable()) };
    if pairs.len() != keys {
        return Err(unreadable());
    }
    pairs.iter().map(|[left, micros]| outcome(*left, *micros).ok_or_else(unreadable)).collect()
}

fn outcome(left: i64, micros: i64) -> Option<Outcome> {
    let time = Duration::from_micros(u64::try_from(micros).ok()?);
    match left {
        REFUSED => Some(Outcome::Refused { retry_after: time }),
        NOT_ASKED => Some(Outcome::NotAsked),
        left => Some(Outcome::Taken { remaining: u32::try_from(left).ok()?, reset: time }),
    }
}

fn unreadable() -> RedisError {
    (ErrorKind::UnexpectedReturnType, "the script's answer has another shape than was asked for").into()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use uuid::Uuid;

    use super::*;
    use crate::domain::limits::{Dimension, Quota};
    use crate::domain::site::SiteId;

    fn demand(dimension: Dimension, count: u32) -> Demand {
        let site = SiteId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001));
        let quota = Quota { count: NonZeroU32::new(count).unwrap(), period: Duration::from_secs(60) };
        Demand { key: LimitKey { site, dimension, digest: [0x0a; 16] }, quota }
    }

    #[test]
    fn names_are_a_tagged_site_a_dimension_and_hexadecimal_digits() {
        let mut name = String::new();
        write_name(&mut name, &demand(Dimension::Author, 6).key);
        assert_eq!(name, "tamis:{01930000-0000-7000-8000-000000000001}:author:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a");
    }

    #[test]
    fn a_command_lists_all_keys_then_the_calls() {
        let (site, author) = (demand(Dimension::Site, 6000), demand(Dimension::Author, 6));
        let command = command("digest", &[&[site, author], &[site]]);
        let args: Vec<String> = command
            .args_iter()
            .map(|arg| match arg {
                redis::Arg::Simple(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
                _ => panic!("a cursor"),
            })
            .collect();
        assert_eq!(args[..3], ["EVALSHA", "digest", "3"]);
        assert!(args[3].contains(":site:") && args[4].contains(":author:") && args[5].contains(":site:"));
        assert_eq!(args[6..], ["2", "10000", "6000", "10000000", "6", "1", "10000", "6000"]);
    }

    #[test]
    fn answers_are_read_exactly() {
        let read = read(&[5, 10_000_000, -1, 250, -2, 0], 3).unwrap();
        let reset = Duration::from_secs(10);
        assert_eq!(
            read,
            [
                Outcome::Taken { remaining: 5, reset },
                Outcome::Refused { retry_after: Duration::from_micros(250) },
                Outcome::NotAsked
            ]
        );
    }

    #[test]
    fn answers_of_another_shape_are_errors() {
        for (answer, keys) in [(&[5, 1][..], 2), (&[5, 1, 5], 1), (&[5], 1), (&[-3, 0], 1), (&[5, -1], 1), (&[], 1)] {
            assert!(read(answer, keys).is_err(), "{answer:?}");
        }
    }
}
