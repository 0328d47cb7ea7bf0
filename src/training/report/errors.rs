//! The worst errors: what a head was sure of and wrong about, told by the fit that had not seen it.

use std::collections::BTreeMap;

use crate::domain::classifier::card::{Card, HeadFacts, Label, LanguageFacts, Question};
use crate::domain::classifier::{HeadParts, Model, write};
use crate::domain::comment::{Kind, Language};
use crate::domain::decision::{Thresholds, Verdict};
use crate::domain::policy;
use crate::domain::score::Score;
use crate::domain::signal::{Explanation, Message, Signal, Source, Span, Token};
use crate::domain::text::Text;
use crate::training::corpus::Corpus;
use crate::training::split::{DomainId, Place, Split};
use crate::training::study::{Prediction, Study};
use crate::training::{Assessed, Progress, TrainOptions, TrainingError};

/// As many of each kind: good comments accused, unwanted ones missed.
pub const MOST: usize = 10;

/// So many of each kind and domain are read again: several may be the same text up to where it is cut.
const MOST_SUSPECTS: usize = 4 * MOST;

/// The longest text that is shown, in Unicode scalars.
const LONGEST: usize = 500;

/// A signal beyond any threshold: the explanation is told before the head's bounds.
const UNBOUNDED: Score = Score::from_thousandths(1_000_000);

/// An example that a head was sure of and wrong about.
#[derive(Clone, Debug, PartialEq)]
pub struct WorstError {
    /// At most [`LONGEST`] scalars of the text.
    pub text: String,
    /// Whether there is more of it.
    pub cut: bool,
    pub source: String,
    pub language: Option<Language>,
    /// What a person says it is.
    pub label: Label,
    pub unwanted: bool,
    /// What the head says: calibrated, at even base rates.
    pub probability: f64,
    /// What the head alone would have made of it, within its bounds.
    pub verdict: Verdict,
    /// The strongest features, strongest first, and what each adds.
    pub evidence: Vec<(Clue, Score)>,
    /// What all other features and the calibration add.
    pub rest: Score,
}

/// A feature of a text as a person can recognise it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clue {
    /// Words of the text.
    Words(String),
    /// The name of a fact, such as `links=2`.
    Structure(String),
}

/// Who judges which examples: each by a fit that had not seen it.
pub(super) struct Judges<'a> {
    facts: &'a HeadFacts,
    /// The fits as models.
    models: Vec<(Split, Model)>,
    /// Examples that may be among the worst, by the number of their text, and the fit that judges each.
    suspects: BTreeMap<(u64, DomainId, bool), Split>,
}

impl<'a> Judges<'a> {
    pub fn new(study: &Study<'_>, card: &Card, assessed: &'a Assessed<'_>) -> Result<Self, TrainingError> {
        let facts = &assessed.facts;
        let suspects = suspects(&assessed.tried.judging(study.census), facts);
        let mut models: Vec<(Split, Model)> = Vec::new();
        for split in suspects.values() {
            if models.iter().all(|(known, _)| known != split) {
                models.push((*split, judge(study, card, facts, *split)?));
            }
        }
        Ok(Self { facts, models, suspects })
    }

