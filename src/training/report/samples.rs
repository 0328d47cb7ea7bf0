//! A small corpus for the tests of the report, with hostile texts in it.

#[path = "../../../tests/it/support/sentences.rs"]
mod sentences;

use std::fmt::Write as _;

use self::sentences::{GOOD, SPAM};
use super::exhibit::{Exhibit, exhibit};
use crate::training::{Budgets, Sources, TrainOptions};

/// What no page may ever run.
pub const ATTACK: &str = "</blockquote><script>alert('x')</script><img src=x onerror=\"alert(1)\"> gagnez de l'argent facile avec ce casino & \u{202e}doublez\u{0} vos gains\n\n<!-- écrivez vite ]]>";

/// A source's name may be hostile too.
pub const HOSTILE_SOURCE: &str = "\"><svg onload=alert(2)>";

/// A folder with one corpus file.
pub struct Sample {
    folder: tempfile::TempDir,
    lines: String,
}

impl Sample {
    /// Two sources of good comments and spam, and good comments that look like spam and attack the page.
    pub fn new() -> Self {
        let mut sample = Self::of(&["un", HOSTILE_SOURCE]);
        sample.add("un", ATTACK, "ham");
        sample
    }

    /// Sources of so many texts of each kind that curves are drawn.
    pub fn of(sources: &[&str]) -> Self {
        let mut sample = Self { folder: tempfile::tempdir().unwrap(), lines: String::new() };
        for source in sources {
            for at in 0..60 {
                let (good, bad) = (GOOD[at % GOOD.len()], SPAM[at % SPAM.len()]);
                sample.add(source, &format!("{good} numéro {at}"), "ham");
                sample.add(source, &format!("{bad} offre {at}"), "spam");
            }
            // Wrongly labelled, so that there are errors of both kinds.
            sample.add(source, &format!("{} numéro fou", GOOD[0]), "spam");
            sample.add(source, &format!("{} offre folle", SPAM[0]), "ham");
        }
        sample
    }

    pub fn add(&mut self, source: &str, text: &str, label: &str) {
        let line = serde_json::json!({"text": text, "label": label, "lang": "fr", "source": source});
        writeln!(self.lines, "{line}").unwrap();
    }

    pub fn options(&self) -> TrainOptions {
        let path = self.folder.path().join("corpus.jsonl");
        std::fs::write(&path, &self.lines).unwrap();
        TrainOptions {
            files: vec![path],
            sources: Sources::shipped().unwrap(),
            seed: 7,
            date: "2026-11-24".parse().unwrap(),
            base: None,
            budgets: Budgets::default(),
        }
    }

    pub fn exhibit(&self) -> Exhibit {
        exhibit(&self.options(), &mut |_| {}).unwrap()
    }
}
