//! The moderators' page, in a real browser.

mod accessibility;
mod accounts;
mod audit;
mod author;
mod campaign;
pub mod newsroom;
mod notifications;
mod pictures;
mod queue;
mod screen_reader;

use serde_json::Value;

use crate::support::browser::Browser;
use crate::support::command;
use crate::support::server::Server;

/// A password that may be chosen.
pub const PASSWORD: &str = "trois chats et un tamis";

/// `tamis moderator add` beside a server: the invitation, at the address where the server listens.
pub fn invite(server: &Server, arguments: &[&str]) -> Value {
    let all: Vec<_> = ["moderator", "add"].iter().chain(arguments).chain(&["--json"]).copied().collect();
    let mut invitation = command::beside(server, &all);
    let link = invitation["link"].as_str().unwrap();
    let path = &link[link.find("/moderate/").unwrap()..];
    invitation["link"] = format!("{}{path}", server.url).into();
    invitation
}

/// A moderator who accepted the invitation and is at the page's start.
pub async fn signed_in(server: &Server, browser: &Browser, arguments: &[&str]) {
    let invitation = invite(server, arguments);
    browser.open(invitation["link"].as_str().unwrap()).await;
    browser.fill("#password", PASSWORD).await;
    browser.click("button.main").await;
    browser.find(".reader").await;
}

/// Fills the entrance in and sends it.
pub async fn sign_in(browser: &Browser, email: &str, password: &str) {
    browser.fill("#email", email).await;
    browser.fill("#password", password).await;
    browser.click("button.main").await;
}
