//! The page as a moderator's browser asks for it: the real binary over HTTP, signed in.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use serde_json::Value;
use tamis::domain::site::SiteId;

use super::{LOOKS, print, site};

/// A store of its own, as an operator makes one.
pub struct Installation {
    url: String,
    /// A configuration in the current folder is not this store's.
    folder: tempfile::TempDir,
    pub site: SiteId,
}

impl Installation {
    pub fn new(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut new = Self { url: url.to_owned(), folder, site: SiteId(uuid::Uuid::nil()) };
        let found = new.run(&["site", "list", "--json"]).into_iter().find(|site| site["name"] == "journal");
        let added = || new.run(&["site", "add", "journal", "--url", "https://x.example/", "--json"]).remove(0);
        let site = found.unwrap_or_else(added);
        new.site = SiteId(site["id"].as_str().unwrap().parse().unwrap());
        new
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
        command.current_dir(self.folder.path());
        command.env("TAMIS_STORE__URL", &self.url).env("TAMIS_STORE__REQUIRE_DURABLE", "false");
        command.env("TAMIS_PRIVACY__SECRET", "0123456789abcdef0123456789abcdef");
        command
    }

    /// Its lines.
    fn run(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.command().args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::Deserializer::from_slice(&output.stdout).into_iter().map(Result::unwrap).collect()
    }

    /// What each look at the page takes, from the request to the last byte.
    pub async fn measure(&self, held: u32) {
        let server = Server::start(self.command());
        let email = ["moderator", "add", "lea@example.org", "--role", "moderator", "--json"];
        let session = server.sign_in(self.run(&email)[0]["link"].as_str().unwrap()).await;
        let queue = "/moderate/sites/journal/queue";
        let first = server.get(&session, queue).await;
        let next = first.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let ids: Vec<_> = first.split("data-id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let by = |facet: &str, value: &str| {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(facet, value).finish();
            format!("{queue}?order=doubt&{query}")
        };
        for (what, path) in [
            ("oldest first", queue.to_owned()),
            ("most doubtful first", format!("{queue}?order=doubt")),
            ("further on", next.replace("&amp;", "&").replace("&#38;", "&")),
            ("of a page", by("page", &site::a_page())),
            ("for a reason", by("reason", "links.too_many")),
            ("copies, each of a campaign", by("reason", "campaign.copies")),
            ("of a campaign", by("campaign", &site::a_campaign().to_string())),
            ("by an author", by("author", &site::an_author())),
            ("search, found at once", by("q", "voila")),
            ("search, found nothing", by("q", "introuvable")),
            ("one comment", format!("/moderate/sites/journal/comments/{}", ids[0])),
            ("what is fresh", format!("/moderate/sites/journal/fresh?ids={}", ids.join(","))),
        ] {
            let mut took = Vec::with_capacity(LOOKS);
            for _ in 0..LOOKS {
                let begun = Instant::now();
                server.get(&session, &path).await;
                took.push(begun.elapsed().as_secs_f64() * 1_000.0);
            }
            print(held, what, took);
        }
    }
}

struct Server {
    child: Child,
    url: String,
    client: reqwest::Client,
}

impl Server {
    fn start(mut command: Command) -> Self {
        command.args(["serve"]).env("TAMIS_SERVER__LISTEN", "127.0.0.1:0").env("TAMIS_LOG__FORMAT", "json");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let entry: Value = serde_json::from_str(&line).ok()?;
            (entry["message"] == "listening").then(|| entry["address"].as_str().unwrap().to_owned())
        });
        // It must not wait for somebody to read what it says.
        std::thread::spawn(move || lines.for_each(drop));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { child, url: format!("http://{}", address.expect("the server listens")), client }
    }

    /// The cookie of a session.
    async fn sign_in(&self, invitation: &str) -> String {
        let path = &invitation[invitation.find("/moderate/").unwrap()..];
        let request = self.client.post(format!("{}{path}", self.url)).header(ORIGIN, &self.url);
        let answer = request.body("password=trois+chats+et+un+tamis").send().await.unwrap();
        assert_eq!(answer.status(), 303);
        answer.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    async fn get(&self, session: &str, path: &str) -> String {
        let answer = self.client.get(format!("{}{path}", self.url)).header(COOKIE, session).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
