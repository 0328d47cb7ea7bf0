//! What a head read in a comment, as a moderator reads it: words of the text, or a fact of its form in words.

use super::words::Words;
use crate::service::answer::AnswerEvidence;
use crate::service::card::MOST_TOLD;

/// Facts of which there is none in their lowest band; of the others that band is the least.
const COUNTED: [&str; 11] = [
    "amounts",
    "phones",
    "emails",
    "exclamations",
    "questions",
    "line_breaks",
    "emoji",
    "script_mix",
    "run",
    "digits",
    "capitals",
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clue {
    pub text: String,
    /// It is about the form of the comment, and no quotation.
    pub of_form: bool,
}

/// The clues that speak against a comment, those that are marked in its text, each once: a word that stands there twice
/// is said once.
pub fn clues(evidence: &[AnswerEvidence], words: &Words) -> Vec<Clue> {
    let told = evidence.iter().filter(|evidence| evidence.score.nats() > 0.0).take(MOST_TOLD);
    let mut clues: Vec<Clue> = Vec::new();
    for clue in told.filter_map(|one| Clue::of(one, words)) {
        if !clues.contains(&clue) {
            clues.push(clue);
        }
    }
    clues
}

impl Clue {
    /// `None` once the text it stood in is gone.
    fn of(evidence: &AnswerEvidence, words: &Words) -> Option<Self> {
        let token = evidence.token.as_ref()?;
        // Words stand somewhere, form does not.
        let of_form = evidence.spans.is_empty();
        let text = if of_form { words.with("fact", [("fact", fact(token).into())]) } else { token.clone() };
        Some(Self { text, of_form })
    }
}

/// What the message `fact` knows a fact by: `phones=0` is `no_phones`, `link=page` is `link_page`, `digits=3` is `digits`.
fn fact(token: &str) -> String {
    match token.split_once('=') {
        Some(("links", "0")) => "no_links".to_owned(),
        Some((name, "0")) if COUNTED.contains(&name) => format!("no_{name}"),
        Some(("link", kind)) => format!("link_{kind}"),
        Some((name, _)) => name.to_owned(),
        None => token.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::classifier::Model;
    use crate::domain::classifier::card::Question;
    use crate::domain::score::Score;
    use crate::domain::site::Locale;

    fn of_form(token: &str) -> AnswerEvidence {
        AnswerEvidence { token: Some(token.to_owned()), score: Score::from_nats(1.0), spans: Vec::new() }
    }

    #[test]
    fn every_fact_that_a_head_weighs_has_words_in_both_languages() {
        let model = Model::built_in().unwrap();
        let named = Question::ALL.into_iter().flat_map(|question| model.named_weights(question));
        // The names of words begin with their language and a colon.
        let facts: BTreeSet<&str> = named.map(|(name, _)| name).filter(|name| !name.contains(':')).collect();
        assert!(facts.len() > 40, "{facts:?}");
        for locale in [Locale::Fr, Locale::En] {
            let words = Words::of(locale);
            let unnamed = words.with("fact", [("fact", "?".into())]);
            for &fact in &facts {
                let clue = Clue::of(&of_form(fact), words).unwrap();
                assert!(clue.of_form && clue.text != unnamed, "{fact}");
            }
        }
    }

    #[test]
    fn what_is_not_there_is_said() {
        let words = Words::of(Locale::En);
        let said: Vec<_> = clues(&["links=0", "phones=1", "phones=2", "length=0"].map(of_form), words)
            .into_iter()
            .map(|clue| clue.text)
            .collect();
        assert_eq!(said, ["no link", "phone number", "length of the text"]);
    }
}
