//! One comment in, one decision out, recorded before it is answered.

use jiff::SignedDuration;

use crate::domain::activation::Shadow;
use crate::domain::comment::{Comment, CommentId};
use crate::domain::decision::{Decision, Verdict};
use crate::domain::history::Identity;
use crate::domain::review::{self, Record, Status};
use crate::domain::score::Score;
use crate::domain::secrets::ContentDigest;
use crate::domain::sieve::Circumstances;
use crate::domain::signal::{Message, Signal, Source};
use crate::domain::site::Site;
use crate::domain::text::Text;
use crate::ports::store::{Claim, Entry, StoreError};

use super::answer::{Answer, Place};
use super::authors::Author;
use super::limits::{self, SiteQuota, Taken};
use super::{Service, ServiceError, StoreDown};

/// An answer, whether this call recorded it, and what is left of the site's quota where one was taken.
#[derive(Clone, Debug)]
pub struct Moderated {
    pub answer: Answer,
    pub newly_recorded: bool,
    /// Of the record; 0 where there is none.
    pub version: u32,
    pub site_quota: Option<SiteQuota>,
}

/// How often a call looks again when other calls write to the same comment first.
const TRIES: usize = 8;

/// How long an idempotency key keeps its first answer, at least.
pub const FIRST_ANSWERS_LAST: SignedDuration = SignedDuration::from_hours(24);

fn text_of(site: &Site, comment: &Comment) -> Text {
    Text::of(comment, Some(site.locale.language()))
}

/// What an earlier call left under the same external id.
struct Earlier {
    record: Record,
    /// The revision with the very content of this call, if there is one.
    same: Option<u32>,
}

impl Service {
    /// Decides on a comment and records the decision; the same external id with the same content is the same
    /// decision, with other content the next revision.
    ///
    /// # Errors
    /// The site is over its quota, the store is away, or the idempotency key came with another request.
    pub async fn moderate(
        &self,
        site: &Site,
        comment: &Comment,
        claim: Option<Claim>,
    ) -> Result<Moderated, ServiceError> {
        match self.moderate_durably(site, comment, claim).await {
            Err(ServiceError::Store(StoreError::Unavailable(cause))) => match self.store_down {
                StoreDown::Unavailable => Err(StoreError::Unavailable(cause).into()),
                StoreDown::AtLeast(verdict) => self.moderate_unrecorded(site, comment, verdict).await,
            },
            settled => settled,
        }
    }

