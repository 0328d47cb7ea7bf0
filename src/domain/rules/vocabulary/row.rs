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
        let (mut start, mut sentence_ends) = (None, false);
        let mut at = 0;
        while let Some((class, width)) = row.class_at(at) {
            match (class, start) {
                (Class::Word, None) => {
                    if std::mem::take(&mut sentence_ends) && !row.words.is_empty() {
                        row.words.push((at as u32, at as u32));
                    }
                    start = Some(at);
                }
                (Class::Word, Some(_)) => {}
                (gap, word) => {
                    row.words.extend(word.map(|start: usize| (start as u32, at as u32)));
                    start = None;
                    sentence_ends |= gap == Class::SentenceEnd;
                }
            }
            at += width;
        }
        row.words.extend(start.map(|start| (start as u32, source.len() as u32)));
        row
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

    /// What the character is that begins at a byte, and how many bytes it takes.
    fn class_at(&self, at: usize) -> Option<(Class, usize)> {
        match self.source.as_bytes().get(at)? {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => Some((Class::Word, 1)),
            b'.' | b'!' | b'?' | b';' => Some((Class::SentenceEnd, 1)),
            0..0x80 => Some((Class::Gap, 1)),
            _ => self.source.get(at..)?.chars().next().map(|character| (class(character), character.len_utf8())),
        }
    }
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
