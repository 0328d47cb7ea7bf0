//! One transaction of many writes: all at once where nothing conflicts, else one by one.

use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, SqlSafeStr, SqliteConnection};

use crate::adapters::sqlite::fault;
use crate::adapters::sqlite::write::{Step, Table, Value, Write};
use crate::ports::store::StoreError;

/// Most rows of one statement; with 13 columns well under SQLite's 32,766 parameters.
const ROWS: usize = 64;

/// One result a write, in order, after the commit returned.
///
/// # Errors
/// The transaction failed, and none of its writes was made; it may still be open.
pub(super) async fn commit(
    connection: &mut SqliteConnection,
    writes: &[Write],
) -> Result<Vec<Result<u64, StoreError>>, sqlx::Error> {
    if let Some(rows) = if_no_conflict(commit_together(connection, writes).await, connection).await? {
        return Ok(rows.into_iter().map(Ok).collect());
    }
    if let Some(results) = if_no_conflict(commit_one_by_one(connection, writes).await, connection).await? {
        return Ok(results);
    }
    // The commit itself refused: a write refers to what is not there, and only a commit of its own tells which.
    let mut results = Vec::with_capacity(writes.len());
    for write in writes {
        let alone = commit_together(connection, std::slice::from_ref(write)).await;
        if alone.is_err() {
            // Should this fail, the next transaction does too, and the writer opens another connection.
            let _ = roll_back(connection).await;
        }
        results.push(alone.map(|rows| rows.into_iter().sum()).map_err(|error| fault::explain(&error)));
    }
    Ok(results)
}

/// `None`, and out of the transaction, when a constraint spoiled it.
async fn if_no_conflict<T>(
    result: Result<T, sqlx::Error>,
    connection: &mut SqliteConnection,
) -> Result<Option<T>, sqlx::Error> {
    match result {
        Ok(done) => Ok(Some(done)),
        Err(error) if fault::spares_the_transaction(&error) => roll_back(connection).await.map(|()| None),
        Err(error) => Err(error),
    }
}

pub(super) async fn roll_back(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    control(connection, "ROLLBACK").await
}

/// The quick way: rows for the same table go in together, and a conflict spoils it all.
async fn commit_together(connection: &mut SqliteConnection, writes: &[Write]) -> Result<Vec<u64>, sqlx::Error> {
    control(connection, "BEGIN IMMEDIATE").await?;
    let mut answers = Vec::with_capacity(writes.len());
    let mut rows = Rows::default();
    for Write(steps) in writes {
        let mut touched = 0;
        if steps.iter().all(|step| matches!(step, Step::Insert(..))) {
            steps.iter().for_each(|step| rows.gather(step));
        } else {
            // What is gathered was sent before this write.
            rows.insert(connection).await?;
            touched = run_steps(connection, steps).await?;
        }
        answers.push(touched);
    }
    rows.insert(connection).await?;
    control(connection, "COMMIT").await?;
    Ok(answers)
}

/// The careful way: each write can fail alone.
async fn commit_one_by_one(
    connection: &mut SqliteConnection,
    writes: &[Write],
) -> Result<Vec<Result<u64, StoreError>>, sqlx::Error> {
    control(connection, "BEGIN IMMEDIATE").await?;
    let mut results = Vec::with_capacity(writes.len());
    for Write(steps) in writes {
        control(connection, "SAVEPOINT write").await?;
        let result = match run_steps(connection, steps).await {
            Ok(rows) => Ok(rows),
            Err(error) if fault::spares_the_transaction(&error) => {
                control(connection, "ROLLBACK TO write").await?;
                Err(fault::explain(&error))
            }
            Err(error) => return Err(error),
        };
        control(connection, "RELEASE write").await?;
        results.push(result);
    }
    control(connection, "COMMIT").await?;
    Ok(results)
}

/// How many rows the last step touched.
async fn run_steps(connection: &mut SqliteConnection, steps: &[Step]) -> Result<u64, sqlx::Error> {
    let mut touched = 0;
    for step in steps {
        touched = match step {
            Step::Insert(table, values) => run(connection, insert_sql(table, 1), bind(values)?).await?,
            Step::Run(sql, values) => run(connection, *sql, bind(values)?).await?,
        };
    }
    Ok(touched)
}

/// Rows to insert, table by table, parents before children.
#[derive(Default)]
struct Rows<'w>(Vec<(&'static Table, Vec<&'w [Value]>)>);

impl<'w> Rows<'w> {
    fn gather(&mut self, step: &'w Step) {
        let Step::Insert(table, values) = step else { return };
        match self.0.iter_mut().find(|(known, _)| known == table) {
            Some((_, rows)) => rows.push(values),
            None => self.0.push((table, vec![values])),
        }
    }

    async fn insert(&mut self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        for (table, rows) in self.0.drain(..) {
            let mut rows = rows.as_slice();
            while !rows.is_empty() {
                // Powers of two, so that few different statements serve every batch from the cache.
                let count = ROWS.min(1 << rows.len().ilog2());
                let (now, later) = rows.split_at(count);
                let values = bind(now.iter().copied().flatten())?;
                run(connection, insert_sql(table, count), values).await?;
                rows = later;
            }
        }
        Ok(())
    }
}

/// `INSERT OR FAIL INTO texts VALUES (?,?),(?,?)`: a row that fails leaves those before it, for the transaction to roll
/// back, and SQLite need not keep a copy of what the statement changes.
fn insert_sql(table: &Table, rows: usize) -> AssertSqlSafe<String> {
    let row = format!("({}),", vec!["?"; table.columns].join(","));
    let rows = row.repeat(rows);
    AssertSqlSafe(format!("INSERT OR FAIL INTO {} VALUES {}", table.name, rows.trim_end_matches(',')))
}

async fn run(
    connection: &mut SqliteConnection,
    sql: impl SqlSafeStr,
    arguments: SqliteArguments,
) -> Result<u64, sqlx::Error> {
    Ok(sqlx::query_with(sql, arguments).execute(connection).await?.rows_affected())
}

async fn control(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    run(connection, sql, SqliteArguments::default()).await.map(drop)
}

fn bind<'v>(values: impl IntoIterator<Item = &'v Value>) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        value.bind(&mut arguments).map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_table_go_in_with_one_statement() {
        let table = Table { name: "texts", columns: 3 };
        assert_eq!(insert_sql(&table, 2).0, "INSERT OR FAIL INTO texts VALUES (?,?,?),(?,?,?)");
    }
}
