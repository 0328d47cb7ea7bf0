//! `scripts = { mixed_words = 1 }` and `scripts = { foreign = 0.3, letters = 10 }`: words that mix alphabets to look
//! like others, and letters of an alphabet that the page's language does not use.

use unicode_script::{Script, UnicodeScript};

use super::{Condition, Conditions, Scope, full, one};
use crate::domain::comment::Language;
use crate::domain::rules::facts::{Facts, Strength};
use crate::domain::rules::file::Value;

/// Either, where it is asked for.
#[derive(Debug)]
struct Scripts {
    mixed_words: Option<u64>,
    foreign: Option<Foreign>,
}

/// A share in 0..=1 of at least so many letters.
#[derive(Debug)]
struct Foreign {
    share: f64,
    letters: u64,
}

pub(super) fn scripts(value: &Value<'_>, _: &mut Scope<'_, '_>) -> Conditions {
    one(read(value))
}

fn read(value: &Value<'_>) -> Option<Scripts> {
    let hint = "write { mixed_words = 1 } or { foreign = 0.3, letters = 10 }";
    let table = value.table(&["mixed_words", "foreign", "letters"])?;
    if table.get("mixed_words").is_none() && table.get("foreign").is_none() {
        table.problem("asks for nothing", hint);
    }
    let mixed_words = table.get("mixed_words").and_then(|value| value.count(1..=1_000));
    let foreign = table.get("foreign").and_then(|value| {
        let share = value.number(0.01..=1.0)?;
        let letters = table.need("letters", hint)?.count(1..=100_000)?;
        Some(Foreign { share, letters })
    });
    Some(Scripts { mixed_words, foreign })
}

impl Condition for Scripts {
    fn holds(&self, facts: &Facts<'_>) -> Option<Strength> {
        let mixed = u64::from(facts.text.shape().mixed_script_words);
        let is_mixed = self.mixed_words.is_some_and(|least| mixed >= least);
        full(is_mixed || self.foreign.as_ref().is_some_and(|foreign| foreign.holds(facts)))
    }
}

impl Foreign {
    fn holds(&self, facts: &Facts<'_>) -> bool {
        let language = facts.comment.page().language.or(facts.text.language());
        let (Some(expected), Some(body)) = (language.and_then(scripts_of), facts.text.body()) else { return false };
        if u64::from(facts.text.shape().letters) < self.letters {
            return false;
        }
        if expected.contains(&Script::Latin) && !body.folded.as_str().bytes().any(|byte| byte >= BEYOND_LATIN) {
            return false;
        }
        let (mut letters, mut foreign) = (0_u32, 0_u32);
        for letter in body.folded.as_str().chars().filter(|character| character.is_alphabetic()) {
            letters += 1;
            foreign += u32::from(is_foreign(letter, expected));
        }
        f64::from(foreign) >= self.share * f64::from(letters)
    }
}

/// The first byte of U+0240; all letters before it are Latin.
const BEYOND_LATIN: u8 = 0xc9;

fn is_foreign(letter: char, expected: &[Script]) -> bool {
    // Looking a script up costs more than all else here, and nearly every letter is one of these.
    let script = if letter < '\u{250}' { Script::Latin } else { letter.script() };
    !matches!(script, Script::Common | Script::Inherited) && !expected.contains(&script)
}

/// The scripts that a language is written in (Unicode CLDR); `None` where that is not known here.
fn scripts_of(language: Language) -> Option<&'static [Script]> {
    Some(match language.as_str() {
        "fr" | "en" | "de" | "es" | "it" | "pt" | "nl" | "ca" | "eu" | "br" | "co" | "oc" | "ro" | "pl" | "cs"
        | "sk" | "sl" | "hr" | "hu" | "sv" | "da" | "no" | "nb" | "nn" | "fi" | "et" | "lv" | "lt" | "tr" | "vi"
        | "id" | "ms" | "tl" | "sw" | "ht" | "mg" | "wo" => &[Script::Latin],
        "ru" | "uk" | "bg" | "be" | "mk" => &[Script::Cyrillic],
        "sr" => &[Script::Cyrillic, Script::Latin],
        "el" => &[Script::Greek],
        "ar" | "fa" | "ur" => &[Script::Arabic],
        "he" | "yi" => &[Script::Hebrew],
        "zh" => &[Script::Han, Script::Bopomofo],
        "ja" => &[Script::Han, Script::Hiragana, Script::Katakana],
        "ko" => &[Script::Hangul, Script::Han],
        "hi" | "mr" | "ne" => &[Script::Devanagari],
        "th" => &[Script::Thai],
        _ => return None,
    })
}
