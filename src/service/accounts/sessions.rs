//! Signing in and out, and who a cookie belongs to.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use uuid::Uuid;

use super::Accounts;
use super::passwords::{self, Passwords, WeakPassword};
use super::token::Token;
use crate::domain::history::network;
use crate::domain::limits::{Demand, Dimension, LimitKey, Quota};
use crate::domain::moderator::{AuditAct, Email, Invitation, Moderator, NOBODY, Session, SessionTerms};
use crate::domain::secrets::DigestKey;
use crate::domain::site::{Locale, SiteId};
use crate::ports::limiter::Limiter;
use crate::ports::store::StoreError;

/// What the page's entrance needs.
pub struct Sessions {
    pub accounts: Accounts,
    pub limiter: Arc<dyn Limiter>,
    /// Names the keys of limits.
    pub key: DigestKey,
    pub passwords: Passwords,
    pub terms: SessionTerms,
}

/// A moderator with a session that holds.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub moderator: Moderator,
    pub token: Token,
}

/// Why nobody was signed in. It does not say which part was wrong.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SessionError {
    #[error("the e-mail and the password do not go together, or there were too many tries")]
    Refused(#[from] Refused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("refused")]
pub struct Refused;

/// What became of an invitation that was to be accepted.
#[derive(Debug)]
pub enum Acceptance {
    Accepted(SignedIn),
    Weak(Moderator, WeakPassword),
    /// Used, replaced, expired, or never made.
    Over,
}

/// How long lines of the audit log are kept.
const LINES_LAST: Duration = Duration::from_secs(365 * 24 * 3_600);

/// Tries to sign in with one e-mail, from one network, and how many failures are written down.
const TRIES_AS_SOMEBODY: Quota = quota(10, 15 * 60);
const TRIES_FROM_A_NETWORK: Quota = quota(30, 15 * 60);
const FAILURES_NOTED: Quota = quota(120, 3_600);

const fn quota(count: u32, seconds: u64) -> Quota {
    let count = match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    };
    Quota { count, period: Duration::from_secs(seconds) }
}

impl Sessions {
    /// Signs in. Every failure looks the same and, up to the limits, takes as long: an unknown e-mail, a wrong
    /// password, a disabled moderator.
    ///
    /// # Errors
    /// [`SessionError::Refused`], or the store is away.
    pub async fn sign_in(
        &self,
        email: &str,
        password: SecretString,
        from: Option<IpAddr>,
    ) -> Result<SignedIn, SessionError> {
        if !self.may_try(email, from).await {
            return Err(Refused.into());
        }
        let known = match Email::parse(email) {
            Ok(email) => self.accounts.store.credentials(&email).await?,
            Err(_) => None,
        };
        let hash = known.as_ref().and_then(|known| known.password.clone());
        let matches = self.passwords.matches(password, hash).await?;
        match known {
            Some(known) if matches && known.moderator.disabled_at.is_none() => self.open(known.moderator).await,
            _ => {
                self.note_failure().await?;
                Err(Refused.into())
            }
        }
    }

    /// The invitation behind a link, as long as it can be accepted.
    pub async fn invited(&self, token: &Token) -> Result<Option<(Invitation, Moderator)>, StoreError> {
        let found = self.accounts.store.invitation(&token.digest()).await?;
        Ok(found.filter(|(invitation, _)| invitation.expires_at > self.accounts.clock.now()))
    }

    /// Accepts an invitation with a password, and signs in.
    pub async fn accept(&self, token: &Token, password: SecretString) -> Result<Acceptance, StoreError> {
        use secrecy::ExposeSecret;
        let Some((invitation, moderator)) = self.invited(token).await? else { return Ok(Acceptance::Over) };
        if let Err(weak) = passwords::check(password.expose_secret(), &moderator) {
            return Ok(Acceptance::Weak(moderator, weak));
        }
        let hash = self.passwords.hash(password, self.accounts.random.as_ref()).await?;
        let line = self.accounts.line(moderator.name.as_str(), None, AuditAct::InvitationAccepted);
        if !self.accounts.store.accept(&invitation, &hash, &line).await? {
            return Ok(Acceptance::Over);
        }
        match self.open(moderator).await {
            Ok(signed_in) => Ok(Acceptance::Accepted(signed_in)),
            Err(SessionError::Refused(_)) => Ok(Acceptance::Over),
            Err(SessionError::Store(error)) => Err(error),
        }
    }

