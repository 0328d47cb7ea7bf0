//! The report's tables, ready to be written: every cell is a text in the reader's locale.

use std::collections::BTreeMap;

use super::curves::FEW;
use super::sentences::{Teller, capitalised};
use super::{GroupReport, HeadReport, groups, words};
use crate::domain::classifier::card::{Card, Label, Metric, Reached};
use crate::domain::comment::Language;
use crate::training::measure::{ALL, EVERY_GROUP};
use crate::training::split::Domain;
use crate::training::{INSIDE, INSIDE_PLAIN, LEFT_OUT, LEFT_OUT_PLAIN, POOLED, POOLED_PLAIN, Sources};

/// A table: a caption, columns under groups, rows of as many cells as there are columns.
pub struct Table {
    pub caption: String,
    /// What stands above the columns, and over how many; empty where nothing does.
    pub groups: Vec<(String, usize)>,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// What its marks mean.
    pub notes: Vec<&'static str>,
}

pub struct Column {
    pub name: String,
    pub numeric: bool,
    /// The baseline's, to be told apart.
    pub faint: bool,
}

pub struct Row {
    /// A sum over the others.
    pub total: bool,
    pub cells: Vec<String>,
}

impl Table {
    /// Each row's cells with their columns.
    pub fn cells<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = (&'a Column, &'a String)> {
        self.columns.iter().zip(&row.cells)
    }
}

fn column(name: &str, numeric: bool) -> Column {
    Column { name: name.to_owned(), numeric, faint: false }
}

fn columns<const N: usize>(names: [(&str, bool); N]) -> Vec<Column> {
    names.map(|(name, numeric)| column(name, numeric)).into()
}

/// Examples by source, language and label; an example that teaches both heads counts once.
pub fn corpus(teller: Teller, card: &Card, sources: &Sources) -> Table {
    let words = teller.words;
    let mut counts: BTreeMap<(&str, Option<Language>), [u64; 3]> = BTreeMap::new();
    for count in &card.counts {
        let kind = match count.label {
            Label::Ham => 0,
            Label::Spam => 1,
            Label::Abuse => 2,
        };
        let kinds = counts.entry((count.source.as_str(), count.language)).or_default();
        if let Some(kind) = kinds.get_mut(kind) {
            *kind = (*kind).max(count.examples);
        }
    }
    let mut sums = [0; 3];
    let mut rows = Vec::new();
    for ((name, language), kinds) in counts {
        sums.iter_mut().zip(kinds).for_each(|(sum, count)| *sum += count);
        let source = sources.of(name);
        let origin = source.citation.clone().unwrap_or_default();
        let texts = [name.to_owned(), source.domain().to_owned(), language_name(teller, language)];
        rows.push(Row { total: false, cells: cells(texts, kinds.map(|count| teller.numbers.count(count)), origin) });
    }
    let texts = [words.all.to_owned(), String::new(), String::new()];
    rows.push(Row { total: true, cells: cells(texts, sums.map(|count| teller.numbers.count(count)), String::new()) });
    Table {
        caption: words.corpus_caption.to_owned(),
        groups: Vec::new(),
        columns: columns([
            (words.source, false),
            (words.group, false),
            (words.language, false),
            (words.good, true),
            (words.spam, true),
            (words.abuse, true),
            (words.origin, false),
        ]),
        rows,
        notes: Vec::new(),
    }
}

fn cells(texts: [String; 3], counts: [String; 3], origin: String) -> Vec<String> {
    texts.into_iter().chain(counts).chain([origin]).collect()
}

/// The files, with as much of their digests as tells them apart.
pub fn files(teller: Teller, card: &Card) -> Table {
    let words = teller.words;
    let row = |file: &crate::domain::classifier::card::FileFacts| Row {
        total: false,
        cells: vec![
            file.name.clone(),
            format!("{}…", file.sha256.chars().take(16).collect::<String>()),
            teller.numbers.count(file.examples),
        ],
    };
    Table {
        caption: words.files_caption.to_owned(),
        groups: Vec::new(),
        columns: columns([(words.file, false), (words.digest, false), (words.examples, true)]),
        rows: card.files.iter().map(row).collect(),
        notes: Vec::new(),
    }
}

