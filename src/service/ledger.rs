//! What a site's record teaches, page by page.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::accounts::Accounts;
use crate::domain::ledger::{Exclusion, Lesson};
use crate::domain::moderator::{AuditAct, COMMAND_LINE};
use crate::domain::review::Record;
use crate::domain::site::SiteId;
use crate::ports::ledger::LedgerStore;
use crate::ports::store::{Position, Selection, Store, StoreError};

/// Comments read at once; memory does not grow with their number.
const AT_ONCE: u32 = 200;

/// What is told of each comment: what it teaches.
pub type Visit<'a, E> = dyn FnMut(&Record, Vec<Lesson<'_>>) -> Result<(), E> + 'a;

/// Visits every comment of a site with what it teaches, oldest first.
///
/// # Errors
/// The store is away, or `visit` failed.
pub async fn each_lesson<E: From<StoreError>>(
    store: &dyn Store,
    site: SiteId,
    now: Timestamp,
    without: &[Exclusion],
    visit: &mut Visit<'_, E>,
) -> Result<(), E> {
    let mut after = None;
    loop {
        let records = store.list(site, &Selection::default(), after, AT_ONCE).await?;
        let Some(last) = records.last() else { return Ok(()) };
        after = Some(Position(last.id));
        for record in &records {
            visit(record, record.lessons(now, without))?;
        }
    }
}

/// Who gave labels on a site that teach at `now`, and how many.
///
/// # Errors
/// The store is away.
pub async fn labellers(store: &dyn Store, site: SiteId, now: Timestamp) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut labellers = BTreeMap::new();
    let mut count = |by: String| *labellers.entry(by).or_default() += 1;
    each_lesson(store, site, now, &[], &mut |_, lessons| {
        for lesson in lessons {
            match lesson {
                Lesson::Example(taught) => taught.by.into_iter().for_each(&mut count),
                Lesson::Disputed { said, .. } => said.into_iter().for_each(|said| count(said.by)),
            }
        }
        Ok::<_, StoreError>(())
    })
    .await?;
    Ok(labellers)
}

/// Lets what a person labelled on a site not count from an instant on; `None` lets all of it count again: false when it
/// did already. What the command line does.
///
/// # Errors
/// The store is away.
pub async fn undo_labels(
    store: &dyn LedgerStore,
    accounts: &Accounts,
    site: SiteId,
    by: &str,
    since: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let moderator = by.to_owned();
    let act = match since {
        Some(since) => AuditAct::LabelsUndone { moderator, since },
        None => AuditAct::LabelsCountAgain { moderator },
    };
    store.undo_labels(site, by, since, &accounts.line(COMMAND_LINE, Some(site), act)).await
}
