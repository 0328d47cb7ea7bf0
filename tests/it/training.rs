//! Training end to end, on a corpus of its own.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use tamis::domain::classifier::Model;
use tamis::domain::classifier::card::{LanguageFacts, Question};
use tamis::domain::comment::{Comment, Draft, Kind, Language};
use tamis::domain::decision::{Decision, Thresholds, Verdict};
use tamis::domain::rules::RuleSet;
use tamis::domain::sieve::{Circumstances, Sieve};
use tamis::domain::signal::{Signal, Source};
use tamis::domain::text::Text;
use tamis::training::{Budgets, Sources, TrainOptions, Trained, TrainingError, evaluate, train};

use crate::support::sentences::{GOOD, SPAM};

/// A corpus folder with one file a source.
struct Corpus {
    folder: tempfile::TempDir,
    files: Vec<PathBuf>,
}

impl Corpus {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), files: Vec::new() }
    }

    /// Adds a source of so many texts of each kind, no two alike.
    fn with(mut self, source: &str, texts: usize) -> Self {
        let mut lines = String::new();
        for at in 0..texts {
            let (good, bad) = (GOOD[at % GOOD.len()], SPAM[at % SPAM.len()]);
            let example = |text: String, label: &str| {
                serde_json::json!({"text": text, "label": label, "lang": "fr", "source": source}).to_string()
            };
            writeln!(lines, "{}", example(format!("{good} numéro {at} {source}"), "ham")).unwrap();
            writeln!(lines, "{}", example(format!("{bad} offre {at} {source}"), "spam")).unwrap();
        }
        let path = self.folder.path().join(format!("{source}.jsonl"));
        std::fs::write(&path, lines).unwrap();
        self.files.push(path);
        self
    }

    /// Adds examples of one label, numbered so that no two are alike.
    fn written(mut self, source: &str, language: &str, label: &str, texts: &[&str], number: usize) -> Self {
        let lines = (0..number).map(|at| {
            let text = format!("{} n{at}", texts[at % texts.len()]);
            serde_json::json!({"text": text, "label": label, "lang": language, "source": source}).to_string()
        });
        let path = self.folder.path().join(format!("{source}-{language}-{label}.jsonl"));
        std::fs::write(&path, lines.collect::<Vec<_>>().join("\n") + "\n").unwrap();
        self.files.push(path);
        self
    }

    fn options(&self) -> TrainOptions {
        TrainOptions {
            files: self.files.clone(),
            sources: Sources::shipped().unwrap(),
            seed: 7,
            date: "2026-11-24".parse().unwrap(),
            base: None,
            budgets: Budgets::default(),
        }
    }

    fn train(&self) -> Trained {
        train(&self.options(), &mut |_| {}).unwrap()
    }
}

fn spam_score(trained: &Trained, body: &str) -> f64 {
    let model = Model::read(&trained.model_bytes).unwrap();
    let comment = Comment::parse(Draft { body: body.to_owned(), ..Draft::default() }).unwrap();
    let judgement = model.judge(&Text::of(&comment, Some(Language::FR)), Kind::Comment);
    judgement.signals.iter().find(|signal| signal.id == "classifier.spam").map_or(0.0, |signal| signal.score.nats())
}

#[test]
fn same_corpus_and_seed_same_bytes_whatever_the_order_of_the_files() {
    let corpus = Corpus::new().with("un", 40).with("deux", 30);
    let first = corpus.train();
    let mut options = corpus.options();
    options.files.reverse();
    let again = train(&options, &mut |_| {}).unwrap();
    assert!(first.model_bytes == again.model_bytes);
    assert_eq!(first.version, again.version);
}

#[test]
fn a_model_tells_spam_from_ham_and_says_where_it_learned() {
    let trained = Corpus::new().with("un", 120).with("deux", 120).train();
    let (bad, good) =
        (spam_score(&trained, "de l'argent facile avec ce casino"), spam_score(&trained, "le conseil a voté ce soir"));
    assert!(bad > 1.0 && good <= 0.0, "{bad} {good}");
    let spam = &trained.card.spam.languages[&Language::FR];
    assert_eq!((spam.wanted, spam.unwanted), (240, 240));
    assert_eq!(trained.card.files.len(), 2);
    assert!(trained.card.counts.iter().any(|count| count.source == "deux" && count.examples == 120));
}