/// What the head, the rules and both together do to each source left out, and to fifths of all.
pub fn done(teller: Teller, head: &HeadReport, domains: &[Domain]) -> Vec<Table> {
    let words = teller.words;
    let splits = [(LEFT_OUT, words.done_left_out_caption), (POOLED, words.done_pooled_caption)];
    let tables = splits.map(|(split, caption)| done_in(teller, head, split, caption, domains));
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

fn done_in(teller: Teller, head: &HeadReport, split: &str, caption: &str, domains: &[Domain]) -> Table {
    let words = teller.words;
    let row = |metric: &&Metric| {
        let mut cells = vec![source_name(teller, metric, domains), row_language(teller, metric)];
        cells.extend(doings(teller, metric, metric.wanted, |done| [done.wanted_held, done.wanted_rejected]));
        cells.extend(doings(teller, metric, metric.unwanted, |done| [done.unwanted_held, done.unwanted_rejected]));
        Row { total: metric.source == ALL, cells }
    };
    let kind = [words.examples, words.by_head, words.by_rules, words.by_both, words.of_these_rejected];
    let texts = [words.groups, words.language].map(|name| column(name, false));
    let figures = [kind, kind].concat().into_iter().map(|name| column(name, true));
    Table {
        caption: caption.to_owned(),
        groups: vec![(String::new(), 2), (words.good.to_owned(), 5), (words.unwanted.to_owned(), 5)],
        columns: texts.into_iter().chain(figures).collect(),
        rows: told(head, split).iter().map(row).collect(),
        notes: notes(teller, head, split, domains),
    }
}

/// How many there are of one kind, and the shares that the head, the rules and both stop; last, what both reject.
fn doings(teller: Teller, metric: &Metric, examples: u64, of_kind: fn(Reached) -> [f64; 2]) -> [String; 5] {
    let told = |reached: Option<Reached>| reached.filter(|_| examples > 0).map(of_kind);
    let share = |share: Option<f64>| teller.numbers.maybe(share, |share| teller.numbers.percent(share));
    let held = |reached: Option<Reached>| share(told(reached).map(|[held, _]| held));
    let rejected = share(told(metric.whole).map(|[_, rejected]| rejected));
    [teller.numbers.count(examples), held(metric.head()), held(metric.rules), held(metric.whole), rejected]
}

/// What becomes of each group of the examples written for the project; `None` where there are none.
pub fn groups(teller: Teller, head: &HeadReport) -> Option<Table> {
    let words = teller.words;
    let share = |share: f64| teller.numbers.percent(share);
    let row = |group: &GroupReport| Row {
        total: group.group == EVERY_GROUP,
        cells: vec![
            if group.unwanted { words.unwanted } else { words.good }.to_owned(),
            language_name(teller, group.language),
            groups::name(teller.locale, &group.group).to_owned(),
            teller.numbers.count(group.examples),
            share(group.head_held),
            share(group.rules_held),
            share(group.whole_held),
            share(group.whole_rejected),
        ],
    };
    let columns = columns([
        (words.label, false),
        (words.language, false),
        (words.kind, false),
        (words.examples, true),
        (words.by_head, true),
        (words.by_rules, true),
        (words.by_both, true),
        (words.of_these_rejected, true),
    ]);
    (!head.groups.is_empty()).then(|| Table {
        caption: words.written_caption.to_owned(),
        groups: Vec::new(),
        columns,
        rows: head.groups.iter().map(row).collect(),
        notes: Vec::new(),
    })
}

/// The measures of sources left out, of fifths of all and inside a source, each beside the plain words'.
pub fn quality(teller: Teller, head: &HeadReport, domains: &[Domain]) -> Vec<Table> {
    let words = teller.words;
    let splits = [
        (LEFT_OUT, LEFT_OUT_PLAIN, words.left_out_caption),
        (POOLED, POOLED_PLAIN, words.pooled_caption),
        (INSIDE, INSIDE_PLAIN, words.inside_caption),
    ];
    let tables = splits.map(|(split, plain, caption)| measures(teller, head, [split, plain], caption, domains));
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

fn measures(teller: Teller, head: &HeadReport, [split, plain]: [&str; 2], caption: &str, domains: &[Domain]) -> Table {
    let words = teller.words;
    let measured = [words.auc, words.recall, words.brier, words.ece];
    let mut columns = vec![
        column(words.groups, false),
        column(words.language, false),
        column(words.good, true),
        column(words.unwanted, true),
    ];
    for _ in measured {
        columns.push(column(words.tamis, true));
        columns.push(Column { faint: true, ..column(words.plain, true) });
    }
    let row = |metric: &&Metric| {
        let same = |other: &&Metric| {
            other.split == plain && other.source == metric.source && other.language == metric.language
        };
        let beside = head.metrics.iter().find(same);
        let mut cells = vec![
            source_name(teller, metric, domains),
            row_language(teller, metric),
            teller.numbers.count(metric.wanted),
            teller.numbers.count(metric.unwanted),
        ];
        cells.extend(figures(teller, metric, beside));
        Row { total: metric.source == ALL, cells }
    };
    Table {
        caption: caption.to_owned(),
        groups: std::iter::once((String::new(), 4)).chain(measured.map(|name| (name.to_owned(), 2))).collect(),
        columns,
        rows: told(head, split).iter().map(row).collect(),
        notes: std::iter::once(words.few_note).chain(notes(teller, head, split, domains)).collect(),
    }
}

/// Each measure, ours and the baseline's.
fn figures(teller: Teller, ours: &Metric, plain: Option<&Metric>) -> [String; 8] {
    let numbers = teller.numbers;
    let enough = ours.wanted.min(ours.unwanted) >= FEW as u64;
    let three = |number: Option<f64>| numbers.maybe(number, |number| numbers.decimal(number, 3));
    let share = |share: Option<f64>| numbers.maybe(share, |share| numbers.percent(share));
    let auc = |metric: &Metric| metric.auc.filter(|_| enough);
    let recall = |metric: &Metric| metric.recall_at_1_percent.filter(|_| enough);
    let margin = ours
        .auc_margin
        .filter(|_| enough)
        .map_or_else(String::new, |margin| format!(" ± {}", numbers.decimal(margin, 3)));
    [
        format!("{}{margin}", three(auc(ours))),
        three(plain.and_then(auc)),
        share(recall(ours)),
        share(plain.and_then(recall)),
        three(Some(ours.brier)),
        three(plain.map(|plain| plain.brier)),
        three(Some(ours.ece).filter(|_| ours.spoken != Some(0.0))),
        three(plain.map(|plain| plain.ece)),
    ]
}

/// Which budgets hold in each language, and what that lets the head do.
pub fn budgets(teller: Teller, head: &HeadReport) -> Table {
    let words = teller.words;
    let rows = head.claims.iter().flat_map(|language| {
        language.claims.iter().map(move |claim| Row {
            total: false,
            cells: vec![
                capitalised(&teller.claimed_language(language)),
                teller.numbers.percent(language.openness),
                teller.budget(claim),
                teller.numbers.count(claim.good),
                teller.numbers.count(claim.errors),
                teller.numbers.percent(claim.bound),
                teller.meaning(claim, language.ceiling),
            ],
        })
    });
    let columns = columns([
        (words.language, false),
        (words.own_words, true),
        (words.budget, false),
        (words.tried, true),
        (words.wrong, true),
        (words.bound, true),
        (words.meaning, false),
    ]);
    Table {
        caption: words.budgets_caption.to_owned(),
        groups: Vec::new(),
        columns,
        rows: rows.collect(),
        notes: Vec::new(),
    }
}

/// The rows of a split. A source with but one language to speak of is told by that language's row alone.
fn told<'a>(head: &'a HeadReport, split: &str) -> Vec<&'a Metric> {
    let rows: Vec<_> = head.metrics.iter().filter(|metric| metric.split == split).collect();
    let whole = |metric: &Metric| metric.language.is_none();
    let said_again = |metric: &Metric| {
        let mut languages = rows.iter().filter(|row| row.source == metric.source && !whole(row));
        languages.next().is_some() && languages.next().is_none()
    };
    rows.iter().filter(|metric| !(whole(metric) && said_again(metric))).copied().collect()
}

