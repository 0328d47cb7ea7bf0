//! How moderators learn that something waits, without being at the page.

use std::sync::Arc;

use super::{Accounts, Token};
use crate::domain::moderator::{AuditAct, Bulletin, Email, Feed, Moderator, Progress, Wish};
use crate::domain::secrets::NONCE;
use crate::ports::notifications::NotificationStore;
use crate::ports::store::StoreError;
use crate::service::bulletins::{Mailing, PURPOSE};

/// What changes and reads them needs.
pub struct Notifications {
    pub accounts: Accounts,
    pub store: Arc<dyn NotificationStore>,
    /// `None` where no mail server is configured.
    pub mailing: Option<Arc<Mailing>>,
}

/// A moderator's bulletins, as their owner sees them.
#[derive(Clone, Debug)]
pub struct OwnBulletin {
    /// `None` when it was sealed under another `privacy.secret`.
    pub address: Option<Email>,
    pub bulletin: Bulletin,
}

impl Notifications {
    pub async fn feed_of(&self, moderator: &Moderator) -> Result<Option<Feed>, StoreError> {
        self.store.feed_of(moderator.id).await
    }

    /// Makes a feed in place of the one before: the token of its link, to be shown once. `None` for who was disabled
    /// meanwhile.
    pub async fn make_feed(&self, moderator: &Moderator) -> Result<Option<Token>, StoreError> {
        let token = Token::draw(self.accounts.random.as_ref());
        let feed = Feed { digest: token.digest(), moderator: moderator.id, made_at: self.accounts.clock.now() };
        let line = self.accounts.line(moderator.name.as_str(), None, AuditAct::FeedMade);
        Ok(self.store.make_feed(&feed, &line).await?.then_some(token))
    }

    pub async fn revoke_feed(&self, moderator: &Moderator) -> Result<bool, StoreError> {
        let line = self.accounts.line(moderator.name.as_str(), None, AuditAct::FeedRevoked);
        self.store.revoke_feed(moderator.id, &line).await
    }

    /// A moderator's bulletins, if there are any and they can be sent.
    pub async fn bulletin_of(&self, moderator: &Moderator) -> Result<Option<OwnBulletin>, StoreError> {
        let Some(mailing) = &self.mailing else { return Ok(None) };
        let found = self.store.bulletin_of(moderator.id).await?;
        Ok(found.map(|bulletin| OwnBulletin { address: mailing.address(&bulletin), bulletin }))
    }

    /// Has bulletins sent to an address from now on; false where no mail server is configured, or the moderator was
    /// disabled meanwhile.
    pub async fn set_bulletin(&self, moderator: &Moderator, to: &Email, wish: Wish) -> Result<bool, StoreError> {
        let Some(mailing) = &self.mailing else { return Ok(false) };
        let mut nonce = [0; NONCE];
        self.accounts.random.fill(&mut nonce);
        let before = self.store.bulletin_of(moderator.id).await?.map(|before| before.progress);
        let bulletin = Bulletin {
            moderator: moderator.id,
            sealed_address: mailing.sealing.seal(PURPOSE, to.as_str().as_bytes(), nonce),
            wish,
            progress: Progress::begun(wish, before, self.accounts.clock.now(), &mailing.zone),
        };
        let line = self.accounts.line(moderator.name.as_str(), None, AuditAct::BulletinsSet);
        self.store.set_bulletin(&bulletin, &line).await
    }

    pub async fn stop_bulletin(&self, moderator: &Moderator) -> Result<bool, StoreError> {
        let line = self.accounts.line(moderator.name.as_str(), None, AuditAct::BulletinsStopped);
        self.store.stop_bulletin(moderator.id, &line).await
    }

    /// Who reads the feed that a link's token leads to.
    pub async fn reader(&self, token: &Token) -> Result<Option<Moderator>, StoreError> {
        let found = self.store.feed(&token.digest()).await?;
        Ok(found.map(|(_, moderator)| moderator).filter(|moderator| moderator.disabled_at.is_none()))
    }
}
