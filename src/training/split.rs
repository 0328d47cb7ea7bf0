//! Who trains and who is tried: the domains of a corpus, their masses, and the ways to split them.

use std::collections::{BTreeMap, BTreeSet};

use super::corpus::Example;
use super::counts::{Mass, ONE};
use super::openness::{ENOUGH_REAL, Labels, Voice};
use super::sources::{Source, Sources};
use crate::domain::classifier::card::{Count, Label, Question};
use crate::domain::comment::Language;

/// A domain's place among the domains of a corpus, sorted by name.
pub(super) type DomainId = usize;

/// Folds inside a domain.
pub(super) const FOLDS: u64 = 5;

/// What each kind of label of a domain adds up to, however many examples it has: otherwise a big source's vocabulary
/// speaks for the kind of label that it happens to have more of, which ruins transfer to unseen sources.
const DOMAIN_MASS: f64 = 1_000.0;

/// The most one example weighs, so that a handful does not shout.
const MOST_EACH: f64 = 5.0;

/// The most one label of a site weighs beside a base. A site's spam is often of one trade, with few words; at five units
/// each, two hundred of them make what all other spam writes look good: of 43 other spam comments in French, 28 were still
/// found, and 38 are at one unit.
const MOST_EACH_ADDED: f64 = 1.0;

/// One fit: what it trains on and what it is tried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Split {
    /// All examples train.
    Whole,
    /// All domains but one train; that one is tried.
    LeftOut(DomainId),
    /// All domains but two train; the first is tried, so that what calibrates for the second has not seen it.
    Nested { tried: DomainId, hidden: DomainId },
    /// All domains train, except for one part in five of each; that part is tried.
    Pooled(u64),
    /// All folds of one domain but one train; that one is tried.
    Inside(DomainId, u64),
}

impl Split {
    pub fn trains(self, at: At) -> bool {
        match self {
            Self::Whole => true,
            Self::LeftOut(out) => at.domain != out,
            Self::Nested { tried, hidden } => at.domain != tried && at.domain != hidden,
            Self::Pooled(out) => at.part != out,
            Self::Inside(only, out) => at.domain == only && at.fold != out,
        }
    }

    pub fn tries(self, at: At) -> bool {
        match self {
            Self::Whole => false,
            Self::LeftOut(out) => at.domain == out,
            Self::Nested { tried, .. } => at.domain == tried,
            Self::Pooled(out) => at.part == out,
            Self::Inside(only, out) => at.domain == only && at.fold == out,
        }
    }
}

/// What a split goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub domain: DomainId,
    /// One in [`FOLDS`], by text.
    pub fold: u64,
    /// One in [`FOLDS`], by group or part of the source.
    pub part: u64,
}

/// One kind of example, as far as splitting and weighing see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    domain: String,
    fold: u64,
    part: u64,
    unwanted: bool,
    language: Option<Language>,
    voice: Voice,
    /// The source's weight times the example's, in millionths.
    weight: Mass,
}

impl Cell {
    fn at(&self, domain: DomainId) -> At {
        At { domain, fold: self.fold, part: self.part }
    }
}

/// Where one example stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub at: At,
    pub unwanted: bool,
    pub weight: Mass,
    pub by_person: bool,
    /// Whether the source's author fields count.
    pub author: bool,
}

/// Everything that is counted before anything is fitted, for one head.
#[derive(Debug)]
pub(super) struct Census {
    question: Question,
    seed: u64,
    cells: BTreeMap<Cell, u64>,
    /// Sorted by name.
    domains: Vec<Domain>,
    counts: BTreeMap<(String, Label, Option<Language>), u64>,
    bytes: u64,
    /// The labels behind the base that is trained from.
    before: BTreeMap<Language, Labels>,
}

/// A domain: one or more sources that are balanced and left out together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Domain {
    pub name: String,
    pub written: bool,
    pub comments: bool,
}

impl Census {
    /// `before` are the labels behind the base that is trained from.
    pub fn new(question: Question, seed: u64, before: BTreeMap<Language, Labels>) -> Self {
        let (cells, counts) = (BTreeMap::new(), BTreeMap::new());
        Self { question, seed, cells, domains: Vec::new(), counts, bytes: 0, before }
    }

