use std::collections::BTreeMap;

use proptest::prelude::*;

use super::card::{HeadFacts, LanguageFacts, Line, Written};
use super::*;
use crate::domain::comment::{Comment, Draft, Language};
use crate::domain::score::Score;
use crate::domain::signal::Token;

const OPEN: &str = "gagnez argent casino bitcoin";

fn text(body: &str) -> Text {
    let comment = Comment::parse(Draft { body: body.to_owned(), ..Draft::default() }).unwrap();
    Text::of(&comment, Some(Language::FR))
}

fn language(openness: f64, ceiling: f64) -> LanguageFacts {
    LanguageFacts {
        wanted: 200,
        unwanted: 200,
        written: Written::default(),
        openness,
        line: Line { slope: 1.3, intercept: -0.2 },
        shift: Score::from_nats(0.1),
        ceiling: Score::from_nats(ceiling),
        claims: Vec::new(),
    }
}

fn facts(floor: f64, ceiling: f64) -> HeadFacts {
    HeadFacts {
        alpha: 1.0,
        fewest_known: 4,
        floor: Score::from_nats(floor),
        elsewhere: language(0.0, ceiling),
        languages: BTreeMap::from([(Language::FR, language(1.0, ceiling))]),
        metrics: Vec::new(),
    }
}

fn card() -> Card {
    Card {
        date: "2026-11-24".to_owned(),
        code: "0".to_owned(),
        tokenizer: features::TOKENIZER,
        seed: 1,
        parent: None,
        files: Vec::new(),
        counts: Vec::new(),
        spam: facts(-1.0, 20.0),
        abuse: facts(0.0, 4.0),
    }
}

/// Every feature of a text weighs the same.
fn weights(body: &str, weight: f32) -> Vec<(Key, f32)> {
    Features::of(&text(body)).distinct().iter().map(|feature| (feature.key, weight)).collect()
}

fn file(weight: f32) -> Vec<u8> {
    let weights = weights(OPEN, weight);
    let names: Vec<_> = weights.iter().map(|(key, _)| (*key, format!("{key:x}"))).collect();
    let head = HeadParts { weights: &weights, masses: &[] };
    write(&card(), head, head, &names)
}

fn model(weight: f32) -> Model {
    Model::read(&file(weight)).unwrap()
}

fn spam(judgement: &Judgement) -> &Signal {
    judgement.signals.iter().find(|signal| signal.id == "classifier.spam").unwrap()
}

fn adds_up(signal: &Signal) -> bool {
    let explanation = signal.explanation.as_ref().unwrap();
    let evidence: Score = explanation.evidence.iter().map(|evidence| evidence.score).sum();
    evidence + explanation.rest + explanation.cap.unwrap_or_default() == signal.score
}

#[test]
fn the_built_in_model_reads_back_and_is_named_by_its_version() {
    let model = Model::built_in().unwrap();
    assert!(include_str!("../classifier.rs").contains(&format!("models/{}.tamis", model.version())));
    for question in Question::ALL {
        assert!(model.weights(question).count() > 10_000);
        assert!(model.named_weights(question).count() > 1_000);
    }
}

#[test]
fn evidence_points_at_the_words() {
    let judgement = model(1.0).judge(&text(OPEN), Kind::Comment);
    let signal = spam(&judgement);
    assert!(adds_up(signal));
    let evidence = &signal.explanation.as_ref().unwrap().evidence;
    assert!(evidence.iter().any(|evidence| matches!(&evidence.token, Token::Words(spans) if spans[0].end <= 28)));
    assert!(evidence.iter().any(|evidence| matches!(&evidence.token, Token::Structure(name) if name.contains('='))));
    assert!(judgement.heads.spam.probability.unwrap() > 0.5 && judgement.heads.spam.known_tokens >= 4);
}

#[test]
fn a_word_and_its_stem_are_told_as_one() {
    let judgement = model(1.0).judge(&text(OPEN), Kind::Comment);
    let evidence = &spam(&judgement).explanation.as_ref().unwrap().evidence;
    for (at, one) in evidence.iter().enumerate() {
        assert!(evidence.iter().skip(at + 1).all(|other| other.token != one.token), "{:?} twice", one.token);
    }
}

#[test]
fn good_words_do_not_buy_off_a_rule() {
    let judgement = model(-9.0).judge(&text(OPEN), Kind::Comment);
    let signal = spam(&judgement);
    assert_eq!(signal.score, Score::from_nats(-1.0));
    assert!(signal.explanation.as_ref().unwrap().cap.unwrap() > Score::ZERO && adds_up(signal));
    assert!(judgement.signals.iter().all(|signal| signal.id != "classifier.abuse"), "politeness is no evidence");
}

#[test]
fn abuse_is_held_and_never_rejected() {
    let judgement = model(9.0).judge(&text(OPEN), Kind::Comment);
    let abuse = judgement.signals.iter().find(|signal| signal.id == "classifier.abuse").unwrap();
    assert_eq!(abuse.score, Score::from_nats(4.0));
    assert!(adds_up(abuse));
}

