//! What waits on several sites, for whoever is told of it elsewhere than at the page.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::domain::comment::CommentId;
use crate::domain::review::{Record, Status};
use crate::domain::site::{Locale, Site, SiteId};
use crate::ports::queue::{Facet, Filter, Look, Order, Tally};

use super::{Service, ServiceError};

/// A held comment, as far as it is told outside of the page: nothing that its author wrote or is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting<'s> {
    pub site: &'s Site,
    pub id: CommentId,
    /// The title of its page, or else the page's address.
    pub page: Option<String>,
    /// What speaks against it, the strongest first.
    pub reasons: Vec<String>,
    pub created_at: jiff::Timestamp,
    /// The last decision or act.
    pub changed_at: jiff::Timestamp,
}

impl Service {
    /// The held comments of these sites that came last, at most `limit`, latest first.
    ///
    /// # Errors
    /// The store is away.
    pub async fn latest_waiting<'s>(
        &self,
        sites: &[&'s Site],
        locale: Locale,
        limit: u32,
    ) -> Result<Vec<Waiting<'s>>, ServiceError> {
        let ids: Vec<_> = sites.iter().map(|site| site.id).collect();
        let mut latest: BTreeMap<SiteId, Vec<CommentId>> = BTreeMap::new();
        for (site, id) in self.queue.latest_held(&ids, limit).await? {
            latest.entry(site).or_default().push(id);
        }
        let mut found = Vec::new();
        for site in sites.iter().copied() {
            let Some(ids) = latest.get(&site.id) else { continue };
            let records = self.queue.comments(site.id, ids).await?;
            // What was decided on meanwhile waits no more.
            let held = records.iter().filter(|record| record.status == Status::Held);
            found.extend(held.map(|record| Waiting::of(site, record, locale)));
        }
        found.sort_by_key(|waiting| Reverse(waiting.id));
        Ok(found)
    }

    /// How many comments wait on these sites.
    ///
    /// # Errors
    /// The store is away.
    pub async fn waiting_number(&self, sites: &[&Site]) -> Result<u64, ServiceError> {
        let mut number = 0;
        for site in sites {
            number += self.held_number(site, &Filter::All).await?;
        }
        Ok(number)
    }
}

impl<'s> Waiting<'s> {
    fn of(site: &'s Site, record: &Record, locale: Locale) -> Self {
        let page = &record.page;
        let decided = record.revisions.last();
        let mut against: Vec<_> = decided
            .iter()
            .flat_map(|revision| &revision.decision.signals)
            .filter(|signal| signal.speaks_against())
            .collect();
        against.sort_by_key(|signal| Reverse(signal.score));
        Self {
            site,
            id: record.id,
            page: page.title.clone().filter(|title| !title.is_empty()).or_else(|| page.url.clone()),
            reasons: against.iter().map(|signal| signal.message.in_locale(locale).to_owned()).collect(),
            created_at: record.created_at,
            changed_at: record.last_touched().unwrap_or(record.created_at),
        }
    }
}

/// How much waits, site by site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report<'s> {
    /// Those on which something waits, most first.
    pub sites: Vec<SiteReport<'s>>,
}

/// How much waits on a site, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteReport<'s> {
    pub site: &'s Site,
    pub number: u64,
    /// The most frequent reasons first.
    pub reasons: Vec<ReasonCount>,
}

/// How many comments have a reason; a comment may have several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonCount {
    /// The id of the signal.
    pub id: String,
    /// As one of the comments says it.
    pub said: String,
    pub number: u64,
}

/// Reasons told of a site.
const REASONS: u32 = 5;

impl Report<'_> {
    pub fn total(&self) -> u64 {
        self.sites.iter().map(|site| site.number).sum()
    }
}

impl Service {
    /// How much waits on these sites.
    ///
    /// # Errors
    /// The store is away.
    pub async fn report<'s>(&self, sites: &[&'s Site], locale: Locale) -> Result<Report<'s>, ServiceError> {
        let mut reports = Vec::new();
        for site in sites.iter().copied() {
            let number = self.held_number(site, &Filter::All).await?;
            if number > 0 {
                reports.push(SiteReport { site, number, reasons: self.main_reasons(site, locale).await? });
            }
        }
        reports.sort_by_key(|report| Reverse(report.number));
        Ok(Report { sites: reports })
    }

    async fn main_reasons(&self, site: &Site, locale: Locale) -> Result<Vec<ReasonCount>, ServiceError> {
        let mut reasons = Vec::new();
        for Tally { value, number } in self.queue.tallies(site.id, Facet::Reason, REASONS).await? {
            let said = self.reason_in_words(site, &value, locale).await?;
            reasons.push(ReasonCount { id: value, said, number });
        }
        Ok(reasons)
    }

    /// As the latest comment that has the reason says it, since rules may have changed.
    async fn reason_in_words(&self, site: &Site, id: &str, locale: Locale) -> Result<String, ServiceError> {
        let look = Look { filter: Filter::Reason(id.to_owned()), order: Order::LatestFirst };
        let held = self.queue.held(site.id, &look, None, 1).await?;
        let signals = held.first().and_then(|held| held.record.latest()).map(|latest| &latest.decision.signals);
        let said = signals.and_then(|signals| signals.iter().find(|signal| signal.id == id));
        Ok(said.map_or_else(|| id.to_owned(), |signal| signal.message.in_locale(locale).to_owned()))
    }
}
