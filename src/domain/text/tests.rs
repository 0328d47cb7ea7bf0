//! The text as a whole: what a comment is turned into, and that nothing a visitor can send breaks it.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::domain::comment::{Draft, DraftAuthor, DraftPage};

fn comment(body: &str, body_format: BodyFormat) -> Comment {
    Comment::parse(Draft { body: body.to_owned(), body_format, ..Draft::default() }).unwrap()
}

fn text(body: &str) -> Text {
    Text::of(&comment(body, BodyFormat::Text), Some(Language::FR))
}

fn html(body: &str) -> Text {
    Text::of(&comment(body, BodyFormat::Html), Some(Language::FR))
}

#[test]
fn the_body_comes_first_then_what_the_author_gave() {
    let author = DraftAuthor {
        name: Some("Zoé".into()),
        url: Some("exemple.de".into()),
        email: Some("Z@exemple.fr".into()),
        ..DraftAuthor::default()
    };
    let comment = Comment::parse(Draft { body: "Bonjour".into(), author, ..Draft::default() }).unwrap();
    let text = Text::of(&comment, Some(Language::FR));
    let seen: Vec<_> = text.fields().iter().map(|field| (field.field, field.folded.as_str())).collect();
    assert_eq!(
        seen,
        [
            (Field::Body, "bonjour"),
            (Field::AuthorName, "zoé"),
            (Field::AuthorUrl, "exemple.de"),
            (Field::AuthorEmail, "z@exemple.fr")
        ]
    );
    assert_eq!(text.field(Field::AuthorUrl).unwrap().links.first().unwrap().host, "exemple.de");
    assert_eq!(text.personal_data().count(), 0);
}

#[test]
fn the_page_tells_the_language_before_the_site() {
    let page = DraftPage { language: Some("de-AT".into()), ..DraftPage::default() };
    let comment = Comment::parse(Draft { body: "Hm.".into(), page, ..Draft::default() }).unwrap();
    assert_eq!(Text::of(&comment, Some(Language::FR)).language(), Language::parse("de"));
}

#[test]
fn the_shape_of_a_spam_tells() {
    let shape = *text("💰💰 GAGNEZ 5000€ ET $20 !!! Écrivez à a@b.fr, WhatsApp +229 97 12 34 56, t.me/gain\nou <a href='http://a.com'>ici</a> 🇫🇷 100 % ★ cаsino vi\u{200b}agra").shape();
    let expected = Shape {
        exclamations: 3,
        line_breaks: 1,
        emoji: 4,
        symbols: 1,
        mixed_script_words: 1,
        invisible: 1,
        capital_words: 1,
        longest_run: 3,
        links: 2,
        markup_links: 1,
        messengers: 1,
        amounts: 2,
        currencies: 2,
        percentages: 1,
        phones: 1,
        emails: 1,
        ..Shape::default()
    };
    let counted = Shape { scalars: 0, letters: 0, capitals: 0, digits: 0, words: 0, distinct_words: 0, ..shape };
    assert_eq!(counted, expected);
    let small = *text("Deux mots, DEUX MOTS ?").shape();
    assert_eq!(
        (small.scalars, small.letters, small.capitals, small.words, small.distinct_words, small.questions),
        (22, 16, 9, 4, 2, 1)
    );
}

#[test]
fn hidden_and_styled_text_is_read_and_counted() {
    let text = html("Bravo <span style=\"display:none\">achetez 𝓿𝓲𝓪𝓰𝓻𝓪</span>");
    assert_eq!(text.body().unwrap().folded.as_str(), "bravo achetez viagra");
    assert_eq!((text.shape().hidden, text.shape().styled), (1, 6));
}

