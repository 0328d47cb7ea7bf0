//! What a site's record teaches, page by page.

use jiff::Timestamp;

use crate::domain::ledger::{Exclusion, Lesson};
use crate::domain::review::Record;
use crate::domain::site::SiteId;
use crate::ports::store::{Position, Selection, Store, StoreError};

/// Comments read at once; memory does not grow with their number.
const AT_ONCE: u32 = 200;

/// Visits every lesson of a site, oldest comment first.
///
/// # Errors
/// The store is away, or `visit` failed.
pub async fn each_lesson<E: From<StoreError>>(
    store: &dyn Store,
    site: SiteId,
    now: Timestamp,
    without: &[Exclusion],
    visit: &mut dyn FnMut(&Record, Lesson<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = None;
    loop {
        let records = store.list(site, &Selection::default(), after, AT_ONCE).await?;
        let Some(last) = records.last() else { return Ok(()) };
        after = Some(Position(last.id));
        for record in &records {
            record.lessons(now, without).into_iter().try_for_each(|lesson| visit(record, lesson))?;
        }
    }
}
