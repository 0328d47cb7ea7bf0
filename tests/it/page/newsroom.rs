//! A newsroom with comments of every kind, decided on by the built-in rules and model: for tests and pictures of
//! whole pages.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::signed_in;
use crate::support::browser::Browser;
use crate::support::command;
use crate::support::eventually;
use crate::support::server::{Server, read};

/// JSON lines of the API's requests.
const COMMENTS: &str = include_str!("newsroom.jsonl");

pub const LEA: &[&str] = &["lea@example.org", "--name", "Léa", "--role", "lead"];

pub struct Newsroom {
    pub server: Server,
    /// The pages of the site begin here.
    pub home: String,
    key: String,
    /// By external id.
    ids: BTreeMap<String, String>,
}

impl Newsroom {
    /// A server with a site `Le Fil`; one comment was edited.
    pub async fn open() -> Self {
        Self::open_on(Server::start()).await
    }

    pub async fn open_on(server: Server) -> Self {
        let site = ["site", "add", "Le Fil", "--url", "https://lefil.example", "--json"];
        let key = command::beside(&server, &site)["key"].as_str().unwrap().to_owned();
        let home = format!("{}/moderate/sites/Le%20Fil", server.url);
        let mut newsroom = Self { server, home, key, ids: BTreeMap::new() };
        for line in COMMENTS.lines() {
            newsroom.send(serde_json::from_str(line).unwrap()).await;
        }
        newsroom
    }

    /// Sends a comment, first or again.
    pub async fn send(&mut self, comment: Value) {
        let answer = eventually("the site is known", async || {
            let request = self.server.request_as(&self.key, Method::POST, "/v1/comments").json(&comment);
            let (status, answer) = read(request.send().await.unwrap()).await;
            (status < 300).then_some(answer)
        });
        let answer = answer.await;
        let id = answer["id"].as_str().unwrap().to_owned();
        self.ids.insert(comment["external_id"].as_str().unwrap().to_owned(), id);
    }

    /// The comment that insults another reader, sent once more with more of it.
    pub async fn edit(&mut self) {
        let line = COMMENTS.lines().nth(1).unwrap();
        let mut comment: Value = serde_json::from_str(line).unwrap();
        comment["body"] = json!(format!("{} Personne ne vous lira.", comment["body"].as_str().unwrap()));
        self.send(comment).await;
    }

    /// What was sent first, as it was sent.
    pub fn sent(&self) -> Vec<Value> {
        COMMENTS.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn id(&self, external_id: &str) -> &str {
        &self.ids[external_id]
    }

    pub async fn lea(&self, browser: &Browser) {
        signed_in(&self.server, browser, LEA).await;
    }

    /// Léa a second time, in another browser.
    pub async fn lea_again(&self, browser: &Browser) {
        browser.open(&format!("{}/moderate/sign-in", self.server.url)).await;
        super::sign_in(browser, LEA[0], super::PASSWORD).await;
        browser.find(".reader").await;
    }
}
