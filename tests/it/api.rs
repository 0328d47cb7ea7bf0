//! The JSON API as a host site meets it: the real binary over HTTP.

use std::io::Write;

use reqwest::Method;
use reqwest::header::{ETAG, IF_MATCH, LINK};
use serde_json::{Value, json};

use crate::support::server::{Server, read};

fn spam() -> Value {
    json!({
        "external_id": "wp-1",
        "body": "Grand casino en ligne, bonus de 500 € offert : http://bit.ly/exemple et http://gagner.example",
        "author": { "name": "Léa", "email": "lea@example.org", "ip": "203.0.113.7" },
        "page": { "url": "https://journal.example/article", "title": "Un article", "language": "fr" }
    })
}

fn thousandths(score: &Value) -> i64 {
    (score.as_f64().unwrap() * 1_000.0).round() as i64
}

#[tokio::test]
async fn a_comment_is_decided_on_recorded_and_read_again() {
    let server = Server::start();
    let (status, answer) = server.post("/v1/comments", spam()).await;
    assert_eq!(status, 201, "{answer}");
    assert_ne!(answer["verdict"], "approve", "{answer}");

    let id = answer["id"].as_str().unwrap();
    let (status, detail) = server.get(&format!("/v1/comments/{id}")).await;
    assert_eq!(status, 200);
    for (field, value) in answer.as_object().unwrap() {
        assert_eq!(&detail[field], value, "{field}");
    }
    assert_eq!(detail["body"], spam()["body"]);
    assert_eq!(detail["author"], json!({ "name": "Léa", "url": null }));
    assert!(!detail.to_string().contains("203.0.113.7") && !detail.to_string().contains("lea@example.org"));
}

#[tokio::test]
async fn scores_add_up_and_spans_point_at_the_words() {
    let server = Server::start();
    let (_, answer) = server.post("/v1/comments", spam()).await;
    let signals = answer["signals"].as_array().unwrap();
    assert!(!signals.is_empty(), "{answer}");
    let sum: i64 = signals.iter().map(|signal| thousandths(&signal["score"])).sum();
    assert_eq!(sum, thousandths(&answer["score"]), "{answer}");

    for signal in signals.iter().filter(|signal| signal["evidence"].is_array()) {
        let evidence: i64 = signal["evidence"].as_array().unwrap().iter().map(|part| thousandths(&part["score"])).sum();
        let cap = signal.get("cap").map_or(0, thousandths);
        assert_eq!(evidence + thousandths(&signal["rest"]) + cap, thousandths(&signal["score"]), "{signal}");
    }
    let body: Vec<char> = spam()["body"].as_str().unwrap().chars().collect();
    for span in signals.iter().flat_map(|signal| signal["spans"].as_array().into_iter().flatten()) {
        if span["field"] == "body" {
            let (start, end) = (span["start"].as_u64().unwrap() as usize, span["end"].as_u64().unwrap() as usize);
            assert!(start < end && end <= body.len(), "{span}");
        }
    }
}

#[tokio::test]
async fn the_same_comment_is_the_same_decision_and_an_edit_the_next_revision() {
    let server = Server::start();
    let (_, first) = server.post("/v1/comments", spam()).await;
    let (status, again) = server.post("/v1/comments", spam()).await;
    assert_eq!((status, &again), (200, &first));

    let mut edited = spam();
    edited["body"] = json!("Merci pour cet article.");
    let (status, second) = server.post("/v1/comments", edited.clone()).await;
    assert_eq!((status, &second["revision"], &second["id"]), (201, &json!(2), &first["id"]));
    assert_eq!(second["verdict"], "approve", "{second}");

    let (status, late) = server.post("/v1/comments", spam()).await;
    assert_eq!((status, &late["revision"], &late["verdict"]), (200, &json!(1), &first["verdict"]));
    let (_, detail) = server.get(&format!("/v1/comments/{}", first["id"].as_str().unwrap())).await;
    assert_eq!(detail["decisions"].as_array().unwrap().len(), 2);
    assert_eq!(detail["body"], edited["body"]);
}

