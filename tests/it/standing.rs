//! A moderator's word on an author, through the API: block, always hold, trust; lifted; erased with its comment.

mod rotation;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::postgres::Cluster;
use crate::support::server::{Server, read};

const SECRET: (&str, &str) = ("TAMIS_PRIVACY__SECRET", "un secret que les serveurs partagent");

#[derive(Clone, Copy)]
struct Author {
    name: &'static str,
    email: &'static str,
    ip: &'static str,
}

const LEA: Author = Author { name: "Léa Marchand", email: "lea@exemple.fr", ip: "203.0.113.7" };
const TROLL: Author = Author { name: "Gros Malin", email: "malin@exemple.fr", ip: "198.51.100.20" };

/// Nothing that any rule or head has something against.
const GOOD: &str = "Merci pour cet article, qui éclaire bien la décision du conseil municipal d’hier soir.";
/// Held by its score.
const CASINO: &str = "Rendez-vous ce soir au casino municipal, pour le concert de fin d’année de la chorale.";

/// Nothing that a person's trust does not outweigh, and one thing that it does not.
const RULES: &str = r#"
[[rule]]
id = "words.casino"
score = 2.5
when.pattern = 'casino'
message.fr = "Casino"
message.en = "Casino"
examples.match = ["au casino"]

[[rule]]
id = "words.pills"
verdict = "hold"
when.pattern = 'pilules'
message.fr = "Pilules"
message.en = "Pills"
examples.match = ["des pilules"]
"#;

fn server(settings: &[(&str, &str)]) -> Server {
    let rules = std::env::temp_dir().join(format!("tamis-standing-rules-{}.toml", std::process::id()));
    std::fs::write(&rules, RULES).unwrap();
    Server::start_with(&[&[("TAMIS_RULES__FILE", rules.to_str().unwrap())], settings].concat())
}

async fn send(server: &Server, body: &str, author: Author) -> Value {
    let Author { name, email, ip } = author;
    let author = json!({ "name": name, "email": email, "ip": ip });
    let (status, answer) = server.post("/v1/comments", json!({ "body": body, "author": author })).await;
    assert_eq!(status, 201, "{answer}");
    answer
}

fn id(answer: &Value) -> &str {
    answer["id"].as_str().unwrap()
}

fn has(answer: &Value, signal: &str) -> bool {
    answer["signals"].as_array().unwrap().iter().any(|found| found["id"] == signal)
}

async fn call(server: &Server, method: Method, id: &str, body: Value) -> (u16, Value) {
    let request = server.request(method, &format!("/v1/comments/{id}/author")).json(&body);
    read(request.send().await.unwrap()).await
}

async fn give(server: &Server, id: &str, standing: &str, days: u16) -> Value {
    let (status, told) = call(server, Method::PUT, id, json!({ "standing": standing, "days": days })).await;
    assert_eq!((status, &told["standing"], &told["by"]), (200, &json!(standing), &json!("host")), "{told}");
    told
}

