//! One transaction of many writes. Statements that find a conflict write nothing and say so, so that it spoils nobody
//! else's write: a new comment needs an external id that is free, an edit or change the version it was made for.

use std::collections::HashSet;

use sqlx::PgConnection;

use super::statements;
use crate::adapters::postgres::fault;
use crate::adapters::postgres::write::{Changing, Claiming, Recording, Write};
use crate::ports::store::StoreError;

/// One result a write, in order, after the commit returned.
///
/// # Errors
/// The transaction failed, and none of its writes was made; it may still be open.
pub(super) async fn commit(
    connection: &mut PgConnection,
    writes: &[Write],
) -> Result<Vec<Result<u64, StoreError>>, sqlx::Error> {
    match commit_together(connection, writes).await {
        Err(error) if fault::is_about_a_value(&error) => {}
        settled => return settled,
    }
    roll_back(connection).await?;
    // Some write holds what PostgreSQL does not take: alone it fails alone.
    let mut results = Vec::with_capacity(writes.len());
    for write in writes {
        match commit_together(connection, std::slice::from_ref(write)).await {
            Ok(mut result) => results.append(&mut result),
            Err(error) if fault::is_about_a_value(&error) => {
                roll_back(connection).await?;
                results.push(Err(fault::explain(&error)));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(results)
}

/// Outside of a transaction it does nothing.
pub(super) async fn roll_back(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    control(connection, "ROLLBACK").await
}

async fn commit_together(
    connection: &mut PgConnection,
    writes: &[Write],
) -> Result<Vec<Result<u64, StoreError>>, sqlx::Error> {
    let mut batch = Batch::of(writes);
    // One statement is a transaction by itself.
    if batch.is_one_statement() {
        batch.run(connection).await?;
    } else {
        control(connection, "BEGIN").await?;
        batch.run(connection).await?;
        control(connection, "COMMIT").await?;
    }
    Ok(batch.results)
}

async fn control(connection: &mut PgConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sql).execute(connection).await.map(drop)
}

/// Writes by kind, each with its place among the results.
struct Batch<'w> {
    claims: Vec<(usize, Claiming)>,
    /// New comments, in the order in which every replica takes external ids.
    new: Vec<(usize, &'w Recording)>,
    edits: Vec<(usize, &'w Recording)>,
    changes: Vec<(usize, &'w Changing)>,
    others: Vec<(usize, &'w Write)>,
    results: Vec<Result<u64, StoreError>>,
}

impl<'w> Batch<'w> {
    /// Of two writes to one comment, or with one idempotency key, the second is told to look again.
    fn of(writes: &'w [Write]) -> Self {
        let mut batch = Self {
            claims: Vec::new(),
            new: Vec::with_capacity(writes.len()),
            edits: Vec::new(),
            changes: Vec::new(),
            others: Vec::new(),
            results: vec![Ok(1); writes.len()],
        };
        let (mut comments, mut keys) = (HashSet::new(), HashSet::new());
        for (place, write) in writes.iter().enumerate() {
            let claiming = write.claiming();
            let first = write.comment().is_none_or(|comment| comments.insert(comment))
                && claiming.is_none_or(|claiming| keys.insert((claiming.site, claiming.claim.key)));
            if first {
                batch.claims.extend(claiming.map(|claiming| (place, claiming)));
                batch.add(place, write);
            } else {
                batch.results[place] = Err(StoreError::Conflict);
            }
        }
        batch.sort();
        batch
    }

    fn add(&mut self, place: usize, write: &'w Write) {
        match write {
            Write::Record(recording) if recording.entry.revision == 1 => self.new.push((place, recording)),
            Write::Record(recording) => self.edits.push((place, recording)),
            Write::Change(changing) => self.changes.push((place, changing)),
            other => self.others.push((place, other)),
        }
    }

    /// Replicas take rows and names in one order, so that none waits for another that waits for it.
    fn sort(&mut self) {
        self.claims.sort_by_key(|(_, claiming)| (claiming.site, claiming.claim.key));
        self.new
            .sort_by(|(_, a), (_, b)| (a.entry.site, &a.entry.external_id).cmp(&(b.entry.site, &b.entry.external_id)));
        self.edits.sort_by_key(|(_, recording)| recording.entry.id);
        self.changes.sort_by_key(|(_, changing)| changing.change.id);
    }

    fn is_one_statement(&self) -> bool {
        let kinds = [!self.new.is_empty(), !self.edits.is_empty(), !self.changes.is_empty()];
        let statements = kinds.into_iter().filter(|there| *there).count() + self.others.len();
        statements <= 1 && self.claims.is_empty()
    }

    async fn run(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        self.take_claims(connection).await?;
        let lost = statements::record(connection, &self.new).await?;
        self.settle(lost);
        let lost = statements::edit(connection, &self.edits).await?;
        self.settle(lost);
        let lost = statements::change(connection, &self.changes).await?;
        self.settle(lost);
        for (place, write) in &self.others {
            self.results[*place] = statements::other(connection, write).await?;
        }
        self.give_claims_back(connection).await
    }

    fn settle(&mut self, lost: Vec<(usize, StoreError)>) {
        for (place, error) in lost {
            self.results[place] = Err(error);
        }
    }

    /// Whoever comes too late for its key is not written at all.
    async fn take_claims(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let lost: HashSet<usize> = statements::claim(connection, &self.claims).await?.into_iter().collect();
        for place in &lost {
            self.results[*place] = Err(StoreError::Conflict);
        }
        self.claims.retain(|(place, _)| !lost.contains(place));
        self.new.retain(|(place, _)| !lost.contains(place));
        self.edits.retain(|(place, _)| !lost.contains(place));
        self.changes.retain(|(place, _)| !lost.contains(place));
        Ok(())
    }

    /// A key stays free when what it was claimed for was not written.
    async fn give_claims_back(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let unused: Vec<_> = self.claims.iter().filter(|(place, _)| self.results[*place].is_err()).collect();
        statements::unclaim(connection, &unused).await
    }
}
