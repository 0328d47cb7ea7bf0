//! The moderators' accounts: who is added, invited, given a role, kept out.

mod notifications;
mod passwords;
mod sessions;
mod token;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use uuid::Uuid;

use crate::domain::moderator::{
    AuditAct, AuditLine, COMMAND_LINE, Email, Grant, Invitation, Moderator, ModeratorId, NOBODY, Name,
};
use crate::domain::review::HOST;
use crate::domain::site::SiteId;
use crate::ports::accounts::AccountStore;
use crate::ports::clock::{Clock, Random};
use crate::ports::store::StoreError;

pub use notifications::{Notifications, OwnBulletin};
pub use passwords::{Passwords, WeakPassword};
pub use sessions::{Acceptance, Refused, SessionError, Sessions, SignedIn};
pub use token::Token;

/// How long an invitation waits to be accepted.
pub const INVITATIONS_LAST: Duration = Duration::from_secs(7 * 24 * 3_600);

/// What changes accounts needs; cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub store: Arc<dyn AccountStore>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
}

/// A link's token, shown once, and until when it holds.
#[derive(Debug)]
pub struct FreshInvitation {
    pub token: SecretString,
    pub expires_at: Timestamp,
}

impl Accounts {
    /// Adds a moderator, or finds the one who has the e-mail already; gives the role; makes a new invitation.
    /// What the command line does.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is another moderator's, or stands for no moderator in events and lines.
    pub async fn add(
        &self,
        email: Email,
        name: Name,
        grant: Grant,
    ) -> Result<(Moderator, FreshInvitation), StoreError> {
        let moderator = self.find_or_add(email, name).await?;
        let act = AuditAct::RoleSet { moderator: moderator.name.to_string(), role: grant.role };
        let line = self.line(COMMAND_LINE, grant.site, act);
        self.store.set_role(moderator.id, grant, &line).await?;
        let invitation = self.invite(&moderator).await?;
        Ok((moderator, invitation))
    }

    async fn find_or_add(&self, email: Email, name: Name) -> Result<Moderator, StoreError> {
        if let Some(known) = self.store.credentials(&email).await? {
            return Ok(known.moderator);
        }
        if [HOST, COMMAND_LINE, NOBODY].contains(&name.as_str()) {
            return Err(StoreError::Conflict);
        }
        let moderator = Moderator {
            id: ModeratorId(self.new_id()),
            email,
            name,
            locale: None,
            grants: Vec::new(),
            created_at: self.clock.now(),
            disabled_at: None,
        };
        let act = AuditAct::ModeratorAdded { moderator: moderator.name.to_string() };
        self.store.add_moderator(&moderator, &self.line(COMMAND_LINE, None, act)).await?;
        Ok(moderator)
    }

    /// Makes an invitation in place of the one before. The password, if there is one, holds until it is accepted.
    pub async fn invite(&self, moderator: &Moderator) -> Result<FreshInvitation, StoreError> {
        let token = Token::draw(self.random.as_ref());
        let expires_at = self.clock.now().checked_add(INVITATIONS_LAST).unwrap_or(Timestamp::MAX);
        let invitation = Invitation { digest: token.digest(), moderator: moderator.id, expires_at };
        let act = AuditAct::Invited { moderator: moderator.name.to_string() };
        self.store.invite(&invitation, &self.line(COMMAND_LINE, None, act)).await?;
        Ok(FreshInvitation { token: token.into_secret(), expires_at })
    }

    /// Keeps a moderator out, at once and everywhere; false when there is none, or none who is still in.
    pub async fn disable(&self, email: &Email) -> Result<bool, StoreError> {
        let Some(known) = self.store.credentials(email).await? else { return Ok(false) };
        let act = AuditAct::ModeratorDisabled { moderator: known.moderator.name.to_string() };
        self.store.disable(known.moderator.id, self.clock.now(), &self.line(COMMAND_LINE, None, act)).await
    }

    /// Notes that a site's keys were replaced.
    pub async fn note_new_keys(&self, site: SiteId) -> Result<(), StoreError> {
        self.store.note(&self.line(COMMAND_LINE, Some(site), AuditAct::SiteKeysReplaced)).await
    }

    /// Notes that a moderator took the audit log of a site away as a file.
    pub async fn note_export(&self, by: &Name, site: SiteId) -> Result<(), StoreError> {
        self.store.note(&self.line(by.as_str(), Some(site), AuditAct::AuditExported)).await
    }

    pub(super) fn line(&self, by: &str, site: Option<SiteId>, act: AuditAct) -> AuditLine {
        AuditLine { id: self.new_id(), at: self.clock.now(), by: by.to_owned(), site, act }
    }

    /// A version 7 UUID of now.
    pub(super) fn new_id(&self) -> Uuid {
        let mut random = [0; 10];
        self.random.fill(&mut random);
        let milliseconds = self.clock.now().as_millisecond().unsigned_abs();
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
    }
}
