//! The gold examples that a candidate is tried on: the project's own, and the operator's.

use std::path::{Path, PathBuf};

use super::super::CliError;
use crate::service::gate::GoldSet;
use crate::service::gold::{self, Example};

/// The project's set, and the operator's where one is named: a file of JSON lines, or a folder of them.
pub(super) fn sets(own: Option<&Path>) -> Result<Vec<GoldSet>, CliError> {
    let examples =
        gold::built_in().map_err(|error| CliError::new(format!("the built-in gold examples are damaged: {error}")))?;
    let mut sets = vec![GoldSet { name: "built-in gold".to_owned(), examples }];
    if let Some(path) = own {
        sets.push(GoldSet { name: "own gold".to_owned(), examples: read(path)? });
    }
    Ok(sets)
}

fn read(path: &Path) -> Result<Vec<Example>, CliError> {
    let mut examples = Vec::new();
    for file in files(path)? {
        let text = std::fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
        // Lines end at line feeds only: texts hold U+2028 and its like.
        for (number, line) in (1..).zip(text.split('\n')).filter(|(_, line)| !line.trim().is_empty()) {
            let example = Example::parse(line).map_err(|error| {
                CliError::new(format!("{}:{number}: {error}", file.display()))
                    .hinted("a line is {\"text\": \"…\", \"label\": \"ham\" | \"spam\" | \"abuse\", \"lang\": \"fr\"}")
            })?;
            examples.push(example);
        }
    }
    match examples.is_empty() {
        true => Err(CliError::new(format!("{} holds no gold example", path.display()))),
        false => Ok(examples),
    }
}

fn files(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| unreadable(path, &error))?;
    let mut files: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> CliError {
    CliError::new(format!("the gold examples {} cannot be read: {error}", path.display()))
        .hinted("`model.gold` or --gold names a file of JSON lines, or a folder of them")
}
