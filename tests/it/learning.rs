//! What a site's own labels teach, added to the counts that the shipped model carries.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use tamis::domain::classifier::card::Question;
use tamis::domain::classifier::{Model, built_in};
use tamis::domain::comment::{Comment, Draft, Language};
use tamis::domain::decision::{Thresholds, Verdict};
use tamis::domain::rules::RuleSet;
use tamis::domain::sieve::{Circumstances, Sieve};
use tamis::service::gate::{self, GoldSet};
use tamis::service::gold;
use tamis::training::{Base, Budgets, Report, Sources, TrainOptions, Trained, TrainingError, evaluate, train};

/// A kind of spam that the shipped model and rules let pass: craftsmen who praise the article, without a link.
const PRAISE: [&str; 8] = [
    "Article très instructif",
    "Merci pour ces éclaircissements",
    "Voilà un sujet bien traité",
    "Très bon dossier",
    "On en apprend beaucoup ici",
    "Texte clair et complet",
    "Quelle belle plume",
    "Lecture agréable ce matin",
];
const TURN: [&str; 8] = [
    "De notre côté",
    "Pour information",
    "À ce propos",
    "Dans le même esprit",
    "D’ailleurs",
    "Soit dit en passant",
    "Par ici",
    "Au passage",
];
const WHO: [&str; 10] = [
    "notre équipe d’élagueurs",
    "notre atelier de toiture",
    "notre société de débarras",
    "notre cabinet de diagnostic",
    "notre entreprise de ravalement",
    "notre service de dératisation",
    "notre équipe de plombiers",
    "notre atelier de serrurerie",
    "notre maison de vitrerie",
    "notre groupe de carreleurs",
];
const OFFER: [&str; 8] = [
    "intervient dans toute la région",
    "se déplace chez les particuliers",
    "travaille même le dimanche",
    "établit vos devis sous deux jours",
    "réalise vos chantiers à petit prix",
    "reste à l’écoute des propriétaires",
    "propose ses services aux copropriétés",
    "dépanne les habitants du quartier",
];
const PARTING: [&str; 8] = [
    "n’hésitez pas à nous solliciter",
    "à bientôt sur vos chantiers",
    "parlez-en autour de vous",
    "nos clients sont ravis",
    "un conseil ne coûte rien",
    "au plaisir de vous rencontrer",
    "qualité garantie",
    "artisans depuis vingt ans",
];

/// The one of a number; no two numbers below 6,000 give the same. Those labelled know eight trades, the rest two others.
fn craftsman(number: usize, labelled: bool) -> String {
    let digit = |place: u32| number.wrapping_mul(4_099) / 8_usize.pow(place) % 8;
    let who = if labelled { WHO[digit(2)] } else { WHO[8 + digit(2) % 2] };
    format!("{}. {}, {who} {} : {}.", PRAISE[digit(0)], TURN[digit(1)], OFFER[digit(3)], PARTING[digit(4)])
}

fn written(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("training-data").join(file);
    let lines = std::fs::read_to_string(path).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_owned())
        .collect()
}

