//! The same text again and again: held, then rejected, and what got through is brought back.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::redis::RedisServer;
use crate::support::server::{Server, read, until};

const NAMES: [&str; 12] = ["Ana", "Ben", "Chloé", "Dia", "Élie", "Fanny", "Gaël", "Hugo", "Inès", "Jo", "Karim", "Léa"];

/// Nearly the same text each time, on another page and under another name.
pub async fn send_copy(server: &Server, key: &str, nth: usize) -> Value {
    let name = NAMES[nth % NAMES.len()];
    let body = format!(
        "Je partage ici ce que mon voisin raconte depuis hier : la mairie aurait vendu le vieux pont aux \
         forains pour la durée de la fête, et personne au conseil ne l’aurait su avant la publication de ce journal. {name}"
    );
    let page = format!("https://journal.example/{nth}");
    let call = server.request_as(key, Method::POST, "/v1/comments");
    let comment = json!({ "body": body, "author": { "name": name }, "page": { "url": page } });
    let (status, answer) = read(call.json(&comment).send().await.unwrap()).await;
    assert_eq!(status, 201, "{answer}");
    answer
}

pub fn copies(answer: &Value) -> Option<&Value> {
    answer["signals"].as_array().unwrap().iter().find(|signal| signal["id"] == "campaign.copies")
}

async fn walk(server: &Server) {
    let mut approved = Vec::new();
    for nth in 0..4 {
        let answer = send_copy(server, &server.key, nth).await;
        assert!(copies(&answer).is_none() && answer["verdict"] == "approve", "{answer}");
        approved.push(answer["id"].clone());
    }
    let fifth = send_copy(server, &server.key, 4).await;
    let signal = copies(&fifth).unwrap();
    assert_eq!((&fifth["verdict"], &signal["copies"]), (&json!("hold"), &json!(approved)), "{fifth}");
    assert!(signal["message"].as_str().unwrap().contains("5 fois"));
    assert_eq!(signal["campaign"], approved[0], "one name for all, the first one's id");
    for nth in 5..8 {
        let copy = send_copy(server, &server.key, nth).await;
        assert_eq!((&copy["verdict"], &copies(&copy).unwrap()["campaign"]), (&json!("hold"), &approved[0]));
    }
    assert_eq!(send_copy(server, &server.key, 8).await["verdict"], "reject");

    let path = format!("/v1/comments/{}/requeue-copies", fifth["id"].as_str().unwrap());
    let (status, done) = server.post(&path, json!({})).await;
    assert_eq!((status, &done["requeued"]), (200, &json!(approved)));
    for id in &approved {
        let (_, comment) = server.get(&format!("/v1/comments/{}", id.as_str().unwrap())).await;
        assert_eq!(comment["status"], "held");
    }
    assert_eq!(server.post(&path, json!({})).await.1["requeued"], json!([]), "once");

    for _ in 0..12 {
        let thanks = server.comment("Merci beaucoup, bravo pour cet article !").await;
        assert!(copies(&thanks).is_none(), "short comments are no campaign");
    }
}

const LIMITS: [(&str, &str); 2] = [("TAMIS_CAMPAIGNS__HOLD", "4/h"), ("TAMIS_CAMPAIGNS__REJECT", "8/h")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_are_held_then_rejected_and_those_that_got_through_come_back() {
    walk(&Server::start_with(&LIMITS)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_are_counted_in_redis_which_holds_no_text_and_forgets() {
    let redis = RedisServer::start();
    let url = redis.url();
    let settings = [LIMITS[0], LIMITS[1], ("TAMIS_LIMITS__REDIS_URL", url.as_str())];
    let server = Server::start_with(&settings);
    walk(&server).await;
    let keys: Vec<String> = redis.command(&["KEYS", "*:copies:*"]).unwrap();
    assert!(!keys.is_empty());
    for key in &keys {
        let left: i64 = redis.command(&["PTTL", key]).unwrap();
        assert!((1..=3_600_000).contains(&left), "{key} goes in {left} ms");
        let members: Vec<String> = redis.command(&["ZRANGE", key, "0", "-1"]).unwrap();
        assert!(members.len() <= 64 && members.iter().all(|member| uuid::Uuid::try_parse(member).is_ok()));
    }
    assert!(keys.iter().any(|key| key.starts_with("tamis:{all}:")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_copies_are_not_counted_and_the_decision_says_so() {
    let mut redis = RedisServer::start();
    let url = redis.url();
    let settings = [LIMITS[0], LIMITS[1], ("TAMIS_LIMITS__REDIS_URL", url.as_str())];
    let server = Server::start_with(&settings);
    assert!(copies(&send_copy(&server, &server.key, 0).await).is_none());
    redis.kill();
    let answer = send_copy(&server, &server.key, 1).await;
    assert_eq!((&copies(&answer).unwrap()["ran"], &answer["degraded"]), (&json!(false), &json!(true)));
    redis.restart();
    until("copies are counted again", async || {
        tokio::time::sleep(Duration::from_millis(100)).await;
        copies(&send_copy(&server, &server.key, 2).await).is_none_or(|signal| signal["ran"] != false)
    })
    .await;
}
