//! What people wrote goes when its time is over, and so do what moderators said of its authors and the keys that their
//! addresses were recognised by.

use jiff::Timestamp;

use crate::domain::comment::CommentId;
use crate::domain::history::Period;
use crate::domain::retention::{Ended, Retention};
use crate::ports::authors::Authors;
use crate::ports::privacy::Privacy;
use crate::ports::standings::Standings;
use crate::ports::store::{Position, StoreError};

/// Comments looked at in one step: few enough that a request beside it waits no longer than for another request.
const AT_ONCE: u32 = 100;

/// A walk over all comments that may have something to lose, a step at a time.
#[derive(Debug, Default)]
pub struct Walk {
    after: Option<Position>,
    /// Texts and names taken out so far.
    pub ended: u64,
}

impl Walk {
    /// Looks at the next comments and takes out what has ended; false once all were looked at. Then
    /// standings and keys of addresses whose time is over are taken out, and the store's files are wiped: an erasure may
    /// have come while readers kept them busy.
    ///
    /// # Errors
    /// The store is away; what was taken out until then stays out, and the same step can be taken again.
    pub async fn step(
        &mut self,
        store: &(impl Authors + Standings + Privacy + ?Sized),
        retention: &Retention,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Ok(below) = now.checked_sub(retention.shortest()).map(CommentId::before) else { return Ok(false) };
        let records = store.with_text(below, self.after, AT_ONCE).await?;
        let ended: Vec<Ended> = records.iter().filter_map(|record| record.ended(retention, now)).collect();
        if !ended.is_empty() {
            self.ended += store.end_texts(&ended).await?;
        }
        if let Some(last) = records.last() {
            self.after = Some(Position(last.id));
            return Ok(true);
        }
        store.end_standings(now, Period::oldest_live(now)).await?;
        store.destroy_address_keys(Period::oldest_live(now)).await?;
        store.wipe().await?;
        Ok(false)
    }
}
