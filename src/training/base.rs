//! What a training starts from: the counts of an earlier model, to which a site's own labels are added, so that nobody
//! needs the corpora to train again.

use std::collections::BTreeMap;

use super::TrainingError;
use super::openness::Labels;
use super::split::{Census, Split};
use crate::domain::classifier::card::{Card, HeadFacts, LanguageFacts, Question};
use crate::domain::classifier::features::Key;
use crate::domain::classifier::{HeadMasses, Model, built_in, masses};
use crate::domain::comment::Language;

/// So many labels of the rarer kind bring the base's counts to half their mass: by then a site knows its readers.
const HALF_MASS: f64 = 2_000.0;

/// How much good and bad mass holds a feature.
pub(super) type Column = [f64; 2];

/// A model with what it was fitted from.
#[derive(Clone, Debug)]
pub struct Base {
    pub(super) version: String,
    pub(super) card: Card,
    masses: [HeadMasses; 2],
    /// Sorted by key.
    names: Vec<(Key, String)>,
}

impl Base {
    /// Reads a model file.
    ///
    /// # Errors
    /// Why it is no model, or that it carries no counts: a site's model does not, so that labels that were taken back
    /// are not learned from again.
    pub fn read(bytes: &[u8]) -> Result<Self, TrainingError> {
        let model = Model::read(bytes)?;
        let version = model.version().to_owned();
        let Some(masses) = masses(bytes)? else { return Err(TrainingError::NoCounts { version }) };
        let mut names: BTreeMap<Key, String> = BTreeMap::new();
        for question in Question::ALL {
            names.extend(model.names(question).map(|(key, name)| (key, name.to_owned())));
        }
        Ok(Self { version, card: model.card().clone(), masses, names: names.into_iter().collect() })
    }

    /// The model that the binary carries.
    ///
    /// # Errors
    /// None in a build that passed its tests.
    pub fn built_in() -> Result<Self, TrainingError> {
        Self::read(built_in())
    }

    pub(super) fn names(&self) -> &[(Key, String)] {
        &self.names
    }

    /// Whether one of its heads counts a feature.
    pub(super) fn knows(&self, key: Key) -> bool {
        self.masses.iter().any(|masses| masses.binary_search_by_key(&key, |(key, _)| *key).is_ok())
    }

    pub(super) fn facts(&self, question: Question) -> &HeadFacts {
        match question {
            Question::Spam => &self.card.spam,
            Question::Abuse => &self.card.abuse,
        }
    }

    /// The labels that it was trained on.
    pub(super) fn labels(&self, question: Question) -> BTreeMap<Language, Labels> {
        let labels = self.facts(question).languages.iter();
        let behind =
            |facts: &LanguageFacts| Labels { wanted: facts.wanted, unwanted: facts.unwanted, written: facts.written };
        labels.map(|(language, facts)| (*language, behind(facts))).collect()
    }

    /// Its columns, sorted by key, with the mass that they have beside a site's own labels.
    pub(super) fn columns(&self, question: Question, own: &Census) -> Vec<(Key, Column)> {
        let [spam, abuse] = &self.masses;
        let masses = if question == Question::Spam { spam } else { abuse };
        let share = share(own);
        masses.iter().map(|(key, masses)| (*key, masses.map(|mass| share * f64::from(mass)))).collect()
    }
}

/// What is left of the base's mass beside so many labels of a site's own.
fn share(own: &Census) -> f64 {
    let added = own.labels_added(Split::Whole);
    let rarer = |of: fn(&Labels) -> u64| added.values().map(of).sum::<u64>();
    let rarer = rarer(|labels| labels.wanted).min(rarer(|labels| labels.unwanted)) as f64;
    HALF_MASS / (HALF_MASS + rarer)
}

/// A base's columns as a sample sees them.
#[derive(Debug, Default)]
pub(super) struct Grounds {
    /// By feature of the sample; `None` where the base does not know it.
    pub here: Vec<Option<Column>>,
    /// What the sample does not hold; the fit smooths over it too.
    pub elsewhere: Vec<(Key, Column)>,
}

impl Grounds {
    /// `features` are the sample's, sorted.
    pub fn new(columns: Vec<(Key, Column)>, features: &[Key]) -> Self {
        let mut grounds = Self { here: vec![None; features.len()], elsewhere: Vec::new() };
        for (key, column) in columns {
            match features.binary_search(&key).ok().and_then(|at| grounds.here.get_mut(at)) {
                Some(here) => *here = Some(column),
                None => grounds.elsewhere.push((key, column)),
            }
        }
        grounds
    }
}
