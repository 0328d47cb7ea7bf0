//! Evidence in its place: spans that may overlap become pieces that follow one another.

use std::ops::Range;

use crate::domain::decision::Decision;
use crate::domain::score::Score;
use crate::domain::signal::{Field, Signal, Span, Token};
use crate::domain::text::Mapped;

/// What evidence speaks of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Concern {
    pub spam: bool,
    pub abuse: bool,
}

/// Some text, and what the evidence in it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub concern: Concern,
}

/// A place that evidence against a comment points at.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    span: Span,
    concern: Concern,
}

/// Families of rules whose signals speak of abuse; what any other rule finds is shown as spam is.
const ABUSE: [&str; 6] = ["abuse", "insult", "aggression", "threat", "hate", "harassment"];

impl Concern {
    const SPAM: Self = Self { spam: true, abuse: false };
    const ABUSE: Self = Self { spam: false, abuse: true };

    /// By the family of a signal's id, such as `insults` in `insults.coarse` or `insults_en.coarse`.
    pub fn of(signal: &str) -> Self {
        let family = signal.strip_prefix("classifier.").unwrap_or(signal);
        if ABUSE.iter().any(|abuse| family.starts_with(abuse)) { Self::ABUSE } else { Self::SPAM }
    }

    pub fn is_any(self) -> bool {
        self.spam || self.abuse
    }

    fn and(self, other: Self) -> Self {
        Self { spam: self.spam || other.spam, abuse: self.abuse || other.abuse }
    }
}

/// So many pieces of a head's evidence are told of a comment, the strongest: a text in which every second word is marked
/// tells nobody where to look.
pub const MOST_TOLD: usize = 6;

/// Every place that speaks against the comment: those of signals, and those of the words that are told of a head.
pub fn marks(decision: &Decision) -> Vec<Mark> {
    decision.signals.iter().flat_map(of_signal).collect()
}

fn of_signal(signal: &Signal) -> Vec<Mark> {
    if signal.score <= Score::ZERO && signal.floor.is_none() {
        return Vec::new();
    }
    let evidence = signal.explanation.iter().flat_map(|explanation| &explanation.evidence);
    let told = evidence.filter(|evidence| evidence.score > Score::ZERO).take(MOST_TOLD);
    let words = told.flat_map(|evidence| match &evidence.token {
        Token::Words(spans) => spans.as_slice(),
        Token::Structure(_) => &[],
    });
    let concern = Concern::of(&signal.id);
    signal.spans.iter().chain(words).map(|span| Mark { span: *span, concern }).collect()
}

