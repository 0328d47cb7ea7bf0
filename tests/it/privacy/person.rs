//! A person's own data: told to them and erased by the e-mail that they gave, and what outlives the keys of addresses.

use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};

use crate::support::clock::Clock;
use crate::support::command::{run, run_with, text};
use crate::support::postgres::Cluster;
use crate::support::server::{Server, until};

/// Sends a comment: its id.
async fn send(server: &Server, body: &str, author: Value) -> String {
    let (status, answer) = server.post("/v1/comments", json!({ "body": body, "author": author })).await;
    assert_eq!(status, 201, "{answer}");
    answer["id"].as_str().unwrap().to_owned()
}

fn ids(comments: &Value) -> Vec<&str> {
    comments["comments"].as_array().unwrap().iter().map(|comment| comment["id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_wrote_is_told_and_erased_by_their_email() {
    let url = Cluster::shared().database().await;
    let on_postgres = [("TAMIS_STORE__URL", url.as_str()), ("TAMIS_PRIVACY__SECRET", "un secret")];
    for server in [Server::start(), Server::start_with(&on_postgres)] {
        let mut theirs = Vec::new();
        for number in 0..103 {
            let email = if number % 2 == 0 { "zoe@exemple.fr" } else { "Zoe@Exemple.FR" };
            theirs.push(send(&server, &format!("Mon avis, le {number}e."), json!({ "email": email })).await);
        }
        let other = send(&server, "Un autre avis.", json!({ "email": "lea@exemple.fr" })).await;
        let nobodys = send(&server, "Un avis sans adresse.", json!({ "name": "Zoé" })).await;
        let whose = json!({ "email": " zoe@exemple.fr" });

        let (status, first) = server.post("/v1/authors/export", whose.clone()).await;
        assert_eq!((status, ids(&first)), (200, theirs[..100].iter().map(String::as_str).collect()));
        assert_eq!(first["comments"][0]["body"], "Mon avis, le 0e.");
        let further = json!({ "email": "zoe@exemple.fr", "cursor": first["next"] });
        let (_, rest) = server.post("/v1/authors/export", further).await;
        assert_eq!((ids(&rest).len(), &rest["next"]), (3, &Value::Null));

        let (status, receipt) = server.post("/v1/authors/erase", whose.clone()).await;
        assert_eq!((status, ids(&receipt).len(), &receipt["more"]), (200, 100, &json!(true)));
        let (_, receipt) = server.post("/v1/authors/erase", whose.clone()).await;
        assert_eq!((ids(&receipt).len(), &receipt["more"]), (3, &json!(false)));
        assert_eq!(receipt["without_email"], 1, "nothing links it to anybody");
        assert!(!receipt.to_string().contains("zoe"), "a receipt names nobody");
        assert_eq!(ids(&server.post("/v1/authors/export", whose).await.1), Vec::<&str>::new());
        assert_eq!(server.get(&format!("/v1/comments/{}", theirs[0])).await.0, 404);
        for id in [other, nobodys] {
            assert_eq!(server.get(&format!("/v1/comments/{id}")).await.0, 200);
        }
        let (status, wrong) = server.post("/v1/authors/erase", json!({ "email": " " })).await;
        assert!(status == 422 || status == 400, "{wrong}");
        assert!(server.log().iter().all(|line| !line.contains("exemple.fr")), "the log names nobody");
    }
}

#[tokio::test]
async fn the_command_line_does_the_same_and_takes_the_email_from_standard_input() {
    let server = Server::start();
    let folder = server.folder.path();
    let id = send(&server, "Mon avis.", json!({ "email": "zoe@exemple.fr" })).await;
    let told = run(folder, &["privacy", "export", "--email", "-"], "zoe@exemple.fr\n");
    let line: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((&line["site"], &line["comment"]["id"]), (&json!("default"), &json!(id)));
    let nobody = run(folder, &["privacy", "export", "--email", "lea@exemple.fr"], "");
    assert_eq!((nobody.status.code(), nobody.stdout.len()), (Some(1), 0));

    let erase = ["privacy", "erase", "--email", "zoe@exemple.fr", "--site", "default"];
    let erased = run(folder, &erase, "");
    let said = text(&erased.stdout);
    assert!(erased.status.success() && said.contains(&format!("erased {id}: 1 revisions")), "{said}");
    assert!(said.contains("0 comments came without an e-mail"), "{said}");
    assert_eq!(run(folder, &erase, "").status.code(), Some(1), "there is nothing left");
    for (arguments, hint) in
        [(["privacy", "erase", "--email", ""], "is empty"), (["privacy", "erase", "--site", "a"], "--email")]
    {
        let refused = run_with(&[], folder, &arguments, "");
        assert!(refused.status.code() == Some(2) && text(&refused.stderr).contains(hint), "{}", text(&refused.stderr));
    }
}

async fn live_periods(store: &mut SqliteConnection) -> Vec<i64> {
    sqlx::query_scalar("SELECT period FROM address_keys ORDER BY period").fetch_all(store).await.unwrap()
}

/// Forty days are two periods and a half: the key that a comment's address was recognised by is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_outlives_the_keys_of_addresses_and_what_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::new(folder.path());
    // Retention walks every second where it has little time.
    let server = clock.server(&[("TAMIS_PRIVACY__RETENTION__HELD", "10 s"), ("TAMIS_CAMPAIGNS__HOLD", "off")]);
    let path = server.folder.path().join("tamis.db");
    let mut store = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    let known = |external_id: &str, email: Option<&str>| {
        json!({
            "external_id": external_id, "body": format!("Un avis, {external_id}."),
            "author": { "email": email, "ip": "203.0.113.7" }
        })
    };
    let settle = async |comment: &Value| {
        let (status, answer) = server.post("/v1/comments", comment.clone()).await;
        assert_eq!(status, 201, "{answer}");
        let id = answer["id"].as_str().unwrap().to_owned();
        let approval = json!({ "status": "approved" });
        assert_eq!(server.post(&format!("/v1/comments/{id}/resolution"), approval).await.0, 200);
        id
    };
    let approved_before = async |comment: Value| {
        let id = server.post("/v1/comments", comment).await.1["id"].as_str().unwrap().to_owned();
        server.get(&format!("/v1/comments/{id}/author")).await.1["approved"].as_u64().unwrap()
    };
    let (first, nameless) = (known("premier", Some("zoe@exemple.fr")), known("anonyme", None));
    let id = settle(&first).await;
    settle(&nameless).await;
    assert_eq!(approved_before(known("second", Some("zoe@exemple.fr"))).await, 1);
    assert_eq!(approved_before(known("second anonyme", None)).await, 2, "the address links both");
    let old = live_periods(&mut store).await;

    clock.set(86_400 * 40);
    assert_eq!(approved_before(known("tiers anonyme", None)).await, 0, "the address links nothing any more");
    until("the old keys are destroyed", async || {
        live_periods(&mut store).await.iter().all(|period| !old.contains(period))
    })
    .await;
    assert_eq!(approved_before(known("tiers", Some("zoe@exemple.fr"))).await, 1, "history goes by the e-mail");
    let (status, again) = server.post("/v1/comments", first).await;
    assert_eq!((status, again["id"].as_str()), (200, Some(id.as_str())), "a retry gets the first answer");
    let (_, receipt) = server.post("/v1/authors/erase", json!({ "email": "zoe@exemple.fr" })).await;
    assert_eq!((ids(&receipt).len(), ids(&receipt)[0]), (3, id.as_str()));
    assert_eq!(receipt["without_email"], 3);
}
