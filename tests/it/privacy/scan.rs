//! A server at its most talkative is sent marks that look like nothing else; then every place where it could have left
//! one is looked through.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::postgres::{Cluster, dump};
use crate::support::redis::RedisServer;
use crate::support::server::{Server, read, until};

/// Enough that pages are split, emptied and filled again; some bodies do not fit on one.
const COMMENTS: usize = 120;

/// What is never stored, logged or told: who and from where.
const NEVER: [&str; 8] = [
    "zqxvmail",
    "203.0.113.77",
    "2001:db8:77aa:1::77",
    "zqxvagent",
    "zqxvhoneypot",
    "zqxvauthorid",
    "zqxvidempotency",
    "zqxvquery",
];
/// What is stored until its time is over, and never logged.
const WORDS: [&str; 3] = ["zqxvbody", "zqxvname", "zqxvhome"];

fn comment(number: usize, kind: &str) -> Value {
    let body =
        format!("Bonjour, zqxvbody{kind} numéro {number} ! {}", "Encore un mot zqxvbody. ".repeat(number % 7 * 60));
    json!({
        "external_id": format!("{kind}-{number}"),
        "body": body,
        "author": {
            "name": "Zqxvname Durand", "email": "zqxvmail@exemple.fr", "url": "https://zqxvhome.example/",
            "ip": if number.is_multiple_of(2) { "203.0.113.77" } else { "2001:db8:77aa:1::77" },
            "user_agent": "Zqxvagent/5.0", "id": "zqxvauthorid"
        },
        "page": { "url": "https://journal.example/page" },
        "form": { "elapsed_ms": 5400, "honeypot": if number == 3 { "zqxvhoneypot" } else { "" } }
    })
}

/// The answers to calls that are wrong in every way that carries a mark.
async fn refusals(server: &Server) -> Vec<String> {
    let post = || server.request(Method::POST, "/v1/comments");
    let json = |body: Value| post().json(&body);
    let wrong = [
        post().header("Content-Type", "application/json").body("{ \"body\": \"zqxvbody\", zqxvname"),
        post().header("Content-Type", "application/json").body("\"zqxvbody\""),
        json(json!({ "body": ["zqxvbody"] })),
        json(json!({ "body": "zqxvbody", "type": "zqxvname" })),
        json(json!({ "body": "zqxvbody", "author": { "ip": "zqxvmail" } })),
        json(json!({ "body": "zqxvbody", "author": { "email": 7, "name": "zqxvname" } })),
        json(json!({ "body": "zqxvbody", "submitted_at": "zqxvname" })),
        json(json!({ "body": format!("zqxvbody{}", "x".repeat(100_000)) })),
        server.request(Method::GET, "/v1/zqxvquery?email=zqxvmail@exemple.fr"),
        server.request(Method::GET, "/v1/comments?status=zqxvquery&cursor=zqxvmail"),
        server.request(Method::GET, "/v1/comments/zqxvquery"),
        server.request(Method::POST, "/v1/comments/zqxvquery/feedback").json(&json!({ "label": "zqxvbody" })),
        server.request_as("zqxvquery", Method::GET, "/v1/comments"),
        post().header("If-Match", "zqxvquery").header("Idempotency-Key", "").json(&json!({ "body": "zqxvbody" })),
    ];
    let mut told = Vec::new();
    for call in wrong {
        let response = call.header("User-Agent", "Zqxvagent/5.0").send().await.unwrap();
        assert!(response.status().is_client_error(), "{response:?}");
        told.push(response.text().await.unwrap());
    }
    told
}

fn marks_in(place: &str, bytes: &[u8], marks: &[&str]) -> Vec<String> {
    let lower = bytes.to_ascii_lowercase();
    let holds = |mark: &[u8]| lower.windows(mark.len()).any(|window| window == mark);
    // A dump writes bytes as hexadecimal digits.
    let hexadecimal = |mark: &str| mark.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let has = |mark: &str| holds(mark.as_bytes()) || holds(hexadecimal(mark).as_bytes());
    marks.iter().filter(|mark| has(mark)).map(|mark| format!("{mark} in {place}")).collect()
}

/// In every file of a folder, deleted rows, free pages, logs and all.
fn marks_in_files(folder: &Path, marks: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            found.extend(marks_in(&path.display().to_string(), &std::fs::read(&path).unwrap(), marks));
        }
    }
    found
}

fn marks_in_redis(redis: &RedisServer, marks: &[&str]) -> Vec<String> {
    let keys: Vec<Vec<u8>> = redis.command(&["KEYS", "*"]).unwrap();
    assert!(!keys.is_empty(), "the server uses Redis");
    let mut found = Vec::new();
    for key in keys {
        found.extend(marks_in("a key of Redis", &key, marks));
        let key = String::from_utf8_lossy(&key).into_owned();
        let value: Vec<u8> = redis.command(&["DUMP", &key]).unwrap_or_default();
        found.extend(marks_in("a value of Redis", &value, marks));
    }
    found
}

fn nothing(found: Vec<String>) {
    assert!(found.is_empty(), "{found:#?}");
}

