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
        csv.contains("at,by,site,act,moderator,detail,comment\n")
            && csv.contains(",tamis,Le Fil,role_set,'=1+1,moderator,\n")
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

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_sees_who_decided_what_here_and_nothing_of_other_sites() {
    let (newsroom, browser) = (Newsroom::open().await, Browser::start().await);
    let Newsroom { server, home, .. } = &newsroom;
    let elsewhere = Browser::start().await;
    signed_in(server, &elsewhere, &["paul@example.org", "--name", "Paul", "--site", "default"]).await;
    elsewhere.close().await;
    signed_in(server, &browser, &["anne@example.org", "--name", "Anne", "--site", "Le Fil", "--role", "lead"]).await;
    browser.open(&format!("{home}/queue")).await;
    browser.click(&format!("#c-{} .acts > button[value^='approve ']", newsroom.id("2"))).await;
    browser.find("#undo:not([hidden])").await;
    browser.open(&format!("{home}/audit")).await;
    let table = browser.text("tbody").await;
    assert!(table.contains("Commentaire approuvé") && table.contains("Connexion"), "{table}");
    assert!(!table.contains("Paul"), "Paul moderates elsewhere: {table}");
    let link = format!("tbody a[href='/moderate/sites/Le%20Fil/comments/{}']", newsroom.id("2"));
    browser.click(&link).await;
    browser.heading("Commentaire").await;
    browser.open(&format!("{home}/audit?act=comment_approved&by=Anne")).await;
    assert!(!browser.text("tbody").await.contains("Connexion"));
    let fetched = format!("return fetch('{home}/audit.csv').then((it) => it.text())");
    let csv = browser.script(&fetched).await;
    let csv = csv.as_str().unwrap();
    assert!(csv.contains(&format!(",Anne,Le Fil,comment_approved,,,{}\n", newsroom.id("2"))), "{csv}");
    assert!(!csv.contains("Paul"), "{csv}");
    browser.close().await;
    let everywhere = Browser::start().await;
    newsroom.lea(&everywhere).await;
    everywhere.open(&format!("{home}/audit")).await;
    assert!(everywhere.text("tbody").await.contains("Paul"), "a lead of every site sees all");
    everywhere.close().await;
}
