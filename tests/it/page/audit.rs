//! The audit log in a browser and as a file, by role.

use super::newsroom::Newsroom;
use super::{invite, signed_in};
use crate::support::browser::{Browser, Kind};

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_narrows_the_log_and_takes_it_away() {
    let (newsroom, browser) = (Newsroom::open().await, Browser::start().await);
    let Newsroom { server, home, .. } = &newsroom;
    invite(server, &["calc@example.org", "--name", "=1+1", "--site", "Le Fil", "--role", "moderator"]);
    newsroom.lea(&browser).await;
    browser.open(&format!("{home}/queue")).await;
    browser.click(".top nav a[href$='/audit']").await;
    browser.heading("Journal").await;
    let table = browser.text("table").await;
    assert!(table.contains("Rôle donné : =1+1, modération") && table.contains("Invitation acceptée"), "{table}");
    browser.script("document.getElementById('act').value = 'role_set'").await;
    browser.script("document.getElementById('by').value = 'tamis'").await;
    browser.click(".narrowing button").await;
    browser.find("option[value=role_set]:checked").await;
    let table = browser.text("tbody").await;
    assert!(table.contains("Rôle donné") && !table.contains("Invitation"), "{table}");
    let link = browser.script("return document.querySelector('a[href*=\"audit.csv\"]').getAttribute('href')").await;
    let fetched = format!("return fetch('{}').then((it) => it.text())", link.as_str().unwrap());
    let csv = browser.script(&fetched).await;
    let csv = csv.as_str().unwrap();
    assert!(
        csv.contains("at,by,site,act,moderator,detail\n") && csv.contains(",tamis,Le Fil,role_set,'=1+1,moderator\n")
    );
    assert!(!csv.contains("invited"), "as narrowed on the page: {csv}");
    browser.open(&format!("{home}/audit?act=audit_exported&by=L%C3%A9a")).await;
    assert!(browser.text("tbody").await.contains("Journal exporté"), "taking it away is in the log");
    browser.open(&format!("{home}/audit?act=signed_in&to=2001-01-01")).await;
    browser.find(".empty").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_not_for_moderators() {
    let newsroom = Newsroom::open().await;
    let browser = Browser::start_as(Kind { language: "en", script: false, ..Kind::LAPTOP }).await;
    signed_in(&newsroom.server, &browser, &["paul@example.org", "--name", "Paul", "--role", "moderator"]).await;
    browser.open(&format!("{}/queue", newsroom.home)).await;
    assert!(!browser.text(".top nav").await.contains("Audit"));
    for path in ["audit", "audit.csv"] {
        browser.open(&format!("{}/{path}", newsroom.home)).await;
        browser.heading("Not with this role").await;
    }
    browser.close().await;
}
