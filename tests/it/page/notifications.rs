//! How a moderator is told that something waits: the private feed.

use std::str::FromStr;

use atom_syndication::Feed;
use reqwest::{Client, Response, StatusCode};

use super::newsroom::Newsroom;
use super::{invite, signed_in};
use crate::support::browser::{Browser, Kind};
use crate::support::command;
use crate::support::server::Server;

fn client() -> Client {
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// Makes a link on the page, and takes it from there.
async fn make_link(browser: &Browser, server: &Server) -> String {
    browser.open(&format!("{}/moderate/notifications", server.url)).await;
    browser.heading("Notifications").await;
    browser.click("form[action$='/feed'] button").await;
    let link = browser.find("#link").await.prop("value").await.unwrap().unwrap();
    assert!(link.starts_with(&format!("{}/moderate/feed/", server.url)), "{link}");
    link
}

async fn get(link: &str) -> Response {
    client().get(link).send().await.unwrap()
}

async fn read(link: &str) -> Feed {
    let response = get(link).await;
    assert_eq!(response.status(), StatusCode::OK);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/atom+xml; charset=utf-8");
    assert!(header("cache-control").contains("private"), "{}", header("cache-control"));
    let xml = response.text().await.unwrap();
    assert!(!xml.contains(link.rsplit('/').next().unwrap()), "the feed does not tell its own secret");
    Feed::from_str(&xml).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_feed_says_what_waits_and_why_but_not_what_or_who() {
    let server = Server::start_with(&[("TAMIS_LOG__LEVEL", "trace")]);
    let (newsroom, browser) = (Newsroom::open_on(server).await, Browser::start().await);
    newsroom.lea(&browser).await;
    let link = make_link(&browser, &newsroom.server).await;
    browser.picture("notifications-fresh").await;
    let feed = read(&link).await;
    assert_eq!((feed.title.value.as_str(), feed.lang.as_deref()), ("Tamis : ce qui attend", Some("fr")));
    let held = browser.script(&format!("return fetch('{}/fresh').then((it) => it.json())", newsroom.home)).await;
    assert_eq!(held["total"], feed.entries.len(), "every held comment, and no other");
    let ids: Vec<_> = feed.entries.iter().map(|entry| entry.published.unwrap()).collect();
    assert!(ids.is_sorted_by(|one, next| one >= next), "latest first");

    let insult = format!("urn:uuid:{}", newsroom.id("2"));
    let entry = feed.entries.iter().find(|entry| entry.id == insult).expect("it waits");
    assert!(entry.title.value.starts_with("Le Fil : "), "{entry:?}");
    assert_eq!(entry.links[0].href, format!("{}/comments/{}", newsroom.home, newsroom.id("2")));
    assert!(!entry.summary.as_ref().unwrap().value.is_empty());
    let xml = get(&link).await.text().await.unwrap();
    for comment in newsroom.sent() {
        let author = &comment["author"];
        for told in [&comment["body"], &author["name"], &author["email"], &author["url"], &author["ip"]] {
            let Some(told) = told.as_str().filter(|told| !told.is_empty()) else { continue };
            assert!(!xml.contains(told), "the feed holds {told:?}");
        }
    }
    let token = link.rsplit('/').next().unwrap();
    assert!(newsroom.server.log().iter().all(|line| !line.contains(token)), "the log holds no token");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_feed_already_is_sent_nothing() {
    let (newsroom, browser) = (Newsroom::open().await, Browser::start().await);
    newsroom.lea(&browser).await;
    let link = make_link(&browser, &newsroom.server).await;
    let first = get(&link).await;
    let etag = first.headers()["etag"].to_str().unwrap().to_owned();
    let again = async || client().get(&link).header("If-None-Match", &etag).send().await.unwrap();
    let unchanged = again().await;
    assert_eq!((unchanged.status(), unchanged.text().await.unwrap().len()), (StatusCode::NOT_MODIFIED, 0));
    browser.open(&format!("{}/queue", newsroom.home)).await;
    browser.click(&format!("#c-{} .acts > button[value^='approve ']", newsroom.id("2"))).await;
    browser.find("#undo:not([hidden])").await;
    let changed = again().await;
    assert_eq!(changed.status(), StatusCode::OK);
    assert!(!changed.text().await.unwrap().contains(newsroom.id("2")), "it no longer waits");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_ends_when_it_is_replaced_revoked_or_its_owner_kept_out() {
    let server = Server::start();
    let browser = Browser::start_as(Kind { language: "en", script: false, ..Kind::PHONE }).await;
    signed_in(&server, &browser, &["lea@example.org", "--name", "Léa"]).await;
    let first = make_link(&browser, &server).await;
    assert_eq!(read(&first).await.title.value, "Tamis: what waits");
    let second = make_link(&browser, &server).await;
    assert_eq!((get(&first).await.status(), get(&second).await.status()), (StatusCode::NOT_FOUND, StatusCode::OK));
    browser.open(&format!("{}/moderate/notifications", server.url)).await;
    assert!(browser.client.find(fantoccini::Locator::Css("#link")).await.is_err(), "shown once");
    browser.click("form[action$='/revoke'] button").await;
    browser.find("form[action$='/feed'] .main").await;
    assert_eq!(get(&second).await.status(), StatusCode::NOT_FOUND);

    let third = make_link(&browser, &server).await;
    assert_eq!(get(&format!("{third}x")).await.status(), StatusCode::NOT_FOUND);
    command::beside(&server, &["moderator", "disable", "lea@example.org", "--json"]);
    assert_eq!(get(&third).await.status(), StatusCode::NOT_FOUND);
    let invitation = invite(&server, &["lea@example.org"]);
    browser.open(invitation["link"].as_str().unwrap()).await;
    browser.fill("#password", super::PASSWORD).await;
    browser.click("button.main").await;
    browser.find(".reader").await;
    assert_eq!(get(&third).await.status(), StatusCode::NOT_FOUND, "who is let in again makes a new one");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_shows_the_sites_of_its_owner_alone() {
    let (newsroom, browser) = (Newsroom::open().await, Browser::start().await);
    signed_in(&newsroom.server, &browser, &["paul@example.org", "--name", "Paul", "--site", "default"]).await;
    let link = make_link(&browser, &newsroom.server).await;
    assert_eq!(read(&link).await.entries.len(), 0, "nothing waits on the site default");
    invite(&newsroom.server, &["paul@example.org", "--site", "Le Fil", "--role", "viewer"]);
    assert!(!read(&link).await.entries.is_empty());
    browser.close().await;
}
