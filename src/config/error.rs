//! What is wrong with a configuration, where, and what would be right.

use std::path::Path;

use figment::error::Kind;

#[derive(Clone, Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ConfigError {
    place: String,
    problem: String,
}

impl ConfigError {
    /// The first thing wrong in a text or in the environment.
    pub(super) fn new(file: &Path, toml: &str, error: &figment::Error) -> Self {
        Self { place: place(file, toml, error), problem: problem(error) }
    }

    pub(super) fn unreadable(file: &Path, error: &std::io::Error) -> Self {
        Self { place: file.display().to_string(), problem: format!("cannot be read: {error}") }
    }

    /// A value that reads well but cannot be meant.
    pub(super) fn value(key: &str, problem: &str) -> Self {
        Self { place: key.to_owned(), problem: problem.to_owned() }
    }
}

/// `tamis.toml, line 3, limits.author`, or the variable's name.
fn place(file: &Path, toml: &str, error: &figment::Error) -> String {
    let key = key(error);
    let from_environment = error.metadata.as_ref().is_some_and(|metadata| metadata.name.contains("environment"));
    if from_environment {
        return format!("environment variable TAMIS_{}", key.join("__").to_uppercase());
    }
    let line = line(toml, &key).map(|line| format!(", line {line}")).unwrap_or_default();
    let key = if key.is_empty() { String::new() } else { format!(", {}", key.join(".")) };
    format!("{}{line}{key}", file.display())
}

/// The path to the key at fault; figment leaves the unknown key itself out.
fn key(error: &figment::Error) -> Vec<String> {
    let mut key = error.path.clone();
    if let Kind::UnknownField(field, _) = &error.kind
        && key.last() != Some(field)
    {
        key.push(field.clone());
    }
    key
}

fn problem(error: &figment::Error) -> String {
    match &error.kind {
        Kind::UnknownField(field, known) => match nearest(field, known) {
            Some(nearest) => format!("`{field}` is not a key; did you mean `{nearest}`?"),
            None => format!("`{field}` is not a key; the keys here are {}", known.join(", ")),
        },
        Kind::Message(message) => message.lines().next().unwrap_or_default().to_owned(),
        kind => kind.to_string(),
    }
}

fn nearest<'a>(field: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |known: &&str| strsim::damerau_levenshtein(field, known);
    known.iter().copied().min_by_key(distance).filter(|known| distance(known) <= 3)
}

/// The line on which a key stands, or on which the text stops being TOML.
fn line(toml: &str, key: &[String]) -> Option<usize> {
    match toml::de::DeTable::parse(toml) {
        Err(syntax) => syntax.span().map(|span| line_of(toml, span.start)),
        Ok(table) => {
            let mut table = table.get_ref();
            let (last, sections) = key.split_last()?;
            for section in sections {
                table = table.get(section.as_str())?.get_ref().as_table()?;
            }
            let (name, _) = table.get_key_value(last.as_str())?;
            Some(line_of(toml, name.span().start))
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