    /// Whose session a cookie's token is, while it holds. Asked of the store each time, so that a moderator who is
    /// disabled is out at once on every replica.
    pub async fn find(&self, token: Token) -> Result<Option<SignedIn>, StoreError> {
        let (store, now) = (&self.accounts.store, self.accounts.clock.now());
        let Some((session, moderator)) = store.session(&token.digest()).await? else { return Ok(None) };
        if self.terms.is_over(&session, now) || moderator.disabled_at.is_some() {
            return Ok(None);
        }
        if self.terms.is_worth_noting(&session, now) {
            store.see_session(&session.digest, now).await?;
        }
        Ok(Some(SignedIn { moderator, token }))
    }

    pub async fn sign_out(&self, signed_in: &SignedIn) -> Result<(), StoreError> {
        let line = self.accounts.line(signed_in.moderator.name.as_str(), None, AuditAct::SignedOut);
        self.accounts.store.end_session(&signed_in.token.digest(), &line).await.map(drop)
    }

    pub async fn choose_locale(&self, signed_in: &SignedIn, locale: Locale) -> Result<(), StoreError> {
        self.accounts.store.set_locale(signed_in.moderator.id, locale).await.map(drop)
    }

    /// Drops sessions that are over and lines of the audit log that are older than a year, a few at a time.
    pub async fn forget(&self, at_once: u32) -> Result<u64, StoreError> {
        let before = |age: Duration| self.accounts.clock.now().checked_sub(age).unwrap_or(Timestamp::MIN);
        self.accounts.store.forget_accounts(before(self.terms.longest), before(LINES_LAST), at_once).await
    }

    async fn open(&self, moderator: Moderator) -> Result<SignedIn, SessionError> {
        let (token, now) = (Token::draw(self.accounts.random.as_ref()), self.accounts.clock.now());
        let session = Session { digest: token.digest(), moderator: moderator.id, opened_at: now, seen_at: now };
        let line = self.accounts.line(moderator.name.as_str(), None, AuditAct::SignedIn);
        match self.accounts.store.open_session(&session, &line).await? {
            true => Ok(SignedIn { moderator, token }),
            false => Err(Refused.into()),
        }
    }

    /// Both limits at once, whether or not anybody has the e-mail. The network comes first: who is over its limit
    /// uses up nobody's tries.
    async fn may_try(&self, email: &str, from: Option<IpAddr>) -> bool {
        let network = from.map_or_else(String::new, network);
        let email = email.trim().to_lowercase();
        self.take(&[
            self.demand(Dimension::Network, "network", &network, TRIES_FROM_A_NETWORK),
            self.demand(Dimension::Author, "e-mail", &email, TRIES_AS_SOMEBODY),
        ])
        .await
    }

    /// Failures are in the audit log, but nobody can fill it with them.
    async fn note_failure(&self) -> Result<(), StoreError> {
        if self.take(&[self.demand(Dimension::Site, "failures", "", FAILURES_NOTED)]).await {
            self.accounts.store.note(&self.accounts.line(NOBODY, None, AuditAct::SignInFailed)).await?;
        }
        Ok(())
    }

    /// A limiter that does not answer lets nobody in: guessing must not become free.
    async fn take(&self, demands: &[Demand]) -> bool {
        match self.limiter.take(demands).await {
            Ok(takings) => !takings.outcomes.iter().any(|outcome| outcome.is_refused()),
            Err(_) => false,
        }
    }

    /// Under the nil site, which is no site's.
    fn demand(&self, dimension: Dimension, what: &str, counted: &str, quota: Quota) -> Demand {
        let whole = self.key.digest(&[b"sign-in", what.as_bytes(), counted.as_bytes()]);
        let mut digest = [0; 16];
        digest.copy_from_slice(&whole[..16]);
        Demand { key: LimitKey { site: SiteId(Uuid::nil()), dimension, digest }, quota }
    }
}
