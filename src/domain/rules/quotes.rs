//! What a comment quotes: readers repeat insults in order to object to them.

use std::cell::OnceCell;

use crate::domain::signal::Span;
use crate::domain::text::FieldText;

/// Longest quotation, in bytes: a mark that is not closed soon was not a quotation.
const MAX_QUOTED: usize = 400;

/// The quoted parts of a field, looked for when they are first asked about: few comments have anything that it would
/// matter for.
#[derive(Debug)]
pub(super) struct Quotes<'a> {
    field: Option<&'a FieldText>,
    parts: OnceCell<Vec<Span>>,
}

impl<'a> Quotes<'a> {
    pub fn of(field: Option<&'a FieldText>) -> Self {
        Self { field, parts: OnceCell::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.parts().is_empty()
    }

    pub fn contain(&self, span: Span) -> bool {
        let after = self.parts().partition_point(|quote| quote.start <= span.start);
        after.checked_sub(1).and_then(|index| self.parts().get(index)).is_some_and(|quote| span.end <= quote.end)
    }

    /// In order.
    fn parts(&self) -> &[Span] {
        self.parts.get_or_init(|| self.field.map(quoted).unwrap_or_default())
    }
}

fn quoted(field: &FieldText) -> Vec<Span> {
    let text = field.folded.as_str();
    if !text.contains(['«', '“', '"']) {
        return Vec::new();
    }
    let mut quotes = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, character) in text.char_indices() {
        open = match (open, character) {
            (Some((start, closing)), _) if character == closing && at - start <= MAX_QUOTED => {
                quotes.push(field.span_of(start..at));
                None
            }
            (Some((start, _)), _) if at - start <= MAX_QUOTED && character != '\n' => open,
            (_, '«') => Some((at, '»')),
            (_, '“') => Some((at, '”')),
            (_, '"') => Some((at, '"')),
            _ => None,
        };
    }
    quotes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::{Comment, Draft};
    use crate::domain::text::Text;

    fn quoted(body: &str) -> Vec<String> {
        let comment = Comment::parse(Draft { body: body.to_owned(), ..Draft::default() }).unwrap();
        let text = Text::of(&comment, None);
        let scalars: Vec<char> = body.chars().collect();
        let cut = |span: &Span| scalars[span.start as usize..span.end as usize].iter().collect();
        Quotes::of(text.body()).parts().iter().map(cut).collect()
    }

    #[test]
    fn marks_pair_up_within_a_line() {
        assert_eq!(quoted("on m’a dit « sale con » et \"crève\""), ["« sale con ", "\"crève"]);
        assert_eq!(quoted("un écran de 24\" et\nun autre de 27\" ici"), Vec::<String>::new());
        assert_eq!(quoted("« jamais fermé"), Vec::<String>::new());
        assert_eq!(quoted(&format!("\"{}\" \"ici\"", "x".repeat(500))).len(), 1);
    }
}