/// A field in pieces: together they are its text, and each is under the same marks from end to end.
pub fn pieces(plain: &Mapped, field: Field, marks: &[Mark]) -> Vec<Piece> {
    let text = plain.as_str();
    let of_field = marks.iter().filter(|mark| mark.span.field == field);
    let ranges: Vec<(Range<usize>, Concern)> =
        of_field.map(|mark| (plain.bytes(mark.span.start..mark.span.end), mark.concern)).collect();
    let mut edges: Vec<usize> = ranges.iter().flat_map(|(range, _)| [range.start, range.end]).collect();
    edges.extend([0, text.len()]);
    edges.sort_unstable();
    edges.dedup();
    let mut pieces: Vec<Piece> = Vec::new();
    for (from, to) in edges.iter().zip(edges.iter().skip(1)) {
        let over = ranges.iter().filter(|(range, _)| range.start <= *from && range.end >= *to);
        let concern = over.fold(Concern::default(), |all, (_, concern)| all.and(*concern));
        let Some(text) = text.get(*from..*to) else { continue };
        match pieces.last_mut() {
            Some(last) if last.concern == concern => last.text.push_str(text),
            _ => pieces.push(Piece { text: text.to_owned(), concern }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::comment::BodyFormat;
    use crate::domain::signal::{Evidence, Explanation, Message, Source};
    use crate::domain::text::plain_of;

    fn mark(start: u32, end: u32, concern: Concern) -> Mark {
        Mark { span: Span { field: Field::Body, start, end }, concern }
    }

    /// Spam in square brackets, abuse in curly ones.
    fn written(pieces: &[Piece]) -> String {
        let written = |piece: &Piece| match (piece.concern.spam, piece.concern.abuse) {
            (false, false) => piece.text.clone(),
            (true, false) => format!("[{}]", piece.text),
            (false, true) => format!("{{{}}}", piece.text),
            (true, true) => format!("[{{{}}}]", piece.text),
        };
        pieces.iter().map(written).collect()
    }

    fn marked(body: &str, format: BodyFormat, marks: &[Mark]) -> String {
        written(&pieces(&plain_of(body, format), Field::Body, marks))
    }

    #[test]
    fn overlapping_evidence_is_cut_where_it_changes() {
        let marks = [mark(0, 9, Concern::SPAM), mark(3, 14, Concern::ABUSE), mark(3, 5, Concern::ABUSE)];
        assert_eq!(marked("été à la plage", BodyFormat::Text, &marks), "[été][{ à la }]{plage}");
    }

    #[test]
    fn evidence_that_touches_is_one() {
        let marks = [mark(0, 3, Concern::SPAM), mark(3, 5, Concern::SPAM)];
        assert_eq!(marked("été là", BodyFormat::Text, &marks), "[été l]à");
    }

    #[test]
    fn in_html_a_span_covers_what_a_reader_sees_of_it() {
        let html = "<p>Un <b>cas</b>ino &amp; <i>rien</i></p>";
        let marks = [mark(9, 19, Concern::SPAM)];
        assert_eq!(marked(html, BodyFormat::Html, &marks).trim(), "Un [casino] & rien");
    }

    #[test]
    fn a_mark_of_another_field_or_past_the_end_marks_nothing() {
        let elsewhere = Mark { span: Span { field: Field::AuthorUrl, start: 0, end: 2 }, concern: Concern::SPAM };
        let marks = [elsewhere, mark(50, 60, Concern::SPAM), mark(2, 2, Concern::ABUSE)];
        assert_eq!(marked("abc", BodyFormat::Text, &marks), "abc");
        assert!(pieces(&Mapped::identity(""), Field::AuthorName, &marks).is_empty());
    }

    #[test]
    fn only_what_speaks_against_the_comment_is_marked() {
        let span = |start| Span { field: Field::Body, start, end: start + 1 };
        let word = |start, score| Evidence { token: Token::Words(vec![span(start)]), score: Score::from_nats(score) };
        let explanation = Explanation { evidence: vec![word(0, 1.0), word(1, -1.0)], ..Explanation::default() };
        let signal = |score| {
            Signal::new("classifier.abuse", Source::Classifier, Score::from_nats(score), Message::new("", ""))
                .explained(explanation.clone())
        };
        let found = of_signal(&signal(1.0));
        assert_eq!(found.iter().map(|mark| (mark.span, mark.concern)).collect::<Vec<_>>(), [(span(0), Concern::ABUSE)]);
        assert!(of_signal(&signal(-0.5)).is_empty());
    }

    #[test]
    fn the_weakest_words_are_left_unmarked() {
        let span = |start| Span { field: Field::Body, start, end: start + 1 };
        let word = |start| Evidence { token: Token::Words(vec![span(start)]), score: Score::from_nats(1.0) };
        let explanation = Explanation { evidence: (0..12).map(word).collect(), ..Explanation::default() };
        let signal = Signal::new("classifier.abuse", Source::Classifier, Score::from_nats(1.0), Message::new("", ""));
        assert_eq!(of_signal(&signal.explained(explanation)).len(), MOST_TOLD);
    }

    #[test]
    fn families_speak_of_spam_or_abuse() {
        for id in ["classifier.abuse", "insults.coarse", "insults_en.mild", "threats.veiled", "hate.slur"] {
            assert_eq!(Concern::of(id), Concern::ABUSE, "{id}");
        }
        for id in ["classifier.spam", "links.too_many", "history.rejected_before", "mine"] {
            assert_eq!(Concern::of(id), Concern::SPAM, "{id}");
        }
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text_whatever_is_marked(
            body in ".{0,60}",
            spans in proptest::collection::vec((0_u32..70, 0_u32..70, any::<bool>()), 0..8),
        ) {
            let concern = |spam| if spam { Concern::SPAM } else { Concern::ABUSE };
            let marks: Vec<_> = spans.iter().map(|(start, end, spam)| mark(*start, *end, concern(*spam))).collect();
            for format in [BodyFormat::Text, BodyFormat::Html] {
                let plain = plain_of(&body, format);
                let pieces = pieces(&plain, Field::Body, &marks);
                let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
                prop_assert_eq!(text, plain.as_str());
                prop_assert!(pieces.windows(2).all(|pair| pair[0].concern != pair[1].concern));
            }
        }
    }
}
