//! Runs `tests/rules/*.txt`: what the built-in rules say about comments, in words a moderator could write.
//!
//! ```text
//! expect links.too_many          a rule that must hold; several lines, all of them
//! expect not style.shouting      one that must not
//! expect hold                    the verdict of the rules alone: approve, hold or reject
//! expect nothing                 no rule holds
//! author.name: Camille           any field of the request, dotted; optional
//!
//! The comment, after a blank line.
//! ---
//! ```

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};
use tamis::domain::comment::{Comment, Draft};
use tamis::domain::decision::Thresholds;
use tamis::domain::policy;
use tamis::domain::rules::RuleSet;
use tamis::domain::text::Text;

/// Fewer cases than this means that files were not found.
const LEAST_CASES: usize = 60;

#[test]
fn the_built_in_rules_say_what_moderators_expect() {
    let rules = RuleSet::built_in().unwrap();
    let cases: Vec<Case> = fixtures().iter().flat_map(|path| cases(path)).collect();
    let failures: Vec<String> = cases.iter().filter_map(|case| case.failure(&rules)).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    assert!(cases.len() >= LEAST_CASES, "only {} cases were found", cases.len());
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    files.sort();
    files
}

struct Case {
    place: String,
    expectations: Vec<String>,
    request: Value,
}

fn cases(path: &Path) -> Vec<Case> {
    let file = path.file_name().unwrap().to_str().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<(usize, &str)> = (1..).zip(text.lines()).collect();
    lines.split(|(_, line)| *line == "---").map(|lines| case(file, lines)).collect()
}

fn case(file: &str, lines: &[(usize, &str)]) -> Case {
    let start = lines.iter().position(|(_, line)| !line.is_empty()).expect("a case has lines");
    let lines = &lines[start..];
    let blank = lines.iter().position(|(_, line)| line.is_empty()).expect("a blank line before the comment");
    let (head, body) = lines.split_at(blank);
    let body: Vec<&str> = body.iter().map(|(_, line)| *line).collect();
    let mut case = Case {
        place: format!("tests/rules/{file}:{}", lines[0].0),
        expectations: Vec::new(),
        request: json!({ "body": body.join("\n").trim() }),
    };
    for (number, line) in head {
        match (line.strip_prefix("expect "), line.split_once(": ")) {
            (Some(expectation), _) => case.expectations.push(expectation.to_owned()),
            (None, Some((field, value))) => set(&mut case.request, field, value),
            (None, None) => panic!("tests/rules/{file}:{number}: `{line}` is neither `expect …` nor `field: value`"),
        }
    }
    assert!(!case.expectations.is_empty(), "{}: nothing is expected", case.place);
    case
}

/// Sets a dotted field of the request; digits are a number.
fn set(request: &mut Value, field: &str, value: &str) {
    let pointer = field.split('.').fold(request, |at, key| &mut at[key]);
    *pointer = value.parse::<u64>().map_or_else(|_| json!(value), |number| json!(number));
}

impl Case {
    fn failure(&self, rules: &RuleSet) -> Option<String> {
        let draft: Draft = serde_json::from_value(self.request.clone()).expect(&self.place);
        let comment = Comment::parse(draft).expect(&self.place);
        let text = Text::of(&comment, None);
        let signals = rules.signals(&comment, &text, Timestamp::UNIX_EPOCH);
        let verdict = policy::decide(&signals, Thresholds::default()).verdict;
        let held: BTreeSet<&str> = signals.iter().map(|signal| signal.id.as_str()).collect();
        let met = |expectation: &str| match expectation {
            "nothing" => held.is_empty(),
            "approve" | "hold" | "reject" => verdict.as_str() == expectation,
            other => match other.strip_prefix("not ") {
                Some(id) => !held.contains(id),
                None => held.contains(other),
            },
        };
        let known: BTreeSet<&str> = rules.ids().chain(["nothing", "approve", "hold", "reject"]).collect();
        let unknown = self.expectations.iter().find(|one| !known.contains(one.trim_start_matches("not ")));
        if let Some(unknown) = unknown {
            return Some(format!("{}: there is no rule `{unknown}`", self.place));
        }
        let missed: Vec<&str> =
            self.expectations.iter().map(String::as_str).filter(|expectation| !met(expectation)).collect();
        let scores: Vec<String> =
            signals.iter().map(|signal| format!("{}={}", signal.id, signal.score.nats())).collect();
        let found = format!("{} with {scores:?}", verdict.as_str());
        (!missed.is_empty()).then(|| format!("{}: expected {}, found {found}", self.place, missed.join(" and ")))
    }
}
