//! A text laid out as its words between single spaces.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

/// ` les mots entre espaces . `, and where each word stood.
#[derive(Debug, Default)]
pub(super) struct Row {
    text: String,
    /// For each word, its first byte in the row and in what it was laid out from.
    words: Vec<(u32, u32)>,
}

impl Row {
    pub fn of(source: &str) -> Self {
        let mut row =
            Self { text: String::with_capacity(source.len() + 8), words: Vec::with_capacity(source.len() / 4) };
        row.text.push(' ');
        let (mut word, mut sentence_ends) = (None, false);
        for (at, character) in source.char_indices() {
            if is_word_character(character) {
                if word.is_none() && std::mem::take(&mut sentence_ends) && !row.words.is_empty() {
                    row.push(at, ".");
                }
                word.get_or_insert(at);
                continue;
            }
            row.close(source, &mut word, at);
            sentence_ends |= ends_sentence(character);
        }
        row.close(source, &mut word, source.len());
        row
    }

    /// Appends the word that began somewhere and ends here, if there is one.
    fn close(&mut self, source: &str, word: &mut Option<usize>, end: usize) {
        if let Some((start, word)) = word.take().and_then(|start| Some((start, source.get(start..end)?))) {
            self.push(start, word);
        }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where some bytes of the row stood, from the first word's beginning to the last word's end.
    pub fn source(&self, row: Range<usize>) -> Range<usize> {
        let start = self.at(row.start + 1);
        let last =
            row.end.saturating_sub(usize::from(self.text.as_bytes().get(row.end.wrapping_sub(1)) == Some(&b' ')));
        start..self.at(last.saturating_sub(1)) + 1
    }

    /// Follows a phrase whose first segment ends at `end`: each further segment begins where the word that the
    /// segment before it left open ends. The end of the whole, or `None` where it is another phrase.
    pub fn follow(&self, mut end: usize, segments: &[String]) -> Option<usize> {
        for segment in segments {
            let rest = self.text.get(end..)?;
            let space = rest.find(' ')?;
            if !rest.get(space..)?.starts_with(segment.as_str()) {
                return None;
            }
            end += space + segment.len();
        }
        Some(end)
    }

    fn push(&mut self, source: usize, word: &str) {
        self.words.push((self.text.len() as u32, source as u32));
        self.text.push_str(word);
        self.text.push(' ');
    }

    /// Where a byte of the row stood.
    fn at(&self, row: usize) -> usize {
        let after = self.words.partition_point(|(start, _)| *start as usize <= row);
        let word = after.checked_sub(1).and_then(|index| self.words.get(index));
        word.map_or(0, |(start, source)| *source as usize + row - *start as usize)
    }
}

fn is_word_character(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    character.is_alphanumeric() || is_combining_mark(character)
}

fn ends_sentence(character: char) -> bool {
    matches!(character, '.' | '!' | '?' | ';' | '\u{3002}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_words_does_not_matter_but_a_sentence_ends() {
        assert_eq!(Row::of("« L'été,\nprêt-à-porter »").as_str(), " L été prêt à porter ");
        assert_eq!(Row::of("...un casino !? En ligne.").as_str(), " un casino . En ligne ");
        assert_eq!(Row::of(" – ").as_str(), " ");
    }

    #[test]
    fn a_place_in_the_row_is_a_place_in_the_text() {
        let source = "à l'argent   rapide";
        let row = Row::of(source);
        let found = row.as_str().find(" argent rapide ").unwrap();
        let range = row.source(found..found + " argent rapide ".len());
        assert_eq!(&source[range], "argent   rapide");
        let found = row.as_str().find(" arg").unwrap();
        assert_eq!(&source[row.source(found..found + " arg".len())], "arg");
    }
}
