//! A file of examples, line by line or in runs of lines that are parsed elsewhere.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::line::{Line, Row};

/// The longest line that is read, in bytes: a comment of the greatest length, with its JSON escapes.
const LONGEST: usize = 8 << 20;

/// A run ends with the line that makes it so long, in bytes.
const RUN: usize = 64 << 10;

/// Why a file of examples cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}:{line}: {problem}; a line is {{\"text\": …, \"label\": \"ham\" | \"spam\" | \"abuse\", \"lang\": \"fr\", \"source\": …}}", path.display())]
    Line { path: PathBuf, line: u64, problem: String },
}

/// Neighbouring lines of a file, not parsed yet.
#[derive(Debug)]
pub struct Lines {
    path: Arc<Path>,
    /// The number of the first.
    first: u64,
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Lines {
    /// As they stand in the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many they are.
    pub fn number(&self) -> u64 {
        self.ends.len() as u64
    }

    /// Parses each, with its number in the file.
    pub fn rows(&self) -> impl Iterator<Item = Result<(u64, Row), ReadError>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let lines = starts.zip(&self.ends).map(|(start, &end)| self.bytes.get(start..end).unwrap_or_default());
        (self.first..).zip(lines).map(|(number, line)| {
            let row = match line.len() < LONGEST {
                true => Row::parse(line, number == 1),
                false => Err(format!("is longer than {LONGEST} bytes")),
            };
            row.map(|row| (number, row)).map_err(|problem| ReadError::Line {
                path: self.path.to_path_buf(),
                line: number,
                problem,
            })
        })
    }
}

/// Reads every example of a file, with the number of its line.
///
/// # Errors
/// The file cannot be read, or a line of it is no example.
pub fn each(path: &Path, visit: &mut dyn FnMut(u64, Line)) -> Result<(), ReadError> {
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    each_row_of(&file, path, &mut |number, row| match row {
        Row::Heading(_) => {}
        Row::Example(line) => visit(number, line),
    })
}

/// Reads every line of an open file of examples, with its number; errors name the file by `path`.
///
/// # Errors
/// The file cannot be read, or a line of it is no example.
pub fn each_row_of(file: &File, path: &Path, visit: &mut dyn FnMut(u64, Row)) -> Result<(), ReadError> {
    runs(file, path, &mut |lines| {
        lines.rows().try_for_each(|row| {
            let (number, row) = row?;
            visit(number, row);
            Ok(())
        })
    })
}

/// Reads a file in runs of lines until `visit` fails. Where a run ends depends on the file alone.
///
/// # Errors
/// The file cannot be read; or that of `visit`.
pub fn each_run<E: From<ReadError>>(path: &Path, visit: &mut dyn FnMut(Lines) -> Result<(), E>) -> Result<(), E> {
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    runs(&file, path, visit)
}

fn runs<E: From<ReadError>>(file: &File, path: &Path, visit: &mut dyn FnMut(Lines) -> Result<(), E>) -> Result<(), E> {
    let mut reader = BufReader::new(file);
    let path: Arc<Path> = path.into();
    let mut first = 1;
    loop {
        let mut lines = Lines { path: Arc::clone(&path), first, bytes: Vec::with_capacity(RUN), ends: Vec::new() };
        while lines.bytes.len() < RUN {
            let line = reader.by_ref().take(LONGEST as u64).read_until(b'\n', &mut lines.bytes);
            if line.map_err(|source| unreadable(&path, source))? == 0 {
                break;
            }
            lines.ends.push(lines.bytes.len());
        }
        if lines.ends.is_empty() {
            return Ok(());
        }
        first += lines.number();
        visit(lines)?;
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> ReadError {
    ReadError::Unreadable { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        file
    }

    fn example(text: &str) -> String {
        format!("{{\"text\":\"{text}\",\"label\":\"ham\",\"source\":\"s\"}}\n")
    }

    #[test]
    fn lines_have_the_same_numbers_in_however_many_runs() {
        let content: String = (0..5_000).map(|at| example(&format!("texte {at}"))).collect();
        let file = file(content.trim_end());
        let mut texts = Vec::new();
        each(file.path(), &mut |number, line| texts.push((number, line.text))).unwrap();
        let expected: Vec<_> = (0..5_000).map(|at| (at + 1, format!("texte {at}"))).collect();
        assert_eq!(texts, expected);
        let (mut runs, mut bytes) = (0, Vec::new());
        each_run::<ReadError>(file.path(), &mut |lines| {
            runs += 1;
            bytes.extend_from_slice(lines.bytes());
            Ok(())
        })
        .unwrap();
        assert!(runs > 3 && bytes == content.trim_end().as_bytes());
    }

    #[test]
    fn a_line_that_is_too_long_is_told_by_its_number() {
        let file = file(&[example("un"), example(&"x".repeat(LONGEST))].concat());
        let error = each(file.path(), &mut |_, _| {}).unwrap_err().to_string();
        assert!(error.contains(":2: is longer than"), "{error}");
    }
}
