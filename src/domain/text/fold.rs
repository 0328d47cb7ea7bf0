//! The folded form: NFKC, lower case, without what cannot be seen.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, is_nfkc_quick};

use super::mapped::{Cursor, Mapped, ascii_prefix};

/// A folded field, and what folding took away.
#[derive(Debug, Default)]
pub(super) struct Folded {
    pub mapped: Mapped,
    /// Characters that cannot be seen, inside or after a word whose script has no use for them; direction overrides.
    pub invisible: u32,
    /// Letters and digits in a costume: fullwidth, mathematical, enclosed.
    pub styled: u32,
}

/// Folds a field's plain form. Every folded character stands for the scalars it came from.
pub(super) fn fold(plain: &Mapped) -> Folded {
    let mut folded = Folded { mapped: Mapped::with_capacity(plain.len()), ..Folded::default() };
    let mut cluster = Cluster::default();
    let mut cursor = Cursor::new(plain);
    let text = plain.as_str();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let ascii = ascii_prefix(rest);
        if ascii > 0 {
            cluster.flush(&mut folded);
            // The last one may carry a combining mark: then it waits in the cluster.
            let next = rest.get(ascii..).and_then(|rest| rest.chars().next());
            let alone = if next.is_none_or(is_alone) { ascii } else { ascii - 1 };
            fold_ascii(plain, at..at + alone, &mut folded.mapped);
            at += alone;
        }
        let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        cluster.meet(character, cursor.scalars(at), &mut folded);
        at += character.len_utf8();
    }
    cluster.flush(&mut folded);
    folded
}

/// The folded form of a text that needs no places.
pub(super) fn fold_str(text: &str) -> String {
    fold(&Mapped::identity(text)).mapped.into_string()
}

/// Copies ASCII piece by piece, so that runs stay runs.
fn fold_ascii(plain: &Mapped, bytes: Range<usize>, folded: &mut Mapped) {
    for (run, scalars) in plain.runs(bytes) {
        match scalars.end - scalars.start == run.len() as u32 {
            true => folded.push_ascii_lower(run, scalars.start),
            false => run.chars().for_each(|c| folded.push(c.to_ascii_lowercase(), scalars.clone())),
        }
    }
}

/// Characters that normalisation may compose or reorder with one another.
#[derive(Default)]
struct Cluster {
    characters: String,
    scalars: Range<u32>,
}

impl Cluster {
    fn meet(&mut self, character: char, scalars: Range<u32>, folded: &mut Folded) {
        if is_invisible(character) {
            folded.invisible += u32::from(self.is_betrayed_by(character, folded));
            return;
        }
        folded.styled += u32::from(is_styled(character));
        let character = unified(character);
        if begins_cluster(character) {
            self.flush(folded);
        }
        if self.characters.is_empty() {
            self.scalars = scalars;
        } else {
            self.scalars.end = scalars.end;
        }
        self.characters.push(character);
    }

    /// Whether an invisible character has no business here: Arabic and Indic scripts and emoji need some.
    fn is_betrayed_by(&self, invisible: char, folded: &Folded) -> bool {
        let before = self.characters.chars().next_back().or_else(|| folded.mapped.as_str().chars().next_back());
        matches!(invisible, '\u{202a}'..='\u{202e}')
            || before.is_some_and(|before| {
                before.is_alphanumeric() && matches!(before, '\0'..='\u{52f}' | '\u{1d00}'..='\u{1fff}')
            })
    }

    fn flush(&mut self, folded: &mut Folded) {
        let folded = &mut folded.mapped;
        let mut characters = self.characters.chars();
        match (characters.next(), characters.next()) {
            (None, _) => return,
            (Some(only), None) if only.is_ascii() => folded.push(only.to_ascii_lowercase(), self.scalars.clone()),
            (Some(only), None) if is_normal(only) => {
                only.to_lowercase().for_each(|character| folded.push(character, self.scalars.clone()));
            }
            // Lower case may bring letters together that compose only then: J̌ has no precomposed form, ǰ has.
            _ => self
                .characters
                .nfkc()
                .flat_map(char::to_lowercase)
                .nfkc()
                .filter(|&character| !is_invisible(character))
                .for_each(|character| folded.push(unified(character), self.scalars.clone())),
        }
        self.characters.clear();
    }
}

