//! A real SMTP server of the test's own, Debian's aiosmtpd, which keeps what it takes over in a folder of its own.

use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use mail_parser::{Message, MessageParser};
use tempfile::TempDir;

use super::eventually;

/// A running server; dropped, it is killed and its folder removed.
pub struct SmtpServer {
    process: Child,
    folder: TempDir,
}

impl SmtpServer {
    /// # Panics
    /// aiosmtpd is not there: `tests/run` installs it.
    pub async fn start_on(port: u16) -> Self {
        Self::launch(port, TempDir::new().unwrap(), &[]).await
    }

    /// One that takes mails over TLS alone (STARTTLS), and the certificate by which a client knows it.
    pub async fn start_with_tls(port: u16) -> (Self, PathBuf) {
        let (folder, key, certificate) = Self::certified();
        let server = Self::launch(port, folder, &["--tlscert", &certificate, "--tlskey", &key]).await;
        (server, certificate.into())
    }

    /// One that takes mails over TLS alone and from one user alone.
    pub async fn start_with_login(port: u16, user: &str, password: &str) -> (Self, PathBuf) {
        let (folder, key, certificate) = Self::certified();
        let mut command = Command::new("/usr/bin/python3");
        command.arg("-c").arg(include_str!("smtp.py")).arg(port.to_string()).arg(folder.path().join("mails"));
        command.args([&certificate, &key, user, password]);
        (Self::run(command, port, folder).await, certificate.into())
    }

    /// A folder with a key and the certificate of it.
    fn certified() -> (TempDir, String, String) {
        let folder = TempDir::new().unwrap();
        let [key, certificate] = ["key.pem", "certificate.pem"].map(|name| folder.path().join(name));
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        openssl.args(["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"]);
        openssl.arg(&key).arg("-out").arg(&certificate).stderr(Stdio::null());
        assert!(openssl.status().expect("openssl is installed").success());
        let (key, certificate) = (key.to_str().unwrap().to_owned(), certificate.to_str().unwrap().to_owned());
        (folder, key, certificate)
    }

    async fn launch(port: u16, folder: TempDir, arguments: &[&str]) -> Self {
        let mut command = Command::new("aiosmtpd");
        command.args(["--nosetuid", "--listen", &format!("localhost:{port}")]).args(arguments);
        command.args(["--class", "aiosmtpd.handlers.Mailbox"]).arg(folder.path().join("mails"));
        Self::run(command, port, folder).await
    }

    async fn run(mut command: Command, port: u16, folder: TempDir) -> Self {
        let process = command.stderr(Stdio::null()).spawn().expect("aiosmtpd is installed");
        let server = Self { process, folder };
        let answers = async || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok();
        eventually("the mail server answers", answers).await;
        server
    }

    /// All mails that it took over.
    pub fn mails(&self) -> Vec<Message<'static>> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("mails/new")) else { return Vec::new() };
        let mails = entries.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
        mails.map(|mail| MessageParser::default().parse(&mail).unwrap().into_owned()).collect()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
