//! What axe says of every page: WCAG 2.2 AA and its own advice, on a laptop and a phone, in the light and in the dark.

use serde_json::{Value, json};

use super::newsroom::Newsroom;
use super::{invite, sign_in};
use crate::bulletins;
use crate::support::browser::{Browser, Kind};
use crate::support::port::free_port;

/// `tests/run` fetches it.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/axe-core/axe.min.js");

/// What axe leaves to a person, and a person has looked at: a rule, and words of the elements that it is about.
/// `docs/moderation.md` says what came of it.
const JUDGED: [(&str, &str); 1] = [("color-contrast", "it is overlapped by another element")];

/// What was found wrong, each with where it is; and what is left to judge.
async fn findings(browser: &Browser) -> Value {
    let axe = std::fs::read_to_string(AXE).unwrap_or_else(|error| panic!("{AXE}: {error}; `tests/run` fetches it"));
    browser.script("for (const details of document.querySelectorAll('details')) details.open = true").await;
    // A driver's script is a function's body: what it declares ends with it.
    browser.script(&format!("{axe}; window.axe = axe;")).await;
    let run = "return axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', \
         'best-practice'] }).then((found) => found.passes.length === 0 ? [['nothing was looked at', '']] \
         : [...found.violations, ...found.incomplete].flatMap(({ id, nodes }) => \
         nodes.map((node) => [id, node.html + (node.failureSummary || '')])))";
    let found: Vec<(String, String)> = serde_json::from_value(browser.script(run).await).unwrap();
    let judged = |(rule, node): &(String, String)| JUDGED.iter().any(|(id, words)| rule == id && node.contains(words));
    json!(found.into_iter().filter(|finding| !judged(finding)).collect::<Vec<_>>())
}

async fn sound(browser: &Browser, what: &str) {
    assert_eq!(findings(browser).await, json!([]), "{what}");
    browser.picture(&what.replace(['/', '?', ' '], "-")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_what_is_wrong() {
    let (newsroom, browser) = (Newsroom::open().await, Browser::start().await);
    browser.open(&format!("{}/moderate/sign-in", newsroom.server.url)).await;
    browser.script("document.querySelector('label[for=email]').remove()").await;
    browser.script("document.querySelector('h1').style.color = '#ddd'").await;
    let found = findings(&browser).await.to_string();
    assert!(found.contains("label") && found.contains("color-contrast"), "{found}");
    browser.close().await;
}

/// Every page, as a lead sees it.
async fn every_page(kind: Kind) {
    // With a mail server, which nothing is sent to, so that bulletins can be asked for.
    let mut newsroom =
        Newsroom::open_on(bulletins::start(&bulletins::settings(free_port(), free_port(), "none"))).await;
    newsroom.edit().await;
    let Newsroom { server, home, .. } = &newsroom;
    let browser = Browser::start_as(kind).await;
    let name = |page: &str| format!("{}{}-{page}", kind.size.0, if kind.dark { "-dark" } else { "" });
    browser.open(&format!("{}/moderate/sign-in", server.url)).await;
    sound(&browser, &name("sign-in")).await;
    sign_in(&browser, "lea@example.org", "faux mot de passe").await;
    browser.find("[role=alert]").await;
    sound(&browser, &name("refused")).await;
    browser.open(invite(server, &["paul@example.org", "--name", "Paul"])["link"].as_str().unwrap()).await;
    sound(&browser, &name("invitation")).await;
    newsroom.lea(&browser).await;
    sound(&browser, &name("home")).await;
    let comment = format!("/comments/{}", newsroom.id("2"));
    for (page, path) in [
        ("queue", "/queue"),
        ("filtered", "/queue?reason=insults.epithet&order=doubt"),
        ("found-nothing", "/queue?q=introuvable"),
        ("comment", &comment),
        ("like", "/like?reason=insults.epithet"),
        ("nothing-done", "/done"),
        ("audit", "/audit"),
        ("audit-nothing", "/audit?act=role_set&to=2001-01-01"),
        ("notifications", "/../../notifications"),
        ("missing", "/nowhere"),
    ] {
        browser.open(&format!("{home}{path}")).await;
        browser.find("h1").await;
        sound(&browser, &name(page)).await;
    }
    browser.open(&format!("{}/moderate/notifications", server.url)).await;
    browser.click("form[action$='/feed'] button").await;
    browser.find("#link").await;
    sound(&browser, &name("feed-made")).await;
    bulletins::wish(&newsroom, &browser, 1).await;
    sound(&browser, &name("bulletin")).await;
    browser.open(&format!("{home}/queue")).await;
    let card = format!("#c-{}", newsroom.id("11"));
    browser.click(&format!("{card} .author summary")).await;
    browser.click(&format!("{card} button[value^='blocked ']")).await;
    browser.find(&format!("{card} .standing")).await;
    browser.click(&format!("{card} .author summary")).await;
    sound(&browser, &name("author")).await;
    browser.click(&format!("#c-{} .acts > button[value^='reject ']", newsroom.id("9"))).await;
    browser.find("#undo:not([hidden])").await;
    browser.click(&format!("#c-{} input[name=chosen]", newsroom.id("11"))).await;
    browser.find(".bulk.on").await;
    sound(&browser, &name("picked")).await;
    browser.open(&format!("{home}/done")).await;
    sound(&browser, &name("done")).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_a_laptop() {
    every_page(Kind::LAPTOP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_a_laptop_in_the_dark_in_english() {
    every_page(Kind { dark: true, language: "en", ..Kind::LAPTOP }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_a_phone_in_the_dark() {
    every_page(Kind { dark: true, ..Kind::PHONE }).await;
}
