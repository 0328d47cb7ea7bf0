//! WordPress exports: RSS with comments inside. Entities that a file declares are not expanded, so none can explode.

use std::mem::take;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, Event};

use super::fields::{Column, Fields};
use super::intake::{Gauge, Intake};
use super::{Stop, Visit, stopped};

pub(super) fn read(intake: Intake, visit: &mut Visit<'_>) -> Result<Vec<String>, Stop> {
    let gauge = intake.gauge();
    let mut reader = Reader::from_reader(intake);
    reader.config_mut().allow_dangling_amp = true;
    reader.config_mut().expand_empty_elements = true;
    let (mut buffer, mut export) = (Vec::new(), Export::default());
    loop {
        buffer.clear();
        gauge.begin();
        let line = gauge.line();
        let event = reader.read_event_into(&mut buffer);
        match event.map_err(|error| stopped(&gauge, format!("{error}; export it again")))? {
            Event::Start(tag) => export.open(tag.local_name().as_ref(), line),
            Event::End(tag) => {
                if let Some((line, fields)) = export.close(tag.local_name().as_ref()) {
                    visit(line, Ok(fields))?;
                }
            }
            Event::Text(text) => export.say(&text.into_inner(), &gauge)?,
            Event::CData(text) => export.say(&text.into_inner(), &gauge)?,
            Event::GeneralRef(name) => export.say(&meant(&name), &gauge)?,
            Event::Eof => return export.finished(&gauge),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// What a reference stands for; one that XML does not define stands for itself.
fn meant(name: &BytesRef<'_>) -> String {
    match name.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        _ => resolve_xml_entity(name).map_or_else(|| format!("&{};", &**name), str::to_owned),
    }
}

/// What is open, and what was said in it. The longest text of one element is bounded by a piece, and by this in sum.
const MOST_TEXT: usize = 64 << 20;
const MOST_DEPTH: usize = 100;

#[derive(Default)]
struct Export {
    /// Open elements with their lines.
    open: Vec<(String, u64)>,
    text: String,
    site: String,
    language: String,
    page: String,
    meta: String,
    comment: Option<Fields>,
    too_deep: bool,
}

impl Export {
    fn open(&mut self, name: &str, line: u64) {
        self.too_deep |= self.open.len() >= MOST_DEPTH;
        self.text.clear();
        match name {
            "item" => self.page.clear(),
            "comment" => {
                let mut fields = Fields::default();
                fields.set(Column::Format, "html".to_owned());
                fields.set(Column::Source, self.site.clone());
                fields.set(Column::Lang, self.language.clone());
                fields.set(Column::Page, self.page.clone());
                self.comment = Some(fields);
            }
            _ => {}
        }
        if !self.too_deep {
            self.open.push((name.to_owned(), line));
        }
    }

    /// Text counts where it can be a field: the pages' own is not kept.
    fn say(&mut self, text: &str, gauge: &Gauge) -> Result<(), Stop> {
        let kept = self.comment.is_some()
            || self.open.last().is_some_and(|(name, _)| matches!(name.as_str(), "link" | "language" | "base_site_url"));
        if self.too_deep || self.text.len() + text.len() > MOST_TEXT {
            return Err(stopped(gauge, "elements are nested too deep, or one holds too much: no WordPress export"));
        }
        if kept {
            self.text.push_str(text);
        }
        Ok(())
    }

    /// The comment that ends here, with the line on which it began.
    fn close(&mut self, name: &str) -> Option<(u64, Fields)> {
        let (_, line) = self.open.pop()?;
        let inside = self.open.last().map(|(name, _)| name.as_str());
        let text = take(&mut self.text);
        match (inside, name) {
            (Some("channel"), "base_site_url" | "link") => self.site = host(&text),
            (Some("channel"), "language") => self.language = text,
            (Some("item"), "link") => self.page = text,
            (_, "comment") => return self.comment.take().map(|fields| (line, fields)),
            (Some("comment"), _) => self.field(name, text),
            (Some("commentmeta"), "meta_key") => self.meta = text,
            (Some("commentmeta"), "meta_value") => {
                let meta = take(&mut self.meta);
                self.field(&meta, text);
            }
            _ => {}
        }
        None
    }

    fn field(&mut self, name: &str, text: String) {
        let column = Column::known(name).filter(|_| name.starts_with("comment_") || name.starts_with("akismet_"));
        if let (Some(column), Some(comment)) = (column, &mut self.comment) {
            comment.set(column, text);
        }
    }

    fn finished(self, gauge: &Gauge) -> Result<Vec<String>, Stop> {
        match self.open.last() {
            None => Ok(vec![format!("site {}", self.site)]),
            Some((name, line)) => {
                Err(stopped(gauge, format!("ends inside <{name}> that began on line {line}; export it again")))
            }
        }
    }
}

fn host(url: &str) -> String {
    let host = url::Url::parse(url.trim()).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_default()
}
