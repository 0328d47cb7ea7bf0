//! What a moderator says of an author, in a browser: with and without script, in both languages, by role.

use fantoccini::Locator;
use reqwest::Method;
use serde_json::{Value, json};

use super::queue::server;
use super::signed_in;
use crate::support::browser::{Browser, Kind};
use crate::support::eventually;
use crate::support::server::Server;

const LEA: &[&str] = &["lea@example.org", "--name", "Léa", "--role", "lead"];
const WITHOUT_SCRIPT: Kind = Kind { script: false, ..Kind::LAPTOP };
const IN_ENGLISH: Kind = Kind { language: "en", ..Kind::LAPTOP };

/// Held by its score: nothing that stands against it holds outright.
const CASINO: &str = "Venez au casino ce soir";

/// A comment of one author.
async fn sent(server: &Server) -> Value {
    let author = json!({ "name": "Gros Malin", "email": "malin@exemple.fr", "ip": "198.51.100.20" });
    let (status, answer) = server.post("/v1/comments", json!({ "body": CASINO, "author": author })).await;
    assert_eq!(status, 201, "{answer}");
    answer
}

fn card(comment: &Value) -> String {
    format!("#c-{}", comment["id"].as_str().unwrap())
}

async fn says(browser: &Browser, css: &str, words: &str) {
    let says = async || {
        let text = browser.client.find(Locator::Css(css)).await.ok()?.text().await.ok()?;
        text.contains(words).then_some(())
    };
    eventually(&format!("`{css}` says {words}"), says).await;
}

/// Says it on a card for 90 days, and waits until the card tells it.
async fn say(browser: &Browser, card: &str, act: &str, words: &str) {
    browser.click(&format!("{card} .author summary")).await;
    browser.script(&format!("document.querySelector('{card} select[name^=days-]').value = '90'")).await;
    browser.click(&format!("{card} button[value^='{act} ']")).await;
    says(browser, &format!("{card} .standing"), words).await;
}