    async fn moderate_durably(
        &self,
        site: &Site,
        comment: &Comment,
        claim: Option<Claim>,
    ) -> Result<Moderated, ServiceError> {
        let digest = ContentDigest::of(comment.content(), &self.keys.content);
        let new_id = CommentId(self.new_id());
        let mut taken: Option<Taken> = None;
        let mut text: Option<Text> = None;
        for _ in 0..TRIES {
            if let Some(first) = self.answered_before(site, claim).await? {
                return Ok(first);
            }
            let (earlier, author) = tokio::join!(self.earlier(site, comment, digest), self.author(site, comment));
            let earlier = earlier?;
            if let Some(answered) = earlier.as_ref().and_then(|earlier| earlier.answer(site)) {
                return Ok(answered);
            }
            let text = text.get_or_insert_with(|| text_of(site, comment));
            let taken = match &taken {
                Some(taken) => taken,
                None => {
                    let id = earlier.as_ref().map_or(new_id, |earlier| earlier.record.id);
                    let mut now = self.take_for(site, comment, text, &author).await?;
                    now.note(self.copies(site, id, comment, text).await);
                    taken.insert(now)
                }
            };
            let (decision, shadow) = self.decide(site, comment, text, taken, &author, earlier.as_ref());
            let Author { identity: author, trust, .. } = author;
            let entry = self.entry(site, new_id, comment, digest, decision, earlier.as_ref());
            let entry = Entry { shadow, author, claim, ..entry };
            match self.store.record(entry.clone()).await {
                Ok(()) => {
                    self.renew(site, trust, &entry.author).await;
                    return Ok(just_recorded(entry, site, taken.site));
                }
                // Another call for the same comment came first: look at what it left. The limits stay taken.
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ServiceError::Contended)
    }

    /// Decides and stores nothing; takes only from the site's own quota.
    ///
    /// # Errors
    /// The site is over its quota.
    pub async fn check(&self, site: &Site, comment: &Comment) -> Result<Moderated, ServiceError> {
        let demands = self.quotas.for_site(site.id, &self.keys.limits);
        let taken = limits::take(self.limiter.as_ref(), &demands).await?;
        let author = self.author(site, comment).await;
        let text = text_of(site, comment);
        let (decision, _) = self.decide(site, comment, &text, &taken, &author, None);
        Ok(unrecorded(site, comment, &decision, taken.site))
    }

    /// What to answer when nothing can be recorded and the policy says to answer all the same.
    async fn moderate_unrecorded(
        &self,
        site: &Site,
        comment: &Comment,
        at_least: Verdict,
    ) -> Result<Moderated, ServiceError> {
        let text = text_of(site, comment);
        let author = Author::unknown(Identity::default());
        let mut taken = self.take_for(site, comment, &text, &author).await?;
        taken.note(self.copies(site, CommentId(self.new_id()), comment, &text).await);
        taken.degraded = true;
        taken.signals.push(store_away(at_least));
        let (decision, _) = self.decide(site, comment, &text, &taken, &author, None);
        Ok(unrecorded(site, comment, &decision, taken.site))
    }

    async fn take_for(
        &self,
        site: &Site,
        comment: &Comment,
        text: &Text,
        author: &Author,
    ) -> Result<Taken, ServiceError> {
        let demands = self.quotas.for_comment(site, comment, text, author.history, &self.keys.limits);
        if author.history.shared_network {
            self.shared_networks.tell(site, &author.identity);
        }
        limits::take(self.limiter.as_ref(), &demands).await
    }

    fn decide(
        &self,
        site: &Site,
        comment: &Comment,
        text: &Text,
        taken: &Taken,
        author: &Author,
        earlier: Option<&Earlier>,
    ) -> (Decision, Option<Shadow>) {
        let mut signals = taken.signals.clone();
        signals.extend(author.signals.iter().cloned());
        if earlier.is_some_and(|earlier| earlier.record.was_rejected_by_a_person()) {
            signals.push(review::edited_after_rejection());
        }
        let circumstances = Circumstances {
            language: Some(site.locale.language()),
            signals,
            trusted: author.trust.is_some(),
            degraded: taken.degraded,
            now: self.clock.now(),
        };
        self.sieves.of(site.id).decide_beside_shadow(comment, text, circumstances)
    }

    fn entry(
        &self,
        site: &Site,
        new_id: CommentId,
        comment: &Comment,
        digest: ContentDigest,
        decision: Decision,
        earlier: Option<&Earlier>,
    ) -> Entry {
        let record = earlier.map(|earlier| &earlier.record);
        Entry {
            id: record.map_or(new_id, |record| record.id),
            site: site.id,
            external_id: comment.external_id().map(str::to_owned),
            kind: comment.kind(),
            page: comment.page().clone(),
            parent_id: comment.parent_id().map(str::to_owned),
            revision: record.and_then(Record::latest).map_or(1, |revision| revision.number + 1),
            version: record.map_or(0, |record| record.version),
            content: comment.content().clone(),
            author: Identity::default(),
            digest,
            status: decision.verdict.into(),
            at: decision.checked_at,
            decision,
            claim: None,
            shadow: None,
        }
    }

    async fn earlier(
        &self,
        site: &Site,
        comment: &Comment,
        digest: ContentDigest,
    ) -> Result<Option<Earlier>, ServiceError> {
        let Some(external_id) = comment.external_id() else { return Ok(None) };
        let Some(known) = self.store.known(site.id, external_id).await? else { return Ok(None) };
        let Some(record) = self.store.comment(site.id, known.id).await? else { return Ok(None) };
        let same = known.digests.iter().rposition(|other| *other == digest).map(|index| index as u32 + 1);
        Ok(Some(Earlier { record, same }))
    }

    /// The first answer to an idempotency key, given again for [`FIRST_ANSWERS_LAST`].
    async fn answered_before(&self, site: &Site, claim: Option<Claim>) -> Result<Option<Moderated>, ServiceError> {
        let Some(claim) = claim else { return Ok(None) };
        let Some((record, first)) = self.first_answer(site, &claim).await? else { return Ok(None) };
        Ok(answer_of(&record, first.revision, first.status, site).map(|answer| Moderated {
            answer,
            newly_recorded: false,
            version: first.version,
            site_quota: None,
        }))
    }
}

impl Service {
    /// What was first answered to an idempotency key, and the comment it was about.
    pub(super) async fn first_answer(
        &self,
        site: &Site,
        claim: &Claim,
    ) -> Result<Option<(Record, crate::ports::store::FirstAnswer)>, ServiceError> {
        let Some(first) = self.store.first_answer(site.id, &claim.key).await? else { return Ok(None) };
        if first.request != claim.request {
            return Err(ServiceError::KeyReused);
        }
        let record = self.store.comment(site.id, first.id).await?.ok_or(ServiceError::NotFound)?;
        Ok(Some((record, first)))
    }
}

impl Earlier {
    /// The answer that a repeated call gets: the one of the revision it repeats.
    fn answer(&self, site: &Site) -> Option<Moderated> {
        let answer = answer_of(&self.record, self.same?, self.record.status, site)?;
        Some(Moderated { answer, newly_recorded: false, version: self.record.version, site_quota: None })
    }
}

fn answer_of(record: &Record, revision: u32, status: Status, site: &Site) -> Option<Answer> {
    let revision = record.revisions.iter().find(|other| other.number == revision)?;
    Some(Answer::recorded(record, revision, status, site.locale))
}

fn just_recorded(entry: Entry, site: &Site, site_quota: Option<SiteQuota>) -> Moderated {
    let place = Place {
        id: Some(entry.id),
        external_id: entry.external_id,
        revision: Some(entry.revision),
        status: entry.status,
    };
    let answer = Answer::new(place, &entry.decision, Some(&entry.content), site.locale);
    Moderated { answer, newly_recorded: true, version: entry.version + 1, site_quota }
}

fn unrecorded(site: &Site, comment: &Comment, decision: &Decision, site_quota: Option<SiteQuota>) -> Moderated {
    let external_id = comment.external_id().map(str::to_owned);
    let answer = Answer::unrecorded(external_id, decision, comment.content(), site.locale);
    Moderated { answer, newly_recorded: false, version: 0, site_quota }
}

/// The store is away, and the operator chose to answer all the same.
fn store_away(at_least: Verdict) -> Signal {
    let message = Message::new(
        "La base de données est indisponible : décision non enregistrée",
        "The store is away: this decision was not recorded",
    );
    let signal = Signal::new("store.away", Source::Policy, Score::ZERO, message);
    if at_least == Verdict::Approve { signal } else { signal.demanding(at_least) }
}