    /// Reads the texts of the suspects again, tries each, and keeps the worst: first the good comments that are
    /// accused, then the unwanted ones that are missed, each from the most certain. `of` is how many examples there are.
    pub fn worst(
        &self,
        study: &Study<'_>,
        options: &TrainOptions,
        of: u64,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<WorstError>, TrainingError> {
        let mut worst = [false, true].map(|_| vec![Worst::default(); study.census.domains().len()]);
        let mut done = 0;
        Corpus::new(options.files.clone())?.each(&mut |example| {
            done += 1;
            if done % 500 == 0 || done == of {
                progress(Progress { step: "explain", done, of });
            }
            let Some(place) = study.census.place(&example, &options.sources) else { return };
            let suspect = (example.lot(options.seed), place.at.domain, place.unwanted);
            let Some(model) = self.suspects.get(&suspect).and_then(|split| self.model(*split)) else { return };
            let [accused, missed] = &mut worst;
            let kept = if place.unwanted { missed } else { accused };
            let Some(kept) = kept.get_mut(place.at.domain) else { return };
            let (label, source, body) = (example.label(), example.source().to_owned(), example.body().to_owned());
            let Some((_, text)) = example.comment(place.author) else { return };
            let Some(answer) = answer(model, study.question, &text) else { return };
            kept.offer(answer.wrongness(place), &body, || answer.told(self.facts, &text, label, place, source, &body));
        })?;
        Ok(worst.into_iter().flat_map(gathered).collect())
    }

    fn model(&self, split: Split) -> Option<&Model> {
        self.models.iter().find(|(known, _)| *known == split).map(|(_, model)| model)
    }
}

/// The worst of each domain and kind, with room for those that are the same text once shown.
fn suspects(predictions: &[&Prediction<'_>], facts: &HeadFacts) -> BTreeMap<(u64, DomainId, bool), Split> {
    let mut ranked: Vec<_> = predictions
        .iter()
        .filter(|prediction| prediction.speaks)
        .map(|prediction| {
            let odds = facts.language(prediction.language).line.at(prediction.raw);
            (if prediction.unwanted { -odds } else { odds }, *prediction)
        })
        .filter(|(wrongness, _)| *wrongness > 0.0)
        .collect();
    ranked.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(one.lot.cmp(&other.lot)));
    let mut taken: BTreeMap<(DomainId, bool), usize> = BTreeMap::new();
    let mut suspects = BTreeMap::new();
    for (_, prediction) in ranked {
        let taken = taken.entry((prediction.domain, prediction.unwanted)).or_default();
        if *taken < MOST_SUSPECTS {
            *taken += 1;
            suspects.insert((prediction.lot, prediction.domain, prediction.unwanted), prediction.split);
        }
    }
    suspects
}

/// A fit as a model that tells its evidence before bounds, knowing of each language what the fit saw of it.
fn judge(study: &Study<'_>, card: &Card, facts: &HeadFacts, split: Split) -> Result<Model, TrainingError> {
    let (weights, labels) = study.weights(split)?;
    let unbounded = |facts: &LanguageFacts, openness: f64| LanguageFacts {
        openness,
        shift: Score::ZERO,
        ceiling: UNBOUNDED,
        ..facts.clone()
    };
    let languages = facts.languages.iter().map(|(language, facts)| {
        let openness = labels.get(language).map_or(0.0, |labels| labels.openness());
        (*language, unbounded(facts, openness))
    });
    let told = HeadFacts {
        floor: -UNBOUNDED,
        elsewhere: unbounded(&facts.elsewhere, 0.0),
        languages: languages.collect(),
        ..facts.clone()
    };
    let card = Card { spam: told.clone(), abuse: told, ..card.clone() };
    let head = HeadParts { weights: &weights, masses: &[] };
    let (spam, abuse) = match study.question {
        Question::Spam => (head, HeadParts::default()),
        Question::Abuse => (HeadParts::default(), head),
    };
    Ok(Model::read(&write(&card, spam, abuse, &[]))?)
}

/// What a model says about one text.
struct Answer {
    probability: f64,
    /// Calibrated, before bounds.
    score: Score,
    explanation: Explanation,
}

/// `None` where the head knows too little, or says neither yes nor no.
fn answer(model: &Model, question: Question, text: &Text) -> Option<Answer> {
    let judgement = model.judge(text, Kind::Comment);
    let reading = match question {
        Question::Spam => judgement.heads.spam,
        Question::Abuse => judgement.heads.abuse,
    };
    let id = format!("classifier.{}", question.as_str());
    let signal = judgement.signals.into_iter().find(|signal| signal.id == id)?;
    Some(Answer { probability: reading.probability?, score: signal.score, explanation: signal.explanation? })
}

impl Answer {
    /// How sure the head is of what is not so.
    fn wrongness(&self, place: Place) -> Score {
        if place.unwanted { -self.score } else { self.score }
    }

