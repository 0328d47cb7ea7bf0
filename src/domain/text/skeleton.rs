//! The skeleton: the folded form as a reader is meant to read it, whatever it is written with.
//!
//! - Accents go, in Latin, Greek and Cyrillic letters: `été` is `ete`, `œ` is `oe`.
//! - Letters that look like Latin ones become them in a word that mixes scripts (`cаsino` with a Cyrillic `а`), and in
//!   a text that is mostly Latin in a word that has no other letters. Words in their own script stay.
//! - Digits and signs that stand for letters become them between letters: `v1agra`, `c@sino`, `pr€t`. A run of
//!   different digits is a number, and a word that begins or ends with a digit keeps its digits: `covid19`, `h1n1`.
//! - A letter three times or more in a row stands once: `gratuuuit`; a word of one letter keeps three: `xxx`.
//! - Single letters with one separator between them are joined: four with spaces, three with dots, stars and the
//!   like: `c a s i n o`, `v.i.a.g.r.a`.
//! - Links, e-mail addresses, telephone numbers, IBANs and amounts stay as they are.

mod letters;

use std::ops::Range;

use letters::{is_stretchable, leet, lookalike, twin, without_accents};

use super::mapped::{Cursor, Mapped};
use super::scripts::{Script, Scripts, is_letter, is_mark, is_word_character};

/// How many single letters in a row are one word: with spaces between them, and with anything else.
const SPACED: usize = 4;
const DOTTED: usize = 3;

/// The skeleton of a folded text; the sorted `kept` ranges stay as they are.
pub(super) fn skeleton(folded: &Mapped, kept: &[Range<usize>], scripts: &Scripts) -> Mapped {
    let mut skeleton = Skeleton {
        folded,
        cursor: Cursor::new(folded),
        text: folded.as_str(),
        made: Mapped::with_capacity(folded.len()),
        copied: 0,
        mostly_latin: scripts.count(Script::Latin) * 2 > scripts.letters(),
        letters: Vec::new(),
    };
    let mut at = 0;
    for range in kept {
        skeleton.read(at..range.start);
        at = range.end.max(at);
    }
    skeleton.read(at..folded.len());
    skeleton.copy(folded.len());
    skeleton.made
}

struct Skeleton<'a> {
    folded: &'a Mapped,
    cursor: Cursor<'a>,
    text: &'a str,
    made: Mapped,
    /// Bytes of the folded form that are in `made`; what follows them up to a token is copied as it is.
    copied: usize,
    mostly_latin: bool,
    /// The letters of the token at hand.
    letters: Vec<Letter>,
}

/// A character of a token, and its bytes in the folded form.
#[derive(Clone, Copy, Debug)]
struct Letter {
    character: char,
    start: usize,
    end: usize,
}

