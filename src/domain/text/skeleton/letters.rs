//! What single characters stand for.

use decancer::Translation;
use unicode_normalization::char::decompose_canonical;

use crate::domain::text::scripts::{Script, is_letter, is_mark};

/// The letter that a digit or sign stands for.
pub(super) fn leet(character: char) -> Option<char> {
    match character {
        '0' => Some('o'),
        '1' | '!' => Some('i'),
        '3' | '€' => Some('e'),
        '4' | '@' => Some('a'),
        '5' | '$' => Some('s'),
        '7' => Some('t'),
        '|' => Some('l'),
        _ => None,
    }
}

/// Letters that a writer stretches; ideographs and digits repeat for other reasons.
pub(super) fn is_stretchable(character: char) -> bool {
    is_letter(character) && matches!(character, '\0'..='\u{52f}' | '\u{1e00}'..='\u{1fff}')
}

/// The Latin letter that a letter of another script looks just like, in lower case or in capitals.
pub(super) fn twin(character: char) -> Option<char> {
    Some(match character {
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' | 'ё' => 'e',
        'г' => 'r',
        'һ' | 'н' | 'η' => 'h',
        'і' | 'ι' | 'ї' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' | 'μ' => 'm',
        'п' => 'n',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ѵ' | 'ν' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        _ => return None,
    })
}

/// The Latin letter that a letter is drawn to resemble, where there is one.
pub(super) fn lookalike(character: char) -> Option<char> {
    let foreign = matches!(Script::of(character)?, Script::Greek | Script::Cyrillic | Script::Borrowed);
    foreign.then(|| twin(character).or_else(|| cured(character)))?
}

/// decancer's reading of one character, if it is one ASCII letter. Whole strings would turn `€` into `e`.
fn cured(character: char) -> Option<char> {
    match decancer::cure_char(character, decancer::Options::default()) {
        Translation::Character(letter) if letter.is_ascii_alphabetic() => Some(letter.to_ascii_lowercase()),
        _ => None,
    }
}

/// Hands on the letters that a character is without its accents, ligatures and ornaments.
pub(super) fn without_accents(character: char, mut each: impl FnMut(char)) {
    match character {
        '\0'..='\x7f' => each(character),
        'é' | 'è' | 'ê' | 'ë' => each('e'),
        'à' | 'â' | 'ä' | 'á' | 'ã' => each('a'),
        'ç' => each('c'),
        'î' | 'ï' | 'í' => each('i'),
        'ô' | 'ö' | 'ó' | 'õ' => each('o'),
        'ù' | 'û' | 'ü' | 'ú' => each('u'),
        'ñ' => each('n'),
        'œ' => ['o', 'e'].into_iter().for_each(each),
        'æ' => ['a', 'e'].into_iter().for_each(each),
        'ß' => ['s', 's'].into_iter().for_each(each),
        'þ' => ['t', 'h'].into_iter().for_each(each),
        'ς' => each('σ'),
        // The Arabic tatweel only stretches a word.
        '\u{640}'
        | '\u{300}'..='\u{36f}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' => {}
        '\u{1f150}'..='\u{1f169}' => each(enclosed(character, '\u{1f150}')),
        '\u{1f170}'..='\u{1f189}' => each(enclosed(character, '\u{1f170}')),
        '\u{80}'..='\u{52f}' | '\u{1d00}'..='\u{1fff}' | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}' => {
            let mut base = character;
            decompose_canonical(character, |part| {
                if !is_mark(part) {
                    base = part;
                }
            });
            let latin = !base.is_ascii() && Script::of(base) == Some(Script::Latin);
            each(if latin { cured(base).unwrap_or(base) } else { base });
        }
        _ => each(character),
    }
}

/// The letter in a box that Unicode does not call a form of it: 🅰.
fn enclosed(character: char, first: char) -> char {
    char::from_u32('a' as u32 + (character as u32).saturating_sub(first as u32)).unwrap_or(character)
}
