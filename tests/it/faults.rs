//! The store is killed, stopped and paused under load: an answered decision is never lost, never there twice, never
//! half-written, and a call that cannot be answered is told so in time.

mod away;
mod disk;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::clock::Clock;
use crate::support::postgres::Cluster;
use crate::support::redis::RedisServer;
use crate::support::server::{Server, read, until};

const SECRET: (&str, &str) = ("TAMIS_PRIVACY__SECRET", "un secret que les serveurs partagent");
/// More than the store's own bounds (3 s), less than what a host site waits for in vain.
const IN_TIME: Duration = Duration::from_secs(8);

/// How often a fault is tried: `TAMIS_TEST_FAULTS=50` tries more than the few of an ordinary run.
fn times(ordinary: usize) -> usize {
    std::env::var("TAMIS_TEST_FAULTS").map_or(ordinary, |times| times.parse().expect("a number"))
}

/// Clients that send comments one after the other, each again until it is answered.
struct Load {
    stop: Arc<AtomicBool>,
    tally: Arc<Tally>,
    clients: Vec<JoinHandle<HashMap<String, Value>>>,
}

#[derive(Default)]
struct Tally {
    answered: AtomicUsize,
    /// Told to come again.
    refused: AtomicUsize,
    /// The longest that a call waited, whatever became of it, in milliseconds.
    slowest: AtomicU64,
}

impl Load {
    fn on(server: &Server, round: usize) -> Self {
        Self::of(8, server, round)
    }

    fn of(clients: usize, server: &Server, round: usize) -> Self {
        let (stop, tally) = (Arc::new(AtomicBool::new(false)), Arc::new(Tally::default()));
        let client = |client| {
            let calls = server.request(Method::POST, "/v1/comments");
            tokio::spawn(send_on(calls, format!("{round}-{client}"), Arc::clone(&stop), Arc::clone(&tally)))
        };
        let clients = (0..clients).map(client).collect();
        Self { stop, tally, clients }
    }

    async fn until_answered(&self, more: usize) {
        Self::until("comments are answered", &self.tally.answered, more).await;
    }

    async fn until_refused(&self, more: usize) {
        Self::until("comments are refused", &self.tally.refused, more).await;
    }

    async fn until(what: &str, count: &AtomicUsize, more: usize) {
        let before = count.load(Ordering::Relaxed);
        until(what, async || count.load(Ordering::Relaxed) >= before + more).await;
    }

    async fn end(self) -> HashMap<String, Value> {
        self.stop.store(true, Ordering::Relaxed);
        let mut answers = HashMap::new();
        for client in self.clients {
            answers.extend(client.await.unwrap());
        }
        let slowest = Duration::from_millis(self.tally.slowest.load(Ordering::Relaxed));
        assert!(slowest < IN_TIME, "a call waited {slowest:?}");
        answers
    }
}

