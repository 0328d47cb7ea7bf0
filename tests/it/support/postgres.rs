//! A real PostgreSQL of the tests' own: a cluster in a folder of its own, a database for each test that asks.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use tempfile::TempDir;

use super::authority::Authority;
use super::disk::SmallDisk;
use super::port::free_port;
use super::server::until;

/// How long a server may take to answer; it takes a fraction of a second.
const START_WITHIN: Duration = Duration::from_secs(60);

/// Runs a server until its standard input ends, which it does when the test process ends, however it does: then stops
/// it as a power cut would, and removes its folder if it is told to.
const KEEPER: &str = r#"exec 3<&0; folder=$1; shift
"$@" 3<&- </dev/null >"$folder/log" 2>&1 & server=$!
( wait_for() { cat <&3 >/dev/null; }; wait_for; kill -QUIT $server ) &
exec 3<&-; wait $server; [ -z "$REMOVE" ] || rm -rf "$folder""#;

/// A running cluster; dropped, it is stopped and its folder removed.
pub struct Cluster {
    keeper: Child,
    port: u16,
    /// What it logs, and its data where they are on no disk of their own.
    folder: PathBuf,
    data: PathBuf,
    /// `None` where the keeper removes the folder.
    _temporary: Option<TempDir>,
}

/// What of a cluster is on a small disk.
#[derive(Clone, Copy, Debug)]
pub enum OnSmallDisk {
    Tables,
    /// The log of what was written (`pg_wal`).
    Log,
}

impl Cluster {
    /// The one that all tests of this process share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| {
            let folder = own_folder().keep();
            let data = folder.join("data");
            initialise(&data, &folder.join("wal"));
            let (keeper, port) = started(&folder, &data, true);
            Self { keeper, port, folder, data, _temporary: None }
        })
    }

    /// One that a test may stop.
    pub fn start() -> Self {
        let temporary = own_folder();
        let folder = temporary.path().to_owned();
        Self::start_on(temporary, &folder.join("data"), &folder.join("wal"))
    }

    /// One of which a part is on a disk of so many megabytes. It must be dropped before the disk.
    pub fn start_on_small_disk(part: OnSmallDisk, megabytes: u32) -> (Self, SmallDisk) {
        let disk = SmallDisk::new(&format!("{megabytes}m"), own_folder(), unprivileged("unshare"));
        let temporary = own_folder();
        let (small, large) = (disk.path(), temporary.path().to_owned());
        let (tables, log) = match part {
            OnSmallDisk::Tables => (small, large),
            OnSmallDisk::Log => (large, small),
        };
        (Self::start_on(temporary, &tables.join("data"), &log.join("wal")), disk)
    }

    fn start_on(temporary: TempDir, data: &Path, log: &Path) -> Self {
        initialise(data, log);
        let folder = temporary.path().to_owned();
        let (keeper, port) = started(&folder, data, false);
        Self { keeper, port, folder, data: data.to_owned(), _temporary: Some(temporary) }
    }

    /// A fresh database: its URL.
    pub async fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut administrator = self.connect("postgres").await;
        let creation = sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}")));
        creation.execute(&mut administrator).await.unwrap();
        self.url(&name)
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://tamis@127.0.0.1:{}/{database}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    async fn connect(&self, database: &str) -> PgConnection {
        connect(&self.url(database)).await
    }

    /// Takes encrypted connections too, from now on.
    pub async fn serve_tls(&self, authority: &Authority) {
        let [key, certificate] = authority.issue(&self.folder);
        if is_root() {
            run(Command::new("chown").arg("postgres").args([&key, &certificate]));
        }
        let settings =
            [("ssl_key_file", key.to_str().unwrap()), ("ssl_cert_file", certificate.to_str().unwrap()), ("ssl", "on")];
        let mut administrator = self.connect("postgres").await;
        for (name, value) in settings {
            let set = sqlx::raw_sql(AssertSqlSafe(format!("ALTER SYSTEM SET {name} = '{value}'")));
            set.execute(&mut administrator).await.unwrap();
        }
        sqlx::raw_sql("SELECT pg_reload_conf()").execute(&mut administrator).await.unwrap();
        let encrypted = format!("{}?sslmode=require", self.url("postgres")).parse::<PgConnectOptions>().unwrap();
        until("PostgreSQL speaks TLS", async || encrypted.connect().await.is_ok()).await;
    }

    /// As from a power cut: every process ends at once, and the next start recovers from the log.
    pub fn stop_at_once(&mut self) {
        drop(self.keeper.stdin.take());
        self.keeper.wait().expect("the server is gone");
    }

    /// Starts it again on the same port.
    pub fn restart(&mut self) {
        self.keeper = spawn(&self.folder, &self.data, self.port, false);
        assert!(answers_soon(&mut self.keeper, self.port), "PostgreSQL did not start again:\n{}", log(&self.folder));
    }

    /// What the system's supervisor does: starts it again if it has given up.
    pub fn revive(&mut self) {
        if self.keeper.try_wait().expect("it can be waited for").is_some() {
            self.restart();
        }
    }

    /// Every process of it stops where it is: connections stay, but nothing answers.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    pub fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let pid = std::fs::read_to_string(self.data.join("postmaster.pid")).expect("a running server");
        let pid = pid.lines().next().expect("its process").to_owned();
        // A child may end between being listed and being told.
        let script = r#"kill -"$1" "$2" && { kill -"$1" $(ps -o pid= --ppid "$2") || true; }"#;
        let sent = Command::new("sh").args(["-c", script, "sh", name, &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIG{name} reaches PostgreSQL");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop_at_once();
    }
}

