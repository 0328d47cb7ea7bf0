//! Words: letters, marks and digits.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::Word;

/// What French and Italian elide before a vowel; `aujourd'hui` and `prud'homme` stay whole.
const ELIDED: [&str; 25] = [
    "c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "un", "dell", "nell", "all",
    "dall", "sull", "coll", "quest", "quell", "dov", "cos", "gl",
];

/// The words of a folded text in order, without what lies in the sorted ranges of `linked`.
pub(super) fn words(folded: &str, linked: &[Range<usize>]) -> Vec<Word> {
    let mut words = Vec::with_capacity(folded.len() / 6);
    let mut linked = linked.iter().peekable();
    let mut start = None;
    let mut characters = folded.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        while linked.next_if(|range| range.end <= at).is_some() {}
        let in_link = linked.peek().is_some_and(|range| range.contains(&at));
        if !in_link && is_word_character(character) {
            start.get_or_insert(at);
            continue;
        }
        let Some(from) = start else { continue };
        if character == '\'' && !in_link {
            if folded.get(from..at).is_some_and(|word| ELIDED.contains(&word)) {
                words.push(Word { start: from as u32, end: at as u32 + 1 });
                start = None;
                continue;
            }
            if characters.peek().is_some_and(|&(_, next)| next.is_alphabetic()) {
                continue;
            }
        }
        words.push(Word { start: from as u32, end: at as u32 });
        start = None;
    }
    if let Some(from) = start {
        words.push(Word { start: from as u32, end: folded.len() as u32 });
    }
    words
}

fn is_word_character(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    character.is_alphanumeric() || is_combining_mark(character)
}
