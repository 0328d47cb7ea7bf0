//! Commands, run as an operator runs them.

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::server::{Server, tamis};

/// Runs `tamis ARGUMENTS` in a folder, with standard input.
pub fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    run_with(&[], folder, arguments, input)
}

/// The same, with settings in the environment.
pub fn run_with(settings: &[(&str, &str)], folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = tamis()
        .args(arguments)
        .envs(settings.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments does not read on.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs a command beside a server, on its store: its result, as JSON.
pub fn beside(server: &Server, arguments: &[&str]) -> Value {
    let output = run(server.folder.path(), arguments, "");
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
