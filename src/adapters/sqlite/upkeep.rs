//! A file as its operator sees it.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use sqlx::{Row as _, SqliteConnection};

use super::fault::explain;
use super::transit::Transit;
use super::{Options, located, mark, open};
use crate::adapters::rows::sound::{self, Count, MAKE_ANEW, RESTORE};
use crate::ports::store::StoreError;
use crate::ports::upkeep::{Finding, Rows, Schema, Upkeep};

/// How much of what is damaged is named.
const INTEGRITY: &str = "PRAGMA integrity_check(5)";

const QUEUE: &[Count] = &[
    Count {
        sql: "SELECT count(*) FROM (SELECT * FROM queue_rows EXCEPT SELECT * FROM queue)",
        what: "rows are missing in the queue",
        remedy: MAKE_ANEW,
    },
    Count {
        sql: "SELECT count(*) FROM (SELECT * FROM queue EXCEPT SELECT * FROM queue_rows)",
        what: "rows of the queue stand for nothing that is held",
        remedy: MAKE_ANEW,
    },
    Count {
        sql: "SELECT count(*) FROM (SELECT site, facet, value, count(*) AS number FROM queue GROUP BY 1, 2, 3) AS there \
              FULL JOIN queue_counts AS said USING (site, facet, value) WHERE there.number IS NOT said.number",
        what: "counts of the queue disagree with it",
        remedy: MAKE_ANEW,
    },
];

/// The file that a location names, a path or a URL such as `sqlite:tamis.db`.
#[derive(Debug)]
pub struct SqliteUpkeep {
    path: PathBuf,
    options: Options,
}

impl SqliteUpkeep {
    /// # Errors
    /// It names no file.
    pub fn new(location: &str) -> Result<Self, StoreError> {
        Ok(Self { path: open::path_of(location)?, options: Options::default() })
    }

    fn located<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        result.map_err(|error| located(&self.path, error))
    }

    async fn reading(&self) -> Result<Transit, StoreError> {
        Transit::begin(open::reader(&self.path, &self.options).await?, "BEGIN", None).await
    }

    async fn look(&self) -> Result<Vec<Finding>, StoreError> {
        let mut rows = self.reading().await?;
        let mut findings: Vec<_> = exposure(&self.path).into_iter().collect();
        findings.extend(damage(rows.connection()).await?);
        findings.extend(orphans(rows.connection()).await?);
        findings.extend(miscounts(rows.connection(), sound::COUNTS).await?);
        findings.extend(miscounts(rows.connection(), QUEUE).await?);
        findings.extend(sound::unreadable_rows(&mut rows).await?);
        Ok(findings)
    }
}

async fn miscounts(connection: &mut SqliteConnection, counts: &'static [Count]) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for count in counts {
        let number = sqlx::query_scalar(count.sql).fetch_one(&mut *connection).await;
        findings.extend(count.finding(number.map_err(|error| explain(&error))?));
    }
    Ok(findings)
}

async fn damage(connection: &mut SqliteConnection) -> Result<Vec<Finding>, StoreError> {
    let found = sqlx::query_scalar::<_, String>(INTEGRITY).fetch_all(connection).await;
    let found = found.map_err(|error| explain(&error))?;
    let finding = |what| Finding { what, remedy: RESTORE.to_owned() };
    Ok(found.into_iter().filter(|line| line != "ok").map(finding).collect())
}

async fn orphans(connection: &mut SqliteConnection) -> Result<Vec<Finding>, StoreError> {
    let sql = "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2";
    let rows = sqlx::query(sql).fetch_all(connection).await.map_err(|error| explain(&error))?;
    let finding = |row: &sqlx::sqlite::SqliteRow| {
        let (table, parent, number): (String, String, i64) = (row.get(0), row.get(1), row.get(2));
        let what = format!("{table}: {number} rows without the row in {parent} that they belong to");
        Finding { what, remedy: RESTORE.to_owned() }
    };
    Ok(rows.iter().map(finding).collect())
}

/// Who may read the file.
fn exposure(path: &Path) -> Option<Finding> {
    #[cfg(unix)]
    if let Ok(about) = std::fs::metadata(path) {
        let mode = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777;
        let what = format!("other users of this machine may read or write it (mode {mode:o})");
        let remedy = format!("`chmod 600 {}`", path.display());
        return (mode & 0o077 != 0).then_some(Finding { what, remedy });
    }
    None
}

#[async_trait(?Send)]
impl Upkeep for SqliteUpkeep {
    async fn schema(&self) -> Result<Schema, StoreError> {
        self.located(open::schema(&self.path, &self.options).await)
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        self.located(open::prepare(&self.path, &self.options).await)
    }

    async fn findings(&self) -> Result<Vec<Finding>, StoreError> {
        self.located(self.look().await)
    }

    async fn leave(&self) -> Result<Box<dyn Rows>, StoreError> {
        let leave = async {
            let mark = mark::keep_out(&self.path)?;
            let connection = open::reader(&self.path, &self.options).await?;
            Transit::begin(connection, "BEGIN", Some(mark)).await
        };
        Ok(Box::new(self.located(leave.await)?))
    }

    async fn arrive(&self) -> Result<Box<dyn Rows>, StoreError> {
        let arrive = async {
            let mark = mark::keep_out(&self.path)?;
            let connection = open::writer(&self.path, &self.options).await.map_err(|error| explain(&error))?;
            Transit::begin(connection, "BEGIN IMMEDIATE", Some(mark)).await
        };
        Ok(Box::new(self.located(arrive.await)?))
    }
}
