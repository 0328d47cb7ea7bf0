//! All rows of a database as JSON, out of it and into it.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row as _};

use super::fault::explain;
use crate::adapters::rows::shape::{self, Column, Dialect, Kind, Shape};
use crate::adapters::rows::unreadable;
use crate::ports::store::StoreError;
use crate::ports::upkeep::{Part, Row, Rows, TABLES, Table};

const DIALECT: Dialect = Dialect {
    object: |members| format!("json_build_object({members})::text"),
    elements: "json_array_elements($1::text::json) AS r (value)",
    parameters: ["$1::text::json", "$2::text::json"],
    outward: |Column { name, kind, .. }| match kind {
        Kind::Bytes => format!("encode(\"{name}\", 'hex')"),
        Kind::Id => format!("replace(\"{name}\"::text, '-', '')"),
        Kind::Number | Kind::Text => format!("\"{name}\""),
    },
    inward: |member, kind| match kind {
        Kind::Bytes => format!("decode({member}, 'hex')"),
        Kind::Id => format!("{member}::uuid"),
        Kind::Number => format!("{member}::bigint"),
        Kind::Text => member.to_owned(),
    },
};

/// The place in the primary key counts from 1.
const COLUMNS: &str = "SELECT a.attname::text, format_type(a.atttypid, NULL), \
     coalesce(array_position(i.indkey::int2[], a.attnum) - array_lower(i.indkey::int2[], 1) + 1, 0)::bigint \
     FROM pg_attribute AS a LEFT JOIN pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary \
     WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

/// A connection within a transaction; dropped, it rolls back.
pub(super) struct Transit {
    connection: PgConnection,
    shapes: Vec<Shape>,
}

impl Transit {
    /// # Errors
    /// The database cannot be read.
    pub(super) async fn begin(mut connection: PgConnection, begin: &'static str) -> Result<Self, StoreError> {
        sqlx::raw_sql(begin).execute(&mut connection).await.map_err(|error| explain(&error))?;
        let mut shapes = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            shapes.push(Shape::new(table, columns(&mut connection, table).await?)?);
        }
        Ok(Self { connection, shapes })
    }

    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    fn shape(&self, table: &Table) -> Result<&Shape, StoreError> {
        let found = self.shapes.iter().find(|shape| shape.table == table);
        found.ok_or_else(|| unreadable(table.name, "there is no such table"))
    }
}

async fn columns(connection: &mut PgConnection, table: &Table) -> Result<Vec<Column>, StoreError> {
    let query = sqlx::query(COLUMNS).bind(format!("tamis.{}", table.name));
    let rows = query.fetch_all(connection).await.map_err(|error| explain(&error))?;
    let column = |row: &sqlx::postgres::PgRow| {
        let (name, kind): (String, String) = (row.get(0), row.get(1));
        let kind = match kind.as_str() {
            "bytea" => Kind::Bytes,
            "uuid" => Kind::Id,
            "bigint" => Kind::Number,
            "text" => Kind::Text,
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
        // Both parameters are given a type, whether the statement names them or not.
        let sql = format!("WITH given AS (SELECT $1::text, $2::text) {sql}");
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
        sqlx::raw_sql("COMMIT").execute(&mut self.connection).await.map_err(|error| explain(&error))?;
        self.connection.close().await.map_err(|error| explain(&error))
    }
}
