//! Words: letters, marks and digits.
//!
//! - An elision is a word of its own: `l'article` is `l'` and `article`, `qu'il` is `qu'` and `il`; `aujourd'hui`,
//!   `prud'homme` and `don't` are one word.
//! - A hyphen separates: `rendez-vous` is two words.
//! - Inclusive writing counts as its stem: `lecteur·rice·s` and `étudiant.e.s` are `lecteur` and `étudiant`.
//! - Chinese and Japanese are cut as Unicode's text segmentation (UAX 29) says.
//! - Links, e-mail addresses and tags are no words; [`Link`](super::Link) has their parts.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::Word;
use super::scripts::{Script, Scripts, is_word_character};

/// Endings that inclusive writing hangs on a word with a full stop; with a middle dot, any short one.
const ENDINGS: [&str; 16] = [
    "e", "es", "s", "rice", "rices", "ice", "ices", "trice", "trices", "euse", "euses", "ne", "nes", "ve", "ves", "te",
];

/// The longest ending after a middle dot, in bytes, and the shortest stem before any.
const LONGEST_ENDING: usize = 8;
const SHORTEST_STEM: usize = 3;

/// The words of a field, and what their letters say.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub words: Vec<Word>,
    pub scripts: Scripts,
    /// Words that mix scripts which no language mixes.
    pub mixed: u32,
}

impl Words {
    /// The words of a folded text in order, outside the sorted `occupied` ranges.
    pub(super) fn find(folded: &str, occupied: &[Range<usize>]) -> Self {
        let mut found = Self { words: Vec::with_capacity(folded.len() / 6), ..Self::default() };
        let mut from = 0;
        for range in occupied {
            found.read(folded, from..range.start);
            from = range.end.max(from);
        }
        found.read(folded, from..folded.len());
        found
    }

    fn read(&mut self, folded: &str, part: Range<usize>) {
        let mut at = part.start;
        while let Some(rest) = folded.get(at..part.end).filter(|rest| !rest.is_empty()) {
            at += self.read_plain(rest.as_bytes(), at);
            let Some(rest) = folded.get(at..part.end) else { break };
            let run = Run::at(rest, &mut self.scripts);
            at += if run.bytes == 0 { skipped(rest) } else { self.take(rest, &run, at) };
        }
    }

    /// Takes the words at the beginning that are ASCII and end at a space or at punctuation that cannot belong to them;
    /// most words of most texts. Tells how many bytes are dealt with.
    fn read_plain(&mut self, bytes: &[u8], at: usize) -> usize {
        let (mut done, mut from, mut letters, mut all_letters) = (0, 0, 0, 0);
        for (place, &byte) in bytes.iter().enumerate() {
            match class(byte) {
                Class::Letter => letters += 1,
                Class::Digit => {}
                Class::Gap => {
                    if place > from {
                        self.words.push(word_at(at + from, place - from));
                        all_letters += letters;
                    }
                    (letters, from, done) = (0, place + 1, place + 1);
                }
                Class::Joint => break,
            }
        }
        self.scripts.add(Script::Latin, all_letters);
        done
    }

    /// Takes the word that begins `rest`, and tells how many bytes are dealt with.
    fn take(&mut self, rest: &str, run: &Run, at: usize) -> usize {
        let (word, after) = rest.split_at(run.bytes);
        self.mixed += u32::from(run.mixes());
        if run.has(Script::Han) {
            self.words.extend(word.unicode_word_indices().map(|(from, part)| word_at(at + from, part.len())));
            return run.bytes;
        }
        let Some(more) = after.strip_prefix('\'') else {
            self.words.push(word_at(at, run.bytes));
            return run.bytes + endings(run.bytes, after);
        };
        if is_elided(word) {
            self.words.push(word_at(at, run.bytes + 1));
            return run.bytes + 1;
        }
        let more = Run::at(more, &mut self.scripts);
        self.mixed += u32::from(more.mixes());
        let bytes = if more.bytes > 0 { run.bytes + 1 + more.bytes } else { run.bytes };
        self.words.push(word_at(at, bytes));
        bytes + endings(bytes, rest.get(bytes..).unwrap_or(""))
    }
}

/// What French and Italian elide before a vowel.
fn is_elided(word: &str) -> bool {
    matches!(
        word,
        "c" | "d"
            | "j"
            | "l"
            | "m"
            | "n"
            | "s"
            | "t"
            | "qu"
            | "jusqu"
            | "lorsqu"
            | "puisqu"
            | "quoiqu"
            | "un"
            | "dell"
            | "nell"
            | "all"
            | "dall"
            | "sull"
            | "coll"
            | "quest"
            | "quell"
            | "dov"
            | "cos"
            | "gl"
            | "sant"
            | "com"
            | "anch"
    )
}

/// What a byte of folded text means to words.
#[derive(Clone, Copy)]
enum Class {
    Letter,
    Digit,
    Gap,
    /// It may go on: an apostrophe, a full stop before an ending, anything beyond ASCII.
    Joint,
}

fn class(byte: u8) -> Class {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
        b'0'..=b'9' => Class::Digit,
        b'\'' | b'.' | 0x80.. => Class::Joint,
        _ => Class::Gap,
    }
}

fn word_at(start: usize, bytes: usize) -> Word {
    Word { start: start as u32, end: (start + bytes) as u32 }
}

