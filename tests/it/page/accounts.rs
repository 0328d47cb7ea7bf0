//! Invitations, signing in and out, sessions.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use super::{PASSWORD, invite, sign_in, signed_in};
use crate::support::browser::{Browser, Kind};
use crate::support::command;
use crate::support::eventually;
use crate::support::server::Server;

const LEA: &[&str] = &["lea@example.org", "--name", "Léa"];

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_lets_in_once_and_the_password_from_then_on() {
    let (server, browser) = (Server::start(), Browser::start().await);
    let invitation = invite(&server, LEA);
    let link = invitation["link"].as_str().unwrap();
    browser.open(&format!("{}/moderate/", server.url)).await;
    browser.heading("Connexion").await;
    browser.picture("sign-in").await;

    browser.open(link).await;
    browser.heading("Bienvenue").await;
    browser.picture("invitation").await;
    browser.fill("#password", "aaaaaaaaaaaaaa").await;
    browser.click("button.main").await;
    assert!(browser.text("[role=alert]").await.contains("se devine"), "a weak password is refused");
    browser.fill("#password", PASSWORD).await;
    browser.click("button.main").await;
    browser.heading("Vos sites").await;
    assert_eq!(browser.text(".reader .who").await, "Léa");
    assert!(browser.text("main").await.contains("default"));
    browser.picture("home").await;

    browser.open(link).await;
    browser.heading("Ce lien ne sert plus").await;

    browser.open(&format!("{}/moderate/", server.url)).await;
    browser.click("form[action='/moderate/sign-out'] button").await;
    browser.heading("Connexion").await;
    browser.open(&format!("{}/moderate/", server.url)).await;
    browser.heading("Connexion").await;
    sign_in(&browser, "LEA@example.org", PASSWORD).await;
    browser.heading("Vos sites").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_says_the_same() {
    let (server, browser) = (Server::start(), Browser::start().await);
    signed_in(&server, &browser, LEA).await;
    browser.click("form[action='/moderate/sign-out'] button").await;
    let mut said = Vec::new();
    for (email, password) in [("lea@example.org", "faux mot de passe"), ("personne@example.org", PASSWORD)] {
        browser.open(&format!("{}/moderate/sign-in", server.url)).await;
        sign_in(&browser, email, password).await;
        said.push(browser.text("[role=alert]").await);
        browser.picture("sign-in-refused").await;
    }
    command::run(server.folder.path(), &["moderator", "disable", "lea@example.org"], "");
    browser.open(&format!("{}/moderate/sign-in", server.url)).await;
    sign_in(&browser, "lea@example.org", PASSWORD).await;
    said.push(browser.text("[role=alert]").await);
    assert!(said[0].contains("ne vont pas ensemble"), "{said:?}");
    assert!(said.iter().all(|words| *words == said[0]), "{said:?}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_is_out_at_once() {
    let (server, browser) = (Server::start(), Browser::start().await);
    signed_in(&server, &browser, LEA).await;
    command::beside(&server, &["moderator", "disable", "lea@example.org", "--json"]);
    browser.open(&format!("{}/moderate/", server.url)).await;
    browser.heading("Connexion").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_however_busy() {
    let server = Server::start_with(&[("TAMIS_MODERATORS__SESSION_LONGEST", "2 s")]);
    let browser = Browser::start().await;
    signed_in(&server, &browser, LEA).await;
    eventually("the session is over", async || {
        browser.open(&format!("{}/moderate/", server.url)).await;
        browser.path().await.starts_with("/moderate/sign-in").then_some(())
    })
    .await;
    browser.close().await;
}

/// The browser drops its cookie by itself; whoever kept one is out all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_that_was_kept_opens_nothing_once_its_session_is_over() {
    let server = Server::start_with(&[("TAMIS_MODERATORS__SESSION_LONGEST", "5 s")]);
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let link = invite(&server, LEA)["link"].as_str().unwrap().to_owned();
    let password = format!("password={}", PASSWORD.replace(' ', "+"));
    let accepted = client.post(link).header("Origin", &server.url).body(password).send().await.unwrap();
    let cookie = accepted.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    let home = async || {
        let request = client.get(format!("{}/moderate/", server.url)).header("Cookie", cookie);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(home().await, 200);
    eventually("the session is over", async || (home().await == 303).then_some(())).await;
    let store = SqliteConnectOptions::new().filename(server.folder.path().join("tamis.db"));
    let mut store = SqliteConnection::connect_with(&store).await.unwrap();
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(&mut store).await.unwrap();
    assert_eq!(kept, 1, "it was refused, and not only swept away later");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_without_script_on_a_phone_in_english() {
    let server = Server::start();
    let browser = Browser::start_as(Kind { language: "en", script: false, ..Kind::PHONE }).await;
    signed_in(&server, &browser, LEA).await;
    browser.heading("Your sites").await;
    let wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
    assert_eq!(browser.script(wide).await, false, "nothing is wider than the screen");
    browser.picture("home-phone").await;
    browser.click("button[value=fr]").await;
    browser.heading("Vos sites").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_elsewhere_is_refused() {
    let server = Server::start();
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let send = async |path: &str, origin: Option<&str>, cookie: &str, body: String| {
        let mut request = client.post(format!("{}{path}", server.url)).header("Cookie", cookie).body(body);
        if let Some(origin) = origin {
            request = request.header("Origin", origin);
        }
        request.send().await.unwrap()
    };
    let invitation = invite(&server, LEA);
    let link = invitation["link"].as_str().unwrap();
    let path = link.strip_prefix(&server.url).unwrap();
    let (here, elsewhere) = (Some(server.url.as_str()), Some("https://evil.example"));
    let password = || format!("password={}", PASSWORD.replace(' ', "+"));
    for origin in [elsewhere, None, Some("null")] {
        assert_eq!(send(path, origin, "", password()).await.status(), 403, "{origin:?}");
    }
    let accepted = send(path, here, "", password()).await;
    assert_eq!(accepted.status(), 303);
    let cookie = accepted.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();

    let home = client.get(format!("{}/moderate/", server.url)).header("Cookie", cookie).send().await.unwrap();
    let policy = home.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let html = home.text().await.unwrap();
    let token = html.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let out = "/moderate/sign-out";
    assert_eq!(send(out, here, cookie, String::new()).await.status(), 403, "no token");
    assert_eq!(send(out, here, cookie, "token=AAAA".to_owned()).await.status(), 403, "another token");
    assert_eq!(send(out, elsewhere, cookie, format!("token={token}")).await.status(), 403, "from elsewhere");
    assert_eq!(send(out, here, cookie, format!("token={token}")).await.status(), 303);
    assert_eq!(send(out, here, cookie, format!("token={token}")).await.status(), 303, "signed out: to the entrance");
}

/// Tries as many e-mails as a network may, from one that a header names.
async fn use_up(client: &reqwest::Client, server: &Server, header: (&str, &str)) {
    for number in 0..30 {
        let form = [("email", format!("nobody{number}@example.org")), ("password", PASSWORD.to_owned())];
        assert_eq!(enter(client, server, header, &form).await, 403);
    }
}

async fn enter(client: &reqwest::Client, server: &Server, header: (&str, &str), form: &[(&str, String)]) -> u16 {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = client.post(format!("{}/moderate/sign-in", server.url)).header("Origin", &server.url);
    request.header(header.0, header.1).body(body).send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn networks_behind_a_trusted_proxy_have_tries_of_their_own_and_nobody_else_can_name_one() {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let lea = [("email", "lea@example.org".to_owned()), ("password", PASSWORD.to_owned())];
    let here = |server: &Server| {
        let invitation = invite(server, LEA);
        let path = invitation["link"].as_str().unwrap().to_owned();
        client.post(path).header("Origin", &server.url).body(format!("password={}", PASSWORD.replace(' ', "+"))).send()
    };
    let server = Server::start_with(&[("TAMIS_SERVER__TRUSTED_PROXIES", "127.0.0.0/8, 10.0.0.0/8")]);
    assert_eq!(here(&server).await.unwrap().status(), 303);
    use_up(&client, &server, ("X-Forwarded-For", "198.51.100.1, 203.0.113.7, 10.0.0.1")).await;
    for same in [("X-Forwarded-For", "203.0.113.8"), ("Forwarded", "for=203.0.113.9")] {
        assert_eq!(enter(&client, &server, same, &lea).await, 403, "{same:?}");
    }
    for another in [("X-Forwarded-For", "198.51.100.1"), ("Forwarded", "for=\"[2001:db8::1]\""), ("X-None", "")] {
        assert_eq!(enter(&client, &server, another, &lea).await, 303, "{another:?}");
    }

    let alone = Server::start();
    assert_eq!(here(&alone).await.unwrap().status(), 303);
    use_up(&client, &alone, ("X-Forwarded-For", "203.0.113.7")).await;
    for any in [("X-Forwarded-For", "198.51.100.1"), ("Forwarded", "for=198.51.100.1")] {
        assert_eq!(enter(&client, &alone, any, &lea).await, 403, "nobody is believed: {any:?}");
    }
}