/// One client, until it is stopped: its answers by external id.
async fn send_on(
    calls: RequestBuilder,
    name: String,
    stop: Arc<AtomicBool>,
    tally: Arc<Tally>,
) -> HashMap<String, Value> {
    let mut answers = HashMap::new();
    for number in 0.. {
        let external_id = format!("{name}-{number}");
        let body = json!({ "external_id": external_id, "body": format!("Commentaire {number} : merci !") });
        let answer = loop {
            if stop.load(Ordering::Relaxed) {
                return answers;
            }
            match send(calls.try_clone().unwrap().json(&body), &tally).await {
                Some(answer) => break answer,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        answers.insert(external_id, answer);
        tally.answered.fetch_add(1, Ordering::Relaxed);
    }
    answers
}

/// The answer, unless the connection broke or the server said to come again.
async fn send(call: RequestBuilder, tally: &Tally) -> Option<Value> {
    let begun = Instant::now();
    let sent = call.send().await;
    tally.slowest.fetch_max(begun.elapsed().as_millis() as u64, Ordering::Relaxed);
    let response = sent.ok()?;
    if response.status().is_success() {
        return response.json().await.ok();
    }
    let again = response.headers().contains_key("retry-after");
    assert!(response.status() == 503 && again, "{response:?}");
    tally.refused.fetch_add(1, Ordering::Relaxed);
    None
}

/// Every answer is there as it was given, once and whole; and whatever else is there is whole too.
async fn holds(server: &Server, answered: &HashMap<String, Value>) {
    let mut found = HashMap::new();
    let mut path = "/v1/comments?limit=100".to_owned();
    loop {
        let (status, page) = server.get(&path).await;
        assert_eq!(status, 200, "{page}");
        for comment in page["comments"].as_array().unwrap() {
            assert!(comment["body"].is_string() && comment["verdict"].is_string(), "half-written: {comment}");
            let external_id = comment["external_id"].as_str().unwrap().to_owned();
            assert!(found.insert(external_id, comment.clone()).is_none(), "twice: {comment}");
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/comments?limit=100&cursor={next}");
    }
    for (external_id, answer) in answered {
        let found = found.get(external_id).unwrap_or_else(|| panic!("lost: {answer}"));
        for field in ["id", "verdict", "status", "score", "signals", "checked_at", "revision"] {
            assert_eq!(found[field], answer[field], "{external_id}: {field}");
        }
    }
}

fn on_postgres<'a>(url: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let settings = [("TAMIS_STORE__URL", url), SECRET, ("TAMIS_LIMITS__SITE", "off")];
    settings.into_iter().chain(more.iter().copied()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_a_server_on_postgresql_loses_nothing() {
    let url = Cluster::shared().database().await;
    println!("{}", kill_9_under_load(Server::start_with(&on_postgres(&url, &[]))).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_a_server_on_sqlite_loses_nothing() {
    println!("{}", kill_9_under_load(Server::start_with(&[("TAMIS_LIMITS__SITE", "off")])).await);
}

/// What was tried and how long it took.
async fn kill_9_under_load(mut server: Server) -> String {
    let (mut answered, mut slowest) = (HashMap::new(), Duration::ZERO);
    let times = times(10);
    for round in 0..times {
        let load = Load::on(&server, round);
        load.until_answered(40 + 7 * (round % 10)).await;
        server.kill();
        answered.extend(load.end().await);
        let begun = Instant::now();
        server = server.restart();
        slowest = slowest.max(begun.elapsed());
    }
    holds(&server, &answered).await;
    format!("{times} kills of the server, {} answers, ready again in at most {slowest:?}", answered.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_stopped_at_once_loses_nothing_and_nobody_waits_in_vain() {
    let mut cluster = Cluster::start();
    let url = cluster.database().await;
    let server = Server::start_with(&on_postgres(&url, &[]));
    let (mut answered, mut slowest) = (HashMap::new(), Duration::ZERO);
    let times = times(4);
    for round in 0..times {
        let load = Load::on(&server, round);
        load.until_answered(100).await;
        cluster.stop_at_once();
        refused_in_time(&server).await;
        cluster.restart();
        let begun = Instant::now();
        load.until_answered(20).await;
        slowest = slowest.max(begun.elapsed());
        answered.extend(load.end().await);
    }
    holds(&server, &answered).await;
    println!("{times} stops of PostgreSQL, {} answers, answering again in at most {slowest:?}", answered.len());
}

/// The client is gone between its call and the answer: whatever became of it, asking again gives one decision.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_cut_before_its_answer_leaves_one_decision_or_none() {
    let server = Server::start_with(&[("TAMIS_LIMITS__SITE", "off")]);
    let address = server.url.trim_start_matches("http://").to_owned();
    let (mut recorded_before, times) = (0, times(10) * 10);
    let mut answered = HashMap::new();
    for number in 0..times {
        let external_id = format!("cut-{number}");
        let body = json!({ "external_id": external_id, "body": format!("Commentaire {number} : merci !") });
        cut_off(&address, &server.key, &body.to_string(), Duration::from_micros(number as u64 * 100)).await;
        let (status, answer) = server.post("/v1/comments", body.clone()).await;
        assert!(matches!(status, 200 | 201), "{status} {answer}");
        recorded_before += usize::from(status == 200);
        let (status, again) = server.post("/v1/comments", body).await;
        assert_eq!((status, &again["id"], &again["checked_at"]), (200, &answer["id"], &answer["checked_at"]));
        answered.insert(external_id, answer);
    }
    assert!(recorded_before > 0, "some were recorded before their connection was cut");
    holds(&server, &answered).await;
    println!("{times} connections cut, {recorded_before} after their decision was recorded");
}

/// Moderators' acts keep their order too, whatever the clock says of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_back_and_forth_under_load_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::new(folder.path());
    let redis = RedisServer::start();
    let url = redis.url();
    let server = clock.server(&[("TAMIS_LIMITS__REDIS_URL", &url), ("TAMIS_LIMITS__SITE", "off")]);
    let send = async |external_id: String| {
        let comment = json!({ "external_id": external_id, "body": "Quelle heure est-il ?" });
        server.post("/v1/comments", comment).await.1
    };
    let id = send("acted on".to_owned()).await["id"].as_str().unwrap().to_owned();
    let act = async |call: &str, body: Value| server.post(&format!("/v1/comments/{id}/{call}"), body).await;

    let load = Load::on(&server, 0);
    let jumps = [-3_600, 7_200, -86_400 * 40, 86_400, -1, 0];
    for ahead in jumps {
        load.until_answered(30).await;
        clock.set(ahead);
        let sent = send(format!("{ahead} s ahead")).await;
        let stands = sent["checked_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        let off = stands.duration_since(jiff::Timestamp::now()).as_secs() - ahead;
        assert!(off.abs() < 60, "the clock did not jump: {ahead} s ahead, {off} s off");

        assert_eq!(act("resolution", json!({ "status": "rejected", "reason": "spam" })).await.1["status"], "rejected");
        assert_eq!(act("undo", json!({})).await.1["status"], "approved");
    }
    load.until_answered(30).await;
    let mut answered = load.end().await;
    holds(&server, &answered).await;
    for (external_id, answer) in answered.drain().take(20) {
        let number = external_id.rsplit('-').next().unwrap();
        let again = json!({ "external_id": external_id, "body": format!("Commentaire {number} : merci !") });
        let (status, again) = server.post("/v1/comments", again).await;
        assert!(status == 200 && again["id"] == answer["id"], "{external_id}: {status} {again}");
    }
    println!("{} jumps of the clock", jumps.len());
}

/// Sends a call, and resets the connection after a while without reading on.
async fn cut_off(address: &str, key: &str, body: &str, after: Duration) {
    use tokio::io::AsyncWriteExt;
    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let call = format!(
        "POST /v1/comments HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    connection.write_all(call.as_bytes()).await.unwrap();
    // Each connection is cut at another moment: before, while and after the decision is recorded.
    tokio::time::sleep(after).await;
    connection.set_zero_linger().unwrap();
}

/// 503 with `Retry-After`, within a bounded time.
async fn refused_in_time(server: &Server) {
    let (status, answer) = told_in_time(server).await;
    assert_eq!((status, &answer["type"]), (503, &json!("urn:tamis:problem:store-away")));
}

/// What one more comment is told, within a bounded time; with `Retry-After` where it is to come again.
async fn told_in_time(server: &Server) -> (u16, Value) {
    let begun = Instant::now();
    let comment = json!({ "external_id": format!("{begun:?}"), "body": "Et maintenant ?" });
    let call = server.request(Method::POST, "/v1/comments").json(&comment);
    let response = call.send().await.unwrap();
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    assert!(response.status() == 201 || response.headers().contains_key("retry-after"), "{response:?}");
    read(response).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_are_one_service() {
    let (url, redis) = (Cluster::shared().database().await, RedisServer::start());
    let redis = redis.url();
    let more = [("TAMIS_LIMITS__REDIS_URL", redis.as_str()), ("TAMIS_LIMITS__SITE", "60/h")];
    let one = Server::start_with(&on_postgres(&url, &more));
    let two = one.replica();
    let servers = [&one, &two];

    // One external id, sent to both at once, is one comment.
    let same = |server: &Server| {
        server.request(Method::POST, "/v1/comments").json(&json!({ "external_id": "a", "body": "Bonjour." }))
    };
    let answers = futures_util::future::join_all(
        (0..16).map(async |n: usize| read(same(servers[n % 2]).send().await.unwrap()).await),
    )
    .await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|(_, answer)| answer["id"] == answers[0].1["id"]), "{answers:?}");

    // Of resolutions for one version, one holds; the other side sees it at once.
    let path = format!("/v1/comments/{}", answers[0].1["id"].as_str().unwrap());
    let resolve = async |n: usize| {
        let call = servers[n % 2].request(Method::POST, &format!("{path}/resolution")).header("If-Match", "\"1\"");
        read(call.json(&json!({ "status": "rejected" })).send().await.unwrap()).await.0
    };
    let statuses = futures_util::future::join_all((0..10).map(resolve)).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 412)), "{statuses:?}");
    for server in servers {
        let (_, found) = server.get(&path).await;
        assert_eq!((&found["status"], &found["version"]), (&json!("rejected"), &json!(2)));
    }

    // They count together: what both let through is the site's quota, not twice. Where a busy machine keeps Redis from
    // answering in time, a process counts alone and says so.
    let send = async |n: usize| servers[n % 2].post("/v1/comments", json!({ "body": format!("Numéro {n}") })).await;
    let (mut through, mut refused) = (0, [false; 2]);
    for n in (0..200).step_by(4) {
        let answers = futures_util::future::join_all((n..n + 4).map(async |n| (n % 2, send(n).await))).await;
        for (server, (status, answer)) in answers {
            through += usize::from(status == 201 && answer["degraded"] == false);
            refused[server] |= status == 429;
        }
    }
    assert!((30..=62).contains(&through) && refused == [true; 2], "{through} through, refused by {refused:?}");
}

/// A comment that is answered in time, whatever Redis does: whether it was `degraded`.
async fn answered(server: &Server) -> bool {
    let name = format!("{:?}", Instant::now());
    let begun = Instant::now();
    let (status, answer) = server.post("/v1/comments", json!({ "body": "Et maintenant ?", "external_id": name })).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(status, 201, "{answer}");
    answer["degraded"].as_bool().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_paused_and_killed_under_load_costs_shared_limits_and_nothing_else() {
    let mut redis = RedisServer::start();
    let url = redis.url();
    let server = Server::start_with(&[("TAMIS_LIMITS__REDIS_URL", &url), ("TAMIS_LIMITS__SITE", "1000000/min")]);
    let (mut all, mut slowest) = (HashMap::new(), Duration::ZERO);
    let times = times(2);
    for round in 0..times {
        let load = Load::on(&server, round);
        load.until_answered(50).await;
        for killed in [false, true] {
            if killed {
                redis.kill()
            } else {
                redis.pause()
            }
            until("it is degraded", async || answered(&server).await).await;
            load.until_answered(50).await;
            if killed {
                redis.restart()
            } else {
                redis.resume()
            }
            let begun = Instant::now();
            until("Redis counts again", async || !answered(&server).await).await;
            slowest = slowest.max(begun.elapsed());
        }
        all.extend(load.end().await);
    }
    holds(&server, &all).await;
    println!("Redis paused and killed {times} times each, {} answers, shared again in at most {slowest:?}", all.len());
}