    /// Counts an example that speaks for this head.
    pub fn count(&mut self, example: &Example, sources: &Sources) {
        let source = sources.of(example.source());
        let Some(unwanted) = self.answer(example, &source) else { return };
        let cell = Cell {
            domain: source.domain().to_owned(),
            fold: self.fold(example),
            part: self.part(example, &source),
            unwanted,
            language: example.language(),
            voice: match source.written {
                true => Voice::Written,
                false if example.is_by_person() => Voice::Person,
                false => Voice::Machine,
            },
            weight: millionths(source.weight * example.weight()),
        };
        *self.cells.entry(cell).or_default() += 1;
        *self.counts.entry((source.name.clone(), example.label(), example.language())).or_default() += 1;
        self.bytes += example.bytes();
        self.know(Domain { name: source.domain().to_owned(), written: source.written, comments: source.comments });
    }

    /// Of the same domains, with nothing counted.
    pub fn emptied(&self) -> Self {
        Self { domains: self.domains.clone(), ..Self::new(self.question, self.seed, self.before.clone()) }
    }

    /// What two censuses have counted together.
    pub fn merged(mut self, other: Self) -> Self {
        other.domains.into_iter().for_each(|domain| self.know(domain));
        for (cell, count) in other.cells {
            *self.cells.entry(cell).or_default() += count;
        }
        for (kind, count) in other.counts {
            *self.counts.entry(kind).or_default() += count;
        }
        self.bytes += other.bytes;
        self
    }

    fn know(&mut self, domain: Domain) {
        match self.domains.binary_search_by(|known| known.name.cmp(&domain.name)) {
            Ok(at) => {
                if let Some(known) = self.domains.get_mut(at) {
                    known.comments &= domain.comments;
                    known.written &= domain.written;
                }
            }
            Err(at) => self.domains.insert(at, domain),
        }
    }

    fn answer(&self, example: &Example, source: &Source) -> Option<bool> {
        source.heads.contains(&self.question).then(|| example.label().answers(self.question)).flatten()
    }

    fn fold(&self, example: &Example) -> u64 {
        self.draw(example, self.seed) % FOLDS
    }

    fn part(&self, example: &Example, source: &Source) -> u64 {
        let seed = self.seed.wrapping_add(2);
        (if source.parts { example.draw_part(seed) } else { self.draw(example, seed) }) % FOLDS
    }

    /// The labels that a site adds to a base may all stand under one page, and what it is sent comes back under every
    /// page: its texts are parted one by one.
    fn draw(&self, example: &Example, seed: u64) -> u64 {
        if self.before.is_empty() { example.draw(seed) } else { example.lot(seed) }
    }

    /// Where an example stands, if it speaks for this head.
    pub fn place(&self, example: &Example, sources: &Sources) -> Option<Place> {
        let source = sources.of(example.source());
        let unwanted = self.answer(example, &source)?;
        let domain = self.domains.binary_search_by(|domain| domain.name.as_str().cmp(source.domain())).ok()?;
        let weight = millionths(source.weight * example.weight());
        let at = At { domain, fold: self.fold(example), part: self.part(example, &source) };
        Some(Place { at, unwanted, weight, by_person: example.is_by_person(), author: source.author })
    }

    pub fn domains(&self) -> &[Domain] {
        &self.domains
    }