async fn walk(server: &Server) {
    let first = send(server, GOOD, TROLL).await;
    assert_eq!(first["verdict"], "approve", "{first}");
    let told = give(server, id(&first), "blocked", 7).await;
    let until: jiff::Timestamp = told["until"].as_str().unwrap().parse().unwrap();
    let at: jiff::Timestamp = told["at"].as_str().unwrap().parse().unwrap();
    assert_eq!(until.duration_since(at), jiff::SignedDuration::from_hours(7 * 24));
    for again in [TROLL, Author { ip: "192.0.2.9", name: "Autre", ..TROLL }, Author { email: "x@exemple.fr", ..TROLL }]
    {
        let answer = send(server, GOOD, again).await;
        assert_eq!(
            (&answer["verdict"], &answer["decided_by"]),
            (&json!("reject"), &json!("author.blocked")),
            "{answer}"
        );
        assert_eq!(call(server, Method::GET, id(&answer), json!({})).await.1["standing"], "blocked");
    }
    let neighbour = Author { name: "Voisine", email: "voisine@exemple.fr", ip: "198.51.100.21" };
    assert_eq!(send(server, GOOD, neighbour).await["verdict"], "approve", "a network is never blocked");

    let second = send(server, GOOD, TROLL).await;
    give(server, id(&second), "held", 30).await;
    let answer = send(server, GOOD, TROLL).await;
    assert_eq!((&answer["verdict"], &answer["decided_by"]), (&json!("hold"), &json!("author.held")), "{answer}");
    let (status, told) = call(server, Method::DELETE, id(&first), json!({})).await;
    assert_eq!((status, &told["standing"]), (200, &Value::Null));
    assert_eq!(send(server, GOOD, TROLL).await["verdict"], "approve");
    assert_eq!(call(server, Method::GET, id(&first), json!({})).await.1["standing"], Value::Null);

    let held = send(server, CASINO, LEA).await;
    assert_eq!(held["verdict"], "hold", "{held}");
    give(server, id(&held), "trusted", 90).await;
    let answer = send(server, CASINO, LEA).await;
    assert_eq!((&answer["verdict"], has(&answer, "author.trusted")), (&json!("approve"), true), "{answer}");
    assert!(answer["score"].as_f64().unwrap() <= 0.0);
    for borrowed in [Author { ip: "198.51.100.99", ..LEA }, Author { name: "Bon Plan", ..LEA }] {
        let answer = send(server, CASINO, borrowed).await;
        assert_eq!((&answer["verdict"], has(&answer, "author.trusted")), (&json!("hold"), false), "{answer}");
    }
    // Who borrowed the e-mail is blocked, and its owner still trusted.
    let borrowed = send(server, GOOD, Author { name: "Bon Plan", ip: "198.51.100.99", ..LEA }).await;
    give(server, id(&borrowed), "blocked", 365).await;
    assert_eq!(send(server, CASINO, LEA).await["verdict"], "approve");
    assert_eq!(send(server, GOOD, Author { name: "Bon Plan", ip: "198.51.100.99", ..LEA }).await["verdict"], "reject");

    let (status, _) =
        read(server.request(Method::DELETE, &format!("/v1/comments/{}", id(&borrowed))).send().await.unwrap()).await;
    assert_eq!(status, 200);
    let answer = send(server, GOOD, Author { name: "Bon Plan", ip: "198.51.100.99", ..LEA }).await;
    assert_eq!(answer["verdict"], "approve", "what was said goes with the comment it was said on: {answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authors_are_blocked_held_and_trusted_in_sqlite() {
    let server = server(&[]);
    walk(&server).await;
    let (folder, _) = (server.folder.clone(), server.stop());
    let bytes = std::fs::read(folder.path().join("tamis.db")).unwrap();
    for clear in [LEA.email, LEA.ip, TROLL.email, TROLL.ip] {
        assert!(!bytes.windows(clear.len()).any(|window| window == clear.as_bytes()), "{clear}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authors_are_blocked_held_and_trusted_in_postgresql() {
    let url = Cluster::shared().database().await;
    walk(&server(&[("TAMIS_STORE__URL", &url), SECRET])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trusted_author_does_not_pass_a_rule_that_holds_outright() {
    let server = server(&[]);
    let first = send(&server, GOOD, LEA).await;
    give(&server, id(&first), "trusted", 30).await;
    let answer = send(&server, "Le dossier sur les pilules du lundi était très complet, merci.", LEA).await;
    assert_eq!((&answer["verdict"], &answer["decided_by"]), (&json!("hold"), &json!("words.pills")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_said_of_an_author_is_refused_with_the_reason() {
    let server = Server::start();
    let nobody = server.comment("Un commentaire que rien ne relie à personne, et qui n’en dit pas plus.").await;
    let by_address = json!({ "body": GOOD, "author": { "name": "Ana", "ip": "203.0.113.77" } });
    let by_address = server.post("/v1/comments", by_address).await.1;
    let problem = |told: &Value| told["type"].as_str().unwrap_or_default().to_owned();
    let put = async |id: &str, body: Value| {
        let (status, told) = call(&server, Method::PUT, id, body).await;
        (status, problem(&told), told)
    };
    let (status, kind, _) = put(id(&nobody), json!({ "standing": "blocked" })).await;
    assert_eq!((status, kind.as_str()), (422, "urn:tamis:problem:unrecognisable"));
    let (status, kind, told) = put(id(&by_address), json!({ "standing": "trusted" })).await;
    assert_eq!((status, kind.as_str()), (422, "urn:tamis:problem:unrecognisable"));
    assert!(told["detail"].as_str().unwrap().contains("e-mail"), "{told}");
    let (status, _, told) = put(id(&by_address), json!({ "standing": "blocked", "days": 365 })).await;
    let until: jiff::Timestamp = told["until"].as_str().unwrap().parse().unwrap();
    let month = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(30 * 24);
    assert!(status == 200 && until <= month, "an address is recognised for thirty days at most: {told}");
    let (status, kind, told) = put(id(&by_address), json!({ "standing": "blocked", "days": 31 })).await;
    assert_eq!((status, kind.as_str(), &told["field"]), (422, "urn:tamis:problem:invalid-field", &json!("days")));
    let (status, kind, _) = put(id(&by_address), json!({ "standing": "banned" })).await;
    assert_eq!((status, kind.as_str()), (422, "urn:tamis:problem:invalid-field"));
    let (status, ..) = put("0193e000-0000-7000-8000-000000000000", json!({ "standing": "held" })).await;
    assert_eq!(status, 404);
}
