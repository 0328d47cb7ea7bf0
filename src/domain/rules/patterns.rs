//! The regular expressions of all rules: one pass over a field says which can match at all, and only those are asked.

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use regex_syntax::hir::{Hir, HirKind, Look};

use super::facts::{Fields, Where};
use crate::domain::text::{FieldText, Text};

/// Longest pattern, in bytes.
const MAX_PATTERN: usize = 2_000;
/// Largest compiled pattern, in bytes; `\w{500}` is larger.
const MAX_COMPILED: usize = 1 << 20;
/// Largest compiled set of all patterns, in bytes.
const MAX_SET: usize = 32 << 20;
/// What the matching may keep in memory, in bytes a thread.
const MAX_CACHE: usize = 8 << 20;

/// Every pattern of every rule.
#[derive(Debug)]
pub(super) struct Patterns {
    set: RegexSet,
    exact: Vec<(Regex, Where)>,
    fields: Fields,
}

/// Which pattern of [`Patterns`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Index(usize);

/// Gathers patterns until the set is built.
#[derive(Debug, Default)]
pub(super) struct Builder {
    loose: Vec<String>,
    exact: Vec<(Regex, Where)>,
}

/// Why a pattern is refused, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PatternError {
    pub what: String,
    pub hint: &'static str,
}

impl Builder {
    /// # Errors
    /// The pattern does not compile, or is too large.
    pub fn pattern(&mut self, pattern: &str, place: Where) -> Result<Index, PatternError> {
        if pattern.len() > MAX_PATTERN {
            let what = format!("is longer than {MAX_PATTERN} bytes");
            return Err(PatternError { what, hint: "use `words` for long lists" });
        }
        let exact = RegexBuilder::new(pattern).size_limit(MAX_COMPILED).dfa_size_limit(MAX_CACHE).build();
        let exact = exact.map_err(|error| refused(&error))?;
        let hir = regex_syntax::parse(pattern).map_err(|error| refused(&regex::Error::Syntax(error.to_string())))?;
        self.loose.push(without_word_boundaries(hir).to_string());
        self.exact.push((exact, place));
        Ok(Index(self.exact.len() - 1))
    }

    /// # Errors
    /// The patterns are too large together.
    pub fn build(self) -> Result<Patterns, regex::Error> {
        let fields = self.exact.iter().fold(Fields::default(), |all, (_, place)| all.and(place.fields));
        let set = RegexSetBuilder::new(self.loose).size_limit(MAX_SET).dfa_size_limit(MAX_CACHE).build()?;
        Ok(Patterns { set, exact: self.exact, fields })
    }
}

impl Patterns {
    /// Which patterns can match which fields of a text.
    pub fn find<'a>(&self, text: &'a Text) -> Candidates<'a> {
        let fields = text.fields().iter().filter(|field| self.fields.contains(field.field));
        Candidates { fields: fields.map(|field| (field, self.set.matches(field.folded.as_str()))).collect() }
    }

    pub fn get(&self, index: Index) -> Option<&(Regex, Where)> {
        self.exact.get(index.0)
    }
}

/// Which patterns can match which fields.
#[derive(Debug)]
pub(super) struct Candidates<'a> {
    fields: Vec<(&'a FieldText, regex::SetMatches)>,
}

impl<'a> Candidates<'a> {
    /// The fields that a pattern can match.
    pub fn of(&self, index: Index) -> impl Iterator<Item = &'a FieldText> {
        self.fields.iter().filter(move |(_, matches)| matches.matched(index.0)).map(|(field, _)| *field)
    }
}

/// A Unicode word boundary takes the fast engine away from any text that is not ASCII. Without them an expression
/// matches wherever it matched with them, and more: good enough to choose candidates.
fn without_word_boundaries(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Look(look) if is_unicode_word_boundary(look) => Hir::empty(),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(without_word_boundaries).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.into_iter().map(without_word_boundaries).collect()),
        HirKind::Capture(capture) => without_word_boundaries(*capture.sub),
        HirKind::Repetition(mut repetition) => {
            repetition.sub = Box::new(without_word_boundaries(*repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
    }
}

fn is_unicode_word_boundary(look: Look) -> bool {
    matches!(
        look,
        Look::WordUnicode
            | Look::WordUnicodeNegate
            | Look::WordStartUnicode
            | Look::WordEndUnicode
            | Look::WordStartHalfUnicode
            | Look::WordEndHalfUnicode
    )
}

fn refused(error: &regex::Error) -> PatternError {
    match error {
        regex::Error::CompiledTooBig(limit) => PatternError {
            what: format!("compiles to more than {limit} bytes"),
            hint: "repeat less: `.{0,40}` instead of `.{0,4000}`",
        },
        other => {
            let text = other.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            PatternError { what: format!("does not compile: {reason}"), hint: "correct the expression there" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::signal::Field;

    #[test]
    fn word_boundaries_go_and_the_rest_stays() {
        let loose = |pattern| without_word_boundaries(regex_syntax::parse(pattern).unwrap()).to_string();
        assert_eq!(loose(r"\bv[i1]agra\b"), regex_syntax::parse("v[i1]agra").unwrap().to_string());
        assert_eq!(loose("^a{2,3}$"), regex_syntax::parse("^a{2,3}$").unwrap().to_string());
    }

    #[test]
    fn what_is_too_large_or_no_expression_is_refused() {
        let problem = |pattern: &str| Builder::default().pattern(pattern, Where::all_of(Field::Body)).unwrap_err().what;
        assert!(problem("(a").contains("does not compile: unclosed group"), "{}", problem("(a"));
        assert!(problem(r"\w{5000}").contains("compiles to more than"));
        assert!(problem(&"a".repeat(2001)).contains("longer"));
        assert!(problem("(?<=a)b").contains("look-around"), "{}", problem("(?<=a)b"));
    }
}
