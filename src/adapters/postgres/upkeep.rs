//! A database as its operator sees it.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::connect::{self, Place};
use super::fault::explain;
use super::transit::Transit;
use super::{Options, durability, read};
use crate::adapters::rows::sound::{self, Count, MAKE_ANEW, RESTORE};
use crate::ports::store::StoreError;
use crate::ports::upkeep::{Finding, Rows, Schema, Upkeep};

const COUNTS: &[Count] = &[
    Count {
        sql: "SELECT count(*) FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid \
              WHERE c.relnamespace = 'tamis'::regnamespace AND NOT i.indisvalid",
        what: "indexes are not valid",
        remedy: "`REINDEX SCHEMA tamis`",
    },
    Count {
        sql: "SELECT count(*) FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid \
              WHERE c.relnamespace = 'tamis'::regnamespace AND t.tgenabled <> 'O'",
        what: "triggers are switched off: the queue and the references between tables are not kept",
        remedy: "`ALTER TABLE tamis.NAME ENABLE TRIGGER ALL` for each table, then check again",
    },
    Count {
        sql: "SELECT count(*) FROM (SELECT held.* FROM comments CROSS JOIN LATERAL queue_rows(comments.id) AS held \
              WHERE status = 'held' EXCEPT SELECT * FROM queue) AS missing",
        what: "rows are missing in the queue",
        remedy: MAKE_ANEW,
    },
    Count {
        sql: "SELECT count(*) FROM (SELECT * FROM queue EXCEPT SELECT held.* FROM comments \
              CROSS JOIN LATERAL queue_rows(comments.id) AS held WHERE status = 'held') AS surplus",
        what: "rows of the queue stand for nothing that is held",
        remedy: MAKE_ANEW,
    },
    Count {
        sql: "SELECT count(*) FROM (SELECT site, facet, value, count(*) AS number FROM queue GROUP BY 1, 2, 3) AS there \
              FULL JOIN (SELECT site, facet, value, sum(number) AS number FROM queue_counts GROUP BY 1, 2, 3 \
              HAVING sum(number) <> 0) AS said USING (site, facet, value) \
              WHERE there.number IS DISTINCT FROM said.number",
        what: "counts of the queue disagree with it",
        remedy: MAKE_ANEW,
    },
];

/// The references between tables, each with a statement that counts the rows that break it.
const REFERENCES: &str = "SELECT f.conrelid::regclass::text, f.confrelid::regclass::text, format( \
     'SELECT count(*) FROM %s AS child WHERE NOT EXISTS (SELECT FROM %s AS parent WHERE %s)', \
     f.conrelid::regclass, f.confrelid::regclass, \
     (SELECT string_agg(format('child.%I = parent.%I', c.attname, p.attname), ' AND ') \
      FROM unnest(f.conkey, f.confkey) AS pair (child, parent) \
      JOIN pg_attribute AS c ON c.attrelid = f.conrelid AND c.attnum = pair.child \
      JOIN pg_attribute AS p ON p.attrelid = f.confrelid AND p.attnum = pair.parent)) \
     FROM pg_constraint AS f WHERE f.contype = 'f' AND f.connamespace = 'tamis'::regnamespace ORDER BY 1, 2";

/// The database that a URL names.
#[derive(Debug)]
pub struct PostgresUpkeep {
    place: Place,
}

impl PostgresUpkeep {
    /// # Errors
    /// It is not the URL of a PostgreSQL database.
    pub fn new(url: &str, options: Options) -> Result<Self, StoreError> {
        Place::parse(url, options).map(|place| Self { place })
    }

    fn located<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        result.map_err(|error| self.place.located(error))
    }

    async fn look(&self) -> Result<Vec<Finding>, StoreError> {
        let mut rows = Transit::begin(connect::patient(&self.place).await?, read::SNAPSHOT).await?;
        let mut findings: Vec<_> = durability::finding(rows.connection()).await?.into_iter().collect();
        findings.extend(miscounts(rows.connection(), sound::COUNTS).await?);
        findings.extend(miscounts(rows.connection(), COUNTS).await?);
        findings.extend(orphans(rows.connection()).await?);
        findings.extend(sound::unreadable_rows(&mut rows).await?);
        Ok(findings)
    }
}

async fn miscounts(connection: &mut PgConnection, counts: &'static [Count]) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for count in counts {
        let number = sqlx::query_scalar(count.sql).fetch_one(&mut *connection).await;
        findings.extend(count.finding(number.map_err(|error| explain(&error))?));
    }
    Ok(findings)
}

async fn orphans(connection: &mut PgConnection) -> Result<Vec<Finding>, StoreError> {
    let references = sqlx::query(REFERENCES).fetch_all(&mut *connection).await.map_err(|error| explain(&error))?;
    let mut findings = Vec::new();
    for reference in references {
        let (table, parent, sql): (String, String, String) = (reference.get(0), reference.get(1), reference.get(2));
        let query = sqlx::query_scalar(AssertSqlSafe(sql));
        let number: i64 = query.fetch_one(&mut *connection).await.map_err(|error| explain(&error))?;
        if number > 0 {
            let what = format!("{table}: {number} rows without the row in {parent} that they belong to");
            findings.push(Finding { what, remedy: RESTORE.to_owned() });
        }
    }
    Ok(findings)
}

#[async_trait(?Send)]
impl Upkeep for PostgresUpkeep {
    async fn schema(&self) -> Result<Schema, StoreError> {
        self.located(connect::schema(&self.place).await)
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        self.located(connect::prepare(&self.place).await)
    }

    async fn findings(&self) -> Result<Vec<Finding>, StoreError> {
        self.located(self.look().await)
    }

    async fn leave(&self) -> Result<Box<dyn Rows>, StoreError> {
        let leave = async {
            let mut connection = connect::patient(&self.place).await?;
            connect::keep_servers_out(&mut connection).await?;
            Transit::begin(connection, read::SNAPSHOT).await
        };
        Ok(Box::new(self.located(leave.await)?))
    }

    async fn arrive(&self) -> Result<Box<dyn Rows>, StoreError> {
        let arrive = async {
            let mut connection = connect::patient(&self.place).await?;
            durability::check(&mut connection, self.place.options.require_durable).await?;
            connect::keep_servers_out(&mut connection).await?;
            Transit::begin(connection, "BEGIN").await
        };
        Ok(Box::new(self.located(arrive.await)?))
    }
}