#[test]
fn personal_data_is_told_with_its_place() {
    let text =
        text("Appelez Mme Petit au 06 12 34 56 78 ou petit@exemple.fr, IBAN FR14 2004 1010 0505 0001 3M02 606, 20 €");
    let body = text.body().unwrap();
    let seen: Vec<_> = text.personal_data().map(|(kind, span)| (kind, body.written(span))).collect();
    let expected = [
        (DatumKind::Phone, "06 12 34 56 78"),
        (DatumKind::Email, "petit@exemple.fr"),
        (DatumKind::Iban, "FR14 2004 1010 0505 0001 3M02 606"),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn html_and_text_of_the_same_words_fold_alike() {
    let (html, text) = (html("L&rsquo;&eacute;t&eacute; <b>vi</b>agra"), text("L’été viagra"));
    assert_eq!(html.body().unwrap().folded.as_str(), text.body().unwrap().folded.as_str());
    assert_eq!(html.body().unwrap().words, text.body().unwrap().words);
}

/// Every span of a field in order: folded and skeleton characters, words, links, data.
fn check(field: &FieldText, scalars: u32) {
    for mapped in [&field.plain, &field.folded, &field.skeleton] {
        let mut before = 0;
        for (at, character) in mapped.as_str().char_indices() {
            let span = mapped.span(field.field, at..at + character.len_utf8());
            assert!(span.start < span.end && span.end <= scalars && before <= span.start, "{span:?} of {scalars}");
            before = span.start;
        }
        let odd = mapped.span(field.field, Range { start: 7, end: 3 });
        assert!(odd.start <= odd.end && odd.end <= scalars);
    }
    let words = field.words.iter().map(|&word| field.word_span(word));
    let data = field.data.iter().map(|&datum| field.datum_span(datum));
    for span in words.clone().chain(data).chain(field.links.iter().map(|link| link.span)) {
        assert!(span.start < span.end && span.end <= scalars, "{span:?} of {scalars}");
    }
    assert!(field.words.iter().all(|&word| !field.word(word).is_empty()));
    assert!(words.clone().zip(words.skip(1)).all(|(one, next)| one.start <= next.start));
}

fn check_all(body: &str) {
    let scalars = body.chars().count() as u32;
    for text in [text(body), html(body)] {
        text.fields().iter().for_each(|field| check(field, scalars));
    }
}

proptest! {
    #[test]
    fn any_text_derives(body in any::<String>().prop_map(|body| body.replace('\0', " "))) {
        check_all(&body);
    }

    #[test]
    fn any_text_made_of_what_matters_derives(body in "(http://|www\\.|[a-z]{1,3}|\\.|com|fr|@|/| \\(dot\\) |\\[url=|\\]|<a href=|>|'|\"|[0-9]{1,4}|\\+|€| |\n|é|а|e\u{301}|\u{200b}|👍|Ⓐ|&amp;|fr76|xn--|中|،|ﬁ){0,40}") {
        check_all(&body);
    }

    #[test]
    fn what_is_folded_stays_folded(body in "\\PC{0,60}") {
        let once = folded_of(&body);
        prop_assert_eq!(folded_of(&once), once);
    }

    #[test]
    fn bytes_and_spans_are_inverse(body in "(a|é|e\u{301}|ﬁ|\u{200b}|中|👍){1,20}") {
        let mapped = fold::fold(&Mapped::identity(&body)).mapped;
        for (at, character) in mapped.as_str().char_indices() {
            let span = mapped.span(Field::Body, at..at + character.len_utf8());
            let bytes = mapped.bytes(span.start..span.end);
            prop_assert!(bytes.start <= at && at + character.len_utf8() <= bytes.end);
        }
    }
}

/// What begins a form of writing that the text layer looks for, again and again.
const HOSTILE: [&str; 62] = [
    "<",
    "</",
    "<a ",
    "<a href=",
    "<!--",
    "&",
    "&#",
    "&amp",
    "[url=",
    "[",
    "a.",
    ".",
    "a@",
    "@",
    "a@a.",
    "http://",
    "://",
    "a://a@",
    "www.",
    "1 ",
    "0",
    "06 ",
    "+",
    "a ",
    "a.b ",
    "a'",
    "l'",
    "'",
    "e\u{301}",
    "\u{301}",
    "\u{200b}",
    "ａ",
    "中",
    "аa",
    "👍",
    "(dot)",
    "a(dot)",
    "fr76",
    "é",
    "😀a",
    "<script>",
    "x1",
    "-",
    "a-",
    "5 €",
    "a·e",
    "http://a.com/(",
    "<a href=http://a.com>",
    "(at)a.fr",
    "http://é",
    "é.",
    "é-",
    "\"http://a.com",
    "a.com:",
    "\u{1100}",
    "\u{1160}",
    "ﷺ",
    "\n",
    "<p>",
    "_",
    "a_.",
    "!a@",
];

/// Eight times the text may take some 8 times the time; 64 times would be quadratic.
#[test]
fn hostile_repeats_take_linear_time() {
    for part in HOSTILE {
        let (small, large) = (part.repeat(4_000 / part.len()), part.repeat(32_000 / part.len()));
        for format in [BodyFormat::Text, BodyFormat::Html] {
            let (small, large) = (comment(&small, format), comment(&large, format));
            // Other work on the machine only ever adds, so the best of some runs counts.
            let (mut few, mut many) = (Duration::MAX, Duration::MAX);
            let linear = (0..5).any(|_| {
                (few, many) = (few.min(time(&small)), many.min(time(&large)));
                many < few * 16 + Duration::from_millis(100)
            });
            assert!(linear, "{part:?} {format:?}: {few:?}, then {many:?}");
        }
    }
}

fn time(comment: &Comment) -> Duration {
    let (from, began) = (processor_time(), Instant::now());
    let text = Text::of(comment, Some(Language::FR));
    let taken = match (from, processor_time()) {
        (Some(from), Some(to)) => to - from,
        _ => began.elapsed(),
    };
    assert!(!text.fields().is_empty());
    taken
}

/// What this thread has worked, where the system tells: a busy machine then makes no difference.
fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
