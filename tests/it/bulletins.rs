//! Bulletins by e-mail, through a real SMTP server.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tamis::adapters::postgres::{Options, PostgresStore};
use tamis::domain::moderator::{AuditAct, AuditLine, Bulletin, Progress, Wish};
use tamis::domain::secrets::SealingKey;
use tamis::ports::accounts::AccountStore;
use tamis::ports::notifications::NotificationStore;
use tamis::service::bulletins::PURPOSE;
use uuid::Uuid;

use crate::page::newsroom::Newsroom;
use crate::support::browser::{Browser, Kind};
use crate::support::port::free_port;
use crate::support::postgres::Cluster;
use crate::support::server::Server;
use crate::support::smtp::SmtpServer;
use crate::support::{PATIENCE, command, eventually};

const ADDRESS: &str = "lea.a.la.maison@example.net";

/// Settings by which mails go to a server on this machine, and lead to a page on `page`.
pub fn settings(smtp: u16, page: u16, tls: &str) -> Vec<(&'static str, String)> {
    vec![
        ("TAMIS_SERVER__LISTEN", format!("127.0.0.1:{page}")),
        ("TAMIS_SERVER__PUBLIC_URL", format!("http://127.0.0.1:{page}")),
        ("TAMIS_MAIL__SERVER", format!("localhost:{smtp}")),
        ("TAMIS_MAIL__TLS", tls.to_owned()),
        ("TAMIS_MAIL__FROM", "tamis@example.org".to_owned()),
        ("TAMIS_MAIL__TIME_ZONE", "Europe/Paris".to_owned()),
    ]
}

