//! What only a cluster can show.

use serde_json::json;
use tamis::domain::limits::{Dimension, Outcome};
use tamis::domain::site::SiteId;
use tamis::ports::limiter::Limiter as _;
use uuid::Uuid;

use super::{HOUR, PATIENT, RedisLimiter, demand_of, quota, remaining};
use crate::campaigns::{copies, send_copy};
use crate::support::cluster::RedisCluster;
use crate::support::server::{Server, until};

/// So many sites that each node has some.
const SITES: u8 = 24;

#[tokio::test]
async fn calls_of_many_sites_at_once_are_answered_each_with_its_own() {
    let cluster = RedisCluster::start().await;
    let urls = cluster.urls();
    // One node that answers is enough to find the others.
    let limiter = RedisLimiter::open_nodes(&[&urls[2], "redis://127.0.0.1:1"], PATIENT).await.unwrap();
    let demands = |number: u8| {
        let site = SiteId(Uuid::from_u128(u128::from(number) + 1));
        [Dimension::Site, Dimension::Author]
            .map(|dimension| demand_of(site, dimension, number, quota(100 + u32::from(number), HOUR)))
    };
    for round in 1..=2 {
        let all = (0..SITES).map(|number| {
            let limiter = &limiter;
            async move { limiter.take(&demands(number)).await.unwrap().outcomes }
        });
        for (number, outcomes) in (0..).zip(futures_util::future::join_all(all).await) {
            let left: Vec<u32> = outcomes.into_iter().map(remaining).collect();
            assert_eq!(left, [100 + number - round; 2], "site {number}");
        }
    }
    assert!(cluster.keys().iter().all(|keys| *keys > 0), "{:?}", cluster.keys());
}

#[tokio::test]
async fn what_one_key_of_a_call_refuses_is_taken_from_no_other() {
    let cluster = RedisCluster::start().await;
    let urls = cluster.urls();
    let limiter = RedisLimiter::open_nodes(&urls.each_ref().map(String::as_str), PATIENT).await.unwrap();
    let site = SiteId(Uuid::from_u128(7));
    let call =
        [demand_of(site, Dimension::Site, 1, quota(1, HOUR)), demand_of(site, Dimension::Page, 2, quota(9, HOUR))];
    assert_eq!(limiter.take(&call).await.unwrap().outcomes.into_iter().map(remaining).collect::<Vec<_>>(), [0, 8]);
    let again = limiter.take(&call).await.unwrap().outcomes;
    assert!(matches!(again[..], [Outcome::Refused { .. }, Outcome::NotAsked]), "{again:?}");
}

/// A quota and a campaign over two replicas; then its nodes die, and comments go on being answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_share_a_cluster_and_outlive_it() {
    let mut cluster = RedisCluster::start().await;
    let nodes = json!(cluster.urls()).to_string();
    let url = crate::support::postgres::Cluster::shared().database().await;
    let one = Server::start_with(&[
        ("TAMIS_STORE__URL", &url),
        ("TAMIS_PRIVACY__SECRET", "un secret que les serveurs partagent"),
        ("TAMIS_LIMITS__REDIS_URL", &nodes),
        ("TAMIS_LIMITS__SITE", "6/h"),
        ("TAMIS_CAMPAIGNS__HOLD", "2/h"),
    ]);
    let other = one.replica();
    for server in [&one, &other] {
        until("the counts are shared", async || server.get("/readyz").await.1["limits"] == "shared").await;
    }
    for (nth, server) in [&one, &other, &one].into_iter().enumerate() {
        let answer = send_copy(server, &server.key, nth).await;
        assert!(copies(&answer).is_some() == (nth == 2) && answer["degraded"] == false, "{answer}");
    }
    for server in [&other, &one, &other] {
        server.comment("Un avis posé sur le budget.").await;
    }
    let seventh = json!({ "body": "Un de trop." });
    assert_eq!(one.post("/v1/comments", seventh.clone()).await.0, 429, "six an hour, whichever replica is asked");
    assert_eq!(other.post("/v1/comments", seventh).await.0, 429);

    for node in &mut cluster.nodes {
        node.kill();
    }
    let limits = async || one.get("/readyz").await.1["limits"].as_str().unwrap().to_owned();
    until("the service counts alone", async || limits().await.starts_with("away")).await;
    assert_eq!(one.comment("Sans Redis.").await["degraded"], true);
}
