//! Makes examples of what other programs export, as a stream.

mod fields;
mod intake;
mod lines;
mod table;
mod wxr;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use serde::Serialize;

use super::{Collection, Gathered, Heading, Line, Unwritable, Voices};
use crate::domain::classifier::card::Label;
use crate::domain::comment::Language;
use crate::domain::text::Text;
pub use fields::{Column, Why};
use fields::{Fields, Found};
use intake::{Charset, Gauge, Intake};

/// How many lines are named of those left out for one reason.
const MOST_NAMED: usize = 5;
/// How many reasons are told apart; labels that nobody knows could be any number.
const MOST_REASONS: usize = 50;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A WordPress export.
    Wxr,
    /// Rows with a delimiter.
    Table,
    /// One JSON object a line.
    JsonLines,
}

/// What the operator says; what is not said is guessed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub format: Option<Format>,
    pub encoding: Option<&'static Encoding>,
    pub delimiter: Option<u8>,
    /// Whether the first row of a table names its columns.
    pub header: Option<bool>,
    /// Which column of a table, by name or number from 1, or which key of JSON, is what.
    pub columns: BTreeMap<Column, String>,
    /// What words of a label column mean.
    pub labels: BTreeMap<String, Label>,
    pub source: Option<String>,
    /// The language of what does not say its own.
    pub language: Option<Language>,
    pub voices: Voices,
}

/// A line of one of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file's place among those named.
    pub file: u16,
    pub line: u32,
}

/// How one file was read.
#[derive(Clone, Debug, Serialize)]
pub struct FileRead {
    pub path: PathBuf,
    pub format: &'static str,
    pub encoding: &'static str,
    /// Places that were not what the encoding allows.
    pub damaged: u64,
    /// Such as `delimiter ;` and `text = commentaire`.
    pub layout: Vec<String>,
}

/// What was left out for one reason.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Skipped {
    pub count: u64,
    /// The first of them.
    pub first: Vec<Place>,
}

/// What an import came to.
#[derive(Clone, Debug, Serialize)]
pub struct Imported {
    pub files: Vec<FileRead>,
    pub gathered: Gathered<Place>,
    pub skipped: BTreeMap<String, Skipped>,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}:{line}: {problem}", path.display())]
    At { path: PathBuf, line: u64, problem: String },
    #[error("{}: {problem}", path.display())]
    Whole { path: PathBuf, problem: String },
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
}

/// What stopped a reader, before it is known in which file.
#[derive(Debug)]
enum Stop {
    At(u64, String),
    Whole(String),
    Unwritable(Unwritable),
}

/// What readers hand over: the line on which a comment stands, and its fields or why it has none.
type Visit<'a> = dyn FnMut(u64, Result<Fields, Why>) -> Result<(), Stop> + 'a;

/// Imports files into `out`. `progress` is told of bytes read, and of how many there are.
///
/// # Errors
/// With file and line, what cannot be read; then nothing is written.
pub fn import(
    files: &[PathBuf],
    out: &Path,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Imported, ImportError> {
    let mut importing =
        Importing { options, collection: Collection::new(out)?, heading: Heading::default(), skipped: BTreeMap::new() };
    let sizes = files.iter().map(|path| std::fs::metadata(path).map(|facts| facts.len()).unwrap_or(0));
    let (of, mut before, mut read) = (sizes.sum(), 0, Vec::new());
    for (path, file) in files.iter().zip(0..) {
        let mut tell = |done| progress(before + done, of);
        read.push(importing.file(path, file, &mut tell)?);
        before += std::fs::metadata(path).map(|facts| facts.len()).unwrap_or(0);
    }
    let gathered = importing.collection.finish(options.voices, &importing.heading)?;
    Ok(Imported { files: read, gathered, skipped: importing.skipped })
}

struct Importing<'a> {
    options: &'a Options,
    collection: Collection<Place>,
    heading: Heading,
    skipped: BTreeMap<String, Skipped>,
}

