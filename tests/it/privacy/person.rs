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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_found_by_their_address_and_by_the_host_sites_id_too() {
    let url = Cluster::shared().database().await;
    let on_postgres = [("TAMIS_STORE__URL", url.as_str()), ("TAMIS_PRIVACY__SECRET", "un secret")];
    for server in [Server::start(), Server::start_with(&on_postgres)] {
        let member = json!({ "id": "membre 7", "ip": "203.0.113.7" });
        let known = send(&server, "Un avis de membre.", member).await;
        let mapped = send(&server, "Un avis de la même adresse.", json!({ "ip": "::ffff:203.0.113.7" })).await;
        let near = send(&server, "Un avis du même réseau.", json!({ "ip": "203.0.113.8" })).await;
        let nobodys = send(&server, "Un avis de nulle part.", json!({})).await;

        let (_, told) = server.post("/v1/authors/export", json!({ "id": "membre 7" })).await;
        assert_eq!(ids(&told), [&known]);
        assert_eq!(told["comments"][0]["identifiers"], json!(["id", "address"]));
        let (_, told) = server.post("/v1/authors/export", json!({ "ip": "203.0.113.7" })).await;
        assert_eq!(ids(&told), [&known, &mapped]);

        let (status, receipt) = server.post("/v1/authors/erase", json!({ "id": "membre 7" })).await;
        assert_eq!((status, ids(&receipt), &receipt["without_id"]), (200, vec![known.as_str()], &json!(3)));
        let (_, receipt) = server.post("/v1/authors/erase", json!({ "ip": "203.0.113.7" })).await;
        assert_eq!((ids(&receipt), &receipt["without_ip"]), (vec![mapped.as_str()], &json!(1)));
        assert_eq!((&receipt["unlinkable"], &receipt["without_email"]), (&json!([]), &Value::Null));
        for id in [near, nobodys] {
            assert_eq!(server.get(&format!("/v1/comments/{id}")).await.0, 200);
        }
        for (wrong, field) in [(json!({ "ip": "203.0.113" }), "ip"), (json!({ "id": " " }), "email")] {
            let (status, problem) = server.post("/v1/authors/erase", wrong).await;
            assert_eq!((status, &problem["field"]), (422, &json!(field)));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_of_an_author_is_told_and_goes_with_the_comment() {
    let url = Cluster::shared().database().await;
    let on_postgres = [("TAMIS_STORE__URL", url.as_str()), ("TAMIS_PRIVACY__SECRET", "un secret")];
    for server in [Server::start(), Server::start_with(&on_postgres)] {
        let id = send(&server, "Mon avis.", json!({ "email": "zoe@exemple.fr" })).await;
        let call = server.request(reqwest::Method::PUT, &format!("/v1/comments/{id}/author"));
        let given = call.json(&json!({ "standing": "blocked" })).send().await.unwrap();
        assert_eq!(given.status(), 200);

        let (_, told) = server.post("/v1/authors/export", json!({ "email": "zoe@exemple.fr" })).await;
        assert_eq!(told["comments"][0]["standing"]["standing"], "blocked");
        let (_, receipt) = server.post("/v1/authors/erase", json!({ "email": "zoe@exemple.fr" })).await;
        let erased = &receipt["comments"][0];
        assert_eq!((&erased["standing"]["standing"], &erased["identifiers"]), (&json!("blocked"), &json!(["email"])));
        let (_, next) =
            server.post("/v1/check", json!({ "body": "Encore.", "author": { "email": "zoe@exemple.fr" } })).await;
        assert_eq!(next["verdict"], "approve", "the block is gone: {next}");
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
    assert!(said.contains("the author’s email as digests"), "{said}");
    let id = send(&server, "Mon autre avis.", json!({ "id": "membre 7", "ip": "203.0.113.7" })).await;
    let told = text(&run(folder, &["privacy", "export", "--author-id", "membre 7"], "").stdout);
    assert!(told.contains(&id), "{told}");
    let report: Value = serde_json::from_slice(&run(folder, &["privacy", "report", "--json"], "").stdout).unwrap();
    let site = &report["sites"]["default"];
    assert_eq!((&site["author_ids"], &site["addresses"], &site["emails"]), (&json!(1), &json!(1), &json!(0)));
    assert!(site["addresses_end"].is_string(), "{site}");
    let erased = text(&run(folder, &["privacy", "erase", "--ip", "-"], "203.0.113.7\n").stdout);
    assert!(erased.contains(&format!("erased {id}: ")) && erased.contains("without an address"), "{erased}");
    assert_eq!(run(folder, &erase, "").status.code(), Some(1), "there is nothing left");
    for (arguments, hint) in
        [(["privacy", "erase", "--email", ""], "is missing"), (["privacy", "erase", "--site", "a"], "--email")]
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

    let (_, receipt) = server.post("/v1/authors/erase", json!({ "ip": "203.0.113.7" })).await;
    assert_eq!(ids(&receipt).len(), 1, "one that is nameless came under a key that is left");
    let unlinkable = receipt["unlinkable"].as_array().unwrap();
    assert!(unlinkable.len() == 1 && unlinkable[0]["comments"] == 2, "the nameless of 40 days before: {receipt}");
    let day = |field: &str| unlinkable[0][field].as_str().unwrap().parse::<jiff::civil::Date>().unwrap();
    let today = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
    assert!(day("from") <= today && today < day("until"), "{receipt}");
}
