//! PostgreSQL does not answer: every caller is told so in time, and the service goes on by itself.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{IN_TIME, Load, holds, on_postgres, refused_in_time, times};
use crate::support::cable::Cable;
use crate::support::postgres::Cluster;
use crate::support::server::{Server, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_postgresql_is_paused_nothing_hangs_and_what_the_policy_says_is_answered() {
    let cluster = Cluster::start();
    let (one, two) = (cluster.database().await, cluster.database().await);
    let strict = Server::start_with(&on_postgres(&one, &[]));
    let lenient = Server::start_with(&on_postgres(&two, &[("TAMIS_POLICY__STORE_DOWN", "hold")]));
    let times = times(2);
    for _ in 0..times {
        let load = Load::on(&strict, 0);
        load.until_answered(20).await;
        let answered = load.end().await;
        cluster.pause();
        refused_in_time(&strict).await;
        let begun = Instant::now();
        let (status, answer) = lenient.post("/v1/comments", json!({ "body": "Merci pour cet article." })).await;
        assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
        assert_eq!((status, &answer["degraded"], &answer["id"]), (200, &json!(true), &Value::Null), "{answer}");
        assert_ne!(answer["verdict"], "approve");
        cluster.resume();
        for server in [&strict, &lenient] {
            let comment = json!({ "external_id": "après", "body": "De retour." });
            until("it goes on", async || {
                let (status, answer) = server.post("/v1/comments", comment.clone()).await;
                matches!(status, 200 | 201) && !answer["id"].is_null()
            })
            .await;
        }
        let (_, found) = strict.get("/v1/comments?limit=100").await;
        let ids: Vec<_> = found["comments"].as_array().unwrap().iter().map(|comment| &comment["id"]).collect();
        assert!(answered.values().take(20).all(|answer| found["next"].is_string() || ids.contains(&&answer["id"])));
    }
}

/// Each of many callers has an answer in time ([`Load::end`] looks at the slowest), and once it is known to be away
/// nobody waits: without that, every call would take at least the second that a connection may take.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_callers_none_waits_long_while_postgresql_is_away_and_most_not_at_all() {
    let mut cluster = Cluster::start();
    let url = cluster.database().await;
    let server = Server::start_with(&on_postgres(&url, &[]));
    let (mut answered, mut slowest) = (HashMap::new(), Duration::ZERO);
    for (round, stopped) in [false, true].into_iter().enumerate() {
        let load = Load::of(64, &server, round);
        load.until_answered(100).await;
        if stopped {
            cluster.stop_at_once();
        } else {
            cluster.pause();
        }
        load.until_refused(64).await;
        until("a call is refused at once", async || {
            let begun = Instant::now();
            refused_in_time(&server).await;
            begun.elapsed() < Duration::from_millis(500)
        })
        .await;
        if stopped {
            cluster.restart();
        } else {
            cluster.resume();
        }
        let begun = Instant::now();
        load.until_answered(64).await;
        slowest = slowest.max(begun.elapsed());
        answered.extend(load.end().await);
    }
    holds(&server, &answered).await;
    println!("64 callers, {} answers, answering again in at most {slowest:?}", answered.len());
}

/// No reset and no end of the connection tells that the other side is gone, only silence.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_go_dead_without_a_word_are_left_for_others() {
    let cluster = Cluster::shared();
    let cable = Cable::to(cluster.port()).await;
    let url = cluster.database().await.replace(&format!(":{}/", cluster.port()), &format!(":{}/", cable.port));
    let server = Server::start_with(&on_postgres(&url, &[]));
    let (mut answered, mut slowest) = (HashMap::new(), Duration::ZERO);
    let times = times(3);
    for round in 0..times {
        let load = Load::on(&server, round);
        load.until_answered(40).await;
        let begun = Instant::now();
        cable.cut();
        load.until_answered(40).await;
        slowest = slowest.max(begun.elapsed());
        answered.extend(load.end().await);
    }
    holds(&server, &answered).await;
    println!("{times} times dead connections, {} answers, answering again in at most {slowest:?}", answered.len());
}
