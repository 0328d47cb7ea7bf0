//! The report of `tamis evaluate` as an operator asks for it.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::support::server::tamis;

fn corpus(folder: &Path) {
    let mut lines = String::new();
    for at in 0..40 {
        for source in ["un", "deux"] {
            let good = format!("le conseil a voté le budget hier soir, dit-on {at}");
            let bad = format!("gagnez de l'argent facile avec ce casino <b>{at}</b>");
            for (text, label) in [(good, "ham"), (bad, "spam")] {
                let line = json!({"text": text, "label": label, "lang": "fr", "source": source});
                writeln!(lines, "{line}").unwrap();
            }
        }
    }
    std::fs::write(folder.join("corpus.jsonl"), lines).unwrap();
}

fn evaluate(folder: &Path, arguments: &[&str]) -> Output {
    tamis().args(["evaluate", "corpus.jsonl"]).args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn a_page_is_written_beside_the_figures_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    corpus(folder.path());
    let path = folder.path().join("rapport.html");
    std::fs::write(folder.path().join("ancien.html"), "x".repeat(5_000_000)).unwrap();
    for (file, locale, lang) in [("rapport.html", None, "fr"), ("ancien.html", Some("en"), "en")] {
        let locale: Vec<_> = locale.iter().flat_map(|locale| ["--locale", locale]).collect();
        let output = evaluate(folder.path(), &[&["--html", file, "--json"], locale.as_slice()].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["heads"][0]["question"], "spam");
        let page = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
        assert!(page.contains(&format!("<html lang=\"{lang}\">")));
    }
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_page_that_cannot_be_written_is_told_before_anything_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("corpus.jsonl"), "not even a corpus").unwrap();
    let output = evaluate(folder.path(), &["--html", "nowhere/report.html"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("nowhere/report.html") && told.contains("folder that exists"), "{told}");
}
