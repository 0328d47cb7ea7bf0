//! What is in files of examples, and which labels to look at again.

use std::collections::BTreeMap;

use serde::Serialize;

use super::collection::Conflict;
use super::line::Line;
use super::seen::{Met, Seen, digest};
use crate::domain::classifier::Model;
use crate::domain::classifier::card::{Label, Question};
use crate::domain::text::Text;

/// How many places of each kind are told one by one; the rest is counted.
const MOST_TOLD: usize = 20;
/// How many sources are told apart; what is of others counts as [`OTHERS`].
const MOST_SOURCES: usize = 1_000;
const OTHERS: &str = "(others)";
/// How probable what the label denies must be to the model.
const DOUBTFUL: f64 = 0.9;
/// How much of a doubtful text is kept, in characters.
const KEPT: usize = 400;

/// What one source holds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SourceStats {
    pub labels: BTreeMap<&'static str, u64>,
    /// By two-letter code; `?` where it is not known.
    pub languages: BTreeMap<String, u64>,
    /// Texts that came before with the same label, in whatever source.
    pub duplicates: u64,
}

/// A label that the model contradicts, and is sure.
#[derive(Clone, Debug, Serialize)]
pub struct Doubt<P> {
    pub at: P,
    pub label: Label,
    /// The head that contradicts.
    pub head: Question,
    /// What it gives for spam, or for abuse: 0 to 1.
    pub probability: f64,
    /// The beginning of the text.
    pub text: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Stats<P> {
    pub examples: u64,
    pub sources: BTreeMap<String, SourceStats>,
    pub duplicates: u64,
    /// How many examples have a text that was first met with another label.
    pub conflicting: u64,
    /// The first of them.
    pub conflicts: Vec<Conflict<P>>,
    pub doubtful: u64,
    /// The worst of them, worst first.
    pub doubts: Vec<Doubt<P>>,
    /// Lines whose text cannot be a comment, such as one too long: they are not counted as examples.
    pub unusable: u64,
    /// The first of them.
    pub unusable_at: Vec<P>,
    /// Examples that came when no more texts could be remembered: they may be duplicates.
    pub unchecked: u64,
}

/// Statistics in the making.
#[derive(Debug)]
pub struct Survey<'m, P> {
    model: &'m Model,
    seen: Seen<P>,
    stats: Stats<P>,
}

impl<'m, P: Copy> Survey<'m, P> {
    pub fn new(model: &'m Model) -> Self {
        let stats = Stats {
            examples: 0,
            sources: BTreeMap::new(),
            duplicates: 0,
            conflicting: 0,
            conflicts: Vec::new(),
            doubtful: 0,
            doubts: Vec::new(),
            unusable: 0,
            unusable_at: Vec::new(),
            unchecked: 0,
        };
        Self { model, seen: Seen::default(), stats }
    }

    /// Counts the example that stands at `at`. A text that came before is not judged again.
    pub fn add(&mut self, line: &Line, at: P) {
        let Ok(comment) = line.comment() else {
            self.stats.unusable += 1;
            push_bounded(&mut self.stats.unusable_at, at);
            return;
        };
        let text = Text::of(&comment, line.lang);
        let met = self.seen.meet(digest(&text), line.label, at);
        self.count(line, matches!(met, Met::Again(_)));
        if let Met::Otherwise(first, first_at) = met {
            self.stats.conflicting += 1;
            let conflict = Conflict { first, first_at, then: line.label, then_at: at };
            push_bounded(&mut self.stats.conflicts, conflict);
        }
        if !matches!(met, Met::Again(_)) {
            let heads = self.model.judge(&text, comment.kind()).heads;
            let readings = [(Question::Spam, heads.spam.probability), (Question::Abuse, heads.abuse.probability)];
            if let Some((head, probability)) = contradiction(line.label, readings) {
                let text = line.text.chars().take(KEPT).collect();
                self.doubt(Doubt { at, label: line.label, head, probability, text });
            }
        }
    }

    pub fn finish(mut self) -> Stats<P> {
        self.stats.unchecked = self.seen.forgotten;
        self.stats
    }