#[tokio::test]
async fn what_belongs_to_the_author_or_the_page_is_not_content() {
    let server = Server::start();
    let (_, first) = server.post("/v1/comments", spam()).await;
    let mut again = spam();
    again["author"]["ip"] = json!("198.51.100.1");
    again["page"]["title"] = json!("Un autre titre");
    assert_eq!(server.post("/v1/comments", again).await.1["id"], first["id"]);
    let mut renamed = spam();
    renamed["author"]["name"] = json!("Casino gratuit");
    assert_eq!(server.post("/v1/comments", renamed).await.1["revision"], 2);
}

#[tokio::test]
async fn many_calls_with_one_comment_record_it_once() {
    let server = Server::start();
    let calls = (0..32).map(|_| server.post("/v1/comments", spam()));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1);
    assert!(answers.iter().all(|(_, answer)| answer == &answers[0].1));
}

#[tokio::test]
async fn an_edit_of_what_a_person_rejected_is_at_best_held() {
    let server = Server::start();
    let (_, first) = server.post("/v1/comments", spam()).await;
    let id = first["id"].as_str().unwrap();
    server.post(&format!("/v1/comments/{id}/resolution"), json!({ "status": "rejected", "reason": "spam" })).await;

    let mut edited = spam();
    edited["body"] = json!("Merci pour cet article.");
    let (_, second) = server.post("/v1/comments", edited).await;
    assert_eq!((&second["verdict"], &second["decided_by"]), (&json!("hold"), &json!("history.rejected_before")));
}

