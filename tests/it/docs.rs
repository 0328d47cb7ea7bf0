//! Keeps the documentation honest: the rules in it are rules, and the names in it exist.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;
use tamis::config::EXAMPLE;
use tamis::domain::rules::{BUILT_IN, Lists, RuleSet};

const RULES: &str = "docs/rules.md";

/// Fewer rules than this means that blocks were not found.
const LEAST_RULES: usize = 30;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A fenced block of a page.
struct Block {
    /// What stands behind the opening fence: `toml`, `sh`.
    info: String,
    /// The page's line on which its text begins, counted from 1.
    line: usize,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in (1..).zip(page.lines()) {
        let Some(info) = line.strip_prefix("```") else {
            if let Some(block) = &mut open {
                block.text.push_str(line);
                block.text.push('\n');
            }
            continue;
        };
        match open.take() {
            Some(block) => blocks.push(block),
            None => open = Some(Block { info: info.to_owned(), line: number + 1, text: String::new() }),
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// The lists that a page shows: blocks that begin with `# lists/NAME`.
fn lists(blocks: &[Block]) -> Lists {
    let mut lists = Lists::default();
    for block in blocks {
        let first = block.text.lines().next().unwrap_or_default();
        if let Some(name) = first.strip_prefix("# lists/") {
            lists.add(name, &block.text).unwrap();
        }
    }
    lists
}

#[test]
fn the_rules_of_the_page_hold_to_their_examples() {
    let blocks = blocks(&read(RULES));
    let mut toml = String::new();
    for block in blocks.iter().filter(|block| block.info == "toml" && block.text.contains("[[rule]]")) {
        // Each block on the lines it has in the page, so that problems name these.
        let lines = toml.matches('\n').count();
        toml.push_str(&"\n".repeat(block.line - 1 - lines));
        toml.push_str(&block.text);
    }
    match RuleSet::parse(&toml, RULES, &lists(&blocks)) {
        Ok(rules) => assert!(rules.len() >= LEAST_RULES, "only {} rules were found", rules.len()),
        Err(error) => panic!("\n{error}"),
    }
}

#[test]
fn a_wrong_rule_is_told_as_the_page_says() {
    let blocks = blocks(&read(RULES));
    let wrong = blocks.iter().position(|block| block.info == "toml wrong").unwrap();
    let error = RuleSet::parse(&blocks[wrong].text, "rules.toml", &Lists::default()).unwrap_err();
    assert_eq!(error.to_string(), blocks[wrong + 1].text.trim_end(), "{RULES}:{}", blocks[wrong + 1].line);
}

#[test]
fn the_page_shows_every_condition() {
    let (page, code) = (read(RULES), read("src/domain/rules/condition.rs"));
    let kind = Regex::new(r#"\("([a-z_]+)", [a-z_]+::[a-z_]+\),"#).unwrap();
    let kinds: Vec<&str> = kind.captures_iter(&code).map(|found| found.get(1).unwrap().as_str()).collect();
    assert!(kinds.len() >= 20, "only {kinds:?} were found");
    for kind in kinds {
        assert!(page.contains(&format!("\nwhen.{kind} = ")), "{RULES}: no rule shows `when.{kind}`");
    }
}

#[test]
fn the_page_puts_the_built_in_rules_together_in_order() {
    let blocks = blocks(&read(RULES));
    let command = blocks.iter().find(|block| block.text.starts_with("cat rules/")).unwrap();
    let named: Vec<&str> = command.text.split_whitespace().filter(|word| word.starts_with("rules/")).collect();
    assert_eq!(named, BUILT_IN.map(|(name, _)| name), "{RULES}:{}", command.line);
}

#[test]
fn the_problems_of_the_api_are_those_of_its_page() {
    let (page, code) = (read("docs/api.md"), read("src/http/reply.rs"));
    let section = page.split("\n## Problems\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `") && !line.contains("urn:"));
    let name = Regex::new("`([a-z0-9-]+)`").unwrap();
    let first_cells: String = rows.filter_map(|row| row.split('|').nth(1)).collect();
    let told: BTreeSet<&str> = name.captures_iter(&first_cells).map(|found| found.get(1).unwrap().as_str()).collect();
    let row = Regex::new(r#"StatusCode::[A-Z_]+, "([a-z0-9-]+)", ""#).unwrap();
    let known: BTreeSet<&str> = row.captures_iter(&code).map(|found| found.get(1).unwrap().as_str()).collect();
    assert!(known.len() >= 15, "only {known:?} were found");
    assert_eq!(told, known, "docs/api.md, Problems");
}

/// Every section and key of the configuration.
fn config_keys() -> BTreeSet<(String, String)> {
    let mut section = "";
    let mut keys = BTreeSet::new();
    for line in EXAMPLE.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name;
        } else if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ") {
            keys.insert((section.to_owned(), key.to_owned()));
        }
    }
    keys
}

#[test]
fn every_configuration_key_that_is_named_exists() {
    let known = config_keys();
    let sections: BTreeSet<&str> = known.iter().map(|(section, _)| section.as_str()).collect();
    let dotted = Regex::new(r"`([a-z]+)\.([a-z_]+)`").unwrap();
    let header = Regex::new(r"`\[([a-z]+)\]`").unwrap();
    let mut found = 0;
    for path in ["README.md", "docs/api.md", RULES] {
        let page = read(path);
        for header in header.captures_iter(&page) {
            assert!(sections.contains(&header[1]), "{path}: there is no section `[{}]`", &header[1]);
        }
        // `rules.toml` is a file.
        for key in dotted.captures_iter(&page).filter(|key| sections.contains(&key[1]) && &key[2] != "toml") {
            let is_known = known.contains(&(key[1].to_owned(), key[2].to_owned()));
            assert!(is_known, "{path}: there is no key `{}.{}`", &key[1], &key[2]);
            found += 1;
        }
        for block in blocks(&page).iter().filter(|block| block.info == "toml" && !block.text.contains("[[rule]]")) {
            let table: toml::Table = block.text.parse().unwrap();
            for (section, keys) in &table {
                for key in keys.as_table().unwrap().keys() {
                    let is_known = known.contains(&(section.clone(), key.clone()));
                    assert!(is_known, "{path}:{}: there is no key `{section}.{key}`", block.line);
                    found += 1;
                }
            }
        }
    }
    assert!(found > 0, "no key was found");
}
