//! Replays: what other models, rules and thresholds would have decided on what is stored.

use serde_json::{Value, json};

use crate::support::command::{beside, run, text};
use crate::support::models::{ODD, holding_odd};
use crate::support::server::Server;

/// A rule that gives a word a score.
fn rule(id: &str, word: &str, score: f64) -> String {
    format!("[[rule]]\nid = \"test.{id}\"\nscore = {score:.1}\nwhen.words = [\"{word}\"]\nmessage.en = \"A word\"\n")
}

/// What a replay beside a server says: its flips, and the summary.
fn replayed(server: &Server, arguments: &[&str]) -> (Vec<Value>, Value) {
    let output = run(server.folder.path(), &[&["replay", "--json"], arguments].concat(), "");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut lines: Vec<Value> =
        text(&output.stdout).split_terminator('\n').map(|line| serde_json::from_str(line).unwrap()).collect();
    let summary = lines.pop().unwrap()["summary"].clone();
    (lines, summary)
}

async fn label(server: &Server, comment: &Value, label: &str) {
    let path = format!("/v1/comments/{}/feedback", comment["id"].as_str().unwrap());
    assert_eq!(server.post(&path, json!({ "label": label })).await.0, 200);
}

#[tokio::test]
async fn without_a_change_nothing_flips() {
    let server = Server::start();
    let bodies = [
        json!({ "body": "Grand casino en ligne, bonus de 500 € : http://bit.ly/x" }),
        json!({ "body": "Merci pour cet article.", "form": { "honeypot": "x" } }),
        json!({ "body": "Un mot", "author": { "email": "a@mailinator.com", "role": "member" } }),
        json!({ "body": "Casino, bonus de 500 € : http://bit.ly/x", "author": { "role": "staff" } }),
        json!({ "body": "<p>Le <b>budget</b></p>", "body_format": "html", "page": { "language": "fr", "published_at": "2020-01-01T00:00:00Z" } }),
        json!({ "body": "Bonjour", "type": "pingback", "form": { "elapsed_ms": 10 } }),
    ];
    for body in &bodies {
        assert_eq!(server.post("/v1/comments", body.clone()).await.0, 201);
    }
    let (flips, summary) = replayed(&server, &[]);
    assert_eq!(flips, Vec::<Value>::new());
    assert_eq!((&summary["better"], &summary["worse"], &summary["unlabelled"]), (&json!(0), &json!(0), &json!(0)));
    let sum: u64 = ["approve", "hold", "reject"]
        .iter()
        .map(|verdict| summary["labels"]["no label"][verdict][0].as_u64().unwrap())
        .sum();
    assert_eq!(sum, bodies.len() as u64);
}

#[tokio::test]
async fn another_model_flips_comments_that_it_reads_otherwise() {
    let server = Server::start();
    let model = holding_odd(20);
    model.put(server.folder.path());
    let odd = server.comment(ODD).await;
    label(&server, &odd, "abuse").await;
    server.comment("Merci pour cet article.").await;
    let (flips, summary) = replayed(&server, &["--model", &model.version]);
    assert_eq!(flips.len(), 1);
    let flip = &flips[0];
    assert_eq!((&flip["id"], &flip["label"], &flip["change"]), (&odd["id"], &json!("abuse"), &json!("better")));
    assert_eq!((&flip["before"]["verdict"], &flip["after"]["verdict"]), (&json!("approve"), &json!("hold")));
    assert_eq!((&summary["better"], &summary["worse"]), (&json!(1), &json!(0)));

    let said = text(&run(server.folder.path(), &["replay", "--model", &model.version], "").stdout);
    assert!(said.contains("better  abuse") && said.contains("zorglub") && said.contains("1 better, 0 worse"), "{said}");
    let (_, answer) = server.get(&format!("/v1/comments/{}", odd["id"].as_str().unwrap())).await;
    assert_eq!((&answer["verdict"], &answer["model"]), (&odd["verdict"], &odd["model"]), "nothing was written");
}

