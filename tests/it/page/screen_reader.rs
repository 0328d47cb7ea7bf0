//! What a screen reader is told, as Chromium's accessibility tree has it.

use serde_json::{Value, json};

use super::queue::server;
use super::signed_in;
use crate::support::browser::{Browser, Kind};
use crate::support::eventually;
use crate::support::server::Server;

const LEA: &[&str] = &["lea@example.org", "--name", "Léa", "--role", "moderator"];

#[derive(Debug)]
struct Node {
    role: String,
    name: String,
    description: String,
    focused: bool,
}

/// All that is there to be read, in order.
async fn told(browser: &Browser) -> Vec<Node> {
    let tree = browser.tell("Accessibility.getFullAXTree", json!({})).await;
    let text = |node: &Value, of: &str| node[of]["value"].as_str().unwrap_or_default().to_owned();
    let has = |node: &Value, name: &str| {
        let mut properties = node["properties"].as_array().into_iter().flatten();
        properties.any(|property| property["name"] == name && property["value"]["value"] == true)
    };
    let there = tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] == false);
    there
        .map(|node| Node {
            role: text(node, "role"),
            name: text(node, "name"),
            description: text(node, "description"),
            focused: has(node, "focused"),
        })
        .collect()
}

async fn held(server: &Server, author: &str, body: &str) {
    let (_, answer) = server.post("/v1/comments", json!({ "body": body, "author": { "name": author } })).await;
    assert_eq!(answer["status"], "held", "{answer}");
}

fn of_role<'n>(nodes: &'n [Node], role: &str) -> Vec<&'n Node> {
    nodes.iter().filter(|node| node.role == role).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_read_whole_and_each_button_says_whose_it_is() {
    let (server, browser) = (server(), Browser::start().await);
    held(&server, "Camille", "Venez au casino ce soir").await;
    held(&server, "Zoé", "Cet idiot, encore").await;
    signed_in(&server, &browser, LEA).await;
    browser.open(&format!("{}/moderate/sites/default/queue", server.url)).await;
    browser.find(".comment").await;
    let nodes = told(&browser).await;
    let cards = of_role(&nodes, "article");
    assert_eq!(cards.iter().map(|card| card.name.as_str()).collect::<Vec<_>>(), ["Camille", "Zoé"]);
    for (card, told) in cards.iter().zip([
        ["Venez au [Indice de spam: casino ] ce soir", "Parle de casino", "+2,5"],
        ["Cet [Indice de propos abusifs: idiot ], encore", "Insulte quelqu’un", "règle ferme"],
    ]) {
        for words in told {
            assert!(card.description.contains(words), "{words} is not in {}", card.description);
        }
    }
    let buttons =
        |name: &str| of_role(&nodes, "button").into_iter().filter(|node| node.name == name).collect::<Vec<_>>();
    for name in ["Approuver", "Rejeter", "Spam", "Abus", "Pas du spam"] {
        let whose: Vec<_> = buttons(name).iter().map(|button| button.description.as_str()).collect();
        assert_eq!(whose, ["Camille", "Zoé"], "{name}");
    }
    let boxes: Vec<_> = of_role(&nodes, "checkbox").iter().map(|it| (&*it.name, &*it.description)).collect();
    assert_eq!(boxes, [("Sélectionner", "Camille"), ("Sélectionner", "Zoé")]);
    let mute =
        nodes.iter().filter(|node| ["button", "link", "textbox", "searchbox", "combobox"].contains(&&*node.role));
    assert_eq!(
        mute.filter(|node| node.name.is_empty()).count(),
        0,
        "everything that can be used has a name: {nodes:#?}"
    );
    browser.close().await;
}

async fn after_an_act(kind: Kind) {
    let (server, browser) = (server(), Browser::start_as(kind).await);
    for author in ["Camille", "Zoé"] {
        held(&server, author, "Venez au casino").await;
    }
    signed_in(&server, &browser, LEA).await;
    browser.open(&format!("{}/moderate/sites/default/queue", server.url)).await;
    browser.find(".comment").await;
    if kind.script {
        assert_eq!(of_role(&told(&browser).await, "status").len(), 1, "it is there before it says anything");
    }
    browser.click(".comment .acts button[data-key=r]").await;
    let said = async || {
        let nodes = told(&browser).await;
        let is_said = nodes.iter().any(|node| node.name == "1 commentaire rejeté.");
        let next = of_role(&nodes, "article").iter().any(|card| card.name == "Zoé" && card.focused);
        (is_said && (next || !kind.script) && !of_role(&nodes, "status").is_empty()).then_some(())
    };
    eventually("the outcome is said, and the next card has the focus", said).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_said_and_the_next_card_has_the_focus() {
    after_an_act(Kind::LAPTOP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_said_without_script() {
    after_an_act(Kind { script: false, ..Kind::LAPTOP }).await;
}
