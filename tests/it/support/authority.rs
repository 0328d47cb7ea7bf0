//! A certificate authority of the test's own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub struct Authority {
    pub folder: TempDir,
}

impl Authority {
    pub fn new() -> Self {
        let authority = Self { folder: TempDir::new().expect("a folder for certificates") };
        let mut openssl = Command::new("openssl");
        request(&mut openssl, "Authority", &authority.key(), &authority.certificate());
        openssl.args(["-addext", "basicConstraints=critical,CA:TRUE"]);
        run(&mut openssl);
        authority
    }

    /// What who trusts it must have.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("authority.key")
    }

    /// A key and a certificate for this machine's address, and for no name, in a folder.
    pub fn issue(&self, folder: &Path) -> [PathBuf; 2] {
        let [key, certificate] = ["server.key", "server.pem"].map(|name| folder.join(name));
        let mut openssl = Command::new("openssl");
        request(&mut openssl, "server", &key, &certificate);
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=IP:127.0.0.1"]);
        run(openssl.arg("-CA").arg(self.certificate()).arg("-CAkey").arg(self.key()));
        [key, certificate]
    }
}

fn request(openssl: &mut Command, name: &str, key: &Path, certificate: &Path) {
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
    openssl.args(["-subj", &format!("/CN={name}"), "-keyout"]).arg(key).arg("-out").arg(certificate);
}

fn run(openssl: &mut Command) {
    let output = openssl.stdin(Stdio::null()).output().expect("openssl is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