/// A domain with the marks that `notes` explains.
fn source_name(teller: Teller, metric: &Metric, domains: &[Domain]) -> String {
    if metric.source == ALL {
        return teller.words.all_real.to_owned();
    }
    match domains.iter().find(|domain| domain.name == metric.source) {
        Some(Domain { written: true, .. }) => format!("{} *", metric.source),
        Some(Domain { comments: false, .. }) => format!("{} †", metric.source),
        _ => metric.source.clone(),
    }
}

/// What the marks of the domains in a split's rows mean.
fn notes(teller: Teller, head: &HeadReport, split: &str, domains: &[Domain]) -> Vec<&'static str> {
    let rows = told(head, split);
    let marked = |mark: char| rows.iter().any(|metric| source_name(teller, metric, domains).ends_with(mark));
    let notes = [('*', teller.words.written_note), ('†', teller.words.mail_note)];
    notes.into_iter().filter(|(mark, _)| marked(*mark)).map(|(_, note)| note).collect()
}

fn row_language(teller: Teller, metric: &Metric) -> String {
    metric
        .language
        .map_or_else(|| teller.words.all_of_them.to_owned(), |language| words::language(teller.locale, language))
}

fn language_name(teller: Teller, language: Option<Language>) -> String {
    language
        .map_or_else(|| teller.words.unknown_language.to_owned(), |language| words::language(teller.locale, language))
}
