//! A campaign on the cards and decided on as one, in a browser.

use fantoccini::Locator;
use serde_json::json;

use super::signed_in;
use crate::campaigns::send_copy;
use crate::support::browser::{Browser, Kind};
use crate::support::eventually;
use crate::support::server::Server;

const LEA: &[&str] = &["lea@example.org", "--name", "Léa", "--role", "moderator"];

async fn says(browser: &Browser, css: &str, words: &str) {
    let says = async || {
        let text = browser.client.find(Locator::Css(css)).await.ok()?.text().await.ok()?;
        text.contains(words).then_some(())
    };
    eventually(&format!("`{css}` says {words}"), says).await;
}

async fn all_copies_at_once(kind: Kind) {
    let settings = [("TAMIS_CAMPAIGNS__HOLD", "4/h"), ("TAMIS_CAMPAIGNS__REJECT", "20/h")];
    let (server, browser) = (Server::start_with(&settings), Browser::start_as(kind).await);
    let mut ids = Vec::new();
    for nth in 0..7 {
        let answer = send_copy(&server, &server.key, nth).await;
        ids.push(answer["id"].as_str().unwrap().to_owned());
    }
    let held = &ids[4..];
    signed_in(&server, &browser, LEA).await;
    browser.open(&format!("{}/moderate/sites/default/queue", server.url)).await;
    let card = format!("#c-{}", held[1]);
    says(&browser, &format!("{card} .campaign"), "3 en attente, sur 3 pages").await;
    browser.click(&format!("{card} .campaign a")).await;
    browser.heading("Décider pour tous").await;
    assert!(browser.text("main").await.contains("3 commentaires en attente sont concernés."));
    browser.click("button[value=spam]").await;
    says(&browser, "#said", "3 commentaires rejetés.").await;
    let status = async |id: &str| server.get(&format!("/v1/comments/{id}")).await.1["status"].clone();
    for id in held {
        assert_eq!(status(id).await, "rejected");
    }
    browser.click("#undo").await;
    says(&browser, "#said", "3 décisions annulées.").await;
    for id in held {
        assert_eq!(status(id).await, "held");
    }
    let shown = async |number: usize| {
        browser.open(&format!("{}/moderate/sites/default/queue", server.url)).await;
        browser.click(".facets:last-of-type summary").await;
        browser.click(".facets a[href*='campaign=']").await;
        says(&browser, ".filter", "Le même texte, ou presque").await;
        assert_eq!(browser.client.find_all(Locator::Css("#cards .comment")).await.unwrap().len(), number);
    };
    shown(3).await;
    // Those that got through before, brought back, stand among their copies.
    let (status, _) = server.post(&format!("/v1/comments/{}/requeue-copies", held[0]), json!({})).await;
    assert_eq!(status, 200);
    shown(7).await;
    says(&browser, &format!("#c-{} .campaign", ids[0]), "7 en attente, sur 7 pages").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_held_copies_are_decided_on_and_taken_back_at_once() {
    all_copies_at_once(Kind::LAPTOP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_held_copies_are_decided_on_and_taken_back_at_once_without_script() {
    all_copies_at_once(Kind { script: false, ..Kind::LAPTOP }).await;
}