impl Importing<'_> {
    fn file(&mut self, path: &Path, file: u16, tell: &mut dyn FnMut(u64)) -> Result<FileRead, ImportError> {
        let unreadable = |source| ImportError::Unreadable { path: path.to_owned(), source };
        let charset = match self.options.encoding {
            Some(encoding) => Charset { encoding, damaged: 0 },
            None => Charset::guess(path).map_err(unreadable)?,
        };
        let head = head(path, charset.encoding).map_err(unreadable)?;
        let placed = |stop| match stop {
            Stop::At(line, problem) => ImportError::At { path: path.to_owned(), line, problem },
            Stop::Whole(problem) => ImportError::Whole { path: path.to_owned(), problem },
            Stop::Unwritable(error) => error.into(),
        };
        let format = self.options.format.map_or_else(|| guess(&head), Ok).map_err(Stop::Whole).map_err(placed)?;
        let intake = Intake::open(path, charset.encoding).map_err(unreadable)?;
        let gauge = intake.gauge();
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let (options, mut heading) = (self.options, Heading::default());
        let mut visit = |line, fields: Result<Fields, Why>| {
            tell(gauge.bytes());
            let place = Place { file, line: u32::try_from(line).unwrap_or(u32::MAX) };
            self.take(fields, &stem, place)
        };
        let layout = match format {
            Format::Wxr => wxr::read(intake, &mut visit),
            Format::Table => table::read(intake, &head, options, &mut visit),
            Format::JsonLines => lines::read(intake, &options.columns, &mut heading, &mut visit),
        };
        self.heading.add(heading);
        let encoding = charset.encoding.name();
        let layout = layout.map_err(placed)?;
        Ok(FileRead { path: path.to_owned(), format: format.name(), encoding, damaged: charset.damaged, layout })
    }

    fn take(&mut self, fields: Result<Fields, Why>, stem: &str, place: Place) -> Result<(), Stop> {
        let found = fields.and_then(|fields| fields.understood(&self.options.labels));
        match found.and_then(|found| self.example(found, stem)) {
            Ok((line, text)) => self.collection.add(&line, &text, place).map_err(Stop::Unwritable),
            Err(why) => {
                self.skip(&why, place);
                Ok(())
            }
        }
    }

    fn example(&self, found: Found, stem: &str) -> Result<(Line, Text), Why> {
        let mut line = found.line;
        match &self.options.source {
            Some(source) => line.source.clone_from(source),
            None if line.source.is_empty() => stem.clone_into(&mut line.source),
            None => {}
        }
        let comment = line.comment().map_err(|error| Why::Unfit(error.to_string()))?;
        line.lang = line.lang.or(self.options.language);
        let text = Text::of(&comment, line.lang);
        line.lang = text.language();
        match text.body().is_none_or(|body| body.folded.as_str().trim().is_empty()) {
            true => Err(Why::Empty),
            false => Ok((line, text)),
        }
    }

    fn skip(&mut self, why: &Why, place: Place) {
        let mut reason = why.to_string();
        if !self.skipped.contains_key(&reason) && self.skipped.len() >= MOST_REASONS {
            reason = "for other reasons".to_owned();
        }
        let skipped = self.skipped.entry(reason).or_default();
        skipped.count += 1;
        if skipped.first.len() < MOST_NAMED {
            skipped.first.push(place);
        }
    }
}

impl Format {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wxr => "WordPress export (WXR)",
            Self::Table => "table (CSV)",
            Self::JsonLines => "JSON lines",
        }
    }
}

/// The beginning of a file, decoded.
fn head(path: &Path, encoding: &'static Encoding) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(1 << 17).read_to_end(&mut bytes)?;
    Ok(encoding.decode(&bytes).0.into_owned())
}

fn guess(head: &str) -> Result<Format, String> {
    let start = head.trim_start();
    let wrong = |what: &str, next: &str| Err(format!("is {what}; {next}"));
    match start.chars().next() {
        None => wrong("empty", "export it again"),
        Some('<') if head.contains("<rss") || head.contains("wordpress.org/export") => Ok(Format::Wxr),
        Some('<') => wrong("XML, but no WordPress export", "export it in WordPress under Tools › Export"),
        Some('{') => Ok(Format::JsonLines),
        Some('[') => wrong("one JSON array", "`jq -c '.[]' FILE` makes a line of each comment"),
        Some('P') if head.starts_with("PK\u{3}") => wrong("an archive", "unpack it first"),
        Some('\u{1f}') => wrong("compressed", "unpack it first"),
        _ if start.contains("INSERT INTO") => {
            wrong("an SQL dump", "`mysql --batch -e 'SELECT * FROM wp_comments' > comments.tsv` makes a table")
        }
        _ => Ok(Format::Table),
    }
}

/// What stopped a reader that was on a line.
fn stopped(gauge: &Gauge, problem: impl std::fmt::Display) -> Stop {
    Stop::At(gauge.line(), problem.to_string())
}