/// Whether nothing before the character can compose with it.
fn begins_cluster(character: char) -> bool {
    if character.is_ascii()
        || is_alone(character)
        || (is_normal(character) && canonical_combining_class(character) == 0)
    {
        return true;
    }
    let mut first = None;
    decompose_compatible(character, |part| {
        first.get_or_insert(part);
    });
    first.is_none_or(|first| {
        canonical_combining_class(first) == 0 && is_nfkc_quick(std::iter::once(first)) != IsNormalized::Maybe
    })
}

/// Common characters that normalisation leaves as they are, and that no character before them changes.
fn is_alone(character: char) -> bool {
    matches!(character, '\u{c0}'..='\u{131}' | '\u{400}'..='\u{45f}' | '«' | '»' | '\u{2013}'..='\u{201d}' | '€')
}

/// Whether normalisation leaves the character as it is.
fn is_normal(character: char) -> bool {
    if is_alone(character) {
        return true;
    }
    is_nfkc_quick(std::iter::once(character)) == IsNormalized::Yes
}

/// Whether it is an ASCII letter or digit in a costume that no language wears inside its words.
fn is_styled(character: char) -> bool {
    matches!(
        character,
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d7ff}'
        | '\u{2460}'..='\u{24ff}' | '\u{1f110}'..='\u{1f189}'
    )
}

/// One apostrophe, one line break.
fn unified(character: char) -> char {
    match character {
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{00b4}' => '\'',
        '\u{2028}' | '\u{2029}' | '\u{0085}' => '\n',
        // NFKC makes them spaces too, but takes its time.
        '\u{a0}' | '\u{202f}' | '\u{2800}' => ' ',
        other => other,
    }
}

/// Zero-width and bidirectional controls, soft hyphens, variation selectors, tags and fillers.
pub(super) fn is_invisible(character: char) -> bool {
    character > '\u{ac}'
        && matches!(
            character,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::signal::Field;

    fn folded(text: &str) -> String {
        fold(&Mapped::identity(text)).mapped.as_str().to_owned()
    }

    #[test]
    fn case_and_form_are_folded_accents_and_digits_stay() {
        assert_eq!(folded("L’ÉTÉ à 100 % ﬁnit"), "l'été à 100 % finit");
        assert_eq!(folded("e\u{301}te\u{301}"), "été");
        assert_eq!(folded("ＣＡＳＩＮＯ"), "casino");
    }

    #[test]
    fn what_cannot_be_seen_is_gone() {
        assert_eq!(folded("via\u{200b}gra ca\u{ad}sino \u{202e}x\u{fe0f}"), "viagra casino x");
    }

    #[test]
    fn evasion_is_counted_where_a_script_has_no_use_for_it() {
        let invisible = |text: &str| fold(&Mapped::identity(text)).invisible;
        assert_eq!(invisible("via\u{200b}gra, ca\u{ad}si\u{200d}no"), 3);
        assert_eq!(invisible("\u{feff}👩\u{200d}👩\u{200d}👧 ❤\u{fe0f} می\u{200c}خواهم"), 0);
        assert_eq!(invisible("\u{202e}txt.exe"), 1);
        assert_eq!(fold(&Mapped::identity("𝓬𝓪𝓼𝓲𝓷𝓸 Ⓕⓡⓔⓔ ５ m² n° 1ᵉʳ")).styled, 11);
    }

    #[test]
    fn a_span_covers_the_characters_it_came_from() {
        let mapped = fold(&Mapped::identity("un \u{200b}ﬁn e\u{301}té")).mapped;
        let span = |part: &str| {
            let at = mapped.as_str().find(part).unwrap();
            let span = mapped.span(Field::Body, at..at + part.len());
            (span.start, span.end)
        };
        assert_eq!(span("f"), (4, 5));
        assert_eq!(span("fin"), (4, 6));
        assert_eq!(span("é"), (7, 9));
        assert_eq!(span("été"), (7, 11));
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }

        #[test]
        fn spans_lie_in_the_field_and_never_go_back(text in any::<String>()) {
            let mapped = fold(&Mapped::identity(&text)).mapped;
            let scalars = text.chars().count() as u32;
            let mut before = 0;
            for (at, character) in mapped.as_str().char_indices() {
                let span = mapped.span(Field::Body, at..at + character.len_utf8());
                prop_assert!(span.start < span.end && span.end <= scalars && span.start >= before);
                before = span.start;
            }
        }
    }
}
