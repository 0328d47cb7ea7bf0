//! The queue: the held comments of a site, and what a moderator needs around them.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::comment::{CommentId, Content};
use crate::domain::review::Record;
use crate::domain::site::SiteId;

use super::store::StoreError;

/// Any part of the queue, and any count, takes the same time whatever waits: no comment is skipped over, sorted or
/// counted when it is asked for.
#[async_trait]
pub trait QueueStore: Send + Sync {
    /// Held comments that fit, in the order of `look`, at most `limit`.
    async fn held(&self, site: SiteId, look: &Look, after: Option<Rank>, limit: u32) -> Result<Vec<Held>, StoreError>;

    /// The held comments of these sites that came last, latest first, at most `limit`.
    async fn latest_held(&self, sites: &[SiteId], limit: u32) -> Result<Vec<(SiteId, CommentId)>, StoreError>;

    /// The texts of held comments, as [`QueueStore::held`] would list them: for a search. A comment whose text is gone
    /// is left out.
    async fn held_texts(
        &self,
        site: SiteId,
        look: &Look,
        after: Option<Rank>,
        limit: u32,
    ) -> Result<Vec<(Rank, Content)>, StoreError>;

    /// How many held comments fit, true as of the last write.
    async fn held_number(&self, site: SiteId, filter: &Filter) -> Result<u64, StoreError>;

    /// The pages, reasons, authors or campaigns with most held comments, most first, at most `limit`: each number is true
    /// as of the last write; which ones have most is, at the latest, as of the last [`QueueStore::tidy_queue`].
    async fn tallies(&self, site: SiteId, facet: Facet, limit: u32) -> Result<Vec<Tally>, StoreError>;

    /// Where the held copies of a campaign stand, of the first [`MOST_SPREAD`]; `None` where none is held.
    async fn spread(&self, site: SiteId, campaign: CommentId) -> Result<Option<Spread>, StoreError>;

    /// Which of these comments are held; at most [`MOST_ASKED`] are looked at.
    async fn still_held(&self, site: SiteId, ids: &[CommentId]) -> Result<Vec<CommentId>, StoreError>;

    /// These comments, whole, in the order of ids; at most [`MOST_ASKED`].
    async fn comments(&self, site: SiteId, ids: &[CommentId]) -> Result<Vec<Record>, StoreError>;

    /// The comments on the same page just before and just after one, oldest first, at most `count` each.
    async fn around(&self, site: SiteId, page_url: &str, id: CommentId, count: u32) -> Result<Vec<Record>, StoreError>;

    /// What a moderator did on a site before `before`, latest first, at most `limit`.
    async fn done_by(
        &self,
        site: SiteId,
        by: &str,
        before: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<Done>, StoreError>;

    /// The events of one instant by one moderator, with their comments: what one press of a button did.
    async fn done_at(&self, site: SiteId, by: &str, at: Timestamp) -> Result<Vec<(CommentId, Uuid)>, StoreError>;

    /// Brings the counts into their shortest form, at most `limit` kinds of them; how many it did.
    async fn tidy_queue(&self, limit: u32) -> Result<u64, StoreError>;
}

/// Most comments that one call names.
pub const MOST_ASKED: u32 = 1_000;

/// Most copies of a campaign that are looked at for where they stand: twenty cards may be of twenty campaigns.
pub const MOST_SPREAD: u32 = 200;

/// How to look at the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub filter: Filter,
    pub order: Order,
}

/// Which held comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    #[default]
    All,
    /// On the page with this address.
    Page(String),
    /// With a signal of this id in the latest decision that speaks against the comment: by its score or its floor.
    Reason(String),
    /// With a signal of this campaign in the latest decision: copies of one text.
    Campaign(String),
    /// By the author with this [`Recognised`](crate::domain::history::Recognised) identifier, in hexadecimal digits.
    Author(String),
}

/// What comments of the queue can be told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Facet {
    Page,
    Reason,
    Author,
    Campaign,
}

impl Facet {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Reason => "reason",
            Self::Author => "author",
            Self::Campaign => "campaign",
        }
    }
}

impl Filter {
    /// The facet and its value; `None` for all.
    pub fn parts(&self) -> Option<(Facet, &str)> {
        match self {
            Self::All => None,
            Self::Page(url) => Some((Facet::Page, url)),
            Self::Reason(id) => Some((Facet::Reason, id)),
            Self::Author(name) => Some((Facet::Author, name)),
            Self::Campaign(id) => Some((Facet::Campaign, id)),
        }
    }

    pub fn of(facet: Facet, value: String) -> Self {
        match facet {
            Facet::Page => Self::Page(value),
            Facet::Reason => Self::Reason(value),
            Facet::Author => Self::Author(value),
            Facet::Campaign => Self::Campaign(value),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    #[default]
    OldestFirst,
    LatestFirst,
    /// By [`crate::domain::decision::Thresholds::distance`], then oldest first.
    MostDoubtfulFirst,
}

/// Where a comment stands in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    pub distance: u32,
    pub id: CommentId,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub rank: Rank,
    pub record: Record,
}

/// Where the held copies of a campaign stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// On how many different pages.
    pub pages: u64,
    /// When the first came.
    pub since: Timestamp,
}

/// How many held comments have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// As a [`Filter`] of the facet takes it.
    pub value: String,
    pub number: u64,
}

/// What one press of a button did: all its events have one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub at: Timestamp,
    /// How many comments it touched.
    pub number: u64,
    /// One of them.
    pub comment: CommentId,
}
