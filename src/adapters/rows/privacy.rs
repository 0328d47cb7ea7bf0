//! What is kept of people, as rows, and the queries for it: both databases read them.

use super::authors::period;
use super::{Columns, StoreError, instant, instant_of, number, word};
use crate::domain::history::Period;
use crate::ports::privacy::{Attached, Kept, Said};

/// A person asks for it now and then; a walk over the table is no burden, and indexes would be one on every comment.
/// After the site: e-mail, account, and the address under two keys; what is not sought is null. Then after which id,
/// and how many.
pub const WRITTEN_BY: &str = "SELECT comment AS id FROM authors WHERE site = $1 \
     AND (email = $2 OR account = $3 OR address = $4 OR address = $5) AND comment > $6 ORDER BY comment LIMIT $7";
pub const ATTACHED: &str = "SELECT a.email, a.name, a.account, a.address, a.period, s.standing, s.until, s.by, s.at, \
     (SELECT count(*) FROM answers WHERE site = $1 AND comment = $2) AS answers, \
     (SELECT count(*) FROM shadow_verdicts WHERE comment = $2) AS shadow_verdicts FROM comments AS c \
     LEFT JOIN authors AS a ON a.comment = c.id LEFT JOIN standings AS s ON s.comment = c.id \
     WHERE c.site = $1 AND c.id = $2";
pub const KEPT: &str = "SELECT count(*) AS comments, count(a.email) AS emails, count(a.account) AS accounts, \
     (SELECT count(*) FROM standings WHERE site = $1) AS standings, \
     (SELECT max(until) FROM standings WHERE site = $1) AS standings_end \
     FROM comments AS c LEFT JOIN authors AS a ON a.comment = c.id WHERE c.site = $1";
pub const ADDRESSES: &str = "SELECT period, count(*) AS comments FROM authors \
     WHERE site = $1 AND address IS NOT NULL AND period IS NOT NULL GROUP BY period";

pub fn attached(row: &impl Columns) -> Result<Attached, StoreError> {
    let mut identifiers = Vec::new();
    for (column, name) in [("email", "email"), ("name", "name"), ("account", "id"), ("address", "address")] {
        if row.optional_bytes(column)?.is_some() {
            identifiers.push(name);
        }
    }
    let standing = row.optional_text("standing")?.is_some().then(|| said(row)).transpose()?;
    Ok(Attached {
        identifiers,
        address_until: period(row)?.map(Period::ends),
        standing,
        answers: row.integer("answers")?.unsigned_abs(),
        shadow_verdicts: row.integer("shadow_verdicts")?.unsigned_abs(),
    })
}

fn said(row: &impl Columns) -> Result<Said, StoreError> {
    Ok(Said {
        standing: word(row, "standing")?,
        until: instant(row, "until")?,
        by: row.text("by")?.to_owned(),
        at: instant(row, "at")?,
    })
}

/// The row of [`KEPT`] and those of [`ADDRESSES`].
pub fn kept<R: Columns>(row: &R, addresses: &[R]) -> Result<Kept, StoreError> {
    let count = |row: &R, column| row.integer(column).map(i64::unsigned_abs);
    let by_period = |row| Ok((Period(number(row, "period")?), count(row, "comments")?));
    let standings_end = row.optional_integer("standings_end")?;
    Ok(Kept {
        comments: count(row, "comments")?,
        emails: count(row, "emails")?,
        accounts: count(row, "accounts")?,
        addresses: addresses.iter().map(by_period).collect::<Result<_, _>>()?,
        standings: count(row, "standings")?,
        standings_end: standings_end.map(|end| instant_of(end, "standings_end")).transpose()?,
    })
}
