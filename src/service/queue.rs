//! The queue: what waits, looked at in many ways, and acted on one by one or together.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use jiff::Timestamp;

use crate::domain::comment::{CommentId, Content};
use crate::domain::review::Record;
use crate::domain::site::Site;
use crate::domain::text;
use crate::ports::queue::{Done, Facet, Filter, Held, Look, Order, Rank, Spread, Tally};
use crate::ports::store::{Position, Selection};

use super::review::Intent;
use super::{Service, ServiceError};

/// Most comments that one act touches.
pub const MOST_AT_ONCE: u32 = 500;
/// How much text one search looks through before it hands over what it found, in bytes: some tens of milliseconds.
const SEARCHED: usize = 200_000;
const TEXTS_AT_ONCE: u32 = 100;
/// Acts in flight at once: the stores commit what waits together.
const TOGETHER: usize = 50;
/// Neighbours on each side.
const AROUND: u32 = 2;

/// Some of the queue, and where it goes on.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub held: Vec<Held>,
    /// Where the next part begins. A search may have one though it found nothing: it looked through a part.
    pub next: Option<Rank>,
}

/// A comment to act on, as whoever acts saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub id: CommentId,
    pub version: u32,
}

/// What one press of a button did.
#[derive(Debug)]
pub struct Press {
    /// The instant of all its events: by it the whole is undone.
    pub at: Timestamp,
    /// What became of each comment, in the order chosen.
    pub outcomes: Vec<(CommentId, Result<Record, ServiceError>)>,
}

/// Where a comment stands among others.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    /// What it answers.
    pub parent: Option<Record>,
    /// On the same page, just before and just after it, oldest first.
    pub near: Vec<Record>,
}

/// The copies of a campaign that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub campaign: CommentId,
    pub number: u64,
    pub spread: Spread,
}

/// How much waits, and of which kinds.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub total: u64,
    pub pages: Vec<Tally>,
    pub reasons: Vec<Tally>,
    pub campaigns: Vec<Tally>,
}

impl Press {
    /// How many comments it changed.
    pub fn done(&self) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).count()
    }
}

impl Service {
    /// A part of the queue.
    ///
    /// # Errors
    /// The store is away.
    pub async fn queue(&self, site: &Site, look: &Look, after: Option<Rank>, limit: u32) -> Result<Part, ServiceError> {
        // One more than asked tells whether there is another part.
        let mut held = self.queue.held(site.id, look, after, limit + 1).await?;
        let more = held.len() > limit as usize;
        held.truncate(limit as usize);
        let next = held.last().filter(|_| more).map(|last| last.rank);
        Ok(Part { held, next })
    }

    /// The comments of the queue that hold all the words, whatever their case and accents: at most `limit`, among the
    /// next few hundred. The texts themselves are read, so that there is no index that could outlive them.
    ///
    /// # Errors
    /// The store is away.
    pub async fn search(
        &self,
        site: &Site,
        look: &Look,
        words: &str,
        mut after: Option<Rank>,
        limit: u32,
    ) -> Result<Part, ServiceError> {
        let words: Vec<String> = words.split_whitespace().map(text::sought_of).collect();
        let (mut found, mut looked_at) = (Vec::new(), 0);
        let next = loop {
            let texts = self.queue.held_texts(site.id, look, after, TEXTS_AT_ONCE).await?;
            let Some((last, _)) = texts.last() else { break None };
            (after, looked_at) =
                (Some(*last), looked_at + texts.iter().map(|(_, content)| content.body.len()).sum::<usize>());
            let fits = texts.iter().filter(|(_, content)| holds(content, &words)).map(|(rank, _)| *rank);
            found.extend(fits);
            if found.len() > limit as usize {
                found.truncate(limit as usize);
                break found.last().copied();
            }
            if texts.len() < TEXTS_AT_ONCE as usize {
                break None;
            }
            if looked_at >= SEARCHED {
                break after;
            }
        };
        Ok(Part { held: self.whole(site, found).await?, next })
    }

    async fn whole(&self, site: &Site, ranks: Vec<Rank>) -> Result<Vec<Held>, ServiceError> {
        let ids: Vec<_> = ranks.iter().map(|rank| rank.id).collect();
        let mut records = self.queue.comments(site.id, &ids).await?;
        let whole = |rank: Rank| {
            let place = records.iter().position(|record| record.id == rank.id)?;
            Some(Held { rank, record: records.swap_remove(place) })
        };
        Ok(ranks.into_iter().filter_map(whole).collect())
    }

    /// How much waits, with the pages and reasons of most.
    ///
    /// # Errors
    /// The store is away.
    pub async fn summary(&self, site: &Site, limit: u32) -> Result<Summary, ServiceError> {
        Ok(Summary {
            total: self.queue.held_number(site.id, &Filter::All).await?,
            pages: self.queue.tallies(site.id, Facet::Page, limit).await?,
            reasons: self.queue.tallies(site.id, Facet::Reason, limit).await?,
            campaigns: self.queue.tallies(site.id, Facet::Campaign, limit).await?,
        })
    }

    /// What a person wants, done to each of the comments as an event of its own, if nobody has touched it since they
    /// saw it. At most [`MOST_AT_ONCE`]; the rest is left alone.
    pub async fn act_on_all(&self, site: &Site, by: &str, intent: &Intent, chosen: &[Chosen]) -> Press {
        let tasks = chosen.iter().take(MOST_AT_ONCE as usize);
        let tasks = tasks.map(|chosen| (chosen.id, intent.clone(), Some(chosen.version))).collect();
        self.press(site, by, tasks).await
    }

