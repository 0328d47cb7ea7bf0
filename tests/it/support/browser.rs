//! A real Chromium, driven through chromedriver on a free port.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

use super::{PATIENCE, eventually};

/// What kind of browser a test wants.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What it asks pages for, such as `fr`.
    pub language: &'static str,
    /// In CSS pixels.
    pub size: (u32, u32),
    pub script: bool,
    pub dark: bool,
}

impl Kind {
    pub const LAPTOP: Self = Self { language: "fr", size: (1280, 800), script: true, dark: false };
    pub const PHONE: Self = Self { size: (360, 740), ..Self::LAPTOP };
}

/// A browser with one window; dropped, it and its driver end.
pub struct Browser {
    pub client: Client,
    driver: Driver,
    /// Its profile.
    _folder: TempDir,
}

/// A command of Chromium's own protocol, passed on by chromedriver.
#[derive(Debug)]
struct Cdp {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Cdp {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "cmd": self.command, "params": self.parameters }).to_string()))
    }
}

struct Driver(Child);

impl Drop for Driver {
    /// Told to stop, it takes its browsers along; killed, it would leave them.
    fn drop(&mut self) {
        let _ = Command::new("kill").arg("-TERM").arg(self.0.id().to_string()).status();
        let start = Instant::now();
        while start.elapsed() < PATIENCE && matches!(self.0.try_wait(), Ok(None)) {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Browser {
    pub async fn start() -> Self {
        Self::start_as(Kind::LAPTOP).await
    }

    /// # Panics
    /// chromedriver or Chromium is not there: `tests/run` installs both.
    pub async fn start_as(kind: Kind) -> Self {
        let folder = TempDir::new().unwrap();
        let (driver, port) = start_driver();
        let capabilities = capabilities(kind, &folder);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts");
        let browser = Self { client, driver, _folder: folder };
        if !kind.script {
            // With scripts switched off altogether the driver's own would not run either. The page may run no script
            // but the one file, which is kept from it.
            browser.tell("Network.enable", json!({})).await;
            browser.tell("Network.setBlockedURLs", json!({ "urls": ["*.js"] })).await;
        }
        if kind.dark {
            let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
            browser.tell("Emulation.setEmulatedMedia", dark).await;
        }
        browser
    }

    /// A command of Chromium's own protocol: its answer.
    pub async fn tell(&self, command: &'static str, parameters: Value) -> Value {
        self.client.issue_cmd(Cdp { command, parameters }).await.unwrap()
    }

    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// The path and query of the page that is shown.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// Waits for an element, by CSS selector.
    pub async fn find(&self, css: &str) -> Element {
        eventually(&format!("`{css}` is there"), async || self.client.find(Locator::Css(css)).await.ok()).await
    }

    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// The text of an element as it is seen.
    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    /// Waits until the page's heading says this.
    pub async fn heading(&self, words: &str) {
        let shown = async || {
            let heading = self.client.find(Locator::Css("h1")).await.ok()?.text().await.ok()?;
            (heading == words).then_some(())
        };
        eventually(&format!("the heading says {words}"), shown).await;
    }

    /// What a script returns.
    pub async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Keeps a picture of the page where `TAMIS_SCREENSHOTS` names a folder.
    pub async fn picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("TAMIS_SCREENSHOTS") {
            let png = self.client.screenshot().await.unwrap();
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), png).unwrap();
        }
    }

    /// Ends the browser; after it nothing of it is left.
    pub async fn close(self) {
        self.client.close().await.unwrap();
        drop(self.driver);
    }
}

fn start_driver() -> (Driver, u16) {
    let child = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut driver = Driver(child.expect("chromedriver is installed"));
    let mut lines = BufReader::new(driver.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    let port = lines.find_map(|line| line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse().ok());
    let port = port.expect("chromedriver says its port");
    // It must not wait for somebody to read what it says.
    std::thread::spawn(move || lines.for_each(drop));
    (driver, port)
}

fn capabilities(kind: Kind, folder: &TempDir) -> Value {
    let Kind { language, size: (width, height), .. } = kind;
    let arguments = vec![
        "--headless=new".to_owned(),
        // Tests run as root in containers, where Chromium's sandbox does not start.
        "--no-sandbox".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--disable-gpu".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        format!("--accept-lang={language}"),
        format!("--window-size={width},{height}"),
        format!("--user-data-dir={}", folder.path().display()),
    ];
    let mut options = json!({
        "args": arguments,
        "prefs": {
            "credentials_enable_service": false,
            "profile.password_manager_enabled": false,
        },
    });
    // A window is at least 500 pixels wide; a phone is not.
    if width < 500 {
        options["mobileEmulation"] =
            json!({ "deviceMetrics": { "width": width, "height": height, "pixelRatio": 2.0 } });
    }
    json!({ "browserName": "chrome", "goog:chromeOptions": options })
}