impl Skeleton<'_> {
    fn read(&mut self, part: Range<usize>) {
        let mut at = part.start;
        while let Some(rest) = self.text.get(at..part.end).filter(|rest| !rest.is_empty()) {
            at += plain_words(rest.as_bytes());
            let Some(rest) = self.text.get(at..part.end) else { break };
            let token = token(rest);
            if token.bytes == 0 {
                at += gap(rest);
                continue;
            }
            if token.characters == 1
                && let Some(bytes) = self.read_spaced(rest, at)
            {
                at += bytes;
                continue;
            }
            match (token.is_plain, token.is_ascii) {
                (true, true) => {}
                (true, false) => self.read_plain(at..at + token.bytes),
                (false, _) => self.read_token(at..at + token.bytes),
            }
            at += token.bytes;
        }
    }

    /// Copies what was left as it is, up to a byte.
    fn copy(&mut self, to: usize) {
        if to > self.copied {
            self.made.push_copy(self.folded, self.copied..to);
            self.copied = to;
        }
    }

    /// Joins single letters that one and the same character separates.
    fn read_spaced(&mut self, rest: &str, at: usize) -> Option<usize> {
        self.letters.clear();
        let bytes = spaced(rest, at, &mut self.letters)?;
        self.copy(at);
        for letter in &mut self.letters {
            letter.character = leet(letter.character).unwrap_or(letter.character);
        }
        self.push_letters();
        self.copied = at + bytes;
        Some(bytes)
    }

    /// Takes the accents off a token that needs no more.
    fn read_plain(&mut self, bytes: Range<usize>) {
        let token = self.text.get(bytes.clone()).unwrap_or("");
        for (at, character) in token.char_indices().filter(|(_, character)| !character.is_ascii()) {
            let start = bytes.start + at;
            self.copy(start);
            let scalars = self.cursor.scalars(start);
            without_accents(character, |letter| self.made.push(letter, scalars.clone()));
            self.copied = start + character.len_utf8();
        }
    }

    fn read_token(&mut self, bytes: Range<usize>) {
        self.letters.clear();
        let token = self.text.get(bytes.clone()).unwrap_or("");
        self.letters.extend(token.char_indices().map(|(at, character)| Letter {
            character,
            start: bytes.start + at,
            end: bytes.start + at + character.len_utf8(),
        }));
        if stands_for_letters(&self.letters) {
            unleet(&mut self.letters);
        }
        if self.looks_latin() {
            for letter in &mut self.letters {
                letter.character = lookalike(letter.character).unwrap_or(letter.character);
            }
        }
        self.copy(bytes.start);
        self.push_letters();
        self.copied = bytes.end;
    }

    /// Whether the token's letters of other scripts stand for Latin ones.
    fn looks_latin(&self) -> bool {
        let scripts =
            || self.letters.iter().filter_map(|letter| Some((letter.character, Script::of(letter.character)?)));
        let foreign = |script| matches!(script, Script::Greek | Script::Cyrillic | Script::Borrowed);
        if !scripts().any(|(_, script)| foreign(script)) {
            return false;
        }
        scripts().any(|(_, script)| script == Script::Latin)
            || (self.mostly_latin && scripts().all(|(character, _)| twin(character).is_some()))
    }

    /// Appends the letters without accents, each run of three or more as one.
    fn push_letters(&mut self) {
        let mut at = 0;
        while let Some(letter) = self.letters.get(at).copied() {
            let alike = match is_stretchable(letter.character) {
                true => self.letters.iter().skip(at).take_while(|next| next.character == letter.character).count(),
                false => 1,
            };
            let (taken, times) = match alike {
                0..3 => (1, 1),
                _ => (alike, if alike == self.letters.len() { 3 } else { 1 }),
            };
            let last = self.letters.get(at + taken - 1).copied().unwrap_or(letter);
            let scalars = self.cursor.scalars(letter.start).start..self.cursor.scalars(last.end - 1).end;
            for _ in 0..times {
                without_accents(letter.character, |character| self.made.push(character, scalars.clone()));
            }
            at += taken;
        }
    }
}

/// How many bytes at the beginning are ASCII words of two letters or more, or numbers, that are their own skeletons,
/// and spaces and punctuation between them; most of most texts.
fn plain_words(bytes: &[u8]) -> usize {
    let (mut done, mut from, mut before, mut alike) = (0, 0, 0, 1);
    for (place, &byte) in bytes.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => {
                alike = if byte == before { alike + 1 } else { 1 };
                let letter = byte.is_ascii_lowercase();
                if letter && (alike >= 3 || before.is_ascii_digit()) {
                    break;
                }
            }
            0x80.. | b'@' | b'$' | b'!' | b'|' => break,
            // A letter alone may be one of many that belong together.
            _ if place == from + 1 && before.is_ascii_lowercase() => break,
            _ => (done, from) = (place + 1, place + 1),
        }
        before = byte;
    }
    done
}

/// A token: letters, marks and digits, and signs between two letters.
#[derive(Debug, Default)]
struct Token {
    bytes: usize,
    characters: usize,
    /// Whether its skeleton is the token without its accents: nothing stretched, no digit or sign before a letter, no
    /// letter that is not Latin.
    is_plain: bool,
    is_ascii: bool,
}

