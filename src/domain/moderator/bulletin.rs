//! A bulletin: an e-mail a day that says how much waits.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::ModeratorId;

/// When a moderator wants bulletins: at an hour, if so many comments wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    hour: u8,
    least: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an hour from 0 to 23 and a number of comments from 1 to 1000")]
pub struct NotAWish;

impl Wish {
    pub const MOST_LEAST: u32 = 1_000;

    /// # Errors
    /// The hour is above 23, or the number nothing or above [`Wish::MOST_LEAST`].
    pub fn new(hour: u8, least: u32) -> Result<Self, NotAWish> {
        let sound = hour < 24 && (1..=Self::MOST_LEAST).contains(&least);
        if sound { Ok(Self { hour, least }) } else { Err(NotAWish) }
    }

    pub fn hour(self) -> u8 {
        self.hour
    }

    /// A bulletin is sent when as many comments wait.
    pub fn least(self) -> u32 {
        self.least
    }

    /// The next time after `now`, on another day than `done`. An hour that a day does not have (clocks are put forward)
    /// is the one after it.
    fn next(self, now: Timestamp, done: Option<Date>, zone: &TimeZone) -> Timestamp {
        let today = zone.to_datetime(now).date();
        let at = |date: Date| {
            let hour = i8::try_from(self.hour).unwrap_or_default();
            zone.to_ambiguous_timestamp(date.at(hour, 0, 0, 0)).compatible().ok()
        };
        let days = std::iter::successors(Some(today), |day| day.tomorrow().ok()).take(3);
        days.filter(|day| Some(*day) != done).filter_map(at).find(|at| *at > now).unwrap_or(Timestamp::MAX)
    }
}

/// A moderator's bulletins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulletin {
    pub moderator: ModeratorId,
    /// The e-mail address they go to, sealed.
    pub sealed_address: Vec<u8>,
    pub wish: Wish,
    pub progress: Progress,
}

/// How far sending has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// When the next one is to be looked at. Who changes it first takes the bulletin up.
    pub due_at: Timestamp,
    /// Failed tries since the last one that was due.
    pub tries: u32,
    pub sent_at: Option<Timestamp>,
    /// The last one that could not be sent, until another is.
    pub failed_at: Option<Timestamp>,
}

/// So many tries, each after five times the pause of the one before.
const MOST_TRIES: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_secs(120);

impl Progress {
    /// For a new wish; a day on which one was sent has had its own.
    pub fn begun(wish: Wish, before: Option<Self>, now: Timestamp, zone: &TimeZone) -> Self {
        let (sent_at, failed_at) = before.map_or((None, None), |before| (before.sent_at, before.failed_at));
        let done = sent_at.map(|at| zone.to_datetime(at).date());
        Self { due_at: wish.next(now, done, zone), tries: 0, sent_at, failed_at }
    }

    /// Taken up: whatever becomes of it, the next one is due on another day.
    pub fn taken_up(self, wish: Wish, now: Timestamp, zone: &TimeZone) -> Self {
        Self { due_at: wish.next(now, Some(zone.to_datetime(now).date()), zone), ..self }
    }

    /// Taken up and sent, or not worth sending.
    pub fn done(self, sent_at: Option<Timestamp>) -> Self {
        match sent_at {
            Some(_) => Self { tries: 0, sent_at, failed_at: None, ..self },
            None => Self { tries: 0, ..self },
        }
    }

    /// Taken up and not sent. Where another try may help, it is due soon; after a few the day's is given up.
    pub fn failed(self, again: bool, now: Timestamp) -> Self {
        let tries = self.tries + 1;
        let pause = FIRST_PAUSE.saturating_mul(5_u32.saturating_pow(tries - 1));
        match now.checked_add(pause) {
            Ok(soon) if again && tries < MOST_TRIES => Self { due_at: soon.min(self.due_at), tries, ..self },
            _ => Self { tries: 0, failed_at: Some(now), ..self },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn at(written: &str) -> Timestamp {
        written.parse().unwrap()
    }

    fn next(hour: u8, now: &str) -> String {
        Wish::new(hour, 1).unwrap().next(at(now), None, &paris()).to_string()
    }

    #[test]
    fn a_bulletin_is_due_at_its_hour_where_the_moderator_is() {
        assert_eq!(next(8, "2026-11-24T06:59:59Z"), "2026-11-24T07:00:00Z");
        assert_eq!(next(8, "2026-11-24T07:00:00Z"), "2026-11-25T07:00:00Z");
        assert_eq!(next(8, "2026-07-14T05:00:00Z"), "2026-07-14T06:00:00Z", "in summer");
        assert_eq!(next(2, "2026-03-28T12:00:00Z"), "2026-03-29T01:00:00Z", "there is no 2 o'clock: 3 it is");
        assert_eq!(next(2, "2026-10-24T12:00:00Z"), "2026-10-25T00:00:00Z", "there are two: the first");
        assert_eq!(next(2, "2026-10-25T00:00:00Z"), "2026-10-26T01:00:00Z", "and not the second");
    }

    #[test]
    fn what_is_no_wish_is_refused() {
        for (hour, least) in [(24, 1), (8, 0), (8, 1_001)] {
            assert_eq!(Wish::new(hour, least), Err(NotAWish));
        }
    }

    #[test]
    fn a_day_has_one_however_late_it_is_taken_up_or_wished_anew() {
        let (zone, wish, late) = (paris(), Wish::new(8, 1).unwrap(), at("2026-11-24T14:00:00Z"));
        let begun = Progress::begun(wish, None, at("2026-11-23T20:00:00Z"), &zone);
        let sent = begun.taken_up(wish, late, &zone).done(Some(late));
        assert_eq!(sent.due_at, at("2026-11-25T07:00:00Z"));
        let evening = Wish::new(20, 1).unwrap();
        assert_eq!(Progress::begun(evening, Some(sent), late, &zone).due_at, at("2026-11-25T19:00:00Z"));
        assert_eq!(Progress::begun(evening, Some(begun), late, &zone).due_at, at("2026-11-24T19:00:00Z"));
    }

    #[test]
    fn tries_are_few_and_further_apart() {
        let (zone, wish) = (paris(), Wish::new(8, 1).unwrap());
        let mut progress = Progress::begun(wish, None, at("2026-11-23T20:00:00Z"), &zone);
        let mut tried = Vec::new();
        while progress.failed_at.is_none() {
            let now = progress.due_at;
            tried.push(now.to_string());
            progress = progress.taken_up(wish, now, &zone).failed(true, now);
        }
        assert_eq!(
            tried,
            ["2026-11-24T07:00:00Z", "2026-11-24T07:02:00Z", "2026-11-24T07:12:00Z", "2026-11-24T08:02:00Z"]
        );
        assert_eq!((progress.due_at, progress.tries), (at("2026-11-25T07:00:00Z"), 0));
        let refused = Progress { tries: 0, failed_at: None, ..progress }.failed(false, at("2026-11-24T07:00:00Z"));
        assert_eq!(refused.due_at, progress.due_at, "what will not help is not tried");
        assert!(refused.failed_at.is_some());
        assert_eq!(refused.done(Some(at("2026-11-25T07:00:00Z"))).failed_at, None);
    }
}
