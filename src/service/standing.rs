//! What a moderator says of an author, from one of the author's comments: given, lifted, renewed, shown.

use std::collections::HashMap;

use futures_util::future::try_join_all;

use crate::domain::comment::CommentId;
use crate::domain::history::{Identity, Recognised, TrackRecord};
use crate::domain::moderator::{AuditAct, AuditLine};
use crate::domain::site::Site;
use crate::domain::standing::{self, Given, Standing, Term, Unrecognisable};

use super::{Service, ServiceError};

/// What a card tells of who wrote a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// What a moderator said of the author.
    pub given: Option<Given>,
    pub record: TrackRecord,
    /// What else of theirs waits is found by this.
    pub recognised: Option<Recognised>,
}

/// By comment.
pub type Profiles = HashMap<CommentId, Profile>;

impl Service {
    /// Says what is to become of the next comments of who wrote this one, in place of what was said of that author before.
    ///
    /// # Errors
    /// There is no such comment on this site, its author could not be recognised, the site has too many standings, or
    /// the store is away.
    pub async fn give_standing(
        &self,
        site: &Site,
        id: CommentId,
        by: &str,
        standing: Standing,
        term: Term,
    ) -> Result<Given, ServiceError> {
        let author = self.author_of(site, id).await?.ok_or(Unrecognisable::Nobody)?;
        let given = Given::new(id, &author, standing, term, by, self.clock.now())?;
        let before: Vec<_> = self.about(site, &author).await?.into_iter().map(|given| given.comment).collect();
        let line = self.line(site, by, AuditAct::StandingGiven { comment: id, standing, until: given.until });
        match self.standings.give_standing(site.id, &given, &before, standing::MOST, &line).await? {
            true => Ok(given),
            false => Err(ServiceError::TooManyStandings),
        }
    }

    /// Takes back what was said of who wrote a comment; `None` where nothing was.
    ///
    /// # Errors
    /// There is no such comment on this site, or the store is away.
    pub async fn lift_standing(&self, site: &Site, id: CommentId, by: &str) -> Result<Option<Given>, ServiceError> {
        let Some(author) = self.author_of(site, id).await? else { return Ok(None) };
        let before = self.about(site, &author).await?;
        let Some(shown) = standing::shown(&before, &author, self.clock.now()).cloned() else { return Ok(None) };
        let ids: Vec<_> = before.into_iter().map(|given| given.comment).collect();
        let line = self.line(site, by, AuditAct::StandingLifted { comment: id, standing: shown.standing });
        let lifted = self.standings.lift_standings(site.id, &ids, &line).await?;
        Ok(Some(shown).filter(|_| lifted))
    }

    /// What is known of who wrote a comment.
    ///
    /// # Errors
    /// There is no such comment on this site, or the store is away.
    pub async fn profile(&self, site: &Site, id: CommentId) -> Result<Profile, ServiceError> {
        self.comment(site, id).await?;
        Ok(self.profiles(site, &[id]).await?.remove(&id).unwrap_or_default())
    }

    /// What is known of who wrote these comments, as far as something is: a look-up for all of them together.
    ///
    /// # Errors
    /// The store is away.
    pub async fn profiles(&self, site: &Site, ids: &[CommentId]) -> Result<Profiles, ServiceError> {
        let authors = self.authors.authors(site.id, ids).await?;
        let now = self.clock.now();
        let shown = authors.into_iter().map(async |(id, author)| {
            let mut profile = Profile { recognised: author.recognised(), ..Profile::default() };
            if author.has_past() {
                let remembered = self.authors.remembered(site.id, &author).await?;
                profile.given = standing::shown(&remembered.standings, &author, now).cloned();
                profile.record = TrackRecord::of(id, &author, &remembered.past);
            }
            Ok::<_, ServiceError>((id, profile))
        });
        Ok(try_join_all(shown).await?.into_iter().collect())
    }

    /// Which of these other comments show what is said of who wrote this one.
    ///
    /// # Errors
    /// There is no such comment on this site, or the store is away.
    pub async fn of_same_author(
        &self,
        site: &Site,
        id: CommentId,
        others: &[CommentId],
    ) -> Result<Vec<CommentId>, ServiceError> {
        let Some(author) = self.author_of(site, id).await? else { return Ok(Vec::new()) };
        let authors = self.authors.authors(site.id, others).await?;
        let same = authors.into_iter().filter(|(other, identity)| *other != id && identity.meets(&author));
        Ok(same.map(|(other, _)| other).collect())
    }

    /// Keeps up a trust that would end with the key of addresses. A store that does not answer is asked again with the
    /// author's next comment.
    pub(super) async fn renew(&self, site: &Site, trust: Option<Given>, author: &Identity) {
        let Some((given, origin)) = trust.and_then(|given| Some((given.comment, given.renewal(author)?))) else {
            return;
        };
        if let Err(error) = self.standings.renew_standing(site.id, given, origin).await {
            tracing::warn!(%error, "trust in an author could not be renewed");
        }
    }

    /// `None` where nobody is known to have written it.
    async fn author_of(&self, site: &Site, id: CommentId) -> Result<Option<Identity>, ServiceError> {
        self.comment(site, id).await?;
        Ok(self.authors.authors(site.id, &[id]).await?.pop().map(|(_, author)| author))
    }

    async fn about(&self, site: &Site, author: &Identity) -> Result<Vec<Given>, ServiceError> {
        let mut standings = self.authors.remembered(site.id, author).await?.standings;
        standings.retain(|given| given.is_about(author));
        Ok(standings)
    }

    fn line(&self, site: &Site, by: &str, act: AuditAct) -> AuditLine {
        AuditLine { id: self.new_id(), at: self.clock.now(), by: by.to_owned(), site: Some(site.id), act }
    }
}