async fn every_word(kind: Kind) {
    let (server, browser) = (server(), Browser::start_as(kind).await);
    let held = sent(&server).await;
    assert_eq!(held["status"], "held", "{held}");
    signed_in(&server, &browser, LEA).await;
    let site = format!("{}/moderate/sites/default", server.url);
    browser.open(&format!("{site}/queue")).await;
    let day = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(90 * 24);
    say(&browser, &card(&held), "blocked", "Auteur bloqué jusqu’au ").await;
    says(&browser, &format!("{} .standing", card(&held)), &format!("{} (par Léa)", &day.to_string()[..4])).await;
    says(&browser, "#said", "Cet auteur est bloqué.").await;
    assert_eq!(sent(&server).await["decided_by"], "author.blocked");
    say(&browser, &card(&held), "held", "Auteur toujours retenu").await;
    let next = sent(&server).await;
    assert!(next["signals"].as_array().unwrap().iter().any(|signal| signal["id"] == "author.held"), "{next}");
    browser.open(&format!("{site}/queue")).await;
    says(&browser, &format!("{} .standing", card(&next)), "Auteur toujours retenu").await;
    say(&browser, &card(&next), "trusted", "Auteur de confiance").await;
    assert_eq!(sent(&server).await["status"], "approved");

    // From the page of one comment it is taken back, and the comment still waits.
    browser.open(&format!("{site}/comments/{}", held["id"].as_str().unwrap())).await;
    says(&browser, "#one .standing", "Auteur de confiance").await;
    browser.click("#one button[value^='lift ']").await;
    eventually("nothing is said of the author", async || {
        browser.client.find(Locator::Css("#one .standing")).await.is_err().then_some(())
    })
    .await;
    browser.find("#one .acts button[data-key=a]").await;
    assert_eq!(sent(&server).await["status"], "held");

    browser.open(&format!("{site}/audit")).await;
    let table = browser.text("tbody").await;
    for line in ["Consigne sur un auteur : bloqué jusqu’au", "Consigne sur un auteur levée : de confiance"] {
        assert!(table.contains(line), "{table}");
    }
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_is_blocked_held_trusted_and_let_go_again() {
    every_word(Kind::LAPTOP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_is_blocked_held_trusted_and_let_go_again_without_script() {
    every_word(WITHOUT_SCRIPT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_waits_of_one_author_is_not_that_of_another_of_the_same_name() {
    let (server, browser) = (server(), Browser::start().await);
    let send = async |email: Option<&str>| {
        let author = json!({ "name": "Marie", "email": email });
        let (_, answer) = server.post("/v1/comments", json!({ "body": CASINO, "author": author })).await;
        card(&answer)
    };
    let (one, other) = (Some("marie@exemple.fr"), Some("marie@autre.example"));
    let [first, second, elsewhere, unsigned] = [send(one).await, send(one).await, send(other).await, send(None).await];
    signed_in(&server, &browser, LEA).await;
    let shown = async || {
        let ids = "return [...document.querySelectorAll('#cards .comment')].map((card) => `#${card.id}`)";
        browser.script(ids).await
    };
    let link = |card: &str| format!("{card} .hint a[href*='author=']");
    let queue = format!("{}/moderate/sites/default/queue", server.url);
    for (card, words, expected) in [
        (&second, "tout ce qui attend de cet auteur", json!([first, second])),
        (&elsewhere, "tout ce qui attend de cet auteur", json!([elsewhere])),
        (&unsigned, "tout ce qui attend sous ce nom", json!([unsigned])),
    ] {
        browser.open(&queue).await;
        says(&browser, &link(card), words).await;
        browser.click(&link(card)).await;
        says(&browser, ".filter", "De Marie").await;
        assert_eq!(shown().await, expected);
    }
    browser.open(&queue).await;
    browser.click(&link(&first)).await;
    says(&browser, ".filter a.button", "Décider pour les 2 ensemble").await;
    browser.click(".filter a.button").await;
    says(&browser, "main", "De Marie").await;
    browser.click("button[value=spam]").await;
    says(&browser, "#said", "2 commentaires rejetés.").await;
    browser.open(&queue).await;
    assert_eq!(shown().await, json!([elsewhere, unsigned]));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_cards_of_an_author_show_at_once_what_is_said_of_them() {
    let (server, browser) = (server(), Browser::start().await);
    let [first, second] = [sent(&server).await, sent(&server).await].map(|comment| card(&comment));
    let (_, other) = server.post("/v1/comments", json!({ "body": CASINO, "author": { "name": "Gros Malin" } })).await;
    signed_in(&server, &browser, LEA).await;
    browser.open(&format!("{}/moderate/sites/default/queue", server.url)).await;
    browser.script("window.neverLoadedAgain = true").await;
    say(&browser, &first, "held", "Auteur toujours retenu").await;
    says(&browser, &format!("{second} .standing"), "Auteur toujours retenu").await;
    let focused = "return `#${document.activeElement.id}`";
    eventually("the card has the focus again", async || (browser.script(focused).await == json!(first)).then_some(()))
        .await;
    browser.click(&format!("{second} button[value^='lift ']")).await;
    eventually("neither card says it any more", async || {
        let said = browser.client.find_all(Locator::Css(".standing")).await.unwrap();
        said.is_empty().then_some(())
    })
    .await;
    browser.find(&card(&other)).await;
    assert_eq!(browser.script("return window.neverLoadedAgain").await, json!(true));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_tells_what_persons_decided_on_the_author_before() {
    let (server, browser) = (server(), Browser::start().await);
    for status in ["approved", "rejected", "approved"] {
        let path = format!("/v1/comments/{}/resolution", sent(&server).await["id"].as_str().unwrap());
        assert_eq!(server.post(&path, json!({ "status": status })).await.0, 200);
    }
    let held = sent(&server).await;
    signed_in(&server, &browser, LEA).await;
    let site = format!("{}/moderate/sites/default", server.url);
    let id = held["id"].as_str().unwrap();
    for page in ["queue".to_owned(), format!("comments/{id}")] {
        browser.open(&format!("{site}/{page}")).await;
        says(&browser, &format!("{} .record", card(&held)), "2 approuvés, 1 rejeté").await;
    }
    let (_, known) = server.get(&format!("/v1/comments/{id}/author")).await;
    assert_eq!((&known["approved"], &known["rejected"], &known["standing"]), (&json!(2), &json!(1), &Value::Null));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_sees_what_was_said_and_says_nothing() {
    let (server, browser) = (server(), Browser::start_as(IN_ENGLISH).await);
    let held = sent(&server).await;
    let id = held["id"].as_str().unwrap();
    let request = server.request(Method::PUT, &format!("/v1/comments/{id}/author"));
    let answer = request.json(&json!({ "standing": "blocked", "days": 7 })).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    signed_in(&server, &browser, &["vera@example.org", "--name", "Véra", "--role", "viewer"]).await;
    browser.open(&format!("{}/moderate/sites/default/queue", server.url)).await;
    says(&browser, &format!("#c-{id} .standing"), "Author blocked until ").await;
    for css in [".author", ".standing button"] {
        assert!(browser.client.find(Locator::Css(&format!("#c-{id} {css}"))).await.is_err(), "{css}");
    }
    // A form of her own gets nowhere either.
    let fields = format!("['token', document.querySelector('input[name=token]').value], ['act', 'lift {id}']");
    let post = format!(
        "return fetch('/moderate/sites/default/author', {{ method: 'POST', body: new URLSearchParams([{fields}]) }})\
         .then((it) => it.status)"
    );
    assert_eq!(browser.script(&post).await, 403);
    assert_eq!(sent(&server).await["decided_by"], "author.blocked");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_recognised_cannot_be_blocked_and_the_page_says_why() {
    let (server, browser) = (server(), Browser::start_as(IN_ENGLISH).await);
    let (_, held) = server.post("/v1/comments", json!({ "body": CASINO })).await;
    signed_in(&server, &browser, LEA).await;
    browser.open(&format!("{}/moderate/sites/default/queue", server.url)).await;
    browser.click(&format!("{} .author summary", card(&held))).await;
    browser.click(&format!("{} button[value^='blocked ']", card(&held))).await;
    says(&browser, "#said", "Nothing tells this author apart").await;
    browser.find(&card(&held)).await;
    browser.close().await;
}
