//! What a decision costs, what each step of it does (text, rules, heads), what a shadow adds, and what it takes to load a
//! model and the built-in rules.

#![allow(clippy::expect_used, reason = "a bench whose parts are damaged should stop")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use tamis::domain::classifier::Model;
use tamis::domain::comment::{Comment, Draft, Kind, Language};
use tamis::domain::decision::Thresholds;
use tamis::domain::rules::RuleSet;
use tamis::domain::sieve::{Circumstances, Sieve};
use tamis::domain::text::Text;

/// About 300 characters, as a reader of a news site writes them.
const ORDINARY: &str = "Je ne suis pas convaincu par les arguments de ce rapport : les chiffres de 2025 montrent autre \
    chose, et la commission n’a pas répondu aux questions posées par les syndicats en octobre. Il faudrait reprendre \
    le dossier depuis le début, avec les riverains, et publier les comptes de la régie. Merci pour l’enquête !";

/// About as long, and everything at once.
const SPAM: &str = "Bonjour, je suis un particulier sérieux et honnête, j’offre des prêts de 5 000 à 500 000 € à 2 % sans \
    justificatif à toute personne de bonne moralité. Réponse en 48 h. Contactez-moi sur WhatsApp : +229 00 00 00 00, \
    par e-mail : pret.rapide@credit.example ou ici : http://bit.ly/exemple et http://credit-facile.example !!!";

fn comment(body: &str) -> Comment {
    let draft = Draft { body: body.to_owned(), ..Draft::default() };
    Comment::parse(draft).expect("a comment")
}

fn decide(criterion: &mut Criterion) {
    let rules = Arc::new(RuleSet::built_in().expect("the built-in rules"));
    let model = Arc::new(Model::built_in().expect("the built-in model"));
    let sieve =
        Sieve { rules: Arc::clone(&rules), model: Arc::clone(&model), shadow: None, thresholds: Thresholds::default() };
    let shadowed = Sieve { shadow: Some(Arc::clone(&model)), ..sieve.clone() };
    let language = Some(Language::FR);
    let now = Timestamp::UNIX_EPOCH;
    let ten_kilobytes = ORDINARY.repeat(32);
    for (name, body) in
        [("ordinary, 300 characters", ORDINARY), ("spam, 300 characters", SPAM), ("ordinary, 10 KB", &ten_kilobytes)]
    {
        let comment = comment(body);
        let text = Text::of(&comment, language);
        let mut group = criterion.benchmark_group(name);
        group.bench_function("text", |bencher| bencher.iter(|| Text::of(black_box(&comment), language)));
        group.bench_function("rules", |bencher| bencher.iter(|| rules.signals(black_box(&comment), &text, now)));
        group.bench_function("heads", |bencher| bencher.iter(|| model.judge(black_box(&text), Kind::Comment)));
        group.bench_function("decide", |bencher| {
            bencher.iter(|| {
                let circumstances =
                    Circumstances { language, signals: Vec::new(), trusted: false, degraded: false, now };
                sieve.decide(black_box(&comment), circumstances)
            });
        });
        group.bench_function("decide beside a shadow", |bencher| {
            bencher.iter(|| {
                let circumstances =
                    Circumstances { language, signals: Vec::new(), trusted: false, degraded: false, now };
                let text = Text::of(black_box(&comment), language);
                shadowed.decide_beside_shadow(&comment, &text, circumstances)
            });
        });
        group.finish();
    }
}

/// Once a start, a reload or a promotion.
fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.sample_size(20);
    group.bench_function("the built-in model", |bencher| bencher.iter(Model::built_in));
    group.bench_function("the built-in rules", |bencher| bencher.iter(RuleSet::built_in));
    group.finish();
}

criterion_group!(benches, decide, load);
criterion_main!(benches);
