//! What must hold in every store, whatever its database keeps by itself.

use serde_json::Value;

use crate::domain::decision::Decision;
use crate::domain::review::Act;
use crate::ports::store::StoreError;
use crate::ports::upkeep::{Finding, Part, Row, Rows, TABLES};

/// How many rows of a kind are named one by one.
const NAMED: usize = 5;

/// A number that must be 0, and what to say when it is not.
pub(in crate::adapters) struct Count {
    pub(in crate::adapters) sql: &'static str,
    pub(in crate::adapters) what: &'static str,
    pub(in crate::adapters) remedy: &'static str,
}

pub(in crate::adapters) const RESTORE: &str = "restore the store from a backup";
/// Triggers make the queue from what is copied.
pub(in crate::adapters) const MAKE_ANEW: &str = "`tamis store copy` into a new store makes them anew";

pub(in crate::adapters) const COUNTS: &[Count] = &[
    Count {
        sql: "SELECT count(*) FROM comments AS c WHERE c.revisions <> \
              (SELECT count(*) FROM revisions AS r WHERE r.comment = c.id)",
        what: "comments have more or fewer revisions than they count",
        remedy: RESTORE,
    },
    Count {
        sql: "SELECT count(*) FROM comments AS c WHERE c.version <> c.revisions + \
              (SELECT count(*) FROM events AS e WHERE e.comment = c.id)",
        what: "comments have another version than their revisions and events make",
        remedy: RESTORE,
    },
    Count {
        sql: "SELECT count(*) FROM events AS e JOIN comments AS c ON c.id = e.comment WHERE e.site <> c.site",
        what: "events are filed under another site than their comment",
        remedy: RESTORE,
    },
];

impl Count {
    pub(in crate::adapters) fn finding(&self, number: i64) -> Option<Finding> {
        (number != 0).then(|| Finding { what: format!("{number} {}", self.what), remedy: self.remedy.to_owned() })
    }
}

/// Reads every row there is, and the decisions and acts in them as the server would.
///
/// # Errors
/// A table cannot be read.
pub(in crate::adapters) async fn unreadable_rows(rows: &mut dyn Rows) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for table in TABLES {
        let (mut after, mut number) = (None, 0);
        loop {
            let page = rows.page(table, Part::Whole, after.as_ref()).await?;
            for what in page.iter().filter_map(|row| unreadable_row(table.name, row)) {
                number += 1;
                if number <= NAMED {
                    findings.push(Finding { what, remedy: RESTORE.to_owned() });
                }
            }
            let Some(last) = page.into_iter().next_back() else { break };
            after = Some(last);
        }
        if number > NAMED {
            let what = format!("{}: {} more rows cannot be read", table.name, number - NAMED);
            findings.push(Finding { what, remedy: RESTORE.to_owned() });
        }
    }
    Ok(findings)
}

fn unreadable_row(table: &str, row: &Row) -> Option<String> {
    let text = |column: &str| row.0.get(column).and_then(Value::as_str).unwrap_or_default();
    let error = match table {
        "revisions" => serde_json::from_str::<Decision>(text("decision")).err()?,
        "events" => serde_json::from_str::<Act>(text("act")).err()?,
        _ => return None,
    };
    Some(format!("{table}: a row of comment {} cannot be read: {error}", text("comment")))
}