#[test]
fn texts_written_for_the_project_open_a_language_only_where_real_good_comments_show_what_harm_it_does() {
    let openness = |trained: &Trained| trained.card.spam.languages[&Language::FR].openness;
    let written = Corpus::new().with("tamis", 150);
    let alone = written.train();
    assert_eq!(openness(&alone), 0.0);
    assert_eq!(spam_score(&alone, "de l'argent facile avec ce casino"), 0.0);
    let few = written.written("journal", "fr", "ham", &GOOD, 148).train();
    assert_eq!(openness(&few), 0.0);
    let enough = Corpus::new().with("tamis", 150).written("journal", "fr", "ham", &GOOD, 149).train();
    let french = &enough.card.spam.languages[&Language::FR];
    assert_eq!((french.wanted, french.unwanted, french.written.unwanted), (149, 0, 150));
    assert_eq!(french.openness, 0.428571);
    assert!(spam_score(&enough, "de l'argent facile avec ce casino") > 0.5);
    // What real comments do not show, written ones do not either: nothing is rejected.
    assert!(french.ceiling.nats() < 5.0 && french.claims.iter().all(|claim| claim.good == 149));
    let opened = Corpus::new().with("tamis", 150).with("site", 100).train();
    assert_eq!(openness(&opened), 0.5);
}

#[test]
fn what_only_a_machine_approved_opens_no_language_and_shows_no_budget() {
    let corpus = |weight: f64| {
        let mut corpus = Corpus::new().written("journal", "fr", "spam", &SPAM, 120);
        let lines = (0..400).map(|at| {
            let text = format!("{} n{at}", GOOD[at % GOOD.len()]);
            serde_json::json!({"text": text, "label": "ham", "lang": "fr", "source": "journal", "weight": weight})
                .to_string()
                + "\n"
        });
        let path = corpus.folder.path().join("approved.jsonl");
        std::fs::write(&path, lines.collect::<String>()).unwrap();
        corpus.files.push(path);
        corpus.train().card.spam.languages[&Language::FR].clone()
    };
    let (machine, person) = (corpus(0.2), corpus(1.0));
    assert_eq!((machine.wanted, machine.unwanted, machine.openness), (0, 120, 0.0));
    assert_eq!((person.wanted, person.unwanted), (400, 120));
    let shown_on = |facts: &LanguageFacts| facts.claims.iter().map(|claim| claim.good).max();
    assert_eq!((shown_on(&machine), shown_on(&person)), (Some(0), Some(400)));
}

#[test]
fn a_budget_that_cannot_be_shown_caps_the_head() {
    let trained = Corpus::new().with("un", 60).with("deux", 60).train();
    let french = &trained.card.spam.languages[&Language::FR];
    let hold = french.claims.iter().find(|claim| claim.verdict == Verdict::Hold).unwrap();
    assert!(!hold.shown && hold.good == 120 && hold.missing >= 29);
    assert!(french.ceiling.nats() < 2.0);
}

#[test]
fn an_evaluation_stands_beside_a_plain_one() {
    let report = evaluate(&Corpus::new().with("un", 40).with("deux", 40).options(), &mut |_| {}).unwrap();
    let spam = report.heads.iter().find(|head| head.question == Question::Spam).unwrap();
    let splits: Vec<_> = spam.metrics.iter().map(|metric| metric.split.as_str()).collect();
    for split in ["left-out", "pooled", "inside", "left-out, plain words", "inside, plain words"] {
        assert!(splits.contains(&split), "{split}");
    }
    assert!(spam.left_out_auc.unwrap() > 0.5);
    let left_out = spam.metrics.iter().find(|metric| metric.split == "left-out").unwrap();
    assert!(left_out.whole.is_some() && left_out.rules.is_some());
    let table = report.table();
    assert!(table.contains("deux") && table.contains("not shown") && table.contains("more good comments"));
}

/// Comments and offers in English, in which the words count.
fn english(corpus: Corpus) -> Corpus {
    let good = ["what a lovely song this is", "i saw them live years ago", "the second verse is the best part"];
    let bad = ["win free money at http://a.example", "cheap pills at http://b.example now", "earn $500 a day, call me"];
    corpus.written("anglais", "en", "ham", &good, 150).written("anglais", "en", "spam", &bad, 150)
}

const FRENCH_SPAM: &str = "Gagnez 500 € par jour, écrivez vite sur http://c.example ou au 06 39 98 11 04";
const FRENCH_HAM: &str = "Le conseil a voté le budget hier soir, et ma rue est toujours en travaux.";

#[test]
fn french_ham_does_not_make_french_spam_unfindable() {
    let without = english(Corpus::new()).train();
    let with = english(Corpus::new()).written("journal", "fr", "ham", &GOOD, 400).train();
    let (before, after) = (spam_score(&without, FRENCH_SPAM), spam_score(&with, FRENCH_SPAM));
    assert!(before > 0.0 && after > 0.0 && after >= before - 0.5, "{before} {after}");
    assert_eq!(with.card.spam.languages[&Language::FR].openness, 0.0);
}

