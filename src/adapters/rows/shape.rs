//! A table's columns, and the SQL that takes its rows out as JSON and puts them in again. The databases differ in how a
//! value becomes JSON and back, and agree on the rest.

use serde_json::json;

use super::unreadable;
use crate::ports::store::StoreError;
use crate::ports::upkeep::{Holds, Part, Row, Table};

/// Rows of a page.
const PAGE: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::adapters) enum Kind {
    Bytes,
    /// A UUID, where the database has a type for it.
    Id,
    Number,
    Text,
}

#[derive(Clone, Debug)]
pub(in crate::adapters) struct Column {
    pub(in crate::adapters) name: String,
    pub(in crate::adapters) kind: Kind,
    /// Its place in the primary key, from 1; 0 when it is not in it.
    pub(in crate::adapters) key: i64,
}

/// How a database says it.
pub(in crate::adapters) struct Dialect {
    /// An object of names and values, as text.
    pub(in crate::adapters) object: fn(&str) -> String,
    /// A row `r` for each element of the first parameter, an array: its `value`.
    pub(in crate::adapters) elements: &'static str,
    /// The first and the second parameter, as JSON.
    pub(in crate::adapters) parameters: [&'static str; 2],
    /// A column as a value of JSON.
    pub(in crate::adapters) outward: fn(&Column) -> String,
    /// The text of a member of JSON as the column's type.
    pub(in crate::adapters) inward: fn(&str, Kind) -> String,
}

/// A table with its columns.
#[derive(Clone, Debug)]
pub(in crate::adapters) struct Shape {
    pub(in crate::adapters) table: &'static Table,
    columns: Vec<Column>,
}

impl Shape {
    /// # Errors
    /// It has no primary key: its rows have no order.
    pub(in crate::adapters) fn new(table: &'static Table, columns: Vec<Column>) -> Result<Self, StoreError> {
        if columns.iter().all(|column| column.key == 0) {
            return Err(unreadable(table.name, "the table is missing or has no primary key"));
        }
        Ok(Self { table, columns })
    }

    fn key(&self) -> Vec<&Column> {
        let mut key: Vec<_> = self.columns.iter().filter(|column| column.key > 0).collect();
        key.sort_by_key(|column| column.key);
        key
    }

    /// A page of rows, as one column of JSON. The first parameter is the site as JSON under each name that a table may
    /// have for it ([`site_of`]), the second the row after which to begin.
    pub(in crate::adapters) fn select(&self, dialect: &Dialect, part: Part, begin: bool) -> String {
        let members = self.columns.iter().map(|column| format!("'{}', {}", column.name, (dialect.outward)(column)));
        let object = (dialect.object)(&members.collect::<Vec<_>>().join(", "));
        let key = names(self.key());
        let mut conditions = vec![self.condition(dialect, part)];
        if !begin {
            let after = self.key().into_iter().map(|column| member(dialect, dialect.parameters[1], column));
            conditions.push(format!("({key}) > ({})", after.collect::<Vec<_>>().join(", ")));
        }
        let (table, conditions) = (self.table.name, conditions.join(" AND "));
        format!("SELECT {object} FROM {table} WHERE {conditions} ORDER BY {key} LIMIT {PAGE}")
    }

    fn condition(&self, dialect: &Dialect, part: Part) -> String {
        let site = |name: &str, kind| {
            let member = (dialect.inward)(&format!("({} ->> 'site')", dialect.parameters[0]), kind);
            format!("{name} = {member}")
        };
        let kind_of =
            |name| self.columns.iter().find(|column| column.name == name).map_or(Kind::Bytes, |found| found.kind);
        match (part, self.table.holds) {
            (Part::Whole, _) | (_, Holds::Keys) => "true".to_owned(),
            (Part::Site(_), Holds::PassingKeys | Holds::Installation) => "false".to_owned(),
            (Part::Site(_), Holds::BySite(name)) => site(name, kind_of(name)),
            (Part::Site(_), Holds::ByComment) => {
                format!("comment IN (SELECT id FROM comments WHERE {})", site("site", kind_of("comment")))
            }
        }
    }

    /// Adds the rows of the first parameter, an array.
    pub(in crate::adapters) fn insert(&self, dialect: &Dialect) -> String {
        let values = self.columns.iter().map(|column| member(dialect, "r.value", column));
        let values = values.collect::<Vec<_>>().join(", ");
        let (table, columns) = (self.table.name, names(self.columns.iter().collect()));
        format!("INSERT INTO {table} ({columns}) SELECT {values} FROM {}", dialect.elements)
    }
}

fn member(dialect: &Dialect, object: &str, column: &Column) -> String {
    (dialect.inward)(&format!("({object} ->> '{}')", column.name), column.kind)
}

fn names(columns: Vec<&Column>) -> String {
    columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
}

/// The first parameter of [`Shape::select`].
pub(in crate::adapters) fn site_of(part: Part) -> String {
    match part {
        Part::Whole => json!({}).to_string(),
        Part::Site(site) => json!({ "site": site.0.simple().to_string() }).to_string(),
    }
}

/// The second parameter of [`Shape::select`].
pub(in crate::adapters) fn place_of(after: Option<&Row>) -> String {
    after.map_or_else(|| "{}".to_owned(), |row| json!(row.0).to_string())
}

pub(in crate::adapters) fn array(rows: &[Row]) -> String {
    json!(rows.iter().map(|row| &row.0).collect::<Vec<_>>()).to_string()
}

/// # Errors
/// It is no JSON object.
pub(in crate::adapters) fn parse(table: &Table, json: &str) -> Result<Row, StoreError> {
    serde_json::from_str(json).map(Row).map_err(|error| unreadable(table.name, error))
}
