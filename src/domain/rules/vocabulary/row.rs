//! A text laid out as its words, whatever stands between them.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

/// What stands in a row where a sentence ends and another word follows.
const SENTENCE_END: &str = ".";

/// The words of a text, in order, and between them where sentences end.
#[derive(Debug)]
pub(super) struct Row<'a> {
    source: &'a str,
    /// The bytes of each word; nothing between two numbers is the end of a sentence.
    words: Vec<(u32, u32)>,
}

impl<'a> Row<'a> {
    pub fn of(source: &'a str) -> Self {
        let mut row = Self { source, words: Vec::with_capacity(source.len() / 4) };
        let mut at = 0;
        loop {
            let gap = row.gap_at(at);
            at += gap.bytes;
            let word = row.word_bytes(at);
            if word == 0 {
                return row;
            }
            if gap.ends_sentence && !row.words.is_empty() {
                row.words.push((at as u32, at as u32));
            }
            row.words.push((at as u32, (at + word) as u32));
            at += word;
        }
    }

    pub fn len(&self) -> usize {
        self.words.len()
    }

    pub fn word(&self, index: usize) -> Option<&'a str> {
        let &(start, end) = self.words.get(index)?;
        if start == end {
            return Some(SENTENCE_END);
        }
        self.source.get(start as usize..end as usize)
    }

    /// Where a word stands in the text, in bytes.
    pub fn range(&self, index: usize) -> Range<usize> {
        self.words.get(index).map_or(0..0, |&(start, end)| start as usize..end as usize)
    }

    /// How many bytes from one on belong to a word.
    fn word_bytes(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            at += self.bytes(at).take_while(u8::is_ascii_alphanumeric).count();
            match self.beyond_ascii(at) {
                Some((Class::Word, width)) => at += width,
                _ => return at - from,
            }
        }
    }

    /// What stands between two words, from a byte on.
    fn gap_at(&self, from: usize) -> Gap {
        let mut gap = Gap::default();
        loop {
            let rest = self.bytes(from + gap.bytes).take_while(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric());
            for byte in rest {
                gap.bytes += 1;
                gap.ends_sentence |= matches!(byte, b'.' | b'!' | b'?' | b';');
            }
            match self.beyond_ascii(from + gap.bytes) {
                Some((class, width)) if class != Class::Word => {
                    gap.bytes += width;
                    gap.ends_sentence |= class == Class::SentenceEnd;
                }
                _ => return gap,
            }
        }
    }

    fn bytes(&self, from: usize) -> impl Iterator<Item = u8> + use<'a> {
        self.source.as_bytes().get(from..).unwrap_or_default().iter().copied()
    }

    /// What the character beyond ASCII is that begins at a byte, if one does, and how many bytes it takes.
    fn beyond_ascii(&self, at: usize) -> Option<(Class, usize)> {
        let byte = self.source.as_bytes().get(at)?;
        let character = if byte.is_ascii() { None } else { self.source.get(at..)?.chars().next() }?;
        Some((class(character), character.len_utf8()))
    }
}

/// What stands between two words.
#[derive(Clone, Copy, Debug, Default)]
struct Gap {
    bytes: usize,
    ends_sentence: bool,
}

/// What a character is to words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Word,
    SentenceEnd,
    Gap,
}

/// Of a character beyond ASCII.
fn class(character: char) -> Class {
    match character {
        // Nearly all that French has beyond ASCII, without a search in a table.
        '\u{c0}'..='\u{17f}' if !matches!(character, '×' | '÷') => Class::Word,
        '\u{3002}' => Class::SentenceEnd,
        _ if character.is_alphanumeric() || is_combining_mark(character) => Class::Word,
        _ => Class::Gap,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(source: &str) -> String {
        let row = Row::of(source);
        (0..row.len()).filter_map(|index| row.word(index)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_stands_between_words_does_not_matter_but_a_sentence_ends() {
        assert_eq!(laid_out("« L'été,\nprêt-à-porter »"), "L été prêt à porter");
        assert_eq!(laid_out("...un casino !? En ligne."), "un casino . En ligne");
        assert_eq!(laid_out(" – "), "");
        assert_eq!(laid_out("2×3÷x² हिन्दी。東京"), "2 3 x² हिन्दी . 東京");
    }

    #[test]
    fn the_letters_told_without_a_search_are_letters() {
        for character in '\u{80}'..='\u{2ff}' {
            assert_eq!(class(character) == Class::Word, character.is_alphanumeric(), "{character}");
        }
    }

    #[test]
    fn a_word_is_a_place_in_the_text() {
        let source = "à l'argent   rapide";
        let row = Row::of(source);
        assert_eq!(&source[row.range(2).start..row.range(3).end], "argent   rapide");
    }
}
