//! A real redis-server of the test's own, in a folder of its own.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redis::{Client, Connection, FromRedisValue, RedisError};
use tempfile::TempDir;

use super::port::free_port;

/// How long a server may take to answer; it takes a few milliseconds.
const START_WITHIN: Duration = Duration::from_secs(20);

/// A running redis-server; dropped, it is killed and its folder removed.
pub struct RedisServer {
    process: Child,
    port: u16,
    password: Option<String>,
    /// The port on which nodes of a cluster talk to each other.
    bus: Option<u16>,
    folder: TempDir,
}

impl RedisServer {
    /// Starts one on a free port.
    pub fn start() -> Self {
        Self::start_with(None, false)
    }

    pub fn start_with_password(password: &str) -> Self {
        Self::start_with(Some(password.to_owned()), false)
    }

    /// A node that knows no other yet.
    pub fn start_cluster_node() -> Self {
        Self::start_with(None, true)
    }

    /// Another process may take the free port before the server does: then it ends, and the next port is tried.
    fn start_with(password: Option<String>, in_cluster: bool) -> Self {
        for _ in 0..10 {
            let folder = TempDir::new().expect("a folder for redis-server");
            let (port, bus) = (free_port(), in_cluster.then(free_port));
            let process = spawn(port, password.as_deref(), bus, &folder);
            let mut server = Self { process, port, password: password.clone(), bus, folder };
            if server.answers_soon() {
                return server;
            }
        }
        panic!("redis-server ended ten times before it answered: run `redis-server --port 0` to see why");
    }

    pub fn url(&self) -> String {
        match &self.password {
            Some(password) => self.url_with_password(password),
            None => format!("redis://{}", self.address()),
        }
    }

    pub fn url_with_password(&self, password: &str) -> String {
        format!("redis://:{password}@{}", self.address())
    }

    /// Where other nodes of its cluster find it.
    pub fn ports(&self) -> Option<[u16; 2]> {
        Some([self.port, self.bus?])
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// As from a power cut: kill -9.
    pub fn kill(&mut self) {
        self.process.kill().expect("redis-server is killed");
        self.process.wait().expect("redis-server is gone");
    }

    /// Starts it again on the same port, empty.
    pub fn restart(&mut self) {
        self.process = spawn(self.port, self.password.as_deref(), self.bus, &self.folder);
        assert!(self.answers_soon(), "redis-server did not start again on port {}", self.port);
    }

    /// Its connections stay, but nothing answers.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    pub fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.process.id())]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIG{name} reaches redis-server");
    }

    /// One command, for instance `["CONFIG", "SET", "maxmemory", "1"]`.
    pub fn command<T: FromRedisValue>(&self, words: &[&str]) -> Result<T, RedisError> {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]).query(&mut self.connect()?)
    }

    fn connect(&self) -> Result<Connection, RedisError> {
        Client::open(self.url())?.get_connection_with_timeout(Duration::from_secs(5))
    }

    /// False when the process ended.
    fn answers_soon(&mut self) -> bool {
        let start = Instant::now();
        while start.elapsed() < START_WITHIN {
            if self.process.try_wait().expect("redis-server can be waited for").is_some() {
                return false;
            }
            if self.is_the_one_that_answers() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("redis-server did not answer on port {} within {START_WITHIN:?}", self.port);
    }

    /// A server of another test could have got the port first.
    fn is_the_one_that_answers(&self) -> bool {
        let info: Result<String, _> = self.command(&["INFO", "server"]);
        info.is_ok_and(|info| info.lines().any(|line| line == format!("process_id:{}", self.process.id())))
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // Both fail only when it is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(port: u16, password: Option<&str>, bus: Option<u16>, folder: &TempDir) -> Child {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--daemonize", "no"]);
    command.args(["--save", "", "--appendonly", "no"]).arg("--dir").arg(folder.path());
    if let Some(password) = password {
        command.args(["--requirepass", password]);
    }
    if let Some(bus) = bus {
        command.args(["--cluster-enabled", "yes", "--cluster-port", &bus.to_string()]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap_or_else(|error| {
        panic!(
            "redis-server cannot be started ({error}): this test talks to a real one, install the package redis-server"
        )
    })
}
