//! How PostgreSQL holds the values of a row: sqlx goes no further.

use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::fault::explain;
use crate::adapters::rows::Columns;
use crate::ports::store::StoreError;

impl Columns for PgRow {
    fn optional_text(&self, column: &str) -> Result<Option<&str>, StoreError> {
        value(self, column)
    }

    fn optional_integer(&self, column: &str) -> Result<Option<i64>, StoreError> {
        value(self, column)
    }

    fn optional_bytes(&self, column: &str) -> Result<Option<&[u8]>, StoreError> {
        value(self, column)
    }

    fn id(&self, column: &str) -> Result<Uuid, StoreError> {
        value(self, column)
    }
}

fn value<'r, T>(row: &'r PgRow, column: &str) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    row.try_get(column).map_err(|error| explain(&error))
}
