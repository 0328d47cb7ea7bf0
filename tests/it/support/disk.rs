//! A small disk that a test can fill up.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use tempfile::TempDir;

/// Mounts the disk where nobody else sees it, then does what it is told, until its standard input ends.
const KEEPER: &str = r#"mkdir -p "$1" && mount -t tmpfs -o "size=$2" none "$1" && cd "$1" && echo done && exec sh"#;

/// A tmpfs in a mount namespace of its own, which needs no right but to make one.
pub struct SmallDisk {
    keeper: Child,
    orders: Option<ChildStdin>,
    reports: BufReader<ChildStdout>,
    pub folder: TempDir,
}

impl SmallDisk {
    /// Of `size` as `mount` reads it (`16m`), in `folder`. Its owner is whom `command` runs a program as.
    pub fn new(size: &str, folder: TempDir, mut command: Command) -> Self {
        command.args(["--map-root-user", "--mount", "sh", "-c", KEEPER, "sh"]);
        command.arg(folder.path().join("small")).arg(size);
        let mut keeper = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("unshare starts");
        let reports = BufReader::new(keeper.stdout.take().unwrap());
        let mut disk = Self { orders: keeper.stdin.take(), keeper, reports, folder };
        disk.hear();
        disk
    }

    /// Where those outside of the namespace find it.
    pub fn path(&self) -> PathBuf {
        let inside = self.folder.path().join("small");
        let root = PathBuf::from(format!("/proc/{}/root", self.keeper.id()));
        root.join(inside.strip_prefix("/").expect("an absolute path"))
    }

    /// Runs a program that sees it at `small` in its folder.
    pub fn inside(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--user", "--mount", "--preserve-credentials", "--target", &self.keeper.id().to_string()]);
        command
    }

    /// Takes all the space there is.
    pub fn fill(&mut self) {
        self.order("cat /dev/zero >> ballast 2>/dev/null");
    }

    /// Gives back what [`SmallDisk::fill`] took.
    pub fn free(&mut self) {
        self.order("rm ballast");
    }

    fn order(&mut self, order: &str) {
        let orders = self.orders.as_mut().expect("a running keeper");
        writeln!(orders, "{order}; echo done").expect("the keeper listens");
        self.hear();
    }

    fn hear(&mut self) {
        let mut report = String::new();
        self.reports.read_line(&mut report).expect("the keeper reports");
        assert_eq!(report, "done\n", "the small disk could not be made: may this user make namespaces?");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.keeper.wait();
    }
}
