//! `tamis check`: the same decisions as the server's, for JSON lines, in order, without a server.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;

use super::site::LocaleArg;
use super::{CliError, Outcome, wiring};
use crate::config::Config;
use crate::domain::comment::{Comment, Draft};
use crate::domain::sieve::{Circumstances, Sieve};
use crate::domain::site::Locale;
use crate::service::answer::Answer;

#[derive(Debug, Args)]
pub struct Check {
    /// JSON lines of the API's request, or `{"text": …}`; `-` reads standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// The language of messages, and of readers where a line does not say
    #[arg(long, value_enum, default_value = "fr")]
    locale: LocaleArg,
    /// The site whose model decides [default: the model of sites without their own]
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
}

/// Longest line in bytes.
const MAX_LINE: u64 = 4 << 20;

/// A line as corpora write it.
#[derive(Deserialize)]
struct Labelled {
    text: String,
    lang: Option<String>,
    author_name: Option<String>,
    author_url: Option<String>,
}

impl Check {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let config = Config::load(config)?;
        let sieve = super::runtime()?.block_on(wiring::deciding(&config, self.site.as_deref()))?;
        let mut lines = self.lines()?;
        let mut output = BufWriter::new(std::io::stdout().lock());
        let mut number = 0;
        while let Some(line) = next_line(&mut lines, number + 1).map_err(|error| self.at(number + 1, &error))? {
            number += 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let comment = parse(&line).map_err(|error| self.at(number, &error))?;
            let answer = decide(&sieve, &comment, self.locale.into());
            serde_json::to_writer(&mut output, &answer).map_err(|error| super::unwritable(&error.into()))?;
            output.write_all(b"\n").map_err(|error| super::unwritable(&error))?;
        }
        output.flush().map_err(|error| super::unwritable(&error))?;
        Ok(Outcome::Done)
    }

    fn lines(&self) -> Result<Box<dyn BufRead>, CliError> {
        if self.file == Path::new("-") {
            return Ok(Box::new(BufReader::new(std::io::stdin())));
        }
        let file = File::open(&self.file)
            .map_err(|error| CliError::new(format!("{} cannot be read: {error}", self.file.display())))?;
        Ok(Box::new(BufReader::new(file)))
    }

    fn at(&self, line: usize, problem: &str) -> CliError {
        CliError::new(format!("{}:{line}: {problem}", self.file.display()))
            .hinted("a line is a JSON object with at least `body` or `text`")
    }
}

/// Lines end at `\n` only: bodies contain U+2028 and its like.
fn next_line(lines: &mut dyn BufRead, number: usize) -> Result<Option<Vec<u8>>, String> {
    let mut line = Vec::new();
    let read = lines.take(MAX_LINE).read_until(b'\n', &mut line).map_err(|error| format!("cannot be read: {error}"))?;
    match line.pop() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(line)),
        Some(_) if read as u64 == MAX_LINE => Err(format!("line {number} is longer than {MAX_LINE} bytes")),
        // The last line may do without its end.
        Some(last) => {
            line.push(last);
            Ok(Some(line))
        }
    }
}

fn parse(line: &[u8]) -> Result<Comment, String> {
    let text = std::str::from_utf8(line).map_err(|_| "is not UTF-8".to_owned())?;
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
    let draft = if value.get("body").is_none() && value.get("text").is_some() {
        serde_json::from_value::<Labelled>(value).map(Draft::from)
    } else {
        serde_json::from_value::<Draft>(value)
    };
    let draft = draft.map_err(|error| error.to_string())?;
    Comment::parse(draft).map_err(|error| error.to_string())
}

impl From<Labelled> for Draft {
    fn from(line: Labelled) -> Self {
        let mut draft = Self { body: line.text, ..Self::default() };
        draft.page.language = line.lang;
        draft.author.name = line.author_name;
        draft.author.url = line.author_url;
        draft
    }
}

fn decide(sieve: &Sieve, comment: &Comment, locale: Locale) -> Answer {
    let language = Some(locale.language());
    let circumstances =
        Circumstances { language, signals: Vec::new(), trusted: false, degraded: false, now: Timestamp::now() };
    let decision = sieve.decide(comment, circumstances);
    Answer::unrecorded(comment.external_id().map(str::to_owned), &decision, comment.content(), locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_line_feeds_only() {
        let mut lines: &[u8] = "a\u{2028}b\r\n\u{85}c".as_bytes();
        assert_eq!(next_line(&mut lines, 1).unwrap().unwrap(), "a\u{2028}b\r".as_bytes());
        assert_eq!(next_line(&mut lines, 2).unwrap().unwrap(), "\u{85}c".as_bytes());
        assert_eq!(next_line(&mut lines, 3), Ok(None));
    }

    #[test]
    fn a_line_is_a_request_or_a_labelled_text() {
        assert_eq!(parse(br#"{"body": "a"}"#).unwrap().content().body, "a");
        let labelled = parse(br#"{"text": "b", "label": "spam", "lang": "fr", "author_name": "Bob"}"#).unwrap();
        assert_eq!(labelled.content().author_name.as_deref(), Some("Bob"));
        assert!(parse(b"[]").is_err() && parse(b"{").is_err() && parse(b"\xff").is_err());
    }
}
