//! All rows of a file as JSON, out of it and into it.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Connection, Row as _, SqliteConnection};

use super::fault::explain;
use super::mark::Mark;
use crate::adapters::rows::shape::{self, Column, Dialect, Kind, Shape};
use crate::adapters::rows::unreadable;
use crate::ports::store::StoreError;
use crate::ports::upkeep::{Part, Row, Rows, TABLES, Table};

const DIALECT: Dialect = Dialect {
    object: |members| format!("json_object({members})"),
    elements: "json_each(?1) AS r",
    parameters: ["?1", "?2"],
    outward: |Column { name, kind, .. }| match kind {
        // `hex` makes an empty text of nothing.
        Kind::Bytes | Kind::Id => format!("iif(\"{name}\" IS NULL, NULL, lower(hex(\"{name}\")))"),
        Kind::Number | Kind::Text => format!("\"{name}\""),
    },
    inward: |member, kind| match kind {
        Kind::Bytes | Kind::Id => format!("unhex({member})"),
        Kind::Number | Kind::Text => member.to_owned(),
    },
};

/// A connection within a transaction; dropped, it rolls back.
pub(super) struct Transit {
    connection: SqliteConnection,
    shapes: Vec<Shape>,
    /// `None` where a server may be at work.
    _mark: Option<Mark>,
}

impl Transit {
    /// # Errors
    /// The file cannot be read, or not be locked.
    pub(super) async fn begin(
        mut connection: SqliteConnection,
        begin: &'static str,
        mark: Option<Mark>,
    ) -> Result<Self, StoreError> {
        sqlx::query(begin).execute(&mut connection).await.map_err(|error| explain(&error))?;
        let mut shapes = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            shapes.push(Shape::new(table, columns(&mut connection, table).await?)?);
        }
        Ok(Self { connection, shapes, _mark: mark })
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    fn shape(&self, table: &Table) -> Result<&Shape, StoreError> {
        let found = self.shapes.iter().find(|shape| shape.table == table);
        found.ok_or_else(|| unreadable(table.name, "there is no such table"))
    }
}

async fn columns(connection: &mut SqliteConnection, table: &Table) -> Result<Vec<Column>, StoreError> {
    let query = sqlx::query("SELECT name, type, pk FROM pragma_table_info(?)").bind(table.name);
    let rows = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
    let column = |row: &sqlx::sqlite::SqliteRow| {
        let (name, kind): (String, String) = (row.get(0), row.get(1));
        let kind = match kind.as_str() {
            "BLOB" => Kind::Bytes,
            "INTEGER" => Kind::Number,
            "TEXT" => Kind::Text,
            other => return Err(unreadable(&name, format!("a type that cannot be copied, {other}"))),
        };
        Ok(Column { name, kind, key: row.get(2) })
    };
    rows.iter().map(column).collect()
}

#[async_trait]
impl Rows for Transit {
    async fn page(&mut self, table: &Table, part: Part, after: Option<&Row>) -> Result<Vec<Row>, StoreError> {
        let sql = self.shape(table)?.select(&DIALECT, part, after.is_none());
        let query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql));
        let query = query.bind(shape::site_of(part)).bind(shape::place_of(after));
        let found = query.fetch_all(&mut self.connection).await.map_err(|error| explain(&error))?;
        found.iter().map(|json| shape::parse(table, json)).collect()
    }

    async fn add(&mut self, table: &Table, rows: &[Row]) -> Result<(), StoreError> {
        let sql = self.shape(table)?.insert(&DIALECT);
        let query = sqlx::query(AssertSqlSafe(sql)).bind(shape::array(rows));
        query.execute(&mut self.connection).await.map(drop).map_err(|error| explain(&error))
    }

    async fn clear(&mut self, table: &Table) -> Result<(), StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("DELETE FROM {}", table.name)));
        query.execute(&mut self.connection).await.map(drop).map_err(|error| explain(&error))
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        sqlx::query("COMMIT").execute(&mut self.connection).await.map_err(|error| explain(&error))?;
        self.connection.close().await.map_err(|error| explain(&error))
    }
}
