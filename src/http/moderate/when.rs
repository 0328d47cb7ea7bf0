//! Instants in words: how long ago, and from a month on the date.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::words::Words;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const MONTH: i64 = 30 * DAY;

/// `il y a 3 heures`, `3 hours ago`, `le 24 novembre 2026`. What is to come is now.
pub fn ago(words: &Words, at: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(at.as_second());
    let count = |unit: i64| seconds.unsigned_abs() / unit.unsigned_abs();
    match seconds {
        ..MINUTE => words.say("ago-now"),
        MINUTE..HOUR => words.counting("ago-minutes", count(MINUTE)),
        HOUR..DAY => words.counting("ago-hours", count(HOUR)),
        DAY..MONTH => words.counting("ago-days", count(DAY)),
        _ => date(words, "on-date", Offset::UTC.to_datetime(at).date()),
    }
}

/// `jusqu’au 24 décembre 2026`, `until 24 December 2026`.
pub fn until(words: &Words, at: Timestamp) -> String {
    date(words, "until-date", Offset::UTC.to_datetime(at).date())
}

fn date(words: &Words, message: &str, date: Date) -> String {
    let month = date.month().into();
    // As a word, so that no language groups its digits.
    let year = date.year().to_string().into();
    words.with(message, [("day", date.day().into()), ("month", month), ("year", year)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::site::Locale;

    #[test]
    fn instants_are_said_as_each_language_says_them() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let said = |locale, at: &str| ago(Words::of(locale), at.parse().unwrap(), now);
        for (at, fr, en) in [
            ("2026-11-24T12:00:30Z", "à l’instant", "just now"),
            ("2026-11-24T11:59:00Z", "il y a 1 minute", "1 minute ago"),
            ("2026-11-24T10:00:00Z", "il y a 2 heures", "2 hours ago"),
            ("2026-11-23T11:00:00Z", "il y a 1 jour", "1 day ago"),
            ("2026-10-01T11:00:00Z", "le 1er octobre 2026", "on 1 October 2026"),
            ("2025-08-15T11:00:00Z", "le 15 août 2025", "on 15 August 2025"),
        ] {
            assert_eq!((said(Locale::Fr, at).as_str(), said(Locale::En, at).as_str()), (fr, en));
        }
        let ends =
            [Locale::Fr, Locale::En].map(|locale| until(Words::of(locale), "2026-12-01T11:00:00Z".parse().unwrap()));
        assert_eq!(ends, ["jusqu’au 1er décembre 2026", "until 1 December 2026"]);
    }
}
