//! Walks the source tree and keeps the arrows: none points up or sideways.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Which top-level modules each may name.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("ports", &["domain"]),
    ("service", &["domain", "ports"]),
    ("adapters", &["domain", "ports"]),
    ("corpus", &["domain"]),
    ("training", &["domain", "corpus"]),
    ("config", &["domain", "service"]),
    ("telemetry", &["config"]),
    ("http", &["domain", "ports", "service"]),
    ("cli", &["domain", "ports", "service", "adapters", "corpus", "training", "config", "telemetry", "http"]),
];

/// Crates that only one part may name, or two.
const OWNERS: &[(&str, &[&str])] = &[
    ("actix_web", &["src/http"]),
    ("linfa", &["src/training"]),
    ("linfa_bayes", &["src/training"]),
    ("ndarray", &["src/training"]),
    ("sqlx", &["src/adapters/sqlite", "src/adapters/postgres"]),
    ("redis", &["src/adapters/redis"]),
    ("governor", &["src/adapters/memory"]),
    ("object_store", &["src/adapters/registry"]),
    ("figment", &["src/config"]),
    ("quick_xml", &["src/corpus"]),
    ("csv", &["src/corpus", "src/http/moderate/audit"]),
    ("clap", &["src/cli"]),
    ("atom_syndication", &["src/http/moderate/feed"]),
    ("lettre", &["src/adapters/smtp"]),
];

/// What adapters share: these name no technology, so none of the crates above.
const SHARED_BY_ADAPTERS: &[&str] = &["gather", "rows"];

fn sources() -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let code = without_comments(&std::fs::read_to_string(&path).unwrap());
                found.insert(path.strip_prefix(root).unwrap().to_owned(), code);
            }
        }
    }
    assert!(found.len() > 30, "the walk found the source tree");
    found
}

fn without_comments(code: &str) -> String {
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The top-level module a file belongs to.
fn module(path: &Path) -> String {
    let below = path.strip_prefix("src").unwrap().to_string_lossy().into_owned();
    below.split(['/', '.']).next().unwrap().to_owned()
}

fn names(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

#[test]
fn no_arrow_points_up_or_sideways() {
    for (path, code) in sources() {
        let from = module(&path);
        if matches!(from.as_str(), "lib" | "main") {
            continue;
        }
        let (_, allowed) =
            ARROWS.iter().find(|(name, _)| *name == from).unwrap_or_else(|| panic!("`{from}` has no row here"));
        for (to, _) in ARROWS.iter().filter(|(to, _)| *to != from && !allowed.contains(to)) {
            assert!(!names(&code, &format!("crate::{to}")), "{} names crate::{to}", path.display());
        }
    }
}

#[test]
fn adapters_do_not_know_one_another() {
    for (path, code) in sources().into_iter().filter(|(path, _)| path.starts_with("src/adapters")) {
        let own =
            path.strip_prefix("src/adapters").unwrap().to_string_lossy().split(['/', '.']).next().unwrap().to_owned();
        for (at, _) in code.match_indices("crate::adapters::") {
            let named = &code[at + "crate::adapters::".len()..];
            assert!(
                named.starts_with(&own) || SHARED_BY_ADAPTERS.iter().any(|shared| named.starts_with(shared)),
                "{} names another adapter: {}",
                path.display(),
                named.lines().next().unwrap()
            );
        }
    }
}

#[test]
fn a_technology_is_named_in_one_place() {
    for (path, code) in sources() {
        for (name, owners) in OWNERS {
            let owns = |owner: &&str| path.starts_with(owner) || path == Path::new(&format!("{owner}.rs"));
            let owns = owners.iter().any(owns);
            // The command line and main parse arguments; nothing else may.
            let owns = owns || (*name == "clap" && path == Path::new("src/main.rs"));
            let named = names(&code, &format!("{name}::"));
            assert!(
                owns || !named || code.contains(&format!("adapters::{{{name}")) || is_own_module(&code, name),
                "{} names {name}",
                path.display()
            );
        }
    }
}

/// `redis::Settings` after `use crate::adapters::redis` is our adapter, not the crate.
fn is_own_module(code: &str, name: &str) -> bool {
    code.contains(&format!("crate::adapters::{name}"))
}

#[test]
fn the_domain_has_no_clock_no_randomness_no_io_and_no_async() {
    let absent = [
        "Timestamp::now",
        "SystemTime",
        "Instant::",
        "getrandom",
        "std::fs",
        "std::net::Tcp",
        "std::env",
        "tokio",
        "async fn",
        ".await",
        "println!",
    ];
    for (path, code) in sources().into_iter().filter(|(path, _)| path.starts_with("src/domain")) {
        if path.ends_with("tests.rs") {
            continue;
        }
        let code = code.split("#[cfg(test)]").next().unwrap();
        for word in absent {
            assert!(!code.contains(word), "{} contains {word}", path.display());
        }
    }
}

#[test]
fn status_codes_stand_in_one_file() {
    for (path, code) in sources() {
        let named = code.contains("StatusCode::");
        assert!(!named || path == Path::new("src/http/reply.rs"), "{} names status codes", path.display());
    }
}

#[test]
fn thresholds_are_compared_in_one_file() {
    for (path, code) in
        sources().into_iter().filter(|(path, _)| path.starts_with("src/domain") || path.starts_with("src/service"))
    {
        let compares = code.lines().any(|line| {
            (line.contains("hold_at") || line.contains("reject_at"))
                && (line.contains(">= ") || line.contains(" > ") || line.contains(" < "))
        });
        assert!(!compares || path == Path::new("src/domain/policy.rs"), "{} compares with a threshold", path.display());
    }
}

#[test]
fn every_test_file_is_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = std::fs::read_to_string(root.join("main.rs")).unwrap();
    for entry in std::fs::read_dir(&root).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "rs") && stem != "main" {
            assert!(main.contains(&format!("mod {stem};")), "tests/it/main.rs does not list {stem}");
        }
    }
}
