//! What one person wrote on a site, found by what they tell of themselves: told to them, and erased.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::domain::comment::{CommentId, Person};
use crate::domain::history::{Period, Sought};
use crate::domain::review::Record;
use crate::domain::site::{Locale, SiteId};
use crate::ports::authors::Authors;
use crate::ports::privacy::{Attached, Kept, Privacy};
use crate::ports::store::{Position, Store};

use super::answer::Detail;
use super::erasure::{self, Receipt, day};
use super::keys::{self, Keys};
use super::models::Models;
use super::{Service, ServiceError};

/// The most comments that one call tells or erases.
const MOST_AT_ONCE: u32 = 100;

/// A person on a site, as the store can find them now.
#[derive(Clone, Debug)]
pub struct Wanted {
    site: SiteId,
    person: Person,
    sought: Sought,
    /// Whose keys of addresses are left.
    periods: Vec<Period>,
}

impl Wanted {
    /// # Errors
    /// The store is away, or a key of addresses cannot be opened.
    pub async fn on(
        site: SiteId,
        person: Person,
        authors: &dyn Authors,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<Self, ServiceError> {
        let periods = match person.ip() {
            Some(_) => keys::of_addresses(authors, &keys.sealing, now).await?,
            None => Vec::new(),
        };
        let sought = Sought::of(site, &person, &keys.authors, &periods);
        Ok(Self { site, person, sought, periods: periods.into_iter().map(|(period, _)| period).collect() })
    }
}

/// Some of what a person wrote, oldest first.
#[derive(Clone, Debug)]
pub struct Written {
    pub comments: Vec<(Record, Attached)>,
    /// Where more of it begins.
    pub next: Option<Position>,
}

/// All that is held of a comment, as it is told to who wrote it.
#[derive(Clone, Debug, Serialize)]
pub struct Export {
    #[serde(flatten)]
    pub detail: Detail,
    #[serde(flatten)]
    pub attached: Attached,
}

impl Export {
    /// `None` for a record without revisions, which no store holds.
    pub fn of(record: &Record, attached: Attached, locale: Locale) -> Option<Self> {
        Some(Self { detail: Detail::of(record, locale)?, attached })
    }
}

/// What was erased of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonReceipt {
    #[serde(flatten)]
    pub receipt: Receipt,
    /// Whether there is more: the same call erases on.
    pub more: bool,
    #[serde(flatten)]
    pub unlinked: Unlinked,
}

/// The comments of the site that may be this person's and that nothing links to them: each is told where the person
/// named what it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unlinked {
    /// How many came without an e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_email: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_ip: Option<u64>,
    /// The periods whose key of addresses is destroyed, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlinkable: Option<Vec<Days>>,
}

/// The comments of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Days {
    /// The first day, in UTC.
    pub from: Date,
    /// The day after the last.
    pub until: Date,
    pub comments: u64,
}

impl Unlinked {
    fn of(wanted: &Wanted, kept: &Kept) -> Self {
        let without = |there: bool, with: u64| there.then(|| kept.comments.saturating_sub(with));
        let destroyed = kept.addresses.iter().filter(|(period, _)| !wanted.periods.contains(period));
        Self {
            without_email: without(wanted.person.email().is_some(), kept.emails),
            without_id: without(wanted.person.id().is_some(), kept.accounts),
            without_ip: without(wanted.person.ip().is_some(), kept.addresses.values().sum()),
            unlinkable: wanted.person.ip().map(|_| destroyed.map(Days::of).collect()),
        }
    }
}

impl Days {
    fn of((period, comments): (&Period, &u64)) -> Self {
        Self { from: day(period.begins()), until: day(period.next().begins()), comments: *comments }
    }
}

impl Service {
    /// What a person wrote on a site, from a position on.
    ///
    /// # Errors
    /// The store is away.
    pub async fn written(
        &self,
        site: SiteId,
        person: Person,
        after: Option<Position>,
    ) -> Result<Written, ServiceError> {
        let wanted = Wanted::on(site, person, self.authors.as_ref(), &self.keys, self.clock.now()).await?;
        written(self.store.as_ref(), self.privacy.as_ref(), &wanted, after).await
    }

    /// Erases what a person wrote on a site.
    ///
    /// # Errors
    /// Others keep changing it, or the store is away: some may be erased already, and the same call erases the rest.
    pub async fn erase_written(&self, site: SiteId, person: Person) -> Result<PersonReceipt, ServiceError> {
        let now = self.clock.now();
        let wanted = Wanted::on(site, person, self.authors.as_ref(), &self.keys, now).await?;
        erase_written(self.store.as_ref(), self.privacy.as_ref(), &self.models, &wanted, now).await
    }
}

/// What a person wrote, from a position on.
///
/// # Errors
/// The store is away.
pub async fn written(
    store: &dyn Store,
    privacy: &dyn Privacy,
    wanted: &Wanted,
    after: Option<Position>,
) -> Result<Written, ServiceError> {
    let (ids, more) = some(privacy, wanted, after).await?;
    let mut comments = Vec::with_capacity(ids.len());
    for id in &ids {
        // One that is erased meanwhile is not theirs to be told any more.
        if let Some(record) = store.comment(wanted.site, *id).await? {
            comments.push((record, privacy.attached(wanted.site, *id).await?));
        }
    }
    let next = ids.last().filter(|_| more).map(|last| Position(*last));
    Ok(Written { comments, next })
}

/// Erases some of what a person wrote, the oldest first.
///
/// # Errors
/// Others keep changing it, or the store is away: some may be erased already, and the same call erases the rest.
pub async fn erase_written(
    store: &dyn Store,
    privacy: &dyn Privacy,
    models: &Models,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<PersonReceipt, ServiceError> {
    let (ids, more) = some(privacy, wanted, None).await?;
    let receipt = erasure::erase(store, privacy, models, wanted.site, &ids, now).await?;
    let unlinked = Unlinked::of(wanted, &privacy.kept(wanted.site).await?);
    Ok(PersonReceipt { receipt, more, unlinked })
}

/// The next comments of a person, and whether there are more.
async fn some(
    privacy: &dyn Privacy,
    wanted: &Wanted,
    after: Option<Position>,
) -> Result<(Vec<CommentId>, bool), ServiceError> {
    let mut ids = privacy.written_by(wanted.site, &wanted.sought, after, MOST_AT_ONCE + 1).await?;
    let more = ids.len() > MOST_AT_ONCE as usize;
    ids.truncate(MOST_AT_ONCE as usize);
    Ok((ids, more))
}
