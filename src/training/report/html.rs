//! The page: one file that needs nothing else, no script, no network.
//!
//! Texts are hostile: askama escapes whatever stands in the template, `plots` escapes for itself, and should both fail,
//! the page forbids every script and every load (its Content-Security-Policy).

use askama::Template;

use super::charts::{Charts, Figure};
use super::curves::Curves;
use super::errors::{Clue, WorstError};
use super::exhibit::{Exhibit, HeadExhibit};
use super::sentences::Teller;
use super::tables::{self, Table};
use super::words::{self, Words};
use super::{HeadReport, LanguageClaims};
use crate::domain::classifier::card::Question;
use crate::domain::score::Score;
use crate::domain::site::Locale;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    words: &'static Words,
    version: &'a str,
    date: &'a str,
    seed: String,
    /// The model whose counts the labels were added to.
    from: Option<&'a str>,
    corpus: Table,
    files: Table,
    heads: Vec<Head>,
}

/// One head's section.
struct Head {
    id: &'static str,
    title: &'static str,
    summary: String,
    /// What it may do, a sentence a language.
    rights: Vec<String>,
    done: Vec<Table>,
    /// What becomes of the examples written for the project.
    groups: Option<Table>,
    budgets: Table,
    quality: Vec<Table>,
    figures: Vec<Figure>,
    histograms: Vec<Figure>,
    tokens: Vec<Tokens>,
    errors: Vec<Errors>,
}

/// The strongest tokens of one kind.
struct Tokens {
    title: &'static str,
    tokens: Vec<(String, String)>,
}

/// The worst errors of one kind.
struct Errors {
    title: &'static str,
    errors: Vec<Error>,
}

struct Error {
    /// What the head said, and what would have come of it.
    said: String,
    /// Where the text comes from, and what a person says it is.
    about: String,
    lang: String,
    text: String,
    cut: bool,
    evidence: Vec<Piece>,
}

struct Piece {
    token: String,
    score: String,
    /// Whether it speaks against the comment.
    against: bool,
}

impl Exhibit {
    /// The report as a page in one locale. It quotes texts of the corpus, and must be deleted when they must.
    ///
    /// # Errors
    /// None that a caller could mend: writing to a string does not fail.
    pub fn html(&self, locale: Locale) -> Result<String, askama::Error> {
        let teller = Teller::new(locale);
        let heads = self.report.heads.iter().zip(&self.heads);
        Page {
            words: teller.words,
            version: &self.version,
            date: &self.card.date,
            seed: self.card.seed.to_string(),
            from: self.report.from.as_deref(),
            corpus: tables::corpus(teller, &self.card, &self.sources),
            files: tables::files(teller, &self.card),
            heads: heads.map(|(report, exhibit)| head(teller, report, exhibit)).collect(),
        }
        .render()
    }
}

fn head(teller: Teller, report: &HeadReport, exhibit: &HeadExhibit) -> Head {
    let question = report.question;
    let charts = Charts { teller, question, curves: &exhibit.curves };
    let claims: Vec<_> = report.claims.iter().flat_map(|language| language.claims.clone()).collect();
    Head {
        id: question.as_str(),
        title: words::head(teller.locale, question),
        summary: teller.summary(report, exhibit.plain_auc, report.all_real()),
        rights: rights(teller, report, exhibit),
        done: tables::done(teller, report, &exhibit.domains),
        groups: tables::groups(teller, report),
        budgets: tables::budgets(teller, report),
        quality: tables::quality(teller, report, &exhibit.domains),
        figures: charts.lines(&claims),
        histograms: charts.histograms(),
        tokens: vec![
            tokens(teller, teller.words.for_unwanted, &exhibit.unwanted_tokens),
            tokens(teller, teller.words.for_good, &exhibit.wanted_tokens),
        ],
        errors: errors(teller, question, &exhibit.errors),
    }
}

/// What the head may do, language by language.
fn rights(teller: Teller, report: &HeadReport, exhibit: &HeadExhibit) -> Vec<String> {
    let curves =
        |code: &str| exhibit.curves.iter().find(|curves| curves.language.is_some_and(|it| it.as_str() == code));
    let right = |language: &LanguageClaims| {
        teller.rights(report.question, language, curves(&language.language).and_then(Curves::area))
    };
    report.claims.iter().map(right).collect()
}

fn tokens(teller: Teller, title: &'static str, tokens: &[(String, f32)]) -> Tokens {
    let written = |(name, weight): &(String, f32)| (teller.token(name), teller.numbers.signed(f64::from(*weight), 1));
    Tokens { title, tokens: tokens.iter().map(written).collect() }
}

fn errors(teller: Teller, question: Question, errors: &[WorstError]) -> Vec<Errors> {
    let kinds = [(teller.words.accused, false), (teller.words.missed, true)];
    let of = |unwanted: bool| errors.iter().filter(move |error| error.unwanted == unwanted);
    let kinds =
        kinds.map(|(title, kind)| Errors { title, errors: of(kind).map(|it| error(teller, question, it)).collect() });
    kinds.into()
}

fn error(teller: Teller, question: Question, error: &WorstError) -> Error {
    let language = error.language.map(|language| words::language(teller.locale, language));
    let label = words::label(teller.locale, error.label);
    let piece = |token: String, score: Score| Piece {
        token,
        score: teller.numbers.signed(score.nats(), 2),
        against: score > Score::ZERO,
    };
    let clue = |clue: &Clue| match clue {
        Clue::Words(words) => printable(words),
        Clue::Structure(name) => teller.token(name),
    };
    let rest = std::iter::once(piece(teller.words.rest.to_owned(), error.rest));
    let pieces = error.evidence.iter().map(|(token, score)| piece(clue(token), *score));
    Error {
        said: teller.said(error.probability, question, error.verdict),
        about: [Some(error.source.clone()), language, Some(teller.labelled(label))]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
        lang: error.language.map_or_else(String::new, |language| language.to_string()),
        text: printable(&error.text),
        cut: error.cut,
        evidence: pieces.chain(rest).collect(),
    }
}

/// A text on one line, without the characters that HTML cannot hold and those that turn the direction of what follows.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for (at, line) in text.lines().filter(|line| !line.trim().is_empty()).enumerate() {
        printable.push_str(if at > 0 { " ⏎ " } else { "" });
        printable.extend(line.trim_end().chars().map(shown));
    }
    printable
}

fn shown(character: char) -> char {
    match character {
        '\t' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}' => {
            char::REPLACEMENT_CHARACTER
        }
        control if control.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

#[cfg(test)]
mod tests;
