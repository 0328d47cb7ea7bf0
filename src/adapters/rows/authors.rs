//! What is known of authors, as rows.

use super::{Columns, StoreError, instant, unreadable, word};
use crate::domain::comment::CommentId;
use crate::domain::history::{Identifier, Identity, Origin, Past, Period, Traces};
use crate::domain::standing::Given;
use crate::ports::authors::Remembered;

/// What is remembered of each of so many authors: every row has the `place` of its author.
pub fn remembered<R: Columns>(
    past: &[R],
    standings: &[R],
    authors: usize,
) -> Result<Vec<Result<Remembered, StoreError>>, StoreError> {
    let mut answers = vec![Remembered::default(); authors];
    let place = |row: &R| Ok(usize::try_from(row.integer("place")?).unwrap_or(usize::MAX));
    for row in past {
        if let Some(answer) = answers.get_mut(place(row)?) {
            answer.past.push(Past {
                comment: CommentId(row.id("comment")?),
                settled: word(row, "settled")?,
                author: traces(row)?,
            });
        }
    }
    for row in standings {
        if let Some(answer) = answers.get_mut(place(row)?) {
            answer.standings.push(given(row)?);
        }
    }
    Ok(answers.into_iter().map(Ok).collect())
}

fn given(row: &impl Columns) -> Result<Given, StoreError> {
    Ok(Given {
        comment: CommentId(row.id("comment")?),
        standing: word(row, "standing")?,
        until: instant(row, "until")?,
        by: row.text("by")?.to_owned(),
        at: instant(row, "at")?,
        author: traces(row)?,
        period: period(row)?,
    })
}

/// Who wrote a comment, as recorded.
pub fn author(row: &impl Columns) -> Result<(CommentId, Identity), StoreError> {
    let Traces { email, name, address, network } = traces(row)?;
    let account = identifier(row, "account")?;
    let origin = match (period(row)?, address, network) {
        (Some(period), Some(address), Some(network)) => Some(Origin { period, address, network }),
        _ => None,
    };
    Ok((CommentId(row.id("comment")?), Identity { email, name, account, origins: origin.into_iter().collect() }))
}

fn traces(row: &impl Columns) -> Result<Traces, StoreError> {
    Ok(Traces {
        email: identifier(row, "email")?,
        name: identifier(row, "name")?,
        address: identifier(row, "address")?,
        network: identifier(row, "network")?,
    })
}

fn identifier(row: &impl Columns, column: &str) -> Result<Option<Identifier>, StoreError> {
    let bytes = row.optional_bytes(column)?.map(<[u8; 16]>::try_from).transpose();
    Ok(bytes.map_err(|error| unreadable(column, error))?.map(Identifier))
}

pub(super) fn period(row: &impl Columns) -> Result<Option<Period>, StoreError> {
    let period = row.optional_integer("period")?.map(u32::try_from).transpose();
    Ok(period.map_err(|error| unreadable("period", error))?.map(Period))
}
