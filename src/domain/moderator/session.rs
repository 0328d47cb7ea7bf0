//! Sessions, invitations and feeds: known by the digest of a token that only their owner holds, and over after a while.

use std::time::Duration;

use jiff::Timestamp;

use super::ModeratorId;

/// A moderator's leave to accept once: to choose a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// SHA-256 of the token in the link.
    pub digest: [u8; 32],
    pub moderator: ModeratorId,
    pub expires_at: Timestamp,
}

/// A moderator's private feed: whoever has the link reads it, without signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// SHA-256 of the token in the link.
    pub digest: [u8; 32],
    pub moderator: ModeratorId,
    pub made_at: Timestamp,
}

/// A moderator signed in on one browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token in the cookie.
    pub digest: [u8; 32],
    pub moderator: ModeratorId,
    pub opened_at: Timestamp,
    /// The last use, to a tenth of the idle time.
    pub seen_at: Timestamp,
}

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTerms {
    /// Without use.
    pub idle: Duration,
    /// Whatever the use.
    pub longest: Duration,
}

impl SessionTerms {
    pub fn is_over(&self, session: &Session, now: Timestamp) -> bool {
        let since = |then: Timestamp| now.duration_since(then).unsigned_abs();
        since(session.seen_at) >= self.idle || since(session.opened_at) >= self.longest
    }

    /// Whether a use is worth writing down: not every one, or each page would be a write.
    pub fn is_worth_noting(&self, session: &Session, now: Timestamp) -> bool {
        now.duration_since(session.seen_at).unsigned_abs() >= self.idle / 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_unused_or_old() {
        let minutes = |minutes: i64| Timestamp::from_second(minutes * 60).unwrap();
        let terms = SessionTerms { idle: Duration::from_secs(3_600), longest: Duration::from_secs(7_200) };
        let seen = |opened, seen| Session {
            digest: [0; 32],
            moderator: ModeratorId(uuid::Uuid::nil()),
            opened_at: minutes(opened),
            seen_at: minutes(seen),
        };
        assert!(!terms.is_over(&seen(0, 0), minutes(59)));
        assert!(terms.is_over(&seen(0, 0), minutes(60)), "unused");
        assert!(!terms.is_over(&seen(0, 100), minutes(119)));
        assert!(terms.is_over(&seen(0, 100), minutes(120)), "old");
        assert!(terms.is_over(&seen(200, 200), minutes(0)), "a clock that was set back does not lengthen it");
    }
}
