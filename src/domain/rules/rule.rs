//! One rule as written, read into a type that cannot be wrong.

use super::condition::When;
use super::example::{self, Example};
use super::facts::{Facts, Strength};
use super::file::{Table, Value};
use super::workshop::Workshop;
use crate::domain::comment::Kind;
use crate::domain::decision::Verdict;
use crate::domain::score::Score;
use crate::domain::signal::{Message, Signal, Source};

const KEYS: [&str; 7] = ["examples", "id", "message", "score", "types", "verdict", "when"];
/// Longest id, in bytes.
const MAX_ID: usize = 64;
/// Longest message, in bytes.
const MAX_MESSAGE: usize = 300;
/// The highest score a rule may give for or against a comment, in nats: four times what rejects.
const MAX_SCORE: f64 = 20.0;
/// What other detectors' signals are called.
const RESERVED: [&str; 2] = ["classifier", "limits"];

/// An operator's written condition, and the signal it yields.
#[derive(Debug)]
pub(super) struct Rule {
    pub id: String,
    score: Score,
    floor: Option<Verdict>,
    types: Kinds,
    message: Message,
    when: When,
}

impl Rule {
    /// Reads one `[[rule]]`; problems are reported, and a rule that has any of them may still be returned.
    pub fn read<'a>(value: &Value<'a>, workshop: &mut Workshop<'_>) -> Option<(Self, Vec<Example<'a>>)> {
        let table = value.table(&KEYS)?;
        let id = table.need("id", "give it a dotted name, such as \"loans.private\"").and_then(|id| read_id(&id));
        let outcome = read_outcome(&table);
        let types = table.get("types").map_or(Some(Kind::ALL.to_vec()), |types| read_types(&types));
        let message = table.need("message", "say what was found: message.fr and message.en");
        let message = message.and_then(|message| read_message(&message));
        let when = table.need("when", "say what to look for, such as when.words = [\"arnaque\"]");
        let when = when.and_then(|when| When::read(&when, workshop));
        if let Some(id) = id.as_deref().filter(|id| !workshop.take_id(id)) {
            table.problem(format_args!("has the id `{id}` of an earlier one"), "give each rule its own id");
        }
        let (score, floor) = outcome?;
        let types = types?;
        let kind = types.iter().find(|kind| **kind == Kind::Comment).or(types.first()).copied().unwrap_or_default();
        let types = types.into_iter().collect();
        let rule = Self { id: id?, score, floor, types, message: message?, when: when? };
        let examples = table.get("examples").map(|examples| example::read(&examples, kind)).unwrap_or_default();
        Some((rule, examples))
    }

    /// How the rule holds, if it is for this type of comment and does.
    pub fn strength(&self, facts: &Facts<'_>) -> Option<Strength> {
        self.types.contains(facts.comment.kind()).then(|| self.when.holds(facts))?
    }

    /// The same for a stored comment: where the rule asks for what only the call said, it holds as it did when it gave one
    /// of the `earlier` signals.
    pub fn strength_again(&self, facts: &Facts<'_>, earlier: &[Signal]) -> Option<Strength> {
        if !self.when.asks_the_call() {
            return self.strength(facts);
        }
        let is_for = self.types.contains(facts.comment.kind());
        let signal = earlier.iter().find(|signal| is_for && signal.id == self.id)?;
        let halved = self.score != Score::ZERO && signal.score == self.score.half();
        Some(if halved { Strength::Half } else { Strength::Full })
    }

    /// What it is worth that the rule holds. However often it does, it counts once. Where only the skeleton fulfils
    /// it, it is worth half: half the score, and hold where a full match would reject.
    pub fn signal(&self, strength: Strength, facts: &Facts<'_>) -> Signal {
        let (score, floor) = match strength {
            Strength::Full => (self.score, self.floor),
            Strength::Half => (self.score.half(), self.floor.and(Some(Verdict::Hold))),
        };
        let mut spans = Vec::new();
        self.when.show(facts, &mut spans);
        let signal = Signal::new(&self.id, Source::Rule, score, self.message.clone()).at(spans);
        match floor {
            Some(floor) => signal.demanding(floor),
            None => signal,
        }
    }
}

/// A set of types of comment.
#[derive(Clone, Copy, Debug, Default)]
struct Kinds(u16);

impl Kinds {
    fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |all, kind| all | (1 << kind as u16)))
    }
}

fn read_id(value: &Value<'_>) -> Option<String> {
    let id = value.string()?;
    let is_part = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
    };
    if id.len() > MAX_ID || !id.split('.').all(is_part) {
        value.problem(
            format_args!("is `{id}`, which is no id"),
            "write small letters, digits, - and _, with dots between",
        );
        return None;
    }
    let group = id.split('.').next().unwrap_or_default();
    if RESERVED.contains(&group) {
        value.problem(format_args!("begins with `{group}`, which other detectors use"), "choose another first word");
        return None;
    }
    Some(id.to_owned())
}

/// A score, a floor, or both.
fn read_outcome(table: &Table<'_>) -> Option<(Score, Option<Verdict>)> {
    let (score, verdict) = (table.get("score"), table.get("verdict"));
    if score.is_none() && verdict.is_none() {
        table.problem("has neither `score` nor `verdict`", "add score = 1.5, or verdict = \"hold\" or \"reject\"");
        return None;
    }
    let floor = match verdict {
        Some(verdict) => Some(verdict.choice(&[("hold", Verdict::Hold), ("reject", Verdict::Reject)])?),
        None => None,
    };
    let nats = score.map_or(Some(0.0), |score| score.number(-MAX_SCORE..=MAX_SCORE))?;
    Some((Score::from_nats(nats), floor))
}

fn read_types(value: &Value<'_>) -> Option<Vec<Kind>> {
    let known = Kind::ALL.map(|kind| (kind.as_str(), kind));
    Some(value.items()?.iter().filter_map(|item| item.choice(&known)).collect())
}

/// In both languages; where one is missing the other stands for it.
fn read_message(value: &Value<'_>) -> Option<Message> {
    let table = value.table(&["fr", "en"])?;
    let text = |key: &str| {
        let value = table.get(key)?;
        let text = value.string()?;
        if text.trim().is_empty() || text.len() > MAX_MESSAGE {
            value.problem("is empty or too long", format!("say it in at most {MAX_MESSAGE} bytes"));
        }
        Some(text)
    };
    match (text("fr"), text("en")) {
        (None, None) => {
            table.problem("says nothing", "write message.fr = \"…\" and message.en = \"…\"");
            None
        }
        (fr, en) => Some(Message::new(fr.or(en).unwrap_or_default(), en.or(fr).unwrap_or_default())),
    }
}
