//! Tables: a WordPress database's `wp_comments`, or anything with a column of texts and one of labels.

use std::collections::BTreeMap;

use csv::{ByteRecord, ReaderBuilder};

use super::fields::{Column, Fields, Why};
use super::intake::Intake;
use super::{Options, Stop, Visit};

/// How a table is written.
#[derive(Clone, Debug)]
struct Layout {
    delimiter: u8,
    /// `mysql --batch`: no quotes, and a backslash before what is not itself.
    batch: bool,
    header: bool,
    columns: BTreeMap<Column, usize>,
    html: bool,
    names: Vec<String>,
}

pub(super) fn read(intake: Intake, head: &str, options: &Options, visit: &mut Visit<'_>) -> Result<Vec<String>, Stop> {
    let layout = Layout::of(head, options).map_err(Stop::Whole)?;
    let gauge = intake.gauge();
    let mut reader = reader(layout.delimiter, layout.batch).from_reader(intake);
    let (mut record, mut width, mut first) = (ByteRecord::new(), 0, true);
    loop {
        gauge.begin();
        let begins = reader.position().line();
        let more = reader.read_byte_record(&mut record);
        let long = |error: &dyn std::fmt::Display| format!("the row that begins here: {error}; is a quote not closed?");
        if !more.map_err(|error| Stop::At(begins, long(&error)))? {
            return Ok(layout.told());
        }
        let line = record.position().map_or_else(|| gauge.line(), csv::Position::line);
        if std::mem::take(&mut first) {
            width = record.len();
            if layout.header {
                continue;
            }
        }
        match record.len() == width {
            true => visit(line, Ok(layout.fields(&record)))?,
            false => visit(line, Err(Why::Width(record.len(), width)))?,
        }
    }
}

fn reader(delimiter: u8, batch: bool) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).flexible(true).has_headers(false).quoting(!batch);
    builder
}

/// The first rows of a table.
fn rows(head: &str, delimiter: u8, batch: bool) -> Vec<Vec<String>> {
    let mut reader = reader(delimiter, batch).from_reader(head.as_bytes());
    let rows = reader.byte_records().take(50).map_while(Result::ok);
    rows.map(|row| row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()).collect()
}

impl Layout {
    fn of(head: &str, options: &Options) -> Result<Self, String> {
        let batch = |delimiter| delimiter == b'\t' && !head.lines().next().is_some_and(|line| line.contains('"'));
        let delimiter = options.delimiter.unwrap_or_else(|| {
            let first = |delimiter| rows(head, delimiter, batch(delimiter)).first().map_or(0, Vec::len);
            b",;\t|".iter().copied().rev().max_by_key(|delimiter| first(*delimiter)).unwrap_or(b',')
        });
        let batch = batch(delimiter);
        let rows = rows(head, delimiter, batch);
        let names = rows.first().cloned().unwrap_or_default();
        let header = options.header.unwrap_or_else(|| {
            let named =
                |name: &String| Column::known(name).is_some() || options.columns.values().any(|own| own == name);
            names.iter().any(named) || label_column(&rows).is_none()
        });
        let names: Vec<String> = match header {
            true => names,
            false => (1..=names.len()).map(|number| number.to_string()).collect(),
        };
        let mut layout = Self { delimiter, batch, header, columns: BTreeMap::new(), html: false, names };
        layout.name(options)?;
        if !header {
            layout.guess(&rows);
        }
        let missing = |what: &str| {
            let names = layout.names.join(", ");
            format!("no column holds the {what}; `--column {what}=NAME` says which of: {names}")
        };
        let labels = [Column::Label, Column::Spam, Column::Approved, Column::Told, Column::Akismet];
        match layout.columns.contains_key(&Column::Text) {
            false => Err(missing("text")),
            true if !labels.iter().any(|column| layout.columns.contains_key(column)) => Err(missing("label")),
            true => Ok(layout),
        }
    }

    /// What names say, the operator's first.
    fn name(&mut self, options: &Options) -> Result<(), String> {
        for (column, name) in &options.columns {
            let by_name = self.names.iter().position(|known| known.trim().eq_ignore_ascii_case(name));
            let by_number = name.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let at = by_name.or(by_number).filter(|at| *at < self.names.len());
            let unknown = || format!("there is no column `{name}`; there are: {}", self.names.join(", "));
            self.columns.insert(*column, at.ok_or_else(unknown)?);
        }
        let taken: Vec<usize> = self.columns.values().copied().collect();
        for (at, name) in self.names.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
            if let Some(column) = Column::known(name) {
                self.columns.entry(column).or_insert(at);
            }
        }
        let text = self.columns.get(&Column::Text).and_then(|at| self.names.get(*at));
        self.html = text.is_some_and(|name| name == "comment_content");
        Ok(())
    }

    /// Without names: labels are what looks like labels, texts what is longest.
    fn guess(&mut self, rows: &[Vec<String>]) {
        if let Some(at) = label_column(rows) {
            self.columns.entry(Column::Label).or_insert(at);
        }
        let size = |at: &usize| rows.iter().filter_map(|row| row.get(*at)).map(String::len).sum::<usize>();
        let free = (0..self.names.len()).filter(|at| !self.columns.values().any(|taken| taken == at));
        let longest = free.max_by_key(size);
        if let Some(at) = longest {
            self.columns.entry(Column::Text).or_insert(at);
        }
    }

    fn fields(&self, record: &ByteRecord) -> Fields {
        let mut fields = Fields::default();
        if self.html {
            fields.set(Column::Format, "html".to_owned());
        }
        for (column, at) in &self.columns {
            let cell = String::from_utf8_lossy(record.get(*at).unwrap_or_default());
            fields.set(*column, if self.batch { unescaped(&cell) } else { cell.into_owned() });
        }
        fields
    }

    fn told(&self) -> Vec<String> {
        let delimiter = match self.delimiter {
            b'\t' => "tab".to_owned(),
            other => char::from(other).to_string(),
        };
        let columns = self
            .columns
            .iter()
            .map(|(column, at)| format!("{} = {}", column.name(), self.names.get(*at).map_or("?", String::as_str)));
        [format!("delimiter {delimiter}")].into_iter().chain(columns).collect()
    }
}

/// The column in which nothing but labels stands.
fn label_column(rows: &[Vec<String>]) -> Option<usize> {
    let is_label = |cell: &String| matches!(cell.trim(), "ham" | "spam" | "abuse" | "toxic");
    let all = |at: &usize| rows.iter().all(|row| row.get(*at).is_none_or(is_label));
    (0..rows.first()?.len()).find(all)
}

/// As `mysql --batch` writes it: `\n`, `\t`, `\\`, `\0`.
fn unescaped(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    let mut characters = cell.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('0') => text.push('\0'),
            Some('\\') | None => text.push('\\'),
            Some(other) => text.extend(['\\', other]),
        }
    }
    text
}