/// How many bytes at the beginning of `rest` are in no word.
fn skipped(rest: &str) -> usize {
    let ascii = rest.bytes().take_while(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric()).count();
    if ascii > 0 { ascii } else { rest.chars().next().map_or(1, char::len_utf8) }
}

/// A run of letters, marks and digits.
#[derive(Debug, Default)]
struct Run {
    bytes: usize,
    /// A bit for each script that has letters in it.
    scripts: u16,
    characters: u32,
    begins_as_unit: bool,
}

impl Run {
    /// The run that begins `text`; its letters are added to `scripts`.
    fn at(text: &str, scripts: &mut Scripts) -> Self {
        let mut run = Self::default();
        while let Some(rest) = text.get(run.bytes..) {
            let (mut ascii, mut letters) = (0, 0);
            for byte in rest.bytes().take_while(u8::is_ascii_alphanumeric) {
                ascii += 1;
                letters += u32::from(byte.is_ascii_alphabetic());
            }
            run.bytes += ascii;
            run.characters += ascii as u32;
            run.note(Script::Latin, letters, scripts);
            let next = rest.get(ascii..).and_then(|rest| rest.chars().next());
            let Some(character) = next.filter(|&character| !character.is_ascii() && is_word_character(character))
            else {
                break;
            };
            run.begins_as_unit |= run.bytes == 0 && matches!(character, 'μ' | 'ω');
            if let Some(script) = Script::of(character) {
                run.note(script, 1, scripts);
            }
            run.bytes += character.len_utf8();
            run.characters += 1;
        }
        run
    }

    fn note(&mut self, script: Script, letters: u32, scripts: &mut Scripts) {
        if letters > 0 {
            self.scripts |= 1 << script as u16;
            scripts.add(script, letters);
        }
    }

    fn has(&self, script: Script) -> bool {
        self.scripts >> script as u16 & 1 == 1
    }

    /// Whether letters that look alike stand together although no language mixes their scripts; `μg` is a unit.
    fn mixes(&self) -> bool {
        self.scripts.count_ones() > 1
            && Script::ALL.iter().filter(|script| script.is_confusable() && self.has(**script)).count() > 1
            && !(self.begins_as_unit && self.characters <= 3)
    }
}

/// How many bytes after a word are the endings of inclusive writing.
fn endings(stem: usize, after: &str) -> usize {
    let mut bytes = 0;
    while stem >= SHORTEST_STEM
        && let Some(rest) = after.get(bytes..)
    {
        let Some(dot) = rest.chars().next().filter(|dot| matches!(dot, '.' | '·' | '•' | '‧' | '⋅')) else {
            break;
        };
        let from = dot.len_utf8();
        let ending = Run::at(rest.get(from..).unwrap_or(""), &mut Scripts::default()).bytes;
        let known = rest.get(from..from + ending).is_some_and(|ending| match dot {
            '.' => ENDINGS.contains(&ending),
            _ => !ending.is_empty() && ending.len() <= LONGEST_ENDING,
        });
        if !known {
            break;
        }
        bytes += from + ending;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let found = Words::find(text, &[]).words;
        found.iter().map(|word| text.get(word.start as usize..word.end as usize).unwrap()).collect()
    }

    #[test]
    fn an_elision_is_a_word_of_its_own() {
        assert_eq!(words("l'article qu'il a lu"), ["l'", "article", "qu'", "il", "a", "lu"]);
        assert_eq!(words("aujourd'hui, prud'homme"), ["aujourd'hui", "prud'homme"]);
        assert_eq!(words("i don't, d'l'eau, quelqu'un d'"), ["i", "don't", "d'", "l'", "eau", "quelqu'un", "d'"]);
        assert_eq!(words("dell'arte 'citation'"), ["dell'", "arte", "citation"]);
    }

    #[test]
    fn letters_marks_and_digits_make_words_and_the_rest_separates() {
        assert_eq!(words("été—hiver ; rendez-vous"), ["été", "hiver", "rendez", "vous"]);
        assert_eq!(words("covid19 à 5000€ le_b #tag"), ["covid19", "à", "5000", "le", "b", "tag"]);
        assert_eq!(words("हिन्दी привет שלום"), ["हिन्दी", "привет", "שלום"]);
        assert_eq!(words("... !"), [""; 0]);
    }

    #[test]
    fn inclusive_writing_counts_as_its_stem() {
        assert_eq!(words("les lecteur·rice·s motivé.e.s"), ["les", "lecteur", "motivé"]);
        assert_eq!(words("tou•te•s, étudiant.es. fin.le"), ["tou", "étudiant", "fin", "le"]);
        assert_eq!(words("u.s. a"), ["u", "s", "a"]);
    }

    #[test]
    fn chinese_and_japanese_are_segmented() {
        assert_eq!(words("我爱北京"), ["我", "爱", "北", "京"]);
        assert_eq!(words("カタカナ語"), ["カタカナ", "語"]);
    }

    #[test]
    fn what_is_occupied_has_no_words() {
        let found = Words::find("voir http://a.example ici a@b.fr", &[5..21, 26..32]);
        assert_eq!(found.words, [word_at(0, 4), word_at(22, 3)]);
    }

    #[test]
    fn words_that_mix_scripts_are_counted() {
        let mixed = |text: &str| Words::find(text, &[]).mixed;
        assert_eq!(mixed("cаsino и νiagra"), 2);
        assert_eq!(mixed("привет casino 10 μg 東京tower é"), 0);
    }
}