pub fn start(settings: &[(&'static str, String)]) -> Server {
    let settings: Vec<_> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    Server::start_with(&settings)
}

/// Léa asks for bulletins on the page.
pub async fn wish(newsroom: &Newsroom, browser: &Browser, least: u32) {
    browser.open(&format!("{}/moderate/notifications", newsroom.server.url)).await;
    browser.fill("#address", ADDRESS).await;
    browser.script("document.getElementById('hour').value = '7'").await;
    browser.fill("#least", &least.to_string()).await;
    browser.click("form[action$='/bulletin'] button").await;
    browser.find("form[action$='/bulletin/stop']").await;
}

/// What time would do: every bulletin is due.
async fn make_due(server: &Server) {
    let mut store = sqlite(server).await;
    sqlx::query("UPDATE bulletins SET due_at = 0").execute(&mut store).await.unwrap();
}

async fn sqlite(server: &Server) -> SqliteConnection {
    let store = SqliteConnectOptions::new().filename(server.folder.path().join("tamis.db"));
    SqliteConnection::connect_with(&store.busy_timeout(PATIENCE)).await.unwrap()
}

/// How far the one bulletin has come, once it has come as far as `is` says: due when, tried how often, failed or not.
async fn until(server: &Server, what: &str, is: impl Fn(Timestamp, i64, bool) -> bool) -> Timestamp {
    let mut store = sqlite(server).await;
    eventually(what, async || {
        let query = sqlx::query_as("SELECT due_at, tries, failed_at IS NOT NULL FROM bulletins");
        let (due_at, tries, failed): (i64, i64, bool) = query.fetch_one(&mut store).await.unwrap();
        let due_at = Timestamp::from_microsecond(due_at).unwrap();
        is(due_at, tries, failed).then_some(due_at)
    })
    .await
}

async fn taken_up(server: &Server) -> Timestamp {
    until(server, "the next one is on another day", |due_at, tries, _| due_at > Timestamp::now() && tries == 0).await
}

fn logged(server: &Server, words: &str) -> bool {
    server.log().iter().any(|line| line.contains(words))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulletin_says_how_much_waits_and_why_but_not_what_or_who() {
    let (port, page) = (free_port(), free_port());
    let smtp = SmtpServer::start_on(port).await;
    let newsroom = Newsroom::open_on(start(&settings(port, page, "none"))).await;
    let browser = Browser::start_as(Kind { script: false, ..Kind::PHONE }).await;
    newsroom.lea(&browser).await;
    wish(&newsroom, &browser, 1).await;
    browser.picture("notifications-phone").await;
    let kept = std::fs::read(newsroom.server.folder.path().join("tamis.db-wal")).unwrap();
    assert!(!kept.windows(ADDRESS.len()).any(|bytes| bytes == ADDRESS.as_bytes()), "the address is sealed");

    make_due(&newsroom.server).await;
    let mail = eventually("the mail is there", async || smtp.mails().pop()).await;
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some(ADDRESS));
    assert_eq!(mail.from().unwrap().first().unwrap().address(), Some("tamis@example.org"));
    assert_eq!(mail.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
    let subject = mail.subject().unwrap();
    assert!(subject.starts_with("Tamis : ") && subject.ends_with(" commentaires en attente"), "{subject}");
    let (text, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
    let queue = format!("{}/queue", newsroom.home);
    for part in [&text, &html] {
        assert!(part.contains("Bonjour Léa,") && part.contains("Le Fil") && part.contains(&queue), "{part}");
        for reason in ["Injure lancée à quelqu’un (2)", "Ressemble à des propos abusifs (3)"] {
            assert!(part.contains(reason), "reasons in words: {part}");
        }
        for comment in newsroom.sent() {
            let told = [&comment["body"], &comment["author"]["name"]].map(|told| told.as_str().unwrap_or("\0"));
            assert!(!told.iter().any(|told| part.contains(told)), "{told:?} is in {part}");
        }
    }
    taken_up(&newsroom.server).await;

    wish(&newsroom, &browser, 1_000).await;
    make_due(&newsroom.server).await;
    taken_up(&newsroom.server).await;
    assert_eq!(smtp.mails().len(), 1, "less waits than it takes");
    browser.click("form[action$='/bulletin/stop'] button").await;
    browser.find("form[action$='/bulletin'] .main").await;
    assert!(!logged(&newsroom.server, ADDRESS) && !logged(&newsroom.server, "lea@example.org"));
    browser.open(&format!("{}/audit?by=L%C3%A9a", newsroom.home)).await;
    let lines = browser.text("tbody").await;
    assert!(lines.contains("E-mail quotidien demandé") && lines.contains("E-mail quotidien arrêté"), "{lines}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_tried_again_and_told_without_the_address() {
    let (port, page) = (free_port(), free_port());
    let newsroom = Newsroom::open_on(start(&settings(port, page, "none"))).await;
    let browser = Browser::start_as(Kind { language: "en", ..Kind::LAPTOP }).await;
    newsroom.lea(&browser).await;
    wish(&newsroom, &browser, 1).await;
    make_due(&newsroom.server).await;
    let server = &newsroom.server;
    eventually("the failure is logged", async || logged(server, "trying again in a while").then_some(())).await;
    let due_at = until(server, "another try is due", |_, tries, _| tries == 1).await;
    assert!(due_at.duration_since(Timestamp::now()).as_mins() <= 2, "{due_at}");
    assert!(!logged(server, ADDRESS));

    let smtp = SmtpServer::start_on(port).await;
    make_due(server).await;
    let mail = eventually("the mail is there", async || smtp.mails().pop()).await;
    assert!(mail.subject().unwrap().ends_with(" comments waiting"), "{:?}", mail.subject());
    assert!(mail.body_text(0).unwrap().contains("wait for your decision."));

    taken_up(server).await;

    drop(smtp);
    for number in 1..4 {
        make_due(server).await;
        until(server, "it was tried once more", |_, tries, failed| tries == number && !failed).await;
    }
    make_due(server).await;
    let given_up = until(server, "it is given up", |_, tries, failed| tries == 0 && failed).await;
    assert!(given_up > Timestamp::now());
    eventually("it is logged", async || logged(server, "due on another day").then_some(())).await;
    browser.open(&format!("{}/moderate/notifications", server.url)).await;
    assert!(browser.text(".problem").await.contains("could not be sent"));
    browser.fill("#least", "").await;
    browser.script("document.querySelector('form[action$=\"/bulletin\"]').noValidate = true").await;
    browser.click("form[action$='/bulletin'] button").await;
    assert!(browser.text("[role=alert]").await.contains("Nothing was changed"));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_goes_out_encrypted_or_not_at_all() {
    let port = free_port();
    let (smtp, certificate) = SmtpServer::start_with_tls(port).await;
    let mut settings = settings(port, free_port(), "starttls");
    let browser = Browser::start().await;
    let strange = Newsroom::open_on(start(&settings)).await;
    strange.lea(&browser).await;
    wish(&strange, &browser, 1).await;
    make_due(&strange.server).await;
    let refused = async || logged(&strange.server, "invalid peer certificate").then_some(());
    eventually("a certificate of nobody's is refused", refused).await;
    assert!(smtp.mails().is_empty());
    drop(strange);

    settings.push(("SSL_CERT_FILE", certificate.to_str().unwrap().to_owned()));
    let known = Newsroom::open_on(start(&settings)).await;
    known.lea(&browser).await;
    wish(&known, &browser, 1).await;
    make_due(&known.server).await;
    eventually("the mail is there", async || smtp.mails().pop()).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_goes_out_in_the_name_of_its_user_and_a_wrong_password_is_told_but_not_shown() {
    const RIGHT: &str = "le bon mot de passe";
    const WRONG: &str = "un autre mot de passe";
    let port = free_port();
    let (smtp, certificate) = SmtpServer::start_with_login(port, "tamis", RIGHT).await;
    let with = |password: &str| {
        let mut settings = settings(port, free_port(), "starttls");
        settings.push(("SSL_CERT_FILE", certificate.to_str().unwrap().to_owned()));
        settings.push(("TAMIS_MAIL__USER", "tamis".to_owned()));
        settings.push(("TAMIS_MAIL__PASSWORD", password.to_owned()));
        start(&settings)
    };
    let browser = Browser::start().await;
    let refused = Newsroom::open_on(with(WRONG)).await;
    refused.lea(&browser).await;
    wish(&refused, &browser, 1).await;
    for tries in 1..4 {
        make_due(&refused.server).await;
        until(&refused.server, "it is tried again", |_, number, failed| number == tries && !failed).await;
    }
    make_due(&refused.server).await;
    until(&refused.server, "it is given up", |_, tries, failed| tries == 0 && failed).await;
    let told = async || logged(&refused.server, "does not take `mail.user` with this password (535)").then_some(());
    eventually("why is logged", told).await;
    for secret in [WRONG, ADDRESS] {
        assert!(!logged(&refused.server, secret), "{secret} is in the log");
    }
    assert!(smtp.mails().is_empty());
    drop(refused);

    let known = Newsroom::open_on(with(RIGHT)).await;
    known.lea(&browser).await;
    wish(&known, &browser, 1).await;
    make_due(&known.server).await;
    eventually("the mail is there", async || smtp.mails().pop()).await;
    assert!(!logged(&known.server, RIGHT));
    browser.close().await;
}

const SECRET: &str = "un secret que les serveurs partagent";
const MODERATORS: usize = 12;

/// A bulletin that is due, for each moderator.
async fn due_for_all(store: &PostgresStore) {
    for (number, moderator) in store.moderators().await.unwrap().into_iter().enumerate() {
        let address = format!("m{number}@example.net");
        let bulletin = Bulletin {
            moderator: moderator.id,
            sealed_address: SealingKey::from_secret(SECRET).seal(PURPOSE, address.as_bytes(), [number as u8; 24]),
            wish: Wish::new(8, 1).unwrap(),
            progress: Progress { due_at: Timestamp::UNIX_EPOCH, tries: 0, sent_at: None, failed_at: None },
        };
        let line = AuditLine {
            id: Uuid::now_v7(),
            at: Timestamp::now(),
            by: moderator.name.to_string(),
            site: None,
            act: AuditAct::BulletinsSet,
        };
        assert!(store.set_bulletin(&bulletin, &line).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_replicas_one_sends_each_bulletin() {
    let (url, port) = (Cluster::shared().database().await, free_port());
    let smtp = SmtpServer::start_on(port).await;
    let mut settings = settings(port, 0, "none");
    settings.retain(|(key, _)| *key != "TAMIS_SERVER__LISTEN");
    settings.extend([("TAMIS_STORE__URL", url.clone()), ("TAMIS_PRIVACY__SECRET", SECRET.to_owned())]);
    let one = start(&settings);
    let environment: Vec<_> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    for number in 1..MODERATORS {
        let add = ["moderator", "add", &format!("m{number}@example.org")];
        assert!(command::run_with(&environment, one.folder.path(), &add, "").status.success());
    }
    for number in 0..3 {
        one.comment(&format!("Bande d’idiots, retournez tous vous coucher, {number} fois !")).await;
    }
    let two = one.replica();
    let store = PostgresStore::open(&url, Options::default()).await.unwrap();
    due_for_all(&store).await;
    eventually("every mail is there", async || (smtp.mails().len() >= MODERATORS).then_some(())).await;
    let nothing_due = async || store.due_bulletins(Timestamp::now(), 100).await.unwrap().is_empty().then_some(());
    eventually("nothing is due any more", nothing_due).await;
    let all_sent = async || {
        let moderators = store.moderators().await.unwrap();
        for moderator in &moderators {
            store.bulletin_of(moderator.id).await.unwrap()?.progress.sent_at?;
        }
        Some(moderators.len())
    };
    assert_eq!(eventually("every bulletin is marked as sent", all_sent).await, MODERATORS);
    let mut addresses: Vec<_> =
        smtp.mails().iter().map(|mail| mail.to().unwrap().first().unwrap().address().unwrap().to_owned()).collect();
    addresses.sort();
    addresses.dedup();
    assert_eq!((addresses.len(), smtp.mails().len()), (MODERATORS, MODERATORS));
    drop((one, two));
}