    fn told(
        &self,
        facts: &HeadFacts,
        text: &Text,
        label: Label,
        place: Place,
        source: String,
        body: &str,
    ) -> WorstError {
        let language = text.language();
        let bounds = facts.language(language);
        let told = bounds.bounded(self.score - bounds.shift, facts.floor);
        let clue = |token: &Token| match token {
            Token::Words(spans) => {
                Clue::Words(spans.iter().map(|span| words(body, *span)).collect::<Vec<_>>().join(" "))
            }
            Token::Structure(name) => Clue::Structure(name.clone()),
        };
        WorstError {
            text: body.chars().take(LONGEST).collect(),
            cut: body.chars().nth(LONGEST).is_some(),
            source,
            language,
            label,
            unwanted: place.unwanted,
            probability: self.probability,
            verdict: alone(told),
            evidence: self
                .explanation
                .evidence
                .iter()
                .map(|evidence| (clue(&evidence.token), evidence.score))
                .collect(),
            rest: self.explanation.rest,
        }
    }
}

/// What becomes of a comment on a head's word alone.
pub(super) fn alone(told: Score) -> Verdict {
    let signal = Signal::new("classifier", Source::Classifier, told, Message::new("", ""));
    policy::decide(&[signal], Thresholds::default()).verdict
}

/// The words of a span. Two neighbouring words may stand far apart, so this too is bounded.
fn words(body: &str, span: Span) -> String {
    const LONGEST_CLUE: usize = 60;
    let length = span.end.saturating_sub(span.start) as usize;
    body.chars().skip(span.start as usize).take(length.min(LONGEST_CLUE)).collect()
}

/// The worst errors of one kind and domain so far: bounded, the most certain first, none twice.
#[derive(Clone, Default)]
struct Worst {
    kept: Vec<(Score, WorstError)>,
}

impl Worst {
    /// Of two that are as wrong, the one that came first goes first.
    fn offer(&mut self, wrongness: Score, body: &str, error: impl FnOnce() -> WorstError) {
        let at = self.kept.partition_point(|(kept, _)| *kept >= wrongness);
        let known = || self.kept.iter().any(|(_, kept)| kept.text.chars().eq(body.chars().take(LONGEST)));
        if wrongness <= Score::ZERO || at >= MOST || known() {
            return;
        }
        self.kept.insert(at, (wrongness, error()));
        self.kept.truncate(MOST);
    }
}

/// The worst of all domains, the most certain first. One domain fills at most a third while others have any.
fn gathered(domains: Vec<Worst>) -> Vec<WorstError> {
    let ranked = domains.into_iter().flat_map(|worst| worst.kept.into_iter().enumerate());
    let mut ranked: Vec<_> =
        ranked.map(|(rank, (wrongness, error))| (rank / MOST.div_ceil(3), wrongness, error)).collect();
    ranked.sort_by_key(|(turn, wrongness, _)| (*turn, -*wrongness));
    ranked.truncate(MOST);
    ranked.sort_by_key(|(_, wrongness, _)| -*wrongness);
    ranked.into_iter().map(|(_, _, error)| error).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> WorstError {
        WorstError {
            text: text.to_owned(),
            cut: false,
            source: "s".to_owned(),
            language: None,
            label: Label::Ham,
            unwanted: false,
            probability: 0.9,
            verdict: Verdict::Hold,
            evidence: Vec::new(),
            rest: Score::ZERO,
        }
    }

    #[test]
    fn the_worst_are_kept_in_order_bounded_and_once() {
        let mut worst = Worst::default();
        for at in 0..50 {
            let text = format!("texte {at}.");
            worst.offer(Score::from_nats(f64::from(at % 25)), &text, || error(&text));
        }
        worst.offer(Score::from_nats(99.0), "texte 24.", || error("texte 24."));
        let kept: Vec<_> = worst.kept.iter().map(|(_, error)| error.text.as_str()).collect();
        assert_eq!(&kept[..3], ["texte 24.", "texte 49.", "texte 23."]);
        assert_eq!(kept.len(), MOST);
    }

    #[test]
    fn one_source_does_not_fill_the_list() {
        let of = |source: &str, count: u32, nats: f64| {
            let mut worst = Worst::default();
            for at in 0..count {
                let text = format!("{source} {at}");
                worst.offer(Score::from_nats(nats - f64::from(at) / 100.0), &text, || error(&text));
            }
            worst
        };
        let texts = |domains: Vec<Worst>| gathered(domains).into_iter().map(|error| error.text).collect::<Vec<_>>();
        let both = texts(vec![of("a", 10, 1.0), of("b", 10, 9.0), of("c", 1, 5.0)]);
        let from = |source: &str| both.iter().filter(|text| text.starts_with(source)).count();
        assert_eq!((both.len(), from("a"), from("b"), from("c")), (MOST, 4, 5, 1));
        assert_eq!((both[0].as_str(), both[5].as_str()), ("b 0", "c 0"));
        assert_eq!(texts(vec![of("a", 10, 1.0)]).len(), MOST);
    }

    #[test]
    fn what_is_right_is_no_error() {
        let mut worst = Worst::default();
        worst.offer(Score::ZERO, "a", || error("a"));
        worst.offer(Score::from_nats(-3.0), "b", || error("b"));
        assert!(worst.kept.is_empty());
    }

    #[test]
    fn words_are_counted_in_scalars_and_bounded() {
        let span = |start, end| Span { field: crate::domain::signal::Field::Body, start, end };
        assert_eq!(words("été à Nîmes", span(4, 5)), "à");
        assert_eq!(words(&"x".repeat(500), span(0, 500)).len(), 60);
        assert_eq!(words("court", span(3, 99)), "rt");
    }
}