    /// Takes back what one press of a button did: of every comment on which nothing was decided since.
    ///
    /// # Errors
    /// The store is away.
    pub async fn undo_press(&self, site: &Site, by: &str, at: Timestamp) -> Result<Press, ServiceError> {
        let events = self.queue.done_at(site.id, by, at).await?;
        let tasks = events.into_iter().map(|(id, event)| (id, Intent::UndoOf(event), None)).collect();
        Ok(self.press(site, by, tasks).await)
    }

    async fn press(&self, site: &Site, by: &str, tasks: Vec<(CommentId, Intent, Option<u32>)>) -> Press {
        let at = self.clock.now();
        let mut outcomes = Vec::with_capacity(tasks.len());
        for some in tasks.chunks(TOGETHER) {
            let act = async |(id, intent, version): &(CommentId, Intent, Option<u32>)| {
                (*id, self.act_at(site, *id, by, intent, *version, None, at).await)
            };
            outcomes.extend(join_all(some.iter().map(act)).await);
        }
        Press { at, outcomes }
    }

    /// The oldest held comments that fit, up to one that was seen: what "all like these" is about.
    ///
    /// # Errors
    /// The store is away.
    pub async fn all_like(&self, site: &Site, filter: &Filter, up_to: CommentId) -> Result<Vec<Chosen>, ServiceError> {
        let look = Look { filter: filter.clone(), order: Order::OldestFirst };
        let held = self.queue.held(site.id, &look, None, MOST_AT_ONCE).await?;
        let seen = held.iter().take_while(|held| held.rank.id <= up_to);
        Ok(seen.map(|held| Chosen { id: held.rank.id, version: held.record.version }).collect())
    }

    /// No comment of before now has a later id; those of later have.
    pub fn last_id_until_now(&self) -> CommentId {
        let milliseconds = self.clock.now().as_millisecond().unsigned_abs();
        CommentId(uuid::Builder::from_unix_timestamp_millis(milliseconds, &[0xff; 10]).into_uuid())
    }

    /// How many held comments fit.
    ///
    /// # Errors
    /// The store is away.
    pub async fn held_number(&self, site: &Site, filter: &Filter) -> Result<u64, ServiceError> {
        Ok(self.queue.held_number(site.id, filter).await?)
    }

    /// What whoever wrote the oldest held comment that fits calls themselves there: the name, or else the URL.
    ///
    /// # Errors
    /// The store is away.
    pub async fn name_of_waiting(&self, site: &Site, filter: &Filter) -> Result<Option<String>, ServiceError> {
        let look = Look { filter: filter.clone(), order: Order::OldestFirst };
        let oldest = self.queue.held(site.id, &look, None, 1).await?.pop();
        let content = oldest.and_then(|held| held.record.revisions.into_iter().next_back()?.content);
        Ok(content.and_then(|Content { author_name, author_url, .. }| {
            author_name.filter(|name| !name.is_empty()).or(author_url).filter(|name| !name.is_empty())
        }))
    }

    /// What a comment answers, and what stands around it on its page.
    ///
    /// # Errors
    /// The store is away.
    pub async fn neighbours(&self, site: &Site, record: &Record) -> Result<Neighbours, ServiceError> {
        let parent = match &record.parent_id {
            Some(parent) => {
                let selection = Selection { external_id: Some(parent.clone()), ..Selection::default() };
                self.store.list(site.id, &selection, None::<Position>, 1).await?.pop()
            }
            None => None,
        };
        let near = match &record.page.url {
            Some(url) => self.queue.around(site.id, url, record.id, AROUND).await?,
            None => Vec::new(),
        };
        let is_parent = |near: &Record| parent.as_ref().is_some_and(|parent| parent.id == near.id);
        let near = near.into_iter().filter(|near| !is_parent(near)).collect();
        Ok(Neighbours { parent, near })
    }

    /// The campaigns that these comments are copies of, as far as copies wait.
    ///
    /// # Errors
    /// The store is away.
    pub async fn waiting_copies(&self, site: &Site, records: &[&Record]) -> Result<Vec<Waiting>, ServiceError> {
        let campaigns: BTreeSet<_> = records.iter().filter_map(|record| record.campaign()).collect();
        let mut waiting = Vec::with_capacity(campaigns.len());
        for campaign in campaigns {
            if let Some(spread) = self.queue.spread(site.id, campaign).await? {
                let number = self.held_number(site, &Filter::Campaign(campaign.to_string())).await?;
                waiting.push(Waiting { campaign, number, spread });
            }
        }
        Ok(waiting)
    }

    /// What a moderator did lately on a site, latest first.
    ///
    /// # Errors
    /// The store is away.
    pub async fn presses(&self, site: &Site, by: &str, limit: u32) -> Result<Vec<Done>, ServiceError> {
        Ok(self.queue.done_by(site.id, by, None, limit).await?)
    }

    /// Which of these comments no longer wait.
    ///
    /// # Errors
    /// The store is away.
    pub async fn gone(&self, site: &Site, ids: &[CommentId]) -> Result<Vec<CommentId>, ServiceError> {
        let held = self.queue.still_held(site.id, ids).await?;
        Ok(ids.iter().filter(|id| !held.contains(id)).copied().collect())
    }
}

/// Whether a text, or its author's name or address, holds all the words.
fn holds(content: &Content, words: &[String]) -> bool {
    let fields = [Some(&content.body), content.author_name.as_ref(), content.author_url.as_ref()];
    let fields: Vec<String> = fields.into_iter().flatten().map(|field| text::sought_of(field)).collect();
    words.iter().all(|word| fields.iter().any(|field| field.contains(word.as_str())))
}
