//! The command line as an operator meets it.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::command::{beside, run, text};
use crate::support::server::{Server, tamis, until};

/// Adds a site beside a running server: its key.
pub fn add_site(server: &Server, name: &str) -> String {
    let keys = beside(server, &["site", "add", name, "--url", "https://autre.example", "--json"]);
    assert_eq!(keys["akismet_key"].as_str().unwrap().len(), 12);
    keys["key"].as_str().unwrap().to_owned()
}

#[test]
fn check_decides_in_order_and_lines_end_at_line_feeds_only() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "{\"body\": \"un\u{2028}deux\u{85}trois\", \"external_id\": \"a\"}\n\n{\"text\": \"Great\", \"lang\": \"en\"}\n{\"body\": \"\", \"external_id\": \"c\"}";
    let output = run(folder.path(), &["check"], lines);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let answers: Vec<Value> =
        text(&output.stdout).split_terminator('\n').map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer["external_id"]).collect();
    assert_eq!(ids, [&json!("a"), &Value::Null, &json!("c")]);
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "a check leaves nothing behind");
}

#[test]
fn check_names_the_line_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("x.jsonl"),
        "{\"body\": \"a\"}\n{\"body\": \"b\", \"author\": {\"ip\": \"?\"}}\n",
    )
    .unwrap();
    let output = run(folder.path(), &["check", "x.jsonl"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("x.jsonl:2: author.ip"), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout).lines().count(), 1, "what was decided before stands");
}

/// As `tamis check | head` does.
#[test]
fn a_reader_who_leaves_is_no_error_to_tell() {
    let folder = tempfile::tempdir().unwrap();
    let mut check = tamis();
    check.arg("check").current_dir(folder.path());
    let mut child = check.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(b"{\"body\": \"Bonjour\"}\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(2), String::new()));
}

#[tokio::test]
async fn check_decides_as_the_server_does() {
    let server = Server::start();
    let comment =
        json!({ "body": "Grand casino en ligne, bonus de 500 € : http://bit.ly/x", "author": { "name": "Léa" } });
    let (_, mut served) = server.post("/v1/check", comment.clone()).await;
    let output = run(server.folder.path(), &["check"], &comment.to_string());
    let mut checked: Value = serde_json::from_slice(&output.stdout).unwrap();
    for answer in [&mut served, &mut checked] {
        answer["checked_at"] = Value::Null;
    }
    assert_eq!(served, checked);
}

#[test]
fn the_demo_shows_a_dozen_verdicts() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["demo", "--once"], "");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    for verdict in ["approve", "hold", "reject"] {
        assert!(table.contains(verdict), "{table}");
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "a demo leaves nothing behind");
}

#[tokio::test]
async fn a_site_added_or_rotated_beside_the_server_counts_without_a_restart() {
    let mut server = Server::start();
    let first = std::mem::take(&mut server.key);
    server.key = add_site(&server, "autre");
    until("the new key is taken", async || server.get("/v1/comments").await.0 == 200).await;

    let keys = beside(&server, &["site", "rotate-key", "default", "--json"]);
    server.key = first;
    until("the old key ends", async || server.get("/v1/comments").await.0 == 401).await;
    server.key = keys["key"].as_str().unwrap().to_owned();
    assert_eq!(server.get("/v1/comments").await.0, 200);
}

#[test]
fn a_site_is_added_once_and_listed_without_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let add = ["site", "add", "journal", "--url", "https://journal.example", "--json"];
    let keys: Value = serde_json::from_slice(&run(folder.path(), &add, "").stdout).unwrap();
    let again = run(folder.path(), &add, "");
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("named `journal` already"), "{}", text(&again.stderr));

    let list = text(&run(folder.path(), &["site", "list", "--json"], "").stdout);
    assert_eq!(list.lines().count(), 1);
    assert!(list.contains("journal") && !list.contains(keys["key"].as_str().unwrap()));
    let wrong = run(folder.path(), &["site", "add", "x", "--url", "ftp://x", "--json"], "");
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn the_example_configuration_checks_and_a_wrong_one_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let example = run(folder.path(), &["config", "example"], "");
    std::fs::write(folder.path().join("tamis.toml"), &example.stdout).unwrap();
    assert!(run(folder.path(), &["config", "check"], "").status.success());

    std::fs::write(folder.path().join("tamis.toml"), "[limits]\nautor = \"6/min\"\n").unwrap();
    let wrong = run(folder.path(), &["config", "check"], "");
    assert_eq!(wrong.status.code(), Some(2));
    let told = text(&wrong.stderr);
    assert!(told.contains("tamis.toml, line 2") && told.contains("did you mean `author`?"), "{told}");
}

#[test]
fn a_wrong_rule_is_told_by_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.toml"), "[[rule]]\nid = \"a.b\"\nscore = 1.0\nwhen.pattern = '('\n")
        .unwrap();
    std::fs::write(folder.path().join("tamis.toml"), "[rules]\nfile = \"rules.toml\"\n").unwrap();
    let wrong = run(folder.path(), &["config", "check"], "");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("rules.toml:4"), "{}", text(&wrong.stderr));
}

#[tokio::test]
async fn health_says_by_exit_code_whether_the_server_is_ready() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let healthy = run(folder.path(), &["health", "--url", &server.url], "");
    assert!(healthy.status.success() && text(&healthy.stdout).contains("ready"));
    let url = server.url.clone();
    assert_eq!(server.stop(), Some(0));
    assert_eq!(run(folder.path(), &["health", "--url", &url], "").status.code(), Some(1));
}

#[test]
fn another_secret_does_not_open_the_store() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["site", "list"], "").status.success());
    std::fs::write(folder.path().join("tamis.secret"), "un autre secret").unwrap();
    let wrong = run(folder.path(), &["site", "list"], "");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("privacy.secret"), "{}", text(&wrong.stderr));
}
