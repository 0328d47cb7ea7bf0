//! The moderators, their invitations and sessions, and the audit log.

use async_trait::async_trait;
use jiff::Timestamp;

use super::store::StoreError;
use crate::domain::moderator::{AuditLine, Email, Grant, Invitation, Moderator, ModeratorId, Session};
use crate::domain::site::Locale;

/// What a write changes and the line it leaves in the audit log are on disk together, or neither is.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Adds a moderator, without the grants.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the e-mail or the name is taken.
    async fn add_moderator(&self, moderator: &Moderator, line: &AuditLine) -> Result<(), StoreError>;

    /// All moderators, oldest first.
    async fn moderators(&self) -> Result<Vec<Moderator>, StoreError>;

    /// The moderator with an e-mail, and the hash of the password once there is one.
    async fn credentials(&self, email: &Email) -> Result<Option<Credentials>, StoreError>;

    /// Gives a moderator a role, in place of the one in the same scope; false when there is no such moderator.
    async fn set_role(&self, moderator: ModeratorId, grant: Grant, line: &AuditLine) -> Result<bool, StoreError>;

    /// The language of the page for a moderator.
    async fn set_locale(&self, moderator: ModeratorId, locale: Locale) -> Result<bool, StoreError>;

    /// Keeps a moderator out: sessions, invitations, the feed and bulletins end with it. False when there is no such moderator, or
    /// the moderator is out already.
    async fn disable(&self, moderator: ModeratorId, at: Timestamp, line: &AuditLine) -> Result<bool, StoreError>;

    /// Adds an invitation in place of the moderator's last; lets a disabled moderator in again once it is accepted.
    async fn invite(&self, invitation: &Invitation, line: &AuditLine) -> Result<bool, StoreError>;

    /// The invitation with this digest and whom it is for.
    async fn invitation(&self, digest: &[u8; 32]) -> Result<Option<(Invitation, Moderator)>, StoreError>;

    /// Uses an invitation up: sets the password, ends the moderator's sessions and feed. False when it was used or replaced
    /// meanwhile.
    async fn accept(&self, invitation: &Invitation, password: &str, line: &AuditLine) -> Result<bool, StoreError>;

    /// Opens a session; false when there is no such moderator or the moderator is disabled.
    async fn open_session(&self, session: &Session, line: &AuditLine) -> Result<bool, StoreError>;

    /// The session with this digest, over or not, and whose it is.
    async fn session(&self, digest: &[u8; 32]) -> Result<Option<(Session, Moderator)>, StoreError>;

    /// Notes a use.
    async fn see_session(&self, digest: &[u8; 32], at: Timestamp) -> Result<(), StoreError>;

    /// Ends a session; false when it was not there.
    async fn end_session(&self, digest: &[u8; 32], line: &AuditLine) -> Result<bool, StoreError>;

    /// Appends a line that goes with no other change.
    async fn note(&self, line: &AuditLine) -> Result<(), StoreError>;

    /// Lines, latest first, at most `limit`.
    async fn audit(&self, selection: &AuditSelection, limit: u32) -> Result<Vec<AuditLine>, StoreError>;

    /// Drops what is over: sessions opened before `sessions`, lines from before `lines`; at most `limit` of each.
    /// How many it dropped.
    async fn forget_accounts(&self, sessions: Timestamp, lines: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

/// What it takes to check a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub moderator: Moderator,
    /// A PHC string; `None` until the invitation is accepted.
    pub password: Option<String>,
}

/// Which lines of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditSelection {
    /// Those about this site, what was done on its comments among them, and those about no site. `None`: those about
    /// any site or none, but nothing that was done on comments.
    pub site: Option<crate::domain::site::SiteId>,
    /// Of those about no site, the ones by or about one of these moderators; `None` for all.
    pub people: Option<Vec<String>>,
    /// Those of whom this names.
    pub by: Option<String>,
    /// Those of this act, as [`AuditAct::as_str`](crate::domain::moderator::AuditAct::as_str) calls it.
    pub act: Option<&'static str>,
    /// Those of this instant and later.
    pub since: Option<Timestamp>,
    /// Those of before this instant.
    pub until: Option<Timestamp>,
    /// Those before the line of this instant with this id.
    pub before: Option<(Timestamp, uuid::Uuid)>,
}