#[tokio::test]
async fn an_idempotency_key_gets_its_first_answer_again() {
    let server = Server::start();
    let send = async |body: Value| {
        let request = server.request(Method::POST, "/v1/comments").header("Idempotency-Key", "clé-1");
        read(request.json(&body).send().await.unwrap()).await
    };
    let (status, first) = send(json!({ "body": "Bonjour" })).await;
    assert_eq!(status, 201);
    let (status, again) = send(json!({ "body": "Bonjour" })).await;
    assert_eq!((status, &again), (200, &first));

    let (status, other) = send(json!({ "body": "Bonsoir" })).await;
    assert_eq!((status, &other["type"]), (422, &json!("urn:tamis:problem:key-reused")));
    let (_, list) = server.get("/v1/comments").await;
    assert_eq!(list["comments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_check_stores_nothing() {
    let server = Server::start();
    let (status, answer) = server.post("/v1/check", spam()).await;
    assert_eq!((status, &answer["id"], &answer["revision"]), (200, &Value::Null, &Value::Null));
    assert_ne!(answer["verdict"], "approve");
    assert_eq!(server.get("/v1/comments").await.1["comments"], json!([]));
}

#[tokio::test]
async fn a_moderator_resolves_labels_and_undoes() {
    let server = Server::start();
    let (_, answer) = server.post("/v1/comments", spam()).await;
    let path = format!("/v1/comments/{}", answer["id"].as_str().unwrap());

    let (_, approved) = server.post(&format!("{path}/resolution"), json!({ "status": "approved" })).await;
    assert_eq!((&approved["status"], &approved["version"]), (&json!("approved"), &json!(2)));
    assert_eq!(approved["verdict"], answer["verdict"], "a verdict never changes");
    let (_, labelled) = server.post(&format!("{path}/feedback"), json!({ "label": "spam" })).await;
    assert_eq!((&labelled["status"], &labelled["label"]), (&json!("approved"), &json!("spam")));
    let (_, undone) = server.post(&format!("{path}/undo"), json!({})).await;
    assert_eq!(undone["status"], answer["status"]);
    let (status, problem) = server.post(&format!("{path}/undo"), json!({})).await;
    assert_eq!((status, &problem["type"]), (409, &json!("urn:tamis:problem:nothing-to-undo")));

    let (_, detail) = server.get(&path).await;
    let events: Vec<&Value> = detail["events"].as_array().unwrap().iter().map(|event| &event["event"]).collect();
    assert_eq!(events, ["resolution", "feedback", "undo"]);
}

#[tokio::test]
async fn two_moderators_never_overwrite_each_other() {
    let server = Server::start();
    let path = format!("/v1/comments/{}", server.comment("Bonjour").await["id"].as_str().unwrap());
    let seen = server.request(Method::GET, &path).send().await.unwrap().headers()[ETAG].clone();
    let resolve = async |status: &str| {
        let request = server.request(Method::POST, &format!("{path}/resolution")).header(IF_MATCH, seen.clone());
        read(request.json(&json!({ "status": status })).send().await.unwrap()).await
    };
    assert_eq!(resolve("rejected").await.0, 200);
    let (status, problem) = resolve("approved").await;
    assert_eq!((status, &problem["type"]), (412, &json!("urn:tamis:problem:changed")));
    assert_eq!(server.get(&path).await.1["status"], "rejected");
}

#[tokio::test]
async fn a_list_is_walked_to_its_end() {
    let server = Server::start();
    for number in 0..7 {
        server.comment(&format!("Commentaire numéro {number}, merci.")).await;
    }
    let (mut path, mut seen) = ("/v1/comments?status=approved&limit=3".to_owned(), Vec::new());
    loop {
        let response = server.request(Method::GET, &path).send().await.unwrap();
        let link = response.headers().get(LINK).map(|link| link.to_str().unwrap().to_owned());
        let (_, page) = read(response).await;
        seen.extend(
            page["comments"].as_array().unwrap().iter().map(|comment| comment["body"].as_str().unwrap().to_owned()),
        );
        assert_eq!(page["next"].is_null(), link.is_none());
        match link {
            Some(link) => link.trim_start_matches('<').split('>').next().unwrap().clone_into(&mut path),
            None => break,
        }
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted(), "oldest first: {seen:?}");
}

#[tokio::test]
async fn a_list_is_selected_by_page_and_external_id() {
    let server = Server::start();
    server.post("/v1/comments", spam()).await;
    server.comment("Sans page").await;
    let count =
        async |query: &str| server.get(&format!("/v1/comments?{query}")).await.1["comments"].as_array().unwrap().len();
    assert_eq!(count("page_url=https://journal.example/article").await, 1);
    assert_eq!(count("external_id=wp-1").await, 1);
    assert_eq!(count("external_id=wp-2").await, 0);
}

#[tokio::test]
async fn a_site_does_not_see_anothers_comments() {
    let mut server = Server::start();
    let path = format!("/v1/comments/{}", server.comment("Bonjour").await["id"].as_str().unwrap());
    server.key = crate::cli::add_site(&server, "autre");
    crate::support::server::until("the new site counts", async || server.get("/v1/comments").await.0 == 200).await;
    assert_eq!(server.get(&path).await.0, 404);
    assert_eq!(server.post(&format!("{path}/undo"), json!({})).await.0, 404);
    assert_eq!(server.get("/v1/comments").await.1["comments"], json!([]));
}

#[tokio::test]
async fn a_site_over_its_quota_is_told_when_to_come_back() {
    let server = Server::start_with(&[("TAMIS_LIMITS__SITE", "3/h")]);
    let mut last = None;
    for _ in 0..4 {
        last = Some(server.request(Method::POST, "/v1/check").json(&json!({ "body": "x" })).send().await.unwrap());
    }
    let refused = last.unwrap();
    let header = |name: &str| refused.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("RateLimit-Policy"), "\"site\";q=3;w=3600");
    assert!(header("RateLimit").starts_with("\"site\";r=0;t="));
    assert!((1..=1_200).contains(&header("Retry-After").parse::<u32>().unwrap()));
    let (status, problem) = read(refused).await;
    assert_eq!((status, &problem["type"]), (429, &json!("urn:tamis:problem:over-quota")));
}

#[tokio::test]
async fn an_author_over_the_limit_is_held_and_told_why() {
    let server = Server::start_with(&[("TAMIS_LIMITS__AUTHOR", "2/h")]);
    let send =
        async |body: &str| server.post("/v1/comments", json!({ "body": body, "author": { "name": "Léa" } })).await.1;
    send("Un").await;
    send("Deux").await;
    let third = send("Trois").await;
    let ids: Vec<&Value> = third["signals"].as_array().unwrap().iter().map(|signal| &signal["id"]).collect();
    assert!(ids.contains(&&json!("limits.author")), "{third}");
    assert_eq!(third["verdict"], "hold");
}

#[tokio::test]
async fn a_pingback_is_not_judged_as_a_comment() {
    let server = Server::start();
    let body =
        "[…] une enquête à lire sur http://a.example/1 http://b.example/2 http://c.example/3 http://d.example/4 […]";
    let send = async |kind: &str| server.post("/v1/check", json!({ "type": kind, "body": body })).await.1;
    let ids = |answer: Value| -> Vec<String> {
        let signals = answer["signals"].as_array().unwrap().iter();
        signals.map(|signal| signal["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(send("pingback").await), [""; 0], "links are what a pingback is made of");
    assert!(ids(send("comment").await).contains(&"links.too_many".to_owned()));
}

#[tokio::test]
async fn staff_outweigh_scores_but_not_floors() {
    let server = Server::start();
    let send = async |honeypot: &str| {
        let mut comment = spam();
        comment["author"]["role"] = json!("staff");
        comment["form"] = json!({ "honeypot": honeypot });
        server.post("/v1/check", comment).await.1
    };
    assert_eq!(send("").await["verdict"], "approve");
    assert_eq!(send("rempli").await["verdict"], "reject");
}

#[tokio::test]
async fn gzip_works_both_ways_and_a_bomb_does_not() {
    let server = Server::start();
    let send = async |body: String| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(body.as_bytes()).unwrap();
        let request = server.request(Method::POST, "/v1/check").header("Content-Encoding", "gzip");
        let request = request.header("Content-Type", "application/json").header("Accept-Encoding", "gzip");
        request.body(encoder.finish().unwrap()).send().await.unwrap()
    };
    let answer = send(json!({ "body": "Bonjour" }).to_string()).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["content-encoding"].to_str().unwrap()), (200, "gzip"));
    let bomb = send(json!({ "body": "a".repeat(10 << 20) }).to_string()).await;
    assert_eq!(bomb.status().as_u16(), 413);
}

#[tokio::test]
async fn a_request_id_comes_back_if_it_is_sane() {
    let server = Server::start();
    let send = async |id: &str| {
        let response = server.request(Method::GET, "/livez").header("X-Request-Id", id).send().await.unwrap();
        response.headers()["x-request-id"].to_str().unwrap().to_owned()
    };
    assert_eq!(send("abc-1").await, "abc-1");
    assert_eq!(send("with space").await.len(), 36);
}

#[tokio::test]
async fn bad_input_gets_a_clear_problem_and_is_never_repeated() {
    let server = Server::start();
    let id = server.comment("Bonjour").await["id"].as_str().unwrap().to_owned();
    let post = |path: &str, body: &str| {
        let request = server.request(Method::POST, path).header("Content-Type", "application/json");
        request.body(body.to_owned())
    };
    let here = format!("/v1/comments/{id}");
    let requests = [
        ("broken JSON", post("/v1/comments", "{\"body\": ")),
        ("JSON with a tail", post("/v1/comments", "{\"body\": \"x\"} y")),
        ("an empty body", post("/v1/comments", "")),
        ("bytes that are not UTF-8", post("/v1/comments", "").body(b"{\"body\": \"\xff\"}".to_vec())),
        ("JSON nested too deep", post("/v1/comments", &format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000)))),
        ("an array", post("/v1/comments", "[\"SECRET\"]")),
        ("no body field", post("/v1/comments", "{\"text\": \"SECRET\"}")),
        ("a wrong type", post("/v1/comments", "{\"body\": \"x\", \"author\": {\"name\": [\"SECRET\"]}}")),
        ("an unknown type", post("/v1/comments", "{\"body\": \"x\", \"type\": \"SECRET\"}")),
        ("a bad address", post("/v1/comments", "{\"body\": \"x\", \"author\": {\"ip\": \"SECRET\"}}")),
        ("a bad time", post("/v1/comments", "{\"body\": \"x\", \"submitted_at\": \"SECRET\"}")),
        (
            "a long name",
            post("/v1/comments", &json!({ "body": "x", "author": { "name": "a".repeat(501) } }).to_string()),
        ),
        ("a body over the limit", post("/v1/comments", &json!({ "body": "a".repeat(70_000) }).to_string())),
        ("no media type", server.request(Method::POST, "/v1/comments").body("{\"body\": \"x\"}")),
        (
            "a form",
            server
                .request(Method::POST, "/v1/comments")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body("body=x"),
        ),
        ("bytes that are not gzip", post("/v1/comments", "SECRET").header("Content-Encoding", "gzip")),
        ("an unknown path", server.request(Method::GET, "/v2/comments?SECRET")),
        ("a wrong method", server.request(Method::DELETE, "/v1/check")),
        ("an id that is none", server.request(Method::GET, "/v1/comments/SECRET")),
        ("an unknown id", server.request(Method::GET, "/v1/comments/00000000-0000-7000-8000-000000000000")),
        ("a bad status", server.request(Method::GET, "/v1/comments?status=SECRET")),
        ("a bad cursor", server.request(Method::GET, "/v1/comments?cursor=SECRET")),
        ("a bad limit", server.request(Method::GET, "/v1/comments?limit=1000")),
        ("a bad resolution", post(&format!("{here}/resolution"), "{\"status\": \"SECRET\"}")),
        (
            "a long reason",
            post(&format!("{here}/resolution"), &json!({ "status": "held", "reason": "a".repeat(501) }).to_string()),
        ),
        ("a bad If-Match", post(&format!("{here}/resolution"), "{\"status\": \"held\"}").header("If-Match", "SECRET")),
        ("an old If-Match", post(&format!("{here}/resolution"), "{\"status\": \"held\"}").header("If-Match", "\"7\"")),
        ("a bad label", post(&format!("{here}/feedback"), "{\"label\": \"toxic\"}")),
        ("nothing to undo", post(&format!("{here}/undo"), "")),
        (
            "a long idempotency key",
            post("/v1/comments", "{\"body\": \"x\"}").header("Idempotency-Key", "k".repeat(256)),
        ),
    ];
    let mut table = String::new();
    for (what, request) in requests {
        let response = request.send().await.unwrap();
        let media_type = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
        let (status, problem) = read(response).await;
        assert_eq!(media_type.as_deref(), Some("application/problem+json"), "{what}: {problem}");
        assert_eq!(problem["status"], status, "{what}");
        assert!(!problem.to_string().contains("SECRET"), "{what}: {problem}");
        let kind = problem["type"].as_str().unwrap().trim_start_matches("urn:tamis:problem:");
        table.push_str(&format!("{what} | {status} {kind} | {}\n", problem["detail"].as_str().unwrap()));
    }
    insta::assert_snapshot!("bad_input", table);
    assert!(server.log().iter().all(|line| !line.contains("SECRET")), "the log repeats what was sent");
}

