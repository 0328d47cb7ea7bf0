//! Limits: quotas on the keys of a comment.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::score::Score;
use super::signal::{Message, Signal, Source};
use super::site::SiteId;

/// How many calls a key may make: `count` at once, refilled evenly over `period`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quota {
    pub count: NonZeroU32,
    pub period: Duration,
}

impl Quota {
    /// A longer period counts as this one, a leap year: times stay exact in every limiter's arithmetic.
    pub const LONGEST_PERIOD: Duration = Duration::from_secs(366 * 24 * 60 * 60);

    /// The quota of a key that is trusted more, or less: the count times two to the power of `steps`, at least one.
    pub fn stepped(self, steps: i8) -> Self {
        let factor = 1_u32 << steps.unsigned_abs().min(8);
        let count = match steps {
            0.. => self.count.saturating_mul(NonZeroU32::new(factor).unwrap_or(NonZeroU32::MIN)),
            _ => NonZeroU32::new(self.count.get() / factor).unwrap_or(NonZeroU32::MIN),
        };
        Self { count, ..self }
    }

    /// The time in which one more is free: the period over the count, in whole microseconds (the finest time that
    /// every limiter has), at least one.
    pub fn interval(self) -> Duration {
        let period = self.period.min(Self::LONGEST_PERIOD);
        let micros = period.as_micros() / u128::from(self.count.get());
        Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX).max(1))
    }
}

/// What a key counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dimension {
    Site,
    Author,
    Network,
    Page,
    /// A domain that the comment links to.
    Domain,
}

impl Dimension {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Author => "author",
            Self::Network => "network",
            Self::Page => "page",
            Self::Domain => "domain",
        }
    }
}

/// A key to take from: a dimension of a site, and a keyed digest of who or what is counted; never the value itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LimitKey {
    pub site: SiteId,
    pub dimension: Dimension,
    pub digest: [u8; 16],
}

/// One key to take one from, and its quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    pub key: LimitKey,
    pub quota: Quota,
}

/// What a limiter answered for one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken; so many could be taken right after, and the quota is whole again after `reset`.
    Taken { remaining: u32, reset: Duration },
    /// Nothing was taken; one will be free after `retry_after`.
    Refused { retry_after: Duration },
    /// The gate, an earlier demand of the same call, was refused; nothing was asked here.
    NotAsked,
}

impl Outcome {
    pub const fn is_refused(self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

/// What a refusal says against a comment: enough to hold it, never to reject it alone.
pub fn refused_signal(dimension: Dimension) -> Signal {
    let message = match dimension {
        Dimension::Site => Message::new(
            "Trop de commentaires sur ce site en peu de temps",
            "Too many comments on this site in a short time",
        ),
        Dimension::Author => Message::new(
            "Cet auteur a envoyé beaucoup de commentaires en peu de temps",
            "This author sent many comments in a short time",
        ),
        Dimension::Network => Message::new(
            "Beaucoup de commentaires du même réseau en peu de temps",
            "Many comments from the same network in a short time",
        ),
        Dimension::Page => Message::new(
            "Beaucoup de commentaires sur cette page en peu de temps",
            "Many comments on this page in a short time",
        ),
        Dimension::Domain => Message::new(
            "Beaucoup de commentaires avec un lien vers le même domaine en peu de temps",
            "Many comments with a link to the same domain in a short time",
        ),
    };
    Signal::new(format!("limits.{}", dimension.as_str()), Source::Limit, Score::from_thousandths(2_000), message)
}

/// The limit was kept by this process alone because Redis did not answer.
pub fn in_process_signal() -> Signal {
    Signal::did_not_run(
        "limits.shared",
        Source::Limit,
        Message::new(
            "Redis n’a pas répondu : limites comptées par ce seul processus",
            "Redis did not answer: limits were counted by this process alone",
        ),
    )
}

/// No limiter answered at all: nothing was counted.
pub fn nobody_counted_signal() -> Signal {
    Signal::did_not_run(
        "limits.counted",
        Source::Limit,
        Message::new("Les limites n’ont pas pu être comptées", "The limits could not be counted"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_grows_and_shrinks_by_halves_and_is_never_nothing() {
        let quota = Quota { count: NonZeroU32::new(6).unwrap(), period: Duration::from_secs(60) };
        let counts = [-2, -1, 0, 1, 2].map(|steps| quota.stepped(steps).count.get());
        assert_eq!(counts, [1, 3, 6, 12, 24]);
        assert_eq!(Quota { count: NonZeroU32::MIN, ..quota }.stepped(-2).count.get(), 1);
        assert_eq!(Quota { count: NonZeroU32::MAX, ..quota }.stepped(2).count, NonZeroU32::MAX);
    }
}