#[test]
fn a_head_that_knows_too_little_says_nothing() {
    let judgement = model(1.0).judge(&text("tout autre chose ici"), Kind::Comment);
    assert_eq!((judgement.heads.spam.probability, judgement.signals.len()), (None, 0));
}

#[test]
fn a_link_makes_the_spam_head_speak_from_form_alone() {
    let comment = Comment::parse(Draft { body: "hier https://example.com".to_owned(), ..Draft::default() }).unwrap();
    let judgement = model(1.0).judge(&Text::of(&comment, Language::parse("de")), Kind::Comment);
    assert!(judgement.heads.spam.probability.is_some() && judgement.heads.abuse.probability.is_none());
    assert!(spam(&judgement).message.fr.contains("forme seule"));
}

#[test]
fn a_machines_excerpt_is_not_judged() {
    assert_eq!(model(1.0).judge(&text(OPEN), Kind::Pingback), Judgement::default());
}

#[test]
fn a_newer_format_is_refused_with_a_sentence() {
    let mut bytes = file(1.0);
    bytes[8] = 2;
    let error = Model::read(&bytes).unwrap_err();
    assert!(error.to_string().contains("format 2"), "{error}");
}

#[test]
fn another_tokenizer_is_refused() {
    let card = Card { tokenizer: 999, ..card() };
    let error = Model::read(&write(&card, HeadParts::default(), HeadParts::default(), &[])).unwrap_err();
    assert_eq!(error, ModelError::Tokenizer { found: 999, known: features::TOKENIZER });
}

#[test]
fn weights_that_no_training_gives_are_refused() {
    for weights in [vec![(2, 1.0), (1, 1.0)], vec![(1, 1.0), (1, 1.0)], vec![(1, f32::NAN)], vec![(1, 1e9)]] {
        assert!(
            Model::read(&write(&card(), HeadParts { weights: &weights, masses: &[] }, HeadParts::default(), &[]))
                .is_err(),
            "{weights:?}"
        );
    }
}

#[test]
fn masses_read_back_and_must_fit_the_weights() {
    let weights = [(1, 0.5), (7, -0.5)];
    let file = |kept: &[Masses]| {
        let head = HeadParts { weights: &weights, masses: kept };
        write(&card(), head, head, &[])
    };
    let kept = [[1.0, 2.0], [3.5, 0.0]];
    let [spam, abuse] = masses(&file(&kept)).unwrap().unwrap();
    assert_eq!((spam.as_slice(), &abuse), ([(1, kept[0]), (7, kept[1])].as_slice(), &spam));
    assert_eq!(masses(&file(&[])).unwrap(), None);
    for wrong in [&[[1.0, 2.0]][..], &[[1.0, 2.0], [f32::NAN, 0.0]], &[[1.0, 2.0], [-1.0, 0.0]]] {
        assert!(masses(&file(wrong)).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_section_it_does_not_know_is_skipped() {
    use sha2::Digest as _;
    let mut bytes = file(1.0);
    bytes.truncate(bytes.len() - 32);
    bytes.extend(b"MORE");
    bytes.extend(3_u64.to_le_bytes());
    bytes.extend(b"abc");
    let digest = sha2::Sha256::digest(&bytes);
    bytes.extend(digest);
    assert!(Model::read(&bytes).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_wrong_bit_is_found(at in any::<proptest::sample::Index>(), bit in 0..8_u32) {
        let mut bytes = file(1.0);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(Model::read(&bytes).is_err());
    }

    #[test]
    fn a_cut_file_is_refused(at in any::<proptest::sample::Index>()) {
        let bytes = file(1.0);
        prop_assert!(Model::read(&bytes[..at.index(bytes.len())]).is_err());
    }

    #[test]
    fn arbitrary_sections_never_panic(body in proptest::collection::vec(any::<u8>(), 0..200), bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        use sha2::Digest as _;
        prop_assert!(Model::read(&bytes).is_err());
        for name in [b"CARD", b"SPAM", b"ABUS", b"NAME"] {
            let mut file = b"TAMISMDL\x01\0\0\0".to_vec();
            file.extend(name);
            file.extend((body.len() as u64).to_le_bytes());
            file.extend(&body);
            let digest = sha2::Sha256::digest(&file);
            file.extend(digest);
            prop_assert!(Model::read(&file).is_err());
        }
    }

    #[test]
    fn whatever_is_written_evidence_adds_up(words in proptest::collection::vec("(gagnez|argent|casino|bitcoin|merci|[a-zé!€0-9]{1,8}|https://bit\\.ly/x)", 0..40), weight in -9f32..9.0) {
        let judgement = model(weight).judge(&text(&words.join(" ")), Kind::Comment);
        for signal in &judgement.signals {
            prop_assert!(adds_up(signal));
            prop_assert!(signal.score >= Score::from_nats(-1.0));
            prop_assert!(signal.id != "classifier.abuse" || signal.score <= Score::from_nats(4.0));
            prop_assert!(signal.explanation.as_ref().unwrap().evidence.len() <= 12);
        }
    }
}
