//! `repeats = { characters = 8 }` and `repeats = { words = 4 }`: the same letter or mark, or the same word, again and
//! again.

use super::{Condition, Conditions, Scope, append, full, one};
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;
use crate::domain::signal::Span;
use crate::domain::text::FieldText;

/// Either run, where it is asked for.
#[derive(Debug)]
struct Repeats {
    characters: Option<u64>,
    words: Option<u64>,
}

pub(super) fn repeats(value: &Value<'_>, _: &mut Scope<'_, '_>) -> Conditions {
    one(read(value))
}

fn read(value: &Value<'_>) -> Option<Repeats> {
    let table = value.table(&["characters", "words"])?;
    let run = |key: &str| table.get(key).and_then(|value| value.count(2..=1_000));
    let repeats = Repeats { characters: run("characters"), words: run("words") };
    if table.keys().next().is_none() {
        table.problem("asks for nothing", "write { characters = 8 } or { words = 4 }");
    }
    Some(repeats)
}

impl Repeats {
    fn place(&self, facts: &Facts<'_>) -> Option<Span> {
        let body = facts.text.body()?;
        let characters = self.characters.and_then(|least| character_run(body, facts, least));
        characters.or_else(|| self.words.and_then(|least| word_run(body, least)))
    }
}

impl Condition for Repeats {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        full(self.place(facts).is_some())
    }

    fn show(&self, facts: &Facts<'_>, spans: &mut Vec<Span>) {
        append(spans, self.place(facts));
    }
}

/// The first run of `least` equal characters. Rulers and dots (`-----`, `.....`) are typography.
fn character_run(body: &FieldText, facts: &Facts<'_>, least: u64) -> Option<Span> {
    if u64::from(facts.text.shape().longest_run) < least {
        return None;
    }
    let mut run = (0, '\0', 0);
    for (at, character) in body.folded.as_str().char_indices() {
        let (start, of, length) = run;
        run = if character == of { (start, of, length + 1) } else { (at, character, 1) };
        if run.2 >= least && !is_typography(character) {
            return Some(body.span_of(run.0..at + character.len_utf8()));
        }
    }
    None
}

fn is_typography(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '_' | '=' | '*' | '#' | '~' | '.' | '·' | '─' | '—' | '•')
}

/// The first run of `least` equal words.
fn word_run(body: &FieldText, least: u64) -> Option<Span> {
    let mut run = (body.words.first().copied()?, 0);
    for &word in &body.words {
        // Most neighbours differ in length, which is told faster.
        let same = word.end - word.start == run.0.end - run.0.start && body.word(word) == body.word(run.0);
        run = if same { (run.0, run.1 + 1) } else { (word, 1) };
        if run.1 >= least {
            return Some(body.span_of(run.0.start as usize..word.end as usize));
        }
    }
    None
}
