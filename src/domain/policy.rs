//! From evidence to a verdict: the only place that compares a score with a threshold.

use super::decision::{DecidedBy, Thresholds, Verdict};
use super::score::Score;
use super::signal::{Message, Signal, Source};

/// The verdict, the sum it rests on, and what settled it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    pub verdict: Verdict,
    pub score: Score,
    pub decided_by: DecidedBy,
}

/// The worse of the sum against the thresholds and the floors that signals demand.
pub fn decide(signals: &[Signal], thresholds: Thresholds) -> Ruling {
    let score = signals.iter().map(|signal| signal.score).sum();
    let by_score = compare(score, thresholds);
    let floor = signals.iter().filter_map(|signal| Some((signal.floor?, &signal.id))).fold(None, higher_floor);
    match floor {
        Some((floor, id)) if floor > by_score => {
            Ruling { verdict: floor, score, decided_by: DecidedBy::Floor(id.clone()) }
        }
        _ => Ruling { verdict: by_score, score, decided_by: DecidedBy::Score },
    }
}

fn compare(score: Score, thresholds: Thresholds) -> Verdict {
    if score >= thresholds.reject_at {
        Verdict::Reject
    } else if score >= thresholds.hold_at {
        Verdict::Hold
    } else {
        Verdict::Approve
    }
}

impl Thresholds {
    /// Whether nothing is rejected before it would be held.
    pub fn are_in_order(self) -> bool {
        self.hold_at <= self.reject_at
    }

    /// Whether a sum of `score` leads to `verdict` or a worse one.
    pub fn reached(self, score: Score, verdict: Verdict) -> bool {
        compare(score, self) >= verdict
    }
}

/// The first of the highest floors, so that the order of the signals settles ties.
fn higher_floor<'a>(
    highest: Option<(Verdict, &'a String)>,
    floor: (Verdict, &'a String),
) -> Option<(Verdict, &'a String)> {
    match highest {
        Some(highest) if highest.0 >= floor.0 => Some(highest),
        _ => Some(floor),
    }
}

/// The signal that outweighs scores against staff.
pub const STAFF: &str = "author.staff";
/// The one that does so for whom a moderator trusts.
pub const TRUSTED: &str = "author.trusted";

/// Who answers for a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Voucher {
    #[default]
    Nobody,
    /// The site: its own staff wrote it.
    Site,
    /// A moderator, who trusts the author.
    Moderator,
}

/// What that word is worth: as much as outweighs every score against the comment, and nothing against a floor. `None`
/// where there is nothing to outweigh.
pub fn trust(voucher: Voucher, signals: &[Signal]) -> Option<Signal> {
    let (id, message) = match voucher {
        Voucher::Nobody => return None,
        Voucher::Site => (STAFF, Message::new("Membre de la rédaction", "Member of the staff")),
        Voucher::Moderator => {
            (TRUSTED, Message::new("La modération fait confiance à cet auteur", "A moderator trusts this author"))
        }
    };
    let against: Score = signals.iter().map(|signal| signal.score).sum();
    (against > Score::ZERO).then(|| Signal::new(id, Source::Policy, -against, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(id: &str, nats: f64) -> Signal {
        Signal::new(id, Source::Rule, Score::from_nats(nats), Message::new("", ""))
    }

    #[test]
    fn a_sum_at_a_threshold_has_reached_it() {
        let verdict = |nats| decide(&[signal("a", nats)], Thresholds::default()).verdict;
        assert_eq!(verdict(1.999), Verdict::Approve);
        assert_eq!(verdict(2.0), Verdict::Hold);
        assert_eq!(verdict(5.0), Verdict::Reject);
    }

    #[test]
    fn a_floor_stands_whatever_the_sum() {
        let ruling = decide(&[signal("a", -9.0), signal("b", 0.0).demanding(Verdict::Hold)], Thresholds::default());
        assert_eq!(ruling.verdict, Verdict::Hold);
        assert_eq!(ruling.decided_by.as_str(), "b");
    }

    #[test]
    fn a_floor_below_the_sum_settles_nothing() {
        let ruling = decide(&[signal("a", 9.0), signal("b", 0.0).demanding(Verdict::Hold)], Thresholds::default());
        assert_eq!((ruling.verdict, ruling.decided_by), (Verdict::Reject, DecidedBy::Score));
    }

    #[test]
    fn staff_and_the_trusted_outweigh_scores_but_never_a_floor() {
        for voucher in [Voucher::Site, Voucher::Moderator] {
            let mut signals = vec![signal("a", 9.0), signal("b", 0.0).demanding(Verdict::Hold)];
            signals.extend(trust(voucher, &signals));
            let ruling = decide(&signals, Thresholds::default());
            assert_eq!((ruling.verdict, ruling.score), (Verdict::Hold, Score::ZERO));
            assert!(trust(Voucher::Nobody, &signals).is_none());
        }
    }
}