/// Speaks to a database without Tamis.
pub async fn connect(url: &str) -> PgConnection {
    url.parse::<PgConnectOptions>().unwrap().options([("search_path", "tamis")]).connect().await.unwrap()
}

/// All that a database holds, as SQL.
pub fn dump(url: &str) -> String {
    let output = Command::new(program("pg_dump")).args(["--inserts", "--dbname", url]).output().expect("pg_dump runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a dump is UTF-8")
}

/// A folder that PostgreSQL may write in.
fn own_folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for PostgreSQL");
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(folder.path()));
    }
    folder
}

/// An empty cluster. Its log comes in small pieces, which are not used again: it soon needs space.
fn initialise(data: &Path, log: &Path) {
    let mut command = unprivileged("initdb");
    command.args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--username=tamis"]);
    run(command.args(["--wal-segsize=1", "--waldir"]).arg(log).arg("-D").arg(data));
    let mut settings = File::options().append(true).open(data.join("postgresql.conf")).expect("its settings");
    settings
        .write_all(b"wal_recycle = off\nrecovery_init_sync_method = syncfs\n")
        .expect("its settings can be written");
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Another process may take the free port before the server does: then it ends, and the next port is tried.
fn started(folder: &Path, data: &Path, remove: bool) -> (Child, u16) {
    for _ in 0..10 {
        let port = free_port();
        let mut keeper = spawn(folder, data, port, remove);
        if answers_soon(&mut keeper, port) {
            return (keeper, port);
        }
    }
    panic!("PostgreSQL ended ten times before it answered:\n{}", log(folder));
}

fn spawn(folder: &Path, data: &Path, port: u16, remove: bool) -> Child {
    let mut command = unprivileged("sh");
    command.args(["-c", KEEPER, "sh"]).arg(folder).arg(program("postgres")).arg("-D").arg(data);
    command.args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
    command.args(["-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "max_wal_size=256MB"]);
    if remove {
        command.env("REMOVE", "yes");
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("a shell starts")
}

/// False when the process ended.
fn answers_soon(keeper: &mut Child, port: u16) -> bool {
    let start = Instant::now();
    while start.elapsed() < START_WITHIN {
        if keeper.try_wait().expect("it can be waited for").is_some() {
            return false;
        }
        let mut ready = Command::new(program("pg_isready"));
        ready.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
        if ready.status().expect("pg_isready runs").success() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("PostgreSQL did not answer on port {port} within {START_WITHIN:?}");
}

fn log(folder: &Path) -> String {
    let mut log = String::new();
    let _ = File::open(folder.join("log")).and_then(|mut file| file.read_to_string(&mut log));
    log
}

/// PostgreSQL does not run as root: then it runs as the user that Debian's package makes.
fn unprivileged(name: &str) -> Command {
    let program = program(name);
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

fn is_root() -> bool {
    std::fs::read_to_string("/proc/self/status").unwrap().lines().any(|line| line.starts_with("Uid:\t0\t"))
}

/// Debian keeps PostgreSQL's own programs out of the path, in a folder a version.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists()).collect();
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from(name))
}