#[test]
fn one_french_scam_does_not_make_french_comments_suspect() {
    let corpus = || english(Corpus::new()).written("journal", "fr", "ham", &GOOD, 20);
    let one = corpus().written("journal", "fr", "spam", &["le budget de votre rue est voté, écrivez vite"], 1).train();
    let (before, after) = (spam_score(&corpus().train(), FRENCH_HAM), spam_score(&one, FRENCH_HAM));
    assert!(after <= before + 0.1 && after < 0.5, "{before} {after}");
}

/// What the shipped rules and model decide about each text of a file of French comments.
fn decided(file: &str) -> Vec<Decision> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("training-data").join(file);
    let sieve = Sieve {
        rules: Arc::new(RuleSet::built_in().unwrap()),
        model: Arc::new(Model::built_in().unwrap()),
        shadow: None,
        thresholds: Thresholds::default(),
    };
    let decide = |line: &str| {
        let example: serde_json::Value = serde_json::from_str(line).unwrap();
        let body = example["text"].as_str().unwrap().to_owned();
        let comment = Comment::parse(Draft { body, ..Draft::default() }).unwrap();
        let now = jiff::Timestamp::UNIX_EPOCH;
        let circumstances =
            Circumstances { language: Some(Language::FR), signals: Vec::new(), trusted: false, degraded: false, now };
        sieve.decide(&comment, circumstances)
    };
    std::fs::read_to_string(path).unwrap().lines().map(decide).collect()
}

/// These texts taught neither model nor rules; whoever wrote the rules read the first, third, fifth… line, so that the others
/// tell how spam fares that nobody has seen.
#[test]
fn french_spam_that_nobody_has_seen_is_mostly_stopped_and_good_comments_are_not() {
    let stopped =
        |decisions: &[Decision]| decisions.iter().filter(|decision| decision.verdict != Verdict::Approve).count();
    let unseen: Vec<_> = decided("fresh/spam-fr.jsonl").into_iter().skip(1).step_by(2).collect();
    assert!(unseen.len() == 50 && stopped(&unseen) >= 40, "{} of {} stopped", stopped(&unseen), unseen.len());
    let good = decided("fresh/ham-fr.jsonl");
    assert!(good.len() == 160 && stopped(&good) * 50 <= good.len(), "{} of {} stopped", stopped(&good), good.len());
    assert!(good.iter().all(|decision| decision.verdict != Verdict::Reject));
    let head = |signal: &Signal| signal.source == Source::Classifier && signal.score.nats() >= 2.0;
    assert!(!good.iter().any(|decision| decision.signals.iter().any(head)), "the classifier alone holds none");
}

/// How many of a file's examples the shipped model's abuse head would hold by itself, and of how many.
fn held_as_abuse(file: &str) -> (usize, usize) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("training-data").join(file);
    let model = Model::built_in().unwrap();
    let held = |line: &str| {
        let example: serde_json::Value = serde_json::from_str(line).unwrap();
        let body = example["text"].as_str().unwrap().to_owned();
        let language = example["lang"].as_str().and_then(Language::parse);
        let comment = Comment::parse(Draft { body, ..Draft::default() }).unwrap();
        let judgement = model.judge(&Text::of(&comment, language), Kind::Comment);
        judgement.signals.iter().any(|signal| signal.id == "classifier.abuse" && signal.score.nats() >= 2.0)
    };
    let examples = std::fs::read_to_string(path).unwrap();
    (examples.lines().filter(|line| held(line)).count(), examples.lines().count())
}

#[test]
fn reported_speech_negation_and_identity_do_not_trip_the_abuse_head() {
    for file in ["hard-ham.jsonl", "gold/hard-ham.jsonl"] {
        let (held, of) = held_as_abuse(file);
        assert!(of >= 40 && held * 50 <= of, "{held} of {of} in {file}");
    }
    let (insults, of) = held_as_abuse("abuse-fr.jsonl");
    assert!(insults > 0, "a head that holds nothing is not tripped by anything: {insults} of {of}");
}

#[test]
fn progress_reaches_the_end() {
    let mut last = None;
    train(&Corpus::new().with("un", 30).with("deux", 30).options(), &mut |progress| last = Some(progress)).unwrap();
    assert!(last.is_some_and(|progress| progress.done == progress.of));
}

#[test]
fn a_corpus_of_one_kind_teaches_nothing() {
    let mut corpus = Corpus::new();
    let path = corpus.folder.path().join("ham.jsonl");
    std::fs::write(&path, "{\"text\":\"bonjour\",\"label\":\"ham\",\"lang\":\"fr\",\"source\":\"un\"}\n").unwrap();
    corpus.files.push(path);
    let error = train(&corpus.options(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, TrainingError::NothingToLearn));
}
