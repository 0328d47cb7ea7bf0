//! What a character is, as coarsely as spam detection needs it; quick where texts are mostly ASCII and Latin.

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script as Unicode, UnicodeScript};

/// A script, or a family of scripts that one language mixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Greek,
    Cyrillic,
    Arabic,
    Hebrew,
    /// Chinese characters and Japanese kana.
    Han,
    Hangul,
    /// Scripts that comments borrow for their letters' looks: Armenian, Cherokee, Coptic, Lisu.
    Borrowed,
    Other,
}

impl Script {
    pub(super) const ALL: [Self; 8] =
        [Self::Latin, Self::Greek, Self::Cyrillic, Self::Arabic, Self::Hebrew, Self::Han, Self::Hangul, Self::Other];

    /// The script of a letter; `None` for what scripts share, such as digits and marks.
    pub(super) fn of(character: char) -> Option<Self> {
        if character < '\u{250}' {
            return is_letter(character).then_some(Self::Latin);
        }
        match character {
            '\u{400}'..='\u{481}' => return Some(Self::Cyrillic),
            '\u{4e00}'..='\u{9fff}' => return Some(Self::Han),
            '\u{620}'..='\u{64a}' if character != '\u{640}' => return Some(Self::Arabic),
            '\u{2000}'..='\u{206f}' => return None,
            _ => {}
        }
        match character.script() {
            Unicode::Latin => Some(Self::Latin),
            Unicode::Greek => Some(Self::Greek),
            Unicode::Cyrillic => Some(Self::Cyrillic),
            Unicode::Arabic => Some(Self::Arabic),
            Unicode::Hebrew => Some(Self::Hebrew),
            Unicode::Han | Unicode::Hiragana | Unicode::Katakana | Unicode::Bopomofo => Some(Self::Han),
            Unicode::Hangul => Some(Self::Hangul),
            Unicode::Armenian | Unicode::Cherokee | Unicode::Coptic | Unicode::Lisu => Some(Self::Borrowed),
            Unicode::Common | Unicode::Inherited | Unicode::Unknown => None,
            _ => Some(Self::Other),
        }
    }

    /// Scripts whose letters look alike, so that mixing them in a word means to deceive.
    pub(super) fn is_confusable(self) -> bool {
        matches!(self, Self::Latin | Self::Greek | Self::Cyrillic | Self::Borrowed)
    }
}

/// Like [`char::is_alphabetic`].
pub(super) fn is_letter(character: char) -> bool {
    match character {
        '\0'..='\x7f' => character.is_ascii_alphabetic(),
        '\u{c0}'..='\u{24f}' => !matches!(character, '×' | '÷'),
        '\u{400}'..='\u{481}' | '\u{620}'..='\u{64a}' | '\u{4e00}'..='\u{9fff}' => true,
        '\u{2000}'..='\u{206f}' => false,
        _ => character.is_alphabetic(),
    }
}

/// A mark that combines with the character before it.
pub(super) fn is_mark(character: char) -> bool {
    !matches!(character, '\0'..='\u{2ff}' | '\u{2000}'..='\u{206f}' | '\u{4e00}'..='\u{9fff}')
        && is_combining_mark(character)
}

/// A letter, a mark or a digit.
pub(super) fn is_word_character(character: char) -> bool {
    match character {
        '\0'..='\x7f' => character.is_ascii_alphanumeric(),
        '\u{2000}'..='\u{206f}' => false,
        _ => is_letter(character) || character.is_numeric() || is_mark(character),
    }
}

/// How many letters of each script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scripts([u32; 9]);

impl Scripts {
    pub(super) fn add(&mut self, script: Script, letters: u32) {
        if let Some(count) = self.0.get_mut(script as usize) {
            *count += letters;
        }
    }

    pub(super) fn letters(&self) -> u32 {
        self.0.iter().sum()
    }

    pub(super) fn count(&self, script: Script) -> u32 {
        self.0.get(script as usize).copied().unwrap_or(0)
    }

    /// Whether at least three letters in four are of the script.
    pub(super) fn mostly(&self, script: Script) -> bool {
        let count = self.count(script);
        count > 0 && count * 4 >= self.letters() * 3
    }
}