fn corpus(folder: &Path, examples: impl IntoIterator<Item = (String, &'static str)>) -> PathBuf {
    let path = folder.join("site.jsonl");
    // All under one page, as the comments of a site may be.
    let line = |(text, label)| {
        let page = "https://journal.example/enquete";
        json!({"text": text, "label": label, "lang": "fr", "source": "journal", "group": page}).to_string() + "\n"
    };
    std::fs::write(&path, examples.into_iter().map(line).collect::<String>()).unwrap();
    path
}

/// Two hundred labels of each kind, as moderators give them.
fn two_hundred(folder: &Path) -> PathBuf {
    let good = written("ham-fr.jsonl").into_iter().take(200).map(|text| (text, "ham"));
    corpus(folder, good.chain((0..200).map(|at| (craftsman(at, true), "spam"))))
}

fn options(files: Vec<PathBuf>) -> TrainOptions {
    TrainOptions {
        files,
        sources: Sources::shipped().unwrap(),
        seed: 1,
        date: "2026-11-24".parse().unwrap(),
        base: Some(Base::built_in().unwrap()),
        budgets: Budgets::default(),
    }
}

fn learn(file: PathBuf) -> Trained {
    train(&options(vec![file]), &mut |_| {}).unwrap()
}

/// How many of some texts are held or rejected.
fn held(model: &Model, texts: &[String]) -> usize {
    let rules = Arc::new(RuleSet::built_in().unwrap());
    let sieve = Sieve { rules, model: Arc::new(model.clone()), thresholds: Thresholds::default(), shadow: None };
    let verdict = |text: &String| {
        let comment = Comment::parse(Draft { body: text.clone(), ..Draft::default() }).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let around =
            Circumstances { language: Some(Language::FR), signals: Vec::new(), trusted: false, degraded: false, now };
        sieve.decide(&comment, around).verdict
    };
    texts.iter().filter(|text| verdict(text) != Verdict::Approve).count()
}

#[test]
fn two_hundred_labels_of_a_sites_own_find_what_the_shipped_model_misses() {
    let folder = tempfile::tempdir().unwrap();
    let (shipped, taught) =
        (Model::built_in().unwrap(), Model::read(&learn(two_hundred(folder.path())).model_bytes).unwrap());
    let rest: Vec<_> = (200..300).map(|at| craftsman(at, false)).collect();
    let good = [written("gold/ham-fr.jsonl"), written("gold/hard-ham.jsonl")].concat();
    let before = (held(&shipped, &rest), held(&shipped, &good));
    let after = (held(&taught, &rest), held(&taught, &good));
    println!("held of 100 craftsmen and of {} good ones: {before:?} before, {after:?} after", good.len());
    assert!(before.0 <= 20, "the shipped model misses this kind: {before:?}");
    assert!(after.0 >= 60, "most of the rest is found: {after:?}");
    assert!(after.1 <= before.1, "no more good comments are held: {before:?}, {after:?}");
}

/// All are under one page: nothing is left to train on but the counts that are started from.
#[test]
fn two_hundred_labels_of_a_sites_own_are_measured_beside_what_the_shipped_model_knows() {
    let folder = tempfile::tempdir().unwrap();
    let file = two_hundred(folder.path());
    let report = |options| evaluate(&options, &mut |_| {}).unwrap();
    let auc = |report: &Report| {
        let metrics = &report.heads[0].metrics;
        metrics.iter().find(|metric| metric.split == "pooled").and_then(|metric| metric.auc).unwrap()
    };
    let alone = report(TrainOptions { base: None, ..options(vec![file.clone()]) });
    let beside = report(options(vec![file]));
    assert_eq!(beside.from.as_deref(), Some(Model::built_in().unwrap().version()));
    assert!(auc(&beside) > auc(&alone) + 0.05, "{} {}", auc(&beside), auc(&alone));
    assert!(beside.table().starts_with("labels added to the counts of "));

    let shipped = ["ham-fr.jsonl", "spam-fr.jsonl"]
        .map(|file| Path::new(env!("CARGO_MANIFEST_DIR")).join("training-data").join(file));
    let seen = evaluate(&options(shipped.to_vec()), &mut |_| {});
    assert!(seen.unwrap_err().to_string().contains("was taught by ham-fr.jsonl"));
}

#[test]
fn a_model_with_nothing_but_spam_behind_it_is_a_base_too() {
    let folder = tempfile::tempdir().unwrap();
    let spam_alone = TrainOptions { base: None, ..options(vec![two_hundred(folder.path())]) };
    Base::read(&train(&spam_alone, &mut |_| {}).unwrap().model_bytes).unwrap();
}

#[test]
fn what_two_hundred_labels_make_passes_the_gate() {
    let folder = tempfile::tempdir().unwrap();
    let taught = Model::read(&learn(two_hundred(folder.path())).model_bytes).unwrap();
    let sieve = |model| Sieve {
        rules: Arc::new(RuleSet::built_in().unwrap()),
        model: Arc::new(model),
        thresholds: Thresholds::default(),
        shadow: None,
    };
    let gold = GoldSet { name: "gold set".to_owned(), examples: gold::built_in().unwrap() };
    let report = gate::try_out(&sieve(Model::built_in().unwrap()), &sieve(taught), &[gold]);
    for row in &report.rows {
        println!("{row:?}");
    }
    for flip in &report.flips {
        println!("{:?} {:?} {:?} {}", flip.label, flip.active, flip.candidate, flip.text);
    }
    assert_eq!(report.objections, Vec::<String>::new());
}

#[test]
fn what_was_shipped_is_not_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (shipped, taught) =
        (Model::built_in().unwrap(), Model::read(&learn(two_hundred(folder.path())).model_bytes).unwrap());
    for file in ["gold/spam-en.jsonl", "gold/spam-fr.jsonl"] {
        let spam = written(file);
        let (before, after) = (held(&shipped, &spam), held(&taught, &spam));
        println!("{file}: held of {} {before} before, {after} after", spam.len());
        assert!(10 * after >= 8 * before, "{file}: of {} {before} before, {after} after", spam.len());
    }
    for question in Question::ALL {
        assert!(taught.weights(question).count() >= shipped.weights(question).count());
    }
    assert_eq!(taught.card().parent.as_deref(), Some(shipped.version()));
}

#[test]
fn the_same_labels_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let file = two_hundred(folder.path());
    assert!(learn(file.clone()).model_bytes == learn(file).model_bytes);
}

#[test]
fn a_handful_of_labels_changes_little_and_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let examples = [("Bien dit, merci.".to_owned(), "ham"), (craftsman(1, true), "spam")];
    let taught = Model::read(&learn(corpus(folder.path(), examples)).model_bytes).unwrap();
    let shipped = Model::built_in().unwrap();
    let good = written("gold/ham-fr.jsonl");
    assert!(held(&taught, &good) <= held(&shipped, &good));
}

#[test]
fn labels_of_one_kind_are_added_too() {
    let folder = tempfile::tempdir().unwrap();
    let good = written("ham-fr.jsonl").into_iter().take(50).map(|text| (text, "ham"));
    let trained = learn(corpus(folder.path(), good));
    assert_ne!(trained.version, Model::built_in().unwrap().version());
}

#[test]
fn a_sites_model_is_no_base_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let trained = learn(two_hundred(folder.path()));
    let error = Base::read(&trained.model_bytes).unwrap_err();
    assert!(matches!(&error, TrainingError::NoCounts { version } if *version == trained.version), "{error}");
    assert!(Base::read(built_in()).is_ok());
}