#[tokio::test]
async fn other_rules_and_thresholds_are_told_by_what_people_said() {
    let rules = |rules: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rules.toml"), rules).unwrap();
        folder
    };
    let now = rules(&rule("a", "girafe", 3.0));
    let file = now.path().join("rules.toml");
    let server = Server::start_with(&[("TAMIS_RULES__FILE", file.to_str().unwrap())]);
    let (good, bad) = (server.comment("Une girafe.").await, server.comment("Un zèbre.").await);
    label(&server, &good, "ham").await;
    label(&server, &bad, "spam").await;
    let other = rules(&[rule("b", "zèbre", 6.0), rule("c", "okapi", 1.0)].concat());
    let other = other.path().join("rules.toml");
    let with = ["--rules", other.to_str().unwrap()];
    let (flips, summary) = replayed(&server, &with);
    let verdicts: Vec<_> =
        flips.iter().map(|flip| (&flip["before"]["verdict"], &flip["after"]["verdict"], &flip["change"])).collect();
    let (hold, approve, reject, better) = (&json!("hold"), &json!("approve"), &json!("reject"), &json!("better"));
    assert_eq!(verdicts, [(hold, approve, better), (approve, reject, better)]);
    assert_eq!(summary["better"], json!(2));

    let (flips, summary) = replayed(&server, &[&with[..], &["--hold-at", "8", "--reject-at", "9"]].concat());
    assert_eq!((flips.len(), &summary["labels"]["spam"]["approve"]), (1, &json!([1, 1])));
    let (flips, _) = replayed(&server, &["--rules", other.to_str().unwrap(), "--since", "2999-01-01"]);
    assert_eq!(flips.len(), 0);
    let wrong = run(server.folder.path(), &["replay", "--hold-at", "6"], "");
    assert_eq!(wrong.status.code(), Some(2));
}

/// What the form said is not stored: a rule about it stands as it was, also in a file that says more.
#[tokio::test]
async fn what_only_the_call_said_stands_as_it_was() {
    let server = Server::start();
    let trapped = json!({ "body": "Merci.", "form": { "honeypot": "x" } });
    let (_, answer) = server.post("/v1/comments", trapped).await;
    let honeypot = answer["signals"].as_array().unwrap().iter().find(|signal| signal["id"] == "form.honeypot");
    assert!(honeypot.is_some(), "{answer}");
    let rules = "[[rule]]\nid = \"form.honeypot\"\nscore = 9.0\nwhen.honeypot = true\nmessage.en = \"A trap\"\n\
                 [[rule]]\nid = \"more.trapped\"\nscore = 1.0\nwhen.rules = [\"form.*\"]\nmessage.en = \"More\"\n";
    std::fs::write(server.folder.path().join("other.toml"), rules).unwrap();
    server.comment("Merci.").await;
    let (flips, summary) = replayed(&server, &["--rules", "other.toml", "--hold-at", "9.5", "--reject-at", "10.5"]);
    let totals = &summary["labels"]["no label"];
    assert_eq!((&totals["hold"][1], &totals["approve"][1]), (&json!(1), &json!(1)), "{flips:?} {summary}");
}

#[tokio::test]
async fn one_site_is_replayed_with_its_own_model() {
    let server = Server::start();
    let model = holding_odd(21);
    model.put(server.folder.path());
    server.comment(ODD).await;
    crate::cli::add_site(&server, "autre");
    beside(&server, &["models", "promote", &model.version, "--site", "autre", "--json"]);
    assert_eq!(replayed(&server, &["--site", "autre"]).0.len(), 0, "it has no comments");
    assert_eq!(replayed(&server, &[]).0.len(), 0, "the other site goes by the default");
    beside(&server, &["models", "promote", &model.version, "--site", "default", "--json"]);
    assert_eq!(replayed(&server, &["--site", "default"]).0.len(), 1);
}
