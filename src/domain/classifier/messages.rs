//! What a head's signal says to people.

use super::card::Question;
use crate::domain::score::Score;
use crate::domain::signal::Message;

/// A sentence for a head's signal; `open` is whether it could read the comment's own words.
pub(super) fn message(question: Question, score: Score, probability: f64, open: bool) -> Message {
    let percent = (probability * 100.0).round() as u32;
    let (fr, en) = match (question, score > Score::ZERO) {
        (Question::Spam, true) => {
            (format!("Ressemble à du spam ({percent} %)"), format!("Looks like spam ({percent}%)"))
        }
        (Question::Spam, false) => {
            (format!("Ne ressemble pas à du spam ({percent} %)"), format!("Does not look like spam ({percent}%)"))
        }
        (Question::Abuse, true) => {
            (format!("Ressemble à des propos injurieux ({percent} %)"), format!("Looks abusive ({percent}%)"))
        }
        (Question::Abuse, false) => (
            format!("Ne ressemble pas à des propos injurieux ({percent} %)"),
            format!("Does not look abusive ({percent}%)"),
        ),
    };
    if open {
        return Message::new(fr, en);
    }
    Message::new(
        format!("{fr}, d’après la forme seule : pas assez d’exemples dans cette langue"),
        format!("{en}, from its form alone: too few examples in this language"),
    )
}