    pub fn examples(&self) -> u64 {
        self.cells.values().sum()
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What each example weighs in the training set of a split.
    pub fn masses(&self, split: Split) -> Masses {
        Masses(
            self.domains.iter().enumerate().map(|(id, domain)| self.domain_masses(split, id, &domain.name)).collect(),
        )
    }

    fn domain_masses(&self, split: Split, id: DomainId, name: &str) -> [f64; 2] {
        let (mut examples, mut weights, mut weight) = ([0.0; 2], [0.0; 2], 0.0_f64);
        for (cell, &count) in self.cells.iter().filter(|(cell, _)| cell.domain == name && split.trains(cell.at(id))) {
            let kind = usize::from(cell.unwanted);
            let each = cell.weight as f64 / ONE as f64;
            examples[kind] += count as f64;
            weights[kind] += count as f64 * each;
            weight = weight.max(each);
        }
        let most_each = if self.before.is_empty() { MOST_EACH } else { MOST_EACH_ADDED };
        let rarer =
            if examples.contains(&0.0) { examples[0] + examples[1] } else { most_each * examples[0].min(examples[1]) };
        let target = weight * f64::min(DOMAIN_MASS, rarer);
        weights.map(|sum| if sum > 0.0 { target / sum } else { 0.0 })
    }

    /// The labels by language behind the fit of a split, the base's among them.
    pub fn labels(&self, split: Split) -> BTreeMap<Language, Labels> {
        self.labels_on(split, self.before.clone())
    }

    /// The labels by language in the training set of a split.
    pub fn labels_added(&self, split: Split) -> BTreeMap<Language, Labels> {
        self.labels_on(split, BTreeMap::new())
    }

    fn labels_on(&self, split: Split, mut labels: BTreeMap<Language, Labels>) -> BTreeMap<Language, Labels> {
        let judged = if self.question == Question::Spam { self.judged() } else { BTreeSet::new() };
        for (cell, &count) in &self.cells {
            let (Some(language), Some(domain)) = (cell.language, self.domain(&cell.domain)) else { continue };
            let counts = cell.voice != Voice::Written || judged.contains(&language);
            if counts && split.trains(cell.at(domain)) {
                labels.entry(language).or_default().add(cell.voice, cell.unwanted, count);
            }
        }
        labels
    }

    /// The languages with enough real good comments to show what harm written examples do.
    fn judged(&self) -> BTreeSet<Language> {
        let mut good: BTreeMap<Language, u64> =
            self.before.iter().map(|(language, labels)| (*language, labels.wanted)).collect();
        for (cell, &count) in self.cells.iter().filter(|(cell, _)| cell.voice == Voice::Person && !cell.unwanted) {
            if let Some(language) = cell.language {
                *good.entry(language).or_default() += count;
            }
        }
        good.into_iter().filter(|(_, good)| *good >= ENOUGH_REAL).map(|(language, _)| language).collect()
    }

    fn domain(&self, name: &str) -> Option<DomainId> {
        self.domains.binary_search_by(|domain| domain.name.as_str().cmp(name)).ok()
    }

    /// The counts for the card.
    pub fn counts(&self) -> Vec<Count> {
        let count = |((source, label, language), examples): (&(String, _, _), &u64)| Count {
            source: source.clone(),
            head: self.question,
            label: *label,
            language: *language,
            examples: *examples,
        };
        self.counts.iter().map(count).collect()
    }
}

fn millionths(weight: f64) -> Mass {
    (weight * ONE as f64).round() as Mass
}

/// What one example of each domain and kind of label weighs, per unit of its source's weight.
#[derive(Clone, Debug)]
pub(super) struct Masses(Vec<[f64; 2]>);

impl Masses {
    pub fn of(&self, place: Place) -> Mass {
        let unit = self.0.get(place.at.domain).map_or(0.0, |kinds| kinds[usize::from(place.unwanted)]);
        (unit * place.weight as f64).round() as Mass
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_tried_by_a_fit_that_saw_it() {
        let all = || 0..3;
        let folds = || 0..FOLDS;
        let left_out = all().map(Split::LeftOut);
        let nested = all().map(|tried| Split::Nested { tried, hidden: (tried + 1) % 3 });
        let inside = all().flat_map(|domain| folds().map(move |fold| Split::Inside(domain, fold)));
        for split in left_out.chain(nested).chain(inside).chain(folds().map(Split::Pooled)).chain([Split::Whole]) {
            for domain in all() {
                for (fold, part) in folds().flat_map(|fold| folds().map(move |part| (fold, part))) {
                    let at = At { domain, fold, part };
                    assert!(!(split.trains(at) && split.tries(at)), "{split:?}");
                }
            }
        }
    }
}
