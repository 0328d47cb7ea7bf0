//! What is known of authors: trust for who is who they were, suspicion for who was rejected, nothing in clear.

use serde_json::{Value, json};

use crate::support::postgres::Cluster;
use crate::support::server::Server;

const SECRET: (&str, &str) = ("TAMIS_PRIVACY__SECRET", "un secret que les serveurs partagent");

struct Author {
    name: &'static str,
    email: &'static str,
    ip: &'static str,
}

const LEA: Author = Author { name: "Léa Marchand", email: "lea@exemple.fr", ip: "203.0.113.7" };
const SPAMMER: Author = Author { name: "Bon Plan", email: "plan@vente.example", ip: "198.51.100.20" };

async fn send(server: &Server, author: &Author) -> Value {
    let Author { name, email, ip } = author;
    let author = json!({ "name": name, "email": email, "ip": ip });
    let body = "Merci pour cet article, qui éclaire bien la décision du conseil.";
    let (status, answer) = server.post("/v1/comments", json!({ "body": body, "author": author })).await;
    assert_eq!(status, 201, "{answer}");
    answer
}

/// Sends a comment and has a person settle it: its path.
async fn settled(server: &Server, author: &Author, status: &str) -> String {
    let answer = send(server, author).await;
    let path = format!("/v1/comments/{}", answer["id"].as_str().unwrap());
    let (code, answer) = server.post(&format!("{path}/resolution"), json!({ "status": status })).await;
    assert_eq!(code, 200, "{answer}");
    path
}

/// What history says of the next comment of an author: the signal's id and score.
async fn history(server: &Server, author: &Author) -> Option<(String, f64)> {
    let answer = send(server, author).await;
    let signals = answer["signals"].as_array().unwrap();
    let found = signals.iter().find(|signal| signal["source"] == "history")?;
    assert!(found["message"].as_str().is_some_and(|message| !message.is_empty()));
    Some((found["id"].as_str().unwrap().to_owned(), found["score"].as_f64().unwrap()))
}

async fn walk(server: &Server) {
    assert_eq!(history(server, &LEA).await, None, "nothing is known of a new author");
    let mut before = 0.0;
    for _ in 0..3 {
        settled(server, &LEA, "approved").await;
        let (id, score) = history(server, &LEA).await.unwrap();
        assert!(id == "history.author_approved" && score < before && score >= -1.0, "{id} {score}");
        before = score;
    }
    let neighbour_address = Author { ip: "203.0.113.99", ..LEA };
    assert!(history(server, &neighbour_address).await.is_some_and(|(_, score)| score < 0.0));
    for borrowed in [
        Author { name: "Bon Plan", ip: "198.51.100.7", ..LEA },
        Author { ip: "198.51.100.7", ..LEA },
        Author { name: "Bon Plan", ..LEA },
        Author { email: "autre@exemple.fr", ..LEA },
    ] {
        assert_eq!(history(server, &borrowed).await, None, "{} {}", borrowed.name, borrowed.ip);
    }

    settled(server, &SPAMMER, "rejected").await;
    let (id, once) = history(server, &SPAMMER).await.unwrap();
    assert!(id == "history.author_rejected" && once > 0.0, "{id} {once}");
    let path = settled(server, &SPAMMER, "rejected").await;
    let (_, twice) = history(server, &SPAMMER).await.unwrap();
    assert!(twice > once && twice <= 2.0, "{once} {twice}");
    let renamed = Author { name: "Super Affaire", email: "affaire@vente.example", ..SPAMMER };
    assert!(history(server, &renamed).await.is_some_and(|(_, score)| score > 0.0), "the address is known");
    server.post(&format!("{path}/undo"), json!({})).await;
    assert_eq!(history(server, &SPAMMER).await.unwrap().1, once, "what was undone does not count");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trust_and_suspicion_follow_what_persons_decided_in_sqlite() {
    let server = Server::start();
    walk(&server).await;
    let (folder, _) = (server.folder.clone(), server.stop());
    for file in ["tamis.db", "tamis.db-wal"] {
        let Ok(bytes) = std::fs::read(folder.path().join(file)) else { continue };
        for clear in [LEA.email, LEA.ip, SPAMMER.email, SPAMMER.ip] {
            assert!(!bytes.windows(clear.len()).any(|window| window == clear.as_bytes()), "{clear} in {file}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trust_and_suspicion_follow_what_persons_decided_in_postgresql() {
    let url = Cluster::shared().database().await;
    walk(&Server::start_with(&[("TAMIS_STORE__URL", &url), SECRET])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_survives_a_restart() {
    let server = Server::start();
    settled(&server, &LEA, "approved").await;
    let server = server.restart();
    assert!(history(&server, &LEA).await.is_some_and(|(_, score)| score < 0.0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_grow_with_trust_and_shrink_with_rejections() {
    let server = Server::start_with(&[("TAMIS_LIMITS__AUTHOR", "4/h")]);
    let over = async |author: &Author| {
        let answer = send(&server, author).await;
        answer["signals"].as_array().unwrap().iter().any(|signal| signal["id"] == "limits.author")
    };
    for _ in 0..3 {
        settled(&server, &LEA, "approved").await;
    }
    // Three were taken already: with four in all, the second of these would be one too many.
    for nth in 0..4 {
        assert!(!over(&LEA).await, "{nth}");
    }
    let stranger = Author { name: "Ana", email: "ana@exemple.fr", ip: "192.0.2.77" };
    for _ in 0..4 {
        assert!(!over(&stranger).await);
    }
    assert!(over(&stranger).await);
    settled(&server, &SPAMMER, "rejected").await;
    // One was taken already, so three would be left.
    assert!(!over(&SPAMMER).await && !over(&SPAMMER).await);
    assert!(over(&SPAMMER).await, "half as much");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_of_many_good_authors_is_not_counted_and_the_operator_is_told_once() {
    let server = Server::start_with(&[("TAMIS_LIMITS__NETWORK", "9/h")]);
    const NAMES: [&str; 6] = ["Ana", "Ben", "Chloé", "Dia", "Élie", "Fanny"];
    const EMAILS: [&str; 6] = ["a@x.fr", "b@x.fr", "c@x.fr", "d@x.fr", "e@x.fr", "f@x.fr"];
    for (name, email) in NAMES.into_iter().zip(EMAILS) {
        settled(&server, &Author { name, email, ip: "203.0.113.7" }, "approved").await;
    }
    let newcomer = Author { name: "Gaël", email: "g@x.fr", ip: "203.0.113.8" };
    for _ in 0..12 {
        let answer = send(&server, &newcomer).await;
        assert!(!answer["signals"].as_array().unwrap().iter().any(|signal| signal["id"] == "limits.network"));
    }
    let told = server.log().iter().filter(|line| line.contains("share a network")).count();
    assert_eq!(told, 1);
    assert!(!server.log().iter().any(|line| line.contains("203.0.113")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_domain_that_is_linked_to_too_often_is_evidence() {
    let server = Server::start_with(&[("TAMIS_LIMITS__DOMAIN", "3/h")]);
    let linking = async |number: usize| {
        let answer = server.comment(&format!("Voir https://p{number}.example.com/offre et dites-moi.")).await;
        answer["signals"].as_array().unwrap().iter().any(|signal| signal["id"] == "limits.domain")
    };
    for number in 0..3 {
        assert!(!linking(number).await);
    }
    assert!(linking(4).await);
}