#[tokio::test]
async fn a_wrong_key_is_told_how_to_get_one() {
    let mut server = Server::start();
    server.key = "tms_wrong".to_owned();
    let response = server.request(Method::POST, "/v1/comments").json(&spam()).send().await.unwrap();
    assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    let (status, problem) = read(response).await;
    assert_eq!((status, &problem["type"]), (401, &json!("urn:tamis:problem:unauthenticated")));
}

#[tokio::test]
async fn an_answer_keeps_its_shape() {
    let server = Server::start();
    let (_, answer) = server.post("/v1/comments", spam()).await;
    insta::assert_json_snapshot!("answer_shape", shape(&answer));
}

/// Keys and types; what the model and the rules say today is not the contract.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(_) => json!("array"),
        Value::String(_) => json!("string"),
        Value::Number(_) => json!("number"),
        Value::Bool(_) => json!("boolean"),
        Value::Null => Value::Null,
    }
}

#[tokio::test]
async fn health_says_what_it_stands_on() {
    let server = Server::start();
    assert_eq!(server.get("/livez").await.1["status"], "alive");
    let (status, ready) = server.get("/readyz").await;
    assert_eq!((status, &ready["store"], &ready["limits"]), (200, &json!("ok"), &json!("in-process")));
    assert!(ready["model"].as_str().is_some_and(|model| !model.is_empty()));
}
