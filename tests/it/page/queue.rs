//! The queue in a browser: every act by mouse, by keys and without script; two moderators at once; hostile comments.

use fantoccini::Locator;
use serde_json::{Value, json};

use super::{PASSWORD, sign_in, signed_in};
use crate::support::browser::{Browser, Kind};
use crate::support::eventually;
use crate::support::server::Server;

const LEA: &[&str] = &["lea@example.org", "--name", "Léa", "--role", "moderator"];
const PAUL: &[&str] = &["paul@example.org", "--name", "Paul", "--role", "moderator"];
const VERA: &[&str] = &["vera@example.org", "--name", "Véra", "--role", "viewer"];
const WITHOUT_SCRIPT: Kind = Kind { script: false, ..Kind::LAPTOP };

/// Holds what it should, whatever the shipped rules and model come to say.
const RULES: &str = r#"
[[rule]]
id = "casino.topic"
score = 2.5
when.pattern = 'casino'
message.fr = "Parle de casino"
message.en = "Speaks of a casino"
examples.match = ["le casino"]
examples.no_match = ["le musée"]

[[rule]]
id = "insults.idiot"
verdict = "hold"
when.pattern = 'idiot'
message.fr = "Insulte quelqu’un"
message.en = "Insults somebody"
examples.match = ["un idiot"]
examples.no_match = ["un musée"]
"#;

/// Written once: a server that another test starts must not read a file that is being written.
static RULES_FILE: std::sync::LazyLock<std::path::PathBuf> = std::sync::LazyLock::new(|| {
    let rules = std::env::temp_dir().join(format!("tamis-queue-rules-{}.toml", std::process::id()));
    std::fs::write(&rules, RULES).unwrap();
    rules
});

pub fn server() -> Server {
    Server::start_with(&[("TAMIS_RULES__FILE", RULES_FILE.to_str().unwrap())])
}

/// A comment that is held; its id.
async fn held(server: &Server, body: &str) -> String {
    held_as(server, json!({ "body": body, "author": { "name": "Camille" } })).await
}

async fn held_as(server: &Server, comment: Value) -> String {
    let (status, answer) = server.post("/v1/comments", comment).await;
    assert_eq!((status, &answer["status"]), (201, &json!("held")), "{answer}");
    answer["id"].as_str().unwrap().to_owned()
}

async fn open_queue(server: &Server, browser: &Browser, query: &str) {
    browser.open(&format!("{}/moderate/sites/default/queue{query}", server.url)).await;
    browser.find(".queue").await;
}

/// Waits until a comment stands like this; what its last event says.
async fn stands(server: &Server, id: &str, status: &str) -> Value {
    let stands = async || {
        let (_, comment) = server.get(&format!("/v1/comments/{id}")).await;
        (comment["status"] == status).then(|| comment["events"].as_array().unwrap().last().cloned().unwrap_or_default())
    };
    eventually(&format!("{id} is {status}"), stands).await
}

async fn gone(browser: &Browser, css: &str) {
    let gone = async || browser.client.find(Locator::Css(css)).await.is_err().then_some(());
    eventually(&format!("`{css}` is gone"), gone).await;
}

async fn says(browser: &Browser, css: &str, words: &str) {
    let says = async || {
        let text = browser.client.find(Locator::Css(css)).await.ok()?.text().await.ok()?;
        text.contains(words).then_some(())
    };
    eventually(&format!("`{css}` says {words}"), says).await;
}

async fn press(browser: &Browser, keys: &str) {
    let body = browser.client.active_element().await.unwrap();
    body.send_keys(keys).await.unwrap();
}

/// The buttons of a card, with the status that each leads to.
const BUTTONS: [(&str, &str); 5] =
    [("approve", "approved"), ("reject", "rejected"), ("spam", "rejected"), ("abuse", "rejected"), ("ham", "approved")];

fn label(act: &str) -> Value {
    match act {
        "approve" | "reject" => Value::Null,
        label => json!(label),
    }
}