const QUICK: [(&str, &str); 6] = [
    ("TAMIS_LOG__LEVEL", "trace"),
    ("TAMIS_PRIVACY__RETENTION__HELD", "5 s"),
    ("TAMIS_PRIVACY__RETENTION__REJECTED", "5 s"),
    ("TAMIS_PRIVACY__RETENTION__APPROVED", "5 s"),
    ("TAMIS_LIMITS__AUTHOR", "600/min"),
    ("TAMIS_LIMITS__NETWORK", "600/min"),
];

/// Sends comments that will end by retention and, labelled so that they stay, some to erase: the paths of those.
async fn fill(server: &Server) -> Vec<String> {
    let mut to_erase = Vec::new();
    for number in 0..COMMENTS {
        let kind = if number.is_multiple_of(6) { "erase" } else { "end" };
        let call = server.request(Method::POST, "/v1/comments").json(&comment(number, kind));
        let call = call.header("Idempotency-Key", format!("zqxvidempotency{number}"));
        let (status, answer) = read(call.header("User-Agent", "Zqxvagent/5.0").send().await.unwrap()).await;
        assert_eq!(status, 201, "{answer}");
        if kind == "erase" {
            let path = format!("/v1/comments/{}", answer["id"].as_str().unwrap());
            let (status, _) = server.post(&format!("{path}/feedback"), json!({ "label": "ham" })).await;
            assert_eq!(status, 200);
            to_erase.push(path);
        }
    }
    to_erase
}

async fn until_ended(server: &Server, left: usize) {
    until("the texts and names are gone", async || {
        let mut path = "/v1/comments?limit=100".to_owned();
        let (mut texts, mut names) = (0, 0);
        loop {
            let (_, page) = server.get(&path).await;
            for comment in page["comments"].as_array().unwrap() {
                texts += usize::from(comment["body"].is_string());
                names += usize::from(comment["author"]["name"].is_string());
            }
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/v1/comments?limit=100&cursor={next}");
        }
        (texts, names) == (left, 0)
    })
    .await;
}

async fn erase(server: &Server, paths: &[String]) {
    for path in paths {
        let (status, receipt) = read(server.request(Method::DELETE, path).send().await.unwrap()).await;
        assert_eq!((status, &receipt["comments"][0]["label"]), (200, &json!("ham")), "{receipt}");
        nothing(marks_in("a receipt", receipt.to_string().as_bytes(), &WORDS));
        assert_eq!(server.get(path).await.0, 404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_redis_logs_and_errors_hold_no_mark_that_they_must_not() {
    let redis = RedisServer::start();
    let url = redis.url();
    let server = Server::start_with(&[QUICK.as_slice(), &[("TAMIS_LIMITS__REDIS_URL", url.as_str())]].concat());
    let kept = std::sync::Arc::clone(&server.folder);
    let folder = kept.path();
    let to_erase = fill(&server).await;
    let all = [NEVER.as_slice(), WORDS.as_slice()].concat();
    for told in refusals(&server).await {
        nothing(marks_in(&told, told.as_bytes(), &all));
    }
    nothing(marks_in_files(folder, &NEVER));
    assert!(!marks_in_files(folder, &WORDS).is_empty(), "the scan finds what is there");
    nothing(marks_in_redis(&redis, &all));

    until_ended(&server, to_erase.len()).await;
    until("the log is emptied", async || marks_in_files(folder, &["zqxvbodyend", "zqxvname", "zqxvhome"]).is_empty())
        .await;
    assert!(!marks_in_files(folder, &["zqxvbodyerase"]).is_empty(), "examples keep their text");

    erase(&server, &to_erase).await;
    nothing(marks_in_files(folder, &all));
    nothing(marks_in_redis(&redis, &all));
    let log = server.log().join("\n");
    assert!(log.contains("\"TRACE\"") && log.contains("answered"), "the log is at its most talkative");
    nothing(marks_in("the log", log.as_bytes(), &all));
    assert!(!log.contains(&server.key), "the log holds no key");
    drop(server);
    nothing(marks_in_files(folder, &all));
}

/// PostgreSQL keeps dead rows in its files until it writes over them: what is promised is that no query and no dump finds
/// them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_of_postgresql_holds_no_mark_that_it_must_not() {
    let url = Cluster::shared().database().await;
    let settings = [QUICK.as_slice(), &[("TAMIS_STORE__URL", &url), ("TAMIS_PRIVACY__SECRET", "un secret")]].concat();
    let server = Server::start_with(&settings);
    let to_erase = fill(&server).await;
    nothing(marks_in("the dump", dump(&url).as_bytes(), &NEVER));
    until_ended(&server, to_erase.len()).await;
    nothing(marks_in("the dump", dump(&url).as_bytes(), &["zqxvbodyend", "zqxvname", "zqxvhome"]));
    assert!(dump(&url).contains("zqxvbodyerase"), "examples keep their text");
    erase(&server, &to_erase).await;
    let all = [NEVER.as_slice(), WORDS.as_slice()].concat();
    nothing(marks_in("the dump", dump(&url).as_bytes(), &all));
    nothing(marks_in("the log", server.log().join("\n").as_bytes(), &all));
}