    fn count(&mut self, line: &Line, again: bool) {
        let sources = &mut self.stats.sources;
        let is_told = sources.contains_key(&line.source) || sources.len() < MOST_SOURCES;
        let source = sources.entry(if is_told { line.source.clone() } else { OTHERS.to_owned() }).or_default();
        *source.labels.entry(line.label.as_str()).or_default() += 1;
        let language = line.lang.map_or_else(|| "?".to_owned(), |language| language.to_string());
        *source.languages.entry(language).or_default() += 1;
        source.duplicates += u64::from(again);
        self.stats.duplicates += u64::from(again);
        self.stats.examples += 1;
    }

    fn doubt(&mut self, doubt: Doubt<P>) {
        self.stats.doubtful += 1;
        let doubts = &mut self.stats.doubts;
        let place = doubts.partition_point(|other| other.wrongness() >= doubt.wrongness());
        doubts.insert(place, doubt);
        doubts.truncate(MOST_TOLD);
    }
}

impl<P> Doubt<P> {
    fn wrongness(&self) -> f64 {
        wrongness(self.label, self.head, self.probability).unwrap_or(0.0)
    }
}

fn push_bounded<T>(told: &mut Vec<T>, one: T) {
    if told.len() < MOST_TOLD {
        told.push(one);
    }
}

/// How probable it is to a head that the label is wrong; `None` where the label does not answer its question.
fn wrongness(label: Label, head: Question, probability: f64) -> Option<f64> {
    Some(if label.answers(head)? { 1.0 - probability } else { probability })
}

/// The head that contradicts the label most, if one is sure. A head that knows too little says nothing.
fn contradiction(label: Label, readings: [(Question, Option<f64>); 2]) -> Option<(Question, f64)> {
    let sure = readings.into_iter().filter_map(|(head, probability)| {
        let probability = probability?;
        Some((wrongness(label, head, probability)?, head, probability))
    });
    let (wrong, head, probability) = sure.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (wrong >= DOUBTFUL).then_some((head, probability))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(examples: impl Iterator<Item = (String, Label, String)>) -> Stats<u64> {
        let model = Model::built_in().unwrap();
        let mut survey = Survey::new(&model);
        for (at, (text, label, source)) in (1..).zip(examples) {
            let line = serde_json::json!({ "text": text, "label": label, "lang": "en", "source": source });
            survey.add(&serde_json::from_value(line).unwrap(), at);
        }
        survey.finish()
    }

    #[test]
    fn of_many_sources_the_first_are_told_and_all_are_counted() {
        let many = MOST_SOURCES as u64 + 5;
        let stats = survey((0..many).map(|at| (format!("text {at}"), Label::Ham, format!("s{at:04}"))));
        assert_eq!((stats.sources.len(), stats.examples), (MOST_SOURCES + 1, many));
        assert_eq!(stats.sources[OTHERS].labels["ham"], 5);
    }

    #[test]
    fn what_is_listed_is_bounded_and_all_of_it_is_counted() {
        let offer = |at| format!("Online casino bonus {at}, free spins, click http://win.example and earn money fast");
        let contradicted = (0..30).map(|at| (offer(at), Label::Ham, "s".to_owned()));
        let torn = (0..30).map(|at| (offer(at), Label::Spam, "s".to_owned()));
        let long = (0..30).map(|_| ("x".repeat((1 << 20) + 1), Label::Ham, "s".to_owned()));
        let stats = survey(contradicted.chain(torn).chain(long));
        assert_eq!((stats.doubtful, stats.conflicting, stats.unusable), (30, 30, 30));
        let listed = (stats.doubts.len(), stats.conflicts.len(), stats.unusable_at.len());
        assert_eq!(listed, (MOST_TOLD, MOST_TOLD, MOST_TOLD));
        assert_eq!((stats.conflicts[0].first_at, stats.conflicts[0].then_at), (1, 31));
        assert!(stats.doubts.windows(2).all(|pair| pair[0].wrongness() >= pair[1].wrongness()), "worst first");
    }

    #[test]
    fn a_head_contradicts_only_the_labels_that_answer_its_question() {
        let told = |label, spam, abuse| contradiction(label, [(Question::Spam, spam), (Question::Abuse, abuse)]);
        assert_eq!(told(Label::Ham, Some(0.95), Some(0.97)), Some((Question::Abuse, 0.97)));
        assert_eq!(told(Label::Ham, Some(0.89), None), None);
        assert_eq!(told(Label::Spam, Some(0.05), Some(0.99)), Some((Question::Spam, 0.05)));
        assert_eq!(told(Label::Abuse, Some(0.01), None), None, "a head that knows too little says nothing");
    }
}
