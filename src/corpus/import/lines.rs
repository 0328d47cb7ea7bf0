//! JSON lines: an object a line, of Tamis, Akismet or anybody.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Read as _};

use serde_json::{Map, Value};

use super::fields::{Column, Fields, Why};
use super::intake::{Intake, MOST_PIECE};
use super::{Stop, Visit, stopped};
use crate::corpus::Heading;

pub(super) fn read(
    mut intake: Intake,
    columns: &BTreeMap<Column, String>,
    heading: &mut Heading,
    visit: &mut Visit<'_>,
) -> Result<Vec<String>, Stop> {
    let gauge = intake.gauge();
    let mut bytes = Vec::new();
    loop {
        gauge.begin();
        bytes.clear();
        let line = gauge.line();
        let read = intake.by_ref().take(MOST_PIECE).read_until(b'\n', &mut bytes);
        match read.map_err(|error| stopped(&gauge, error))? {
            0 => return Ok(columns.iter().map(|(column, key)| format!("{} = {key}", column.name())).collect()),
            _ if bytes.trim_ascii().is_empty() => {}
            read if read as u64 == MOST_PIECE => {
                rest_of_line(&mut intake).map_err(|error| stopped(&gauge, error))?;
                visit(line, Err(Why::Long(MOST_PIECE >> 20)))?;
            }
            _ => match Heading::parse(&bytes).filter(|_| line == 1) {
                Some(own) => heading.add(own),
                None => visit(line, fields(&bytes, columns))?,
            },
        }
    }
}

fn rest_of_line(intake: &mut Intake) -> std::io::Result<()> {
    loop {
        intake.gauge().begin();
        let buffer = intake.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let amount = end.map_or(buffer.len(), |end| end + 1);
        intake.consume(amount);
        if end.is_some() || amount == 0 {
            return Ok(());
        }
    }
}

fn fields(bytes: &[u8], columns: &BTreeMap<Column, String>) -> Result<Fields, Why> {
    let object: Map<String, Value> = serde_json::from_slice(bytes).map_err(|_| Why::NoJson)?;
    let mut fields = Fields::default();
    let mut set = |key: &str, value: &Value| {
        let named = columns.iter().find(|(_, name)| *name == key).map(|(column, _)| *column);
        // What the operator names otherwise is not what its own name says.
        let column = named.or_else(|| Column::known(key).filter(|column| !columns.contains_key(column)));
        let Some(column) = column else { return };
        if column == Column::Text && key == "comment_content" {
            fields.set(Column::Format, "html".to_owned());
        }
        match value {
            Value::String(text) => fields.set(column, text.clone()),
            Value::Number(_) | Value::Bool(_) => fields.set(column, value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => {}
        }
    };
    for (key, value) in &object {
        match value {
            Value::Object(inner) => inner.iter().for_each(|(name, value)| set(&format!("{key}.{name}"), value)),
            _ => set(key, value),
        }
    }
    Ok(fields)
}
