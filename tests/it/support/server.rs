//! The real binary, started as an operator starts it, on a free port and a store of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use tempfile::TempDir;

/// How long anything that must happen may take before a test fails.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A running `tamis serve`.
pub struct Server {
    child: Child,
    pub url: String,
    pub key: String,
    pub folder: Arc<TempDir>,
    settings: BTreeMap<String, String>,
    log: Arc<Mutex<Vec<String>>>,
    client: reqwest::Client,
}

/// The binary under test.
pub fn tamis() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
    unconfigured(&mut command);
    command
}

/// What the tests' own environment configures must not reach the binary.
pub fn unconfigured(command: &mut Command) {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TAMIS_")) {
        command.env_remove(name);
    }
}

impl Server {
    /// On the defaults, but for the limits of authors, networks, pages and domains, and for campaigns: tests send a lot from one place.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With settings such as `("TAMIS_POLICY__HOLD_AT", "1.0")`.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        let off = [
            "LIMITS__AUTHOR",
            "LIMITS__NETWORK",
            "LIMITS__PAGE",
            "LIMITS__DOMAIN",
            "CAMPAIGNS__HOLD",
            "CAMPAIGNS__REJECT",
        ]
        .map(|key| (format!("TAMIS_{key}"), "off".to_owned()));
        let settings =
            off.into_iter().chain(settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        Self::launch(Arc::new(tempfile::tempdir().unwrap()), settings.collect(), None, tamis())
    }

    /// With the binary run by another command, such as `strace`.
    pub fn start_under(mut command: Command, settings: &[(&str, &str)]) -> Self {
        unconfigured(&mut command);
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Self::launch(Arc::new(tempfile::tempdir().unwrap()), settings, None, command)
    }

    /// Starts again on the same folder.
    pub fn restart(self) -> Self {
        self.restart_under(tamis())
    }

    /// The same, with the binary run by another command.
    pub fn restart_under(mut self, mut command: Command) -> Self {
        unconfigured(&mut command);
        self.kill();
        Self::launch(Arc::clone(&self.folder), self.settings.clone(), Some(self.key.clone()), command)
    }

    /// Another process with the same settings, in a folder of its own.
    pub fn replica(&self) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::launch(folder, self.settings.clone(), Some(self.key.clone()), tamis())
    }

    /// The same server on another store.
    pub fn moved(&self, url: &str) -> Self {
        let mut settings = self.settings.clone();
        settings.insert("TAMIS_STORE__URL".to_owned(), url.to_owned());
        Self::launch(Arc::clone(&self.folder), settings, Some(self.key.clone()), tamis())
    }

    fn launch(
        folder: Arc<TempDir>,
        settings: BTreeMap<String, String>,
        key: Option<String>,
        mut command: Command,
    ) -> Self {
        let mut child = command
            .arg("serve")
            // Under strace the server is not our child, but it is in our child's group.
            .process_group(0)
            .current_dir(folder.path())
            .env("TAMIS_SERVER__LISTEN", "127.0.0.1:0")
            .env("TAMIS_LOG__FORMAT", "json")
            .envs(&settings)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let (log, address) = listen_to(&mut child);
        let address =
            address.recv_timeout(DEADLINE).unwrap_or_else(|_| panic!("no `listening` in {:#?}", log.lock().unwrap()));
        let key = key.unwrap_or_else(|| first_key(child.id(), &log.lock().unwrap()));
        // The client that the registry's feature brings along knows TLS, and asks for its provider even for plain HTTP.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The server closes what is idle for five seconds; a client that sends at that moment would see it as a fault.
        let client = reqwest::Client::builder().no_proxy().no_gzip().pool_idle_timeout(Duration::from_secs(2));
        let client = client.timeout(DEADLINE).build().unwrap();
        Self { child, url: format!("http://{address}"), key, folder, settings, log, client }
    }

    /// `kill -9`, and waits until it is dead.
    pub fn kill(&mut self) {
        let _ =
            Command::new("kill").args(["-KILL", "--", &format!("-{}", self.child.id())]).stderr(Stdio::null()).status();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and waits for the end: the exit code.
    pub fn stop(mut self) -> Option<i32> {
        signal(self.child.id(), "TERM");
        self.child.wait().unwrap().code()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Every line logged so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.request_as(&self.key, method, path)
    }

    pub fn request_as(&self, key: &str, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(key)
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        read(self.request(Method::POST, path).json(&body).send().await.unwrap()).await
    }

    /// A comment with nothing but a body, recorded: its answer.
    pub async fn comment(&self, body: &str) -> Value {
        let (status, answer) = self.post("/v1/comments", serde_json::json!({ "body": body })).await;
        assert_eq!(status, 201, "{answer}");
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

pub async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// Sends a signal by name.
pub fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status().unwrap();
    assert!(status.success());
}

/// Waits for a condition, and fails with `what` when it does not come about.
pub async fn until<F: AsyncFnMut() -> bool>(what: &str, mut holds: F) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < DEADLINE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn listen_to(child: &mut Child) -> (Arc<Mutex<Vec<String>>>, mpsc::Receiver<String>) {
    let log = Arc::new(Mutex::new(Vec::new()));
    let (sender, address) = mpsc::channel();
    let (stderr, lines) = (child.stderr.take().unwrap(), Arc::clone(&log));
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            if entry["message"] == "listening" {
                let _ = sender.send(entry["address"].as_str().unwrap_or_default().to_owned());
            }
            lines.lock().unwrap().push(line);
        }
    });
    (log, address)
}

/// The key of the site `default`, as the first start without a terminal leaves it. The file is read as the process
/// sees it, which may be on a disk of its own.
fn first_key(pid: u32, log: &[String]) -> String {
    let entries = log.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    // At `trace` libraries name paths of their own.
    let mut told = entries.filter(|entry| entry["site"].is_string());
    let path = told.find_map(|entry| Some(entry["path"].as_str()?.to_owned())).expect("the log names the file");
    let welcome = std::fs::read_to_string(format!("/proc/{pid}/cwd/{path}")).expect("the first start writes its keys");
    let key = welcome.split_whitespace().find(|word| word.starts_with("tms_")).expect("a key");
    key.to_owned()
}
