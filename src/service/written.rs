//! What one person wrote on a site, found by the e-mail that they gave: told to them, and erased.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::comment::{AuthorEmail, CommentId};
use crate::domain::history::Identifier;
use crate::domain::review::Record;
use crate::domain::secrets::DigestKey;
use crate::domain::site::SiteId;
use crate::ports::privacy::Privacy;
use crate::ports::store::{Position, Store};

use super::erasure::{self, Receipt};
use super::models::Models;
use super::{Service, ServiceError};

/// The most comments that one call tells or erases.
const MOST_AT_ONCE: u32 = 100;

/// A person on a site, by the e-mail that they gave there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    pub site: SiteId,
    pub email: Identifier,
}

impl Person {
    /// `lasting` is the key of e-mails and names.
    pub fn of(site: SiteId, email: &AuthorEmail, lasting: &DigestKey) -> Self {
        Self { site, email: Identifier::of_email(site, email, lasting) }
    }
}

/// Some of what a person wrote, oldest first.
#[derive(Clone, Debug)]
pub struct Written {
    pub records: Vec<Record>,
    /// Where more of it begins.
    pub next: Option<Position>,
}

/// What was erased of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonReceipt {
    #[serde(flatten)]
    pub receipt: Receipt,
    /// Whether there is more: the same call erases on.
    pub more: bool,
    /// Comments of the site that came without an e-mail. Where this person wrote one, nothing links it to them.
    pub without_email: u64,
}

impl Service {
    /// What the person with this e-mail wrote on a site, from a position on.
    ///
    /// # Errors
    /// The store is away.
    pub async fn written(
        &self,
        site: SiteId,
        email: &AuthorEmail,
        after: Option<Position>,
    ) -> Result<Written, ServiceError> {
        let person = Person::of(site, email, &self.keys.authors);
        written(self.store.as_ref(), self.privacy.as_ref(), person, after).await
    }

    /// Erases what the person with this e-mail wrote on a site.
    ///
    /// # Errors
    /// Others keep changing it, or the store is away: some may be erased already, and the same call erases the rest.
    pub async fn erase_written(&self, site: SiteId, email: &AuthorEmail) -> Result<PersonReceipt, ServiceError> {
        let person = Person::of(site, email, &self.keys.authors);
        let (store, privacy) = (self.store.as_ref(), self.privacy.as_ref());
        erase_written(store, privacy, &self.models, person, self.clock.now()).await
    }
}

/// What a person wrote, from a position on.
///
/// # Errors
/// The store is away.
pub async fn written(
    store: &dyn Store,
    privacy: &dyn Privacy,
    person: Person,
    after: Option<Position>,
) -> Result<Written, ServiceError> {
    let (ids, more) = some(privacy, person, after).await?;
    let mut records = Vec::with_capacity(ids.len());
    for id in &ids {
        // One that is erased meanwhile is not theirs to be told any more.
        records.extend(store.comment(person.site, *id).await?);
    }
    let next = ids.last().filter(|_| more).map(|last| Position(*last));
    Ok(Written { records, next })
}

/// Erases some of what a person wrote, the oldest first.
///
/// # Errors
/// Others keep changing it, or the store is away: some may be erased already, and the same call erases the rest.
pub async fn erase_written(
    store: &dyn Store,
    privacy: &dyn Privacy,
    models: &Models,
    person: Person,
    now: Timestamp,
) -> Result<PersonReceipt, ServiceError> {
    let (ids, more) = some(privacy, person, None).await?;
    let receipt = erasure::erase(store, privacy, models, person.site, &ids, now).await?;
    Ok(PersonReceipt { receipt, more, without_email: privacy.without_email(person.site).await? })
}

/// The next comments of a person, and whether there are more.
async fn some(
    privacy: &dyn Privacy,
    person: Person,
    after: Option<Position>,
) -> Result<(Vec<CommentId>, bool), ServiceError> {
    let mut ids = privacy.written_by(person.site, person.email, after, MOST_AT_ONCE + 1).await?;
    let more = ids.len() > MOST_AT_ONCE as usize;
    ids.truncate(MOST_AT_ONCE as usize);
    Ok((ids, more))
}