/// The token that begins `text`, if one does.
fn token(text: &str) -> Token {
    let mut token = Token { is_plain: true, is_ascii: true, ..Token::default() };
    let (mut before, mut alike) = ('\0', 1);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_ascii_lowercase() {
            alike = if character == before { alike + 1 } else { 1 };
            token.is_plain &= alike < 3 && !before.is_ascii_digit();
        } else if is_word_character(character) {
            alike = if character == before { alike + 1 } else { 1 };
            token.is_ascii &= character.is_ascii();
            token.is_plain &= character.is_ascii() || (is_accented(character) && alike < 3 && !before.is_ascii_digit());
        } else if is_sign(character) && is_letter(before) && characters.peek().copied().is_some_and(is_letter) {
            token.is_plain = false;
            token.is_ascii &= character.is_ascii();
        } else {
            break;
        }
        token.bytes += character.len_utf8();
        token.characters += 1;
        before = character;
    }
    token
}

/// A Latin letter with an accent, or a ligature, of those that are common.
fn is_accented(character: char) -> bool {
    matches!(character, '\u{df}'..='\u{17f}' if character != '÷')
}

fn is_sign(character: char) -> bool {
    matches!(character, '@' | '$' | '€' | '!' | '|')
}

/// How many bytes at the beginning of `text` begin no token.
fn gap(text: &str) -> usize {
    let ascii = text.bytes().take_while(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric()).count();
    if ascii > 0 { ascii } else { text.chars().next().map_or(1, char::len_utf8) }
}

/// Single letters that begin `text`, with one separator between them all; how many bytes they take.
fn spaced(text: &str, at: usize, letters: &mut Vec<Letter>) -> Option<usize> {
    let mut characters = text.char_indices().peekable();
    let mut separator = None;
    let mut end = 0;
    while let Some((place, character)) = characters.next() {
        let letter = is_letter(character) || (place > 0 && leet(character).is_some());
        let next = characters.peek().map(|&(_, next)| next);
        if !letter || next.is_some_and(|next| next.is_alphanumeric() || is_mark(next)) {
            break;
        }
        end = place + character.len_utf8();
        letters.push(Letter { character, start: at + place, end: at + end });
        match (separator, next) {
            (None, Some(found)) if is_separator(found) => separator = Some(found),
            (Some(expected), Some(found)) if expected == found => {}
            _ => break,
        }
        characters.next();
    }
    let real = letters.iter().filter(|letter| is_letter(letter.character)).count();
    let enough = if separator == Some(' ') { SPACED } else { DOTTED };
    (letters.len() >= enough && real >= DOTTED).then_some(end)
}

fn is_separator(character: char) -> bool {
    matches!(character, ' ' | '.' | '*' | '-' | '_' | '·' | '•' | '/' | ',' | '|' | '~' | '+')
}

/// Whether a token is a word in which some digits and signs stand for letters: it begins and ends with a letter, no
/// two different digits meet, and there are two letters for each run of one digit or sign.
fn stands_for_letters(letters: &[Letter]) -> bool {
    let (mut real, mut runs, mut before) = (0, 0, '\0');
    for letter in letters {
        let character = letter.character;
        if is_letter(character) {
            real += 1;
        } else if is_mark(character) {
            continue;
        } else if leet(character).is_none() || (before.is_numeric() && character.is_numeric() && before != character) {
            return false;
        } else if before != character {
            runs += 1;
        }
        before = character;
    }
    let first = letters.first().is_some_and(|first| is_letter(first.character));
    first && is_letter(before) && runs > 0 && real >= 2 && real >= 2 * runs
}

