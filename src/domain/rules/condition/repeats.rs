//! `repeats = { characters = 8 }` and `repeats = { words = 4 }`: the same letter or mark, or the same word, again and
//! again.

use super::{Condition, Conditions, Scope, one};
use crate::domain::rules::facts::{Facts, Hit};
use crate::domain::rules::file::Value;
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

impl Condition for Repeats {
    fn hit(&self, facts: &Facts<'_>) -> Option<Hit> {
        let body = facts.text.body()?;
        let characters = self.characters.and_then(|least| character_run(body, facts, least));
        characters.or_else(|| self.words.and_then(|least| word_run(body, least)))
    }
}

/// The first run of `least` equal characters. Rulers and dots (`-----`, `.....`) are typography.
fn character_run(body: &FieldText, facts: &Facts<'_>, least: u64) -> Option<Hit> {
    if u64::from(facts.text.shape().longest_run) < least {
        return None;
    }
    let mut run = (0, '\0', 0);
    for (at, character) in body.folded.as_str().char_indices() {
        let (start, of, length) = run;
        run = if character == of { (start, of, length + 1) } else { (at, character, 1) };
        if run.2 >= least && !is_typography(character) {
            return Some(Hit::at([body.span_of(run.0..at + character.len_utf8())]));
        }
    }
    None
}

fn is_typography(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '_' | '=' | '*' | '#' | '~' | '.' | '·' | '─' | '—' | '•')
}

/// The first run of `least` equal words.
fn word_run(body: &FieldText, least: u64) -> Option<Hit> {
    let mut run = (body.words.first().copied()?, 0);
    for &word in &body.words {
        run = if body.word(word) == body.word(run.0) { (run.0, run.1 + 1) } else { (word, 1) };
        if run.1 >= least {
            return Some(Hit::at([body.span_of(run.0.start as usize..word.end as usize)]));
        }
    }
    None
}
