//! What deriving a comment's text costs, by length and script.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tamis::domain::comment::{BodyFormat, Comment, Draft, DraftAuthor, Language};
use tamis::domain::text::Text;

const FRENCH: &str = "Je ne comprends pas pourquoi l’article oublie l’essentiel : la mairie avait déjà voté 12 000 € pour \
                      l’école en 2024, et personne n’en parle. Merci à l’auteur quand même, c’est très bien écrit ! Quant \
                      aux travaux du pont, ils n’ont toujours pas commencé et on attend encore le calendrier promis.";
const SPAM: &str = "💰 GAGNEZ 5000€ par jour !!! Contactez-moi sur WhatsApp +229 97 12 34 56 ou visitez www.gains-faciles.example.com \
                    et https://casino-bonus.ru/?ref=42 — prêt rapide 2,5 % entre particuliers, j’ai reçu 50 000 euros en 24 h, c@sino v1agra";
const RUSSIAN: &str = "Я не понимаю, почему мэрия решила закрыть эту школу, хотя родители учеников уже несколько месяцев \
                       выступают против этого решения и требуют встречи с мэром города до конца учебного года.";

fn comment(body: &str, body_format: BodyFormat) -> Comment {
    let author = DraftAuthor {
        name: Some("Zoé Martin".into()),
        email: Some("zoe@example.org".into()),
        ..DraftAuthor::default()
    };
    let draft = Draft { body: body.to_owned(), body_format, author, ..Draft::default() };
    Comment::parse(draft).unwrap_or_else(|error| panic!("the bench's own comment: {error}"))
}

fn derive(c: &mut Criterion) {
    let html =
        format!("<p>{}</p><p>voir <a href=\"https://example.com/page\">ici</a></p>", FRENCH.replace('é', "&eacute;"));
    let mut group = c.benchmark_group("text");
    for (name, body, format) in [
        ("french 300", FRENCH.to_owned(), BodyFormat::Text),
        ("spam 300", SPAM.to_owned(), BodyFormat::Text),
        ("russian 190, french expected", RUSSIAN.to_owned(), BodyFormat::Text),
        ("html 350", html, BodyFormat::Html),
        ("french 10 KB", FRENCH.repeat(34), BodyFormat::Text),
        ("spam 10 KB", SPAM.repeat(38), BodyFormat::Text),
    ] {
        let comment = comment(&body, format);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| Text::of(black_box(&comment), Some(Language::FR)));
        });
    }
    group.finish();
}

criterion_group!(benches, derive);
criterion_main!(benches);