fn unleet(letters: &mut [Letter]) {
    for letter in letters {
        letter.character = leet(letter.character).unwrap_or(letter.character);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::skeleton_of;
    use super::*;
    use crate::domain::signal::Field;

    #[test]
    fn accents_and_ligatures_go() {
        assert_eq!(skeleton_of("Été à l’Œuvre, garçon ñandú straße Łódź"), "ete a l'oeuvre, garcon nandu strasse lodz");
    }

    #[test]
    fn letters_that_look_latin_become_latin_where_scripts_mix() {
        assert_eq!(skeleton_of("саsinо et νiаgrа"), "casino et viagra");
        assert_eq!(skeleton_of("un сосо gratuit"), "un coco gratuit");
        assert_eq!(skeleton_of("ᴄᴀꜱɪɴᴏ 🅲🅰🆂🅸🅽🅾 𝓬𝓪𝓼𝓲𝓷𝓸 ｃａｓｉｎｏ"), "casino casino casino casino");
    }

    #[test]
    fn words_in_their_own_script_stay() {
        assert_eq!(skeleton_of("казино онлайн и сосна"), "казино онлаин и сосна");
        assert_eq!(skeleton_of("le mot привет veut dire bonjour"), "le mot привет veut dire bonjour");
        assert_eq!(skeleton_of("हिन्दी 東京 สวัสดี"), "हिन्दी 東京 สวัสดี");
    }

    #[test]
    fn digits_and_signs_between_letters_become_letters() {
        assert_eq!(
            skeleton_of("v1agra c@sino pr€t s3x p0rn fr33ly l00k v!agra ca$h"),
            "viagra casino pret sex porn freely look viagra cash"
        );
    }

    #[test]
    fn amounts_numbers_and_names_with_digits_stay() {
        let same = "5000€ 10 000 euros 06 12 34 56 78 100% 2,5 % v2.0 covid19 h1n1 50 cent mp3 20h30 b2b 4x4 10k€ g20 i18n €uro $100";
        assert_eq!(skeleton_of(same), same);
        assert_eq!(
            skeleton_of("écris à jean0@exemple.fr ou http://ex4mple.fr/a1b"),
            "ecris a jean0@exemple.fr ou http://ex4mple.fr/a1b"
        );
    }

    #[test]
    fn stretched_letters_stand_once() {
        assert_eq!(skeleton_of("gratuuuuit viiiite ouiiii"), "gratuit vite oui");
        assert_eq!(skeleton_of("xxx iiiii aller 1000"), "xxx iii aller 1000");
    }

    #[test]
    fn letters_set_apart_are_joined() {
        assert_eq!(skeleton_of("du c a s i n o ici"), "du casino ici");
        assert_eq!(skeleton_of("v.i.a.g.r.a, c*a*s*i*n*o et v-1-a-g-r-a"), "viagra, casino et viagra");
        assert_eq!(skeleton_of("il y a à 2 a b c"), "il y a a 2 a b c");
        assert_eq!(skeleton_of("j. f. k."), "j. f. k.");
    }

    #[test]
    fn a_span_covers_what_was_joined() {
        let folded = Mapped::identity("un c a s i n o gratuuuit");
        let made = skeleton(&folded, &[], &Scripts::default());
        let span = |part: &str| {
            let at = made.as_str().find(part).unwrap();
            let span = made.span(Field::Body, at..at + part.len());
            (span.start, span.end)
        };
        assert_eq!(span("casino"), (3, 14));
        assert_eq!(span("gratuit"), (15, 24));
        assert_eq!(span("u"), (0, 1));
    }

    proptest! {
        #[test]
        fn spans_lie_in_the_field_and_never_go_back(text in "([a-z] |[a-z]\\.|1|@|€|а|é|uuu| |\\PC){0,40}") {
            let folded = super::super::fold::fold(&Mapped::identity(&text)).mapped;
            let made = skeleton(&folded, &[], &Scripts::default());
            let scalars = text.chars().count() as u32;
            let mut before = 0;
            for (at, character) in made.as_str().char_indices() {
                let span = made.span(Field::Body, at..at + character.len_utf8());
                prop_assert!(span.start < span.end && span.end <= scalars && span.start >= before);
                before = span.start;
            }
        }
    }
}
