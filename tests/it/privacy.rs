//! What is kept no longer is gone, and nothing is kept that must not be.

mod network;
mod person;
mod scan;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::postgres::Cluster;
use crate::support::server::{Server, until};

const SHORT: [(&str, &str); 4] = [
    ("TAMIS_PRIVACY__RETENTION__HELD", "1 s"),
    ("TAMIS_PRIVACY__RETENTION__REJECTED", "1 s"),
    ("TAMIS_PRIVACY__RETENTION__APPROVED", "1 s"),
    ("TAMIS_PRIVACY__EXAMPLES", "365 d"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_takes_texts_out_when_their_time_is_over() {
    let url = Cluster::shared().database().await;
    let on_postgres =
        [SHORT.as_slice(), &[("TAMIS_STORE__URL", &url), ("TAMIS_PRIVACY__SECRET", "un secret")]].concat();
    for server in [Server::start_with(&SHORT), Server::start_with(&on_postgres)] {
        let send = async |external_id: &str| {
            let comment = json!({
                "external_id": external_id, "body": "Merci pour cet article.", "author": { "name": "Zoé" }
            });
            let (status, answer) = server.post("/v1/comments", comment).await;
            assert_eq!(status, 201, "{answer}");
            format!("/v1/comments/{}", answer["id"].as_str().unwrap())
        };
        let (unlabelled, labelled) = (send("a").await, send("b").await);
        let label = server.request(Method::POST, &format!("{labelled}/feedback")).json(&json!({ "label": "ham" }));
        assert_eq!(label.send().await.unwrap().status(), 200);
        until("the text is gone", async || server.get(&unlabelled).await.1["body"].is_null()).await;
        until("the name is gone", async || server.get(&labelled).await.1["author"]["name"].is_null()).await;

        let (_, found) = server.get(&labelled).await;
        assert_eq!((&found["body"], &found["label"]), (&json!("Merci pour cet article."), &json!("ham")));
        // The decision stays, and a late retry still gets it.
        let (_, found) = server.get(&unlabelled).await;
        assert_eq!((&found["author"]["name"], &found["verdict"]), (&Value::Null, &json!("approve")));
        let retry = json!({ "external_id": "a", "body": "Merci pour cet article.", "author": { "name": "Zoé" } });
        let (status, again) = server.post("/v1/comments", retry).await;
        assert_eq!((status, &again["id"], &again["revision"]), (200, &found["id"], &json!(1)));
    }
}
