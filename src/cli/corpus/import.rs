//! `tamis corpus import`.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use encoding_rs::Encoding;
use indicatif::{ProgressBar, ProgressStyle};

use super::{share, told};
use crate::cli::{CliError, Outcome, print};
use crate::corpus::Voices;
use crate::corpus::import::{Column, Format, ImportError, Imported, Options, Place, import};
use crate::domain::classifier::card::Label;
use crate::domain::comment::Language;

#[derive(Debug, Args)]
pub struct Import {
    /// WordPress exports (WXR), tables (CSV) of comments, or JSON lines
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Where to write the examples
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// What the files are [default: guessed]
    #[arg(long, value_enum)]
    format: Option<FormatArg>,
    /// Such as utf-8 or windows-1252 [default: guessed]
    #[arg(long, value_parser = encoding)]
    encoding: Option<&'static Encoding>,
    /// What stands between the cells of a table; `tab` for a tab [default: guessed]
    #[arg(long, value_parser = delimiter)]
    delimiter: Option<u8>,
    /// Whether a table's first row names its columns [default: guessed]
    #[arg(long)]
    header: Option<bool>,
    /// Which column is what, by name or number: text=commentaire, label=3; may be given again
    #[arg(long = "column", value_name = "WHAT=COLUMN", value_parser = column)]
    columns: Vec<(Column, String)>,
    /// What a word in the label column means: publicité=spam; may be given again
    #[arg(long = "value", value_name = "WORD=LABEL", value_parser = value)]
    values: Vec<(String, Label)>,
    /// A name for where the examples come from [default: the site's host, or the file's name]
    #[arg(long)]
    source: Option<String>,
    /// The language of what does not say its own
    #[arg(long, value_parser = language)]
    lang: Option<Language>,
    /// The most that one person or source may have of all examples, such as 0.5; the newest are kept
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_share: Option<f64>,
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatArg {
    Wxr,
    Csv,
    Jsonl,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Wxr => Self::Wxr,
            FormatArg::Csv => Self::Table,
            FormatArg::Jsonl => Self::JsonLines,
        }
    }
}

fn encoding(label: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| "write it as utf-8, windows-1252 or utf-16le".to_owned())
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [one] => Ok(*one),
        _ => Err("one character, or `tab`".to_owned()),
    }
}

fn column(text: &str) -> Result<(Column, String), String> {
    let (what, name) = text.split_once('=').ok_or("write it as text=commentaire")?;
    let column =
        Column::known(what).ok_or("what it may be: text, label, spam, lang, author_name, author_url, group")?;
    Ok((column, name.to_owned()))
}

fn value(text: &str) -> Result<(String, Label), String> {
    let (word, label) = text.rsplit_once('=').ok_or("write it as publicité=spam")?;
    let label = match label {
        "ham" => Label::Ham,
        "spam" => Label::Spam,
        "abuse" => Label::Abuse,
        _ => return Err("a label is ham, spam or abuse".to_owned()),
    };
    Ok((word.to_owned(), label))
}

fn language(tag: &str) -> Result<Language, String> {
    Language::parse(tag).ok_or_else(|| "write two letters, such as fr".to_owned())
}

impl Import {
    pub fn run(self) -> Result<Outcome, CliError> {
        let options = Options {
            format: self.format.map(Into::into),
            encoding: self.encoding,
            delimiter: self.delimiter,
            header: self.header,
            columns: self.columns.into_iter().collect(),
            labels: self.values.into_iter().collect(),
            source: self.source,
            language: self.lang,
            voices: Voices { most: self.max_share },
        };
        let style = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {eta}");
        let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let done = import(&self.files, &self.out, &options, &mut |done, of| {
            bar.set_length(of);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        let imported = done.map_err(refused)?;
        let told = match self.json {
            true => serde_json::to_string(&imported).map_err(|error| CliError::new(error.to_string()))?,
            false => summary(&imported, &self.out.display().to_string()),
        };
        print(&told)?;
        Ok(if imported.gathered.examples == 0 { Outcome::No } else { Outcome::Done })
    }
}

fn refused(error: ImportError) -> CliError {
    CliError::new(error.to_string()).hinted("nothing was written; `tamis corpus import --help` shows what may be said")
}

fn summary(imported: &Imported, out: &str) -> String {
    let mut text = String::new();
    let mut say = |line: String| {
        let _ = writeln!(text, "{line}");
    };
    for file in &imported.files {
        say(format!("{}: {}, {}; {}", file.path.display(), file.format, file.encoding, file.layout.join(", ")));
        if file.damaged > 0 {
            say(format!("  {} places are no {}; each became U+FFFD", file.damaged, file.encoding));
        }
    }
    let gathered = &imported.gathered;
    say(told::gathered(gathered, out));
    if gathered.languages.contains_key("?") {
        say("  `?` opens no language’s words: `--lang fr` says what it is".to_owned());
    }
    for (why, skipped) in &imported.skipped {
        let places: Vec<String> = skipped.first.iter().map(|place| named(imported, *place)).collect();
        let more = told::more(skipped.count, places.len());
        say(told::left_out(skipped.count, format!("{why} ({}{more})", places.join(", "))));
    }
    told::all_left_out(gathered, |place| named(imported, *place)).into_iter().for_each(say);
    text.trim_end().to_owned()
}

fn named(imported: &Imported, place: Place) -> String {
    let path = imported.files.get(usize::from(place.file)).map(|file| file.path.display().to_string());
    format!("{}:{}", path.unwrap_or_default(), place.line)
}