async fn every_button(kind: Kind) {
    let (server, browser) = (server(), Browser::start_as(kind).await);
    let mut ids = Vec::new();
    for (act, _) in BUTTONS {
        ids.push(held(&server, &format!("Venez au casino {act}")).await);
    }
    let reasoned = held(&server, "Venez au casino de la haine").await;
    let typed = held(&server, "Venez au casino du typographe").await;
    signed_in(&server, &browser, LEA).await;
    open_queue(&server, &browser, "").await;
    says(&browser, "#total", "7 en attente").await;
    for (id, (act, status)) in ids.iter().zip(BUTTONS) {
        browser.click(&format!("#c-{id} .acts > button[value^='{act} ']")).await;
        let event = stands(&server, id, status).await;
        assert_eq!((&event["by"], &event["label"]), (&json!("Léa"), &label(act)), "{act}");
        gone(&browser, &format!("#c-{id}")).await;
    }
    browser.click(&format!("#c-{reasoned} .because summary")).await;
    browser.click(&format!("#c-{reasoned} button[value^='because-hate ']")).await;
    assert_eq!(stands(&server, &reasoned, "rejected").await["reason"], "hate");
    gone(&browser, &format!("#c-{reasoned}")).await;
    browser.click(&format!("#c-{typed} .because summary")).await;
    browser.fill(&format!("#t-{typed}"), "hors charte, article 4").await;
    browser.click(&format!("#c-{typed} button[value^='typed ']")).await;
    assert_eq!(stands(&server, &typed, "rejected").await["reason"], "hors charte, article 4");
    says(&browser, "#said", "1 commentaire rejeté.").await;
    browser.click("#undo").await;
    stands(&server, &typed, "held").await;
    says(&browser, "#said", "1 décision annulée.").await;
    browser.find(&format!("#c-{typed}")).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_button_decides() {
    every_button(Kind::LAPTOP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_button_decides_on_a_phone() {
    every_button(Kind::PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_button_decides_without_script() {
    every_button(WITHOUT_SCRIPT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn single_keys_decide_move_pick_and_take_back() {
    let (server, browser) = (server(), Browser::start().await);
    let mut ids = Vec::new();
    for number in 0..8 {
        ids.push(held(&server, &format!("Venez au casino numéro {number}")).await);
    }
    signed_in(&server, &browser, LEA).await;
    open_queue(&server, &browser, "").await;
    for (place, (key, status)) in
        [("a", "approved"), ("r", "rejected"), ("s", "rejected"), ("b", "rejected"), ("n", "approved")]
            .into_iter()
            .enumerate()
    {
        press(&browser, key).await;
        stands(&server, &ids[place], status).await;
    }
    press(&browser, "z").await;
    stands(&server, &ids[4], "held").await;
    browser.find(&format!("#c-{}", ids[4])).await;
    let focused = || browser.script("return document.activeElement.dataset.id");
    eventually("what came back has the focus", async || (focused().await == json!(ids[4])).then_some(())).await;
    press(&browser, "j").await;
    assert_eq!(focused().await, json!(ids[5]));
    press(&browser, "k").await;
    press(&browser, "x").await;
    press(&browser, "j").await;
    press(&browser, "x").await;
    says(&browser, "#picked", "(2)").await;
    press(&browser, "?").await;
    assert_eq!(browser.script("return document.getElementById('keys').open").await, json!(true));
    press(&browser, "/").await;
    assert_eq!(browser.script("return document.activeElement.id").await, "q");
    browser.close().await;
}

async fn many_at_once(kind: Kind) {
    // High enough that no box lies under the bar.
    let (server, browser) = (server(), Browser::start_as(Kind { size: (1280, 2000), ..kind }).await);
    let mut ids = Vec::new();
    for number in 0..4 {
        ids.push(held(&server, &format!("Venez au casino numéro {number}")).await);
    }
    signed_in(&server, &browser, LEA).await;
    open_queue(&server, &browser, "").await;
    for id in &ids[..3] {
        browser.click(&format!("#c-{id} input[name=chosen]")).await;
    }
    browser.click(".bulk button[value=reject]").await;
    for id in &ids[..3] {
        assert_eq!(stands(&server, id, "rejected").await["by"], "Léa");
    }
    says(&browser, "#said", "3 commentaires rejetés.").await;
    browser.click("#undo").await;
    for id in &ids[..3] {
        stands(&server, id, "held").await;
        browser.find(&format!("#c-{id}")).await;
    }
    says(&browser, "#said", "3 décisions annulées.").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_decided_and_taken_back_as_one() {
    many_at_once(Kind::LAPTOP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_decided_and_taken_back_as_one_without_script() {
    many_at_once(WITHOUT_SCRIPT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_are_alike_are_counted_first() {
    let (server, browser) = (server(), Browser::start_as(WITHOUT_SCRIPT).await);
    let casino = [held(&server, "Venez au casino").await, held(&server, "Le casino encore").await];
    let other = held(&server, "Espèce d’idiot").await;
    signed_in(&server, &browser, LEA).await;
    open_queue(&server, &browser, "?reason=casino.topic").await;
    says(&browser, ".filter", "casino.topic").await;
    browser.click(".filter a.button").await;
    says(&browser, "main", "2 commentaires en attente").await;
    let late = held(&server, "Un casino de plus").await;
    browser.click("button[value=spam]").await;
    says(&browser, "#said", "2 commentaires rejetés.").await;
    for id in &casino {
        stands(&server, id, "rejected").await;
    }
    for id in [&other, &late] {
        stands(&server, id, "held").await;
    }
    browser.open(&format!("{}/moderate/sites/default/done", server.url)).await;
    says(&browser, "ul.done", "2 commentaires").await;
    browser.click("ul.done button").await;
    for id in &casino {
        stands(&server, id, "held").await;
    }
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_moderators_the_second_sees_what_the_first_did() {
    let server = server();
    let (lea, paul) = (Browser::start().await, Browser::start_as(WITHOUT_SCRIPT).await);
    let first = held(&server, "Venez au casino").await;
    let second = held(&server, "Venez au grand casino").await;
    signed_in(&server, &lea, LEA).await;
    signed_in(&server, &paul, PAUL).await;
    open_queue(&server, &lea, "").await;
    open_queue(&server, &paul, "").await;
    lea.click(&format!("#c-{first} .acts > button[value^='approve ']")).await;
    stands(&server, &first, "approved").await;
    paul.click(&format!("#c-{first} .acts > button[value^='reject ']")).await;
    says(&paul, "#said", "rien n’y a été fait").await;
    says(&paul, &format!("#c-{first}"), "Approuvé par Léa").await;
    assert_eq!(stands(&server, &first, "approved").await["by"], "Léa");
    // What Paul does appears at Léa's without a reload.
    paul.click(&format!("#c-{second} .acts > button[value^='reject ']")).await;
    says(&lea, &format!("#c-{second}"), "Rejeté par Paul").await;
    says(&lea, "#total", "rien n’attend").await;
    lea.close().await;
    paul.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_loses_nothing() {
    let (server, browser) = (server(), Browser::start().await);
    let id = held(&server, "Venez au casino").await;
    signed_in(&server, &browser, LEA).await;
    open_queue(&server, &browser, "").await;
    browser.client.delete_all_cookies().await.unwrap();
    browser.click(&format!("#c-{id} .acts > button[value^='reject ']")).await;
    says(&browser, "#said", "Votre session est finie").await;
    browser.find(&format!("#c-{id}")).await;
    stands(&server, &id, "held").await;
    let queue = browser.client.window().await.unwrap();
    let tab = browser.client.new_window(true).await.unwrap().handle;
    browser.client.switch_to_window(tab).await.unwrap();
    browser.open(&format!("{}/moderate/sign-in", server.url)).await;
    sign_in(&browser, "lea@example.org", PASSWORD).await;
    browser.find(".reader").await;
    browser.client.switch_to_window(queue).await.unwrap();
    browser.click(&format!("#c-{id} .acts > button[value^='reject ']")).await;
    stands(&server, &id, "rejected").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_comment_holds_is_text_and_never_runs() {
    let (server, browser) = (server(), Browser::start().await);
    let evil = "casino <script>hacked=1</script><img src=x onerror=hacked=1>\"'><svg onload=hacked=1>{{7*7}}";
    let comment = |format: &str, number: u32| {
        json!({
            "external_id": format!("{number}{evil}"), "body": evil, "body_format": format, "parent_id": evil,
            "author": { "name": evil, "url": format!("javascript:hacked=1//{evil}") },
            "page": { "url": format!("javascript:hacked=1//{evil}"), "title": evil },
        })
    };
    let text = held_as(&server, comment("text", 1)).await;
    let html = held_as(&server, comment("html", 2)).await;
    // What the host site says of a comment is text, too, and so is the moderator's name.
    let labelled = json!({ "label": "spam", "reason": evil });
    assert_eq!(server.post(&format!("/v1/comments/{html}/feedback"), labelled).await.0, 200);
    let name = "<img src=x onerror=hacked=1><svg onload=hacked=1>{{7*7}}";
    signed_in(&server, &browser, &["eva@example.org", "--name", name, "--role", "lead"]).await;
    let encoded: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
    for path in [
        "queue".to_owned(),
        format!("queue?page={encoded}&q={encoded}"),
        format!("comments/{text}"),
        format!("comments/{html}"),
        format!("like?reason={encoded}"),
        format!("audit?by={encoded}"),
    ] {
        browser.open(&format!("{}/moderate/sites/default/{path}", server.url)).await;
        browser.find("main").await;
        let found = browser
            .script(
                "return [typeof hacked, document.querySelectorAll('main script, main img, main svg').length, \
                 [...document.querySelectorAll('a')].filter((a) => a.protocol === 'javascript:').length]",
            )
            .await;
        assert_eq!(found, json!(["undefined", 0, 0]), "{path}");
    }
    browser.open(&format!("{}/moderate/sites/default/comments/{text}", server.url)).await;
    assert!(browser.text(".comment .body").await.contains("<script>hacked=1</script>"));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_sees_and_decides_nothing() {
    let (server, browser) = (server(), Browser::start().await);
    let id = held(&server, "Venez au casino").await;
    signed_in(&server, &browser, VERA).await;
    open_queue(&server, &browser, "").await;
    browser.find(&format!("#c-{id}")).await;
    for css in [".acts button", ".bulk", "input[name=chosen]"] {
        assert!(browser.client.find(Locator::Css(css)).await.is_err(), "{css}");
    }
    let sent = "const token = document.querySelector('input[name=token]').value; \
        return fetch(location.pathname.replace('queue', 'act'), { method: 'POST', \
        body: new URLSearchParams({ token, act: `reject ${document.querySelector('.comment').dataset.chosen}` }) }) \
        .then((answer) => answer.status)";
    assert_eq!(browser.script(sent).await, 403);
    stands(&server, &id, "held").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_marked_and_searched_filtered_and_explained() {
    let (server, browser) = (server(), Browser::start_as(Kind { language: "en", ..Kind::LAPTOP }).await);
    let page = json!({ "url": "https://journal.example/a", "title": "Élections" });
    let first = json!({ "external_id": "1", "body": "Un CASINO pour cet idiot", "page": page,
        "author": { "name": "Zoé" } });
    let id = held_as(&server, first).await;
    let other = held(&server, "Le casino de l’été").await;
    let answer = json!({ "external_id": "2", "parent_id": "1", "body": "Le casino ? Non !", "page": page });
    let answer = held_as(&server, answer).await;
    let edit = json!({ "external_id": "1", "body": "Un casino pour ce grand idiot", "page": page,
        "author": { "name": "Zoé" } });
    server.post("/v1/comments", edit).await;
    signed_in(&server, &browser, LEA).await;
    open_queue(&server, &browser, "").await;
    says(&browser, "#total", "3 wait").await;
    assert_eq!(browser.text(&format!("#c-{id} mark.spam")).await, "casino");
    assert_eq!(browser.text(&format!("#c-{id} mark.abuse")).await, "idiot");
    says(&browser, &format!("#c-{id} .reasons"), "Speaks of a casino").await;
    browser.picture("queue-laptop").await;
    browser.fill("#q", "ete").await;
    browser.click(".search button").await;
    browser.find(&format!("#c-{other}")).await;
    gone(&browser, &format!("#c-{id}")).await;
    browser.open(&format!("{}/moderate/sites/default/comments/{id}", server.url)).await;
    let changed = "return ['del', 'ins'].map((kind) => \
        [...document.querySelectorAll(`.diff ${kind}`)].map((it) => it.textContent))";
    assert_eq!(browser.script(changed).await, json!([["CASINO", "cet"], ["casino", "ce grand"]]));
    browser.picture("comment").await;
    browser.find(&format!(".near #c-{answer}")).await;
    browser.open(&format!("{}/moderate/sites/default/comments/{answer}", server.url)).await;
    says(&browser, "main", "In reply to").await;
    open_queue(&server, &browser, "?page=https%3A%2F%2Fjournal.example%2Fa&order=doubt").await;
    browser.find(&format!("#c-{id}")).await;
    gone(&browser, &format!("#c-{other}")).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_nothing_sticks_out() {
    let (server, browser) = (server(), Browser::start_as(Kind::PHONE).await);
    let wide = format!("Un casino {} et un idiot", "x".repeat(300));
    let page = json!({ "url": format!("https://journal.example/{}", "y".repeat(300)), "title": "z".repeat(300) });
    let id = held_as(&server, json!({ "body": wide, "page": page, "author": { "name": "n".repeat(100) } })).await;
    signed_in(&server, &browser, LEA).await;
    for path in ["queue".to_owned(), format!("comments/{id}"), "queue?reason=casino.topic".to_owned()] {
        browser.open(&format!("{}/moderate/sites/default/{path}", server.url)).await;
        browser.find(&format!("#c-{id}")).await;
        let width = browser.script("return document.documentElement.scrollWidth - window.innerWidth").await;
        assert!(width.as_i64().unwrap() <= 0, "{path} is {width} pixels too wide");
    }
    browser.picture("queue-phone").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn single_keys_decide_on_the_page_of_one_comment() {
    let (server, browser) = (server(), Browser::start().await);
    let id = held(&server, "Venez au casino").await;
    signed_in(&server, &browser, LEA).await;
    browser.open(&format!("{}/moderate/sites/default/comments/{id}", server.url)).await;
    browser.find(&format!("#c-{id}")).await;
    press(&browser, "?").await;
    assert_eq!(browser.script("return document.getElementById('keys').open").await, json!(true));
    press(&browser, "s").await;
    assert_eq!(stands(&server, &id, "rejected").await["label"], "spam");
    says(&browser, ".events", "Rejeté par Léa").await;
    press(&browser, "z").await;
    stands(&server, &id, "held").await;
    says(&browser, ".events", "Décision annulée par Léa").await;
    press(&browser, "u").await;
    browser.find(&format!(".queue #c-{id}")).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_so_is_not_sent_again() {
    let (server, browser) = (server(), Browser::start().await);
    let id = held(&server, "Venez au casino").await;
    signed_in(&server, &browser, LEA).await;
    open_queue(&server, &browser, "").await;
    let asked = format!(
        "const ask = (tag) => fetch('/moderate/sites/default/fresh?ids={id}', \
         {{ cache: 'no-store', headers: tag ? {{ 'If-None-Match': tag }} : {{}} }}); \
         return ask().then((first) => ask(first.headers.get('ETag')).then((then) => [first.status, then.status]))"
    );
    assert_eq!(browser.script(&asked).await, json!([200, 304]));
    let first = "return fetch('/moderate/sites/default/fresh?ids=').then((it) => it.headers.get('ETag'))";
    let before = browser.script(first).await;
    held(&server, "Venez au grand casino").await;
    assert_ne!(browser.script(first).await, before, "one more waits");
    browser.close().await;
}
