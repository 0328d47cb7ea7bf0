//! How SQLite holds the values of a row: sqlx goes no further.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::fault::explain;
use crate::adapters::rows::{Columns, unreadable};
use crate::ports::store::StoreError;

impl Columns for SqliteRow {
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
        Uuid::from_slice(self.bytes(column)?).map_err(|error| unreadable(column, error))
    }
}

fn value<'r, T>(row: &'r SqliteRow, column: &str) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(column).map_err(|error| explain(&error))
}
