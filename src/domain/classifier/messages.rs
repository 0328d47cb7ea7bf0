//! What a head's signal says to people.

use super::card::Question;
use crate::domain::score::Score;
use crate::domain::signal::Message;

/// How a head leans: a small score may stand beside a probability below one half, since budgets move scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaning {
    Against,
    Somewhat,
    For,
}

/// A sentence for a head's signal; `open` is whether it could read the comment's own words.
pub(super) fn message(question: Question, score: Score, probability: f64, open: bool) -> Message {
    let percent = (probability * 100.0).round() as u32;
    let (fr, en) = leaning(question, Leaning::of(score, probability));
    let (fr, en) = (format!("{fr} ({percent} %)"), format!("{en} ({percent}%)"));
    if open {
        return Message::new(fr, en);
    }
    Message::new(
        format!("{fr}, d’après la forme seule : pas assez d’exemples dans cette langue"),
        format!("{en}, from its form alone: too few examples in this language"),
    )
}

impl Leaning {
    fn of(score: Score, probability: f64) -> Self {
        match score > Score::ZERO {
            true if probability >= 0.5 => Self::For,
            true => Self::Somewhat,
            false => Self::Against,
        }
    }
}

fn leaning(question: Question, leaning: Leaning) -> (&'static str, &'static str) {
    match (question, leaning) {
        (Question::Spam, Leaning::For) => ("Ressemble à du spam", "Looks like spam"),
        (Question::Spam, Leaning::Somewhat) => ("A quelques traits du spam", "Has some marks of spam"),
        (Question::Spam, Leaning::Against) => ("Ne ressemble pas à du spam", "Does not look like spam"),
        (Question::Abuse, Leaning::For) => ("Ressemble à des propos injurieux", "Looks abusive"),
        (Question::Abuse, Leaning::Somewhat) => ("A quelques traits de propos injurieux", "Has some marks of abuse"),
        (Question::Abuse, Leaning::Against) => ("Ne ressemble pas à des propos injurieux", "Does not look abusive"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_looks_like_spam_that_is_probably_none() {
        let french =
            |score: i32, probability| message(Question::Spam, Score::from_thousandths(score), probability, true).fr;
        assert_eq!(french(400, 0.71), "Ressemble à du spam (71 %)");
        assert_eq!(french(400, 0.48), "A quelques traits du spam (48 %)");
        assert_eq!(french(-400, 0.1), "Ne ressemble pas à du spam (10 %)");
    }
}
