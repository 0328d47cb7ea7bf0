//! The pictures of the documentation: `tests/pictures` keeps them. A run without it sees that the pages are there.

use super::newsroom::Newsroom;
use crate::support::browser::{Browser, Kind};

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_the_documentation() {
    let mut newsroom = Newsroom::open().await;
    newsroom.edit().await;

    let laptop = Browser::start_as(Kind { size: (1280, 900), ..Kind::LAPTOP }).await;
    newsroom.lea(&laptop).await;
    laptop.open(&format!("{}/queue", newsroom.home)).await;
    laptop.find(&format!("#c-{}", newsroom.id("9"))).await;
    let reasons = laptop.text(&format!("#c-{} .reasons", newsroom.id("7"))).await;
    assert!(reasons.contains("(numéro de téléphone)"), "the form of a comment is told in words: {reasons}");
    laptop.picture("moderation-queue").await;
    laptop.open(&format!("{}/comments/{}", newsroom.home, newsroom.id("2"))).await;
    laptop.find(".diff").await;
    laptop.picture("moderation-comment").await;
    laptop.close().await;

    let phone = Browser::start_as(Kind { dark: true, ..Kind::PHONE }).await;
    newsroom.lea_again(&phone).await;
    phone.open(&format!("{}/queue", newsroom.home)).await;
    phone.find(&format!("#c-{}", newsroom.id("9"))).await;
    phone.picture("moderation-phone").await;
    phone.close().await;
}
