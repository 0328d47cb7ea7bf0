//! Training end to end, on a corpus of its own.

use std::fmt::Write as _;
use std::path::PathBuf;

use tamis::domain::classifier::Model;
use tamis::domain::classifier::card::Question;
use tamis::domain::comment::{Comment, Draft, Kind, Language};
use tamis::domain::decision::Verdict;
use tamis::domain::text::Text;
use tamis::training::{Budgets, Sources, TrainOptions, Trained, TrainingError, evaluate, train};

const GOOD: [&str; 6] = [
    "le conseil a voté le budget hier soir",
    "ma rue est en travaux depuis des mois",
    "bravo pour cet article très complet",
    "je ne partage pas cette analyse du vote",
    "le marché du samedi manque de place",
    "les trains du soir sont encore en retard",
];
const SPAM: [&str; 4] = [
    "gagnez de l'argent facile avec ce casino",
    "prêt rapide sans justificatif écrivez vite",
    "des pilules moins chères livrées demain",
    "investissez dans le bitcoin et doublez vos gains",
];

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

    fn options(&self) -> TrainOptions {
        TrainOptions {
            files: self.files.clone(),
            sources: Sources::shipped().unwrap(),
            seed: 7,
            date: "2026-11-24".parse().unwrap(),
            parent: None,
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
    assert!(bad > 1.0 && good < 0.0, "{bad} {good}");
    let spam = &trained.card.spam.languages[&Language::FR];
    assert_eq!((spam.wanted, spam.unwanted), (240, 240));
    assert_eq!(trained.card.files.len(), 2);
    assert!(trained.card.counts.iter().any(|count| count.source == "deux" && count.examples == 120));
}

#[test]
fn texts_written_for_the_project_do_not_open_a_language() {
    let written = Corpus::new().with("tamis", 150).train();
    assert_eq!(written.card.spam.languages[&Language::FR].openness, 0.0);
    assert_eq!(spam_score(&written, "de l'argent facile avec ce casino"), 0.0);
    let opened = Corpus::new().with("tamis", 150).with("site", 100).train();
    assert_eq!(opened.card.spam.languages[&Language::FR].openness, 0.5);
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
    for split in ["left-out", "inside", "left-out, plain words", "inside, plain words"] {
        assert!(splits.contains(&split), "{split}");
    }
    assert!(spam.left_out_auc.unwrap() > 0.5);
    assert!(report.table().contains("deux"));
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
