//! Which language a comment is in.
//!
//! The page's or the site's language stands unless a text of 80 letters or more is surely in another. Asking
//! whatlang costs 100 µs, many times all the rest, so it is asked only where the text's commonest short words (or,
//! beyond Latin, its script) neither agree with the language expected nor tell another one plainly.

use std::sync::LazyLock;

use whatlang::Lang;

use super::FieldText;
use super::scripts::{Script, Scripts};
use crate::domain::comment::Language;

/// Below this, detectors guess.
const ENOUGH_LETTERS: u32 = 80;
/// How many words are looked at, and how many bytes the detector gets.
const MOST_WORDS: usize = 64;
const MOST_BYTES: usize = 1_500;
/// A text agrees with a language when one word in six is among its commonest.
const ONE_IN: usize = 6;

/// The language of a body.
pub(super) fn language(body: &FieldText, scripts: &Scripts, expected: Option<Language>) -> Option<Language> {
    if scripts.letters() < ENOUGH_LETTERS || expected.is_some_and(|expected| agrees(body, scripts, expected)) {
        return expected;
    }
    let plain = match scripts.mostly(Script::Latin) {
        true => Counts::of(body).clear_winner(),
        false => by_letters(body.folded.as_str(), scripts),
    };
    plain.or_else(|| detected(body)).or(expected)
}

/// The language that a script, or letters of it, belong to alone.
fn by_letters(text: &str, scripts: &Scripts) -> Option<Language> {
    let code = match Script::ALL.into_iter().find(|&script| scripts.mostly(script))? {
        Script::Greek => "el",
        Script::Hangul => "ko",
        Script::Cyrillic if text.contains('ы') && !text.contains(BESIDE_RUSSIAN) => "ru",
        _ => return None,
    };
    Language::parse(code)
}

/// Letters that other languages in Cyrillic have beside the Russian ones.
const BESIDE_RUSSIAN: [char; 18] =
    ['і', 'ї', 'є', 'ґ', 'ў', 'ә', 'ғ', 'қ', 'ң', 'ө', 'ұ', 'ү', 'һ', 'ҷ', 'ӣ', 'ј', 'љ', 'њ'];

/// Whether the text looks like the language expected, so that no detector need be asked.
fn agrees(body: &FieldText, scripts: &Scripts, expected: Language) -> bool {
    let script = match expected.as_str() {
        "ru" | "bg" | "be" | "mk" | "kk" => Script::Cyrillic,
        "uk" => return scripts.mostly(Script::Cyrillic) && body.folded.as_str().contains(['і', 'ї', 'є', 'ґ']),
        "ar" => Script::Arabic,
        "el" => Script::Greek,
        "he" => Script::Hebrew,
        "zh" | "ja" => Script::Han,
        "ko" => Script::Hangul,
        _ => return scripts.mostly(Script::Latin) && Counts::of(body).agrees(expected),
    };
    let foreign: &[char] = match script {
        Script::Cyrillic => &['і', 'ї', 'є', 'ґ'],
        Script::Arabic => &['پ', 'چ', 'ژ', 'گ', 'ٹ', 'ڈ', 'ے'],
        _ => &[],
    };
    scripts.mostly(script) && !body.folded.as_str().contains(foreign)
}

/// What whatlang is sure of.
fn detected(body: &FieldText) -> Option<Language> {
    let text = body.folded.as_str();
    let end = (0..=MOST_BYTES.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let found = whatlang::detect(text.get(..end)?).filter(whatlang::Info::is_reliable)?;
    two_letters(found.lang())
}

/// The two-letter code of a language that has one.
fn two_letters(lang: Lang) -> Option<Language> {
    CODES.iter().find(|(known, _)| *known == lang).and_then(|(_, code)| Language::parse(code))
}

/// ISO 639-1, for those of whatlang's languages that have a code in it.
const CODES: [(Lang, &str); 69] = [
    (Lang::Fra, "fr"),
    (Lang::Eng, "en"),
    (Lang::Deu, "de"),
    (Lang::Spa, "es"),
    (Lang::Ita, "it"),
    (Lang::Nld, "nl"),
    (Lang::Por, "pt"),
    (Lang::Rus, "ru"),
    (Lang::Ukr, "uk"),
    (Lang::Bel, "be"),
    (Lang::Bul, "bg"),
    (Lang::Srp, "sr"),
    (Lang::Mkd, "mk"),
    (Lang::Ara, "ar"),
    (Lang::Pes, "fa"),
    (Lang::Urd, "ur"),
    (Lang::Heb, "he"),
    (Lang::Yid, "yi"),
    (Lang::Ell, "el"),
    (Lang::Tur, "tr"),
    (Lang::Aze, "az"),
    (Lang::Uzb, "uz"),
    (Lang::Tuk, "tk"),
    (Lang::Pol, "pl"),
    (Lang::Ces, "cs"),
    (Lang::Slk, "sk"),
    (Lang::Slv, "sl"),
    (Lang::Hrv, "hr"),
    (Lang::Hun, "hu"),
    (Lang::Ron, "ro"),
    (Lang::Swe, "sv"),
    (Lang::Dan, "da"),
    (Lang::Nob, "no"),
    (Lang::Fin, "fi"),
    (Lang::Est, "et"),
    (Lang::Lav, "lv"),
    (Lang::Lit, "lt"),
    (Lang::Cat, "ca"),
    (Lang::Epo, "eo"),
    (Lang::Lat, "la"),
    (Lang::Afr, "af"),
    (Lang::Zul, "zu"),
    (Lang::Sna, "sn"),
    (Lang::Aka, "ak"),
    (Lang::Amh, "am"),
    (Lang::Vie, "vi"),
    (Lang::Ind, "id"),
    (Lang::Jav, "jv"),
    (Lang::Tgl, "tl"),
    (Lang::Cmn, "zh"),
    (Lang::Jpn, "ja"),
    (Lang::Kor, "ko"),
    (Lang::Tha, "th"),
    (Lang::Mya, "my"),
    (Lang::Khm, "km"),
    (Lang::Hin, "hi"),
    (Lang::Ben, "bn"),
    (Lang::Tam, "ta"),
    (Lang::Tel, "te"),
    (Lang::Mal, "ml"),
    (Lang::Kan, "kn"),
    (Lang::Guj, "gu"),
    (Lang::Pan, "pa"),
    (Lang::Mar, "mr"),
    (Lang::Nep, "ne"),
    (Lang::Ori, "or"),
    (Lang::Sin, "si"),
    (Lang::Kat, "ka"),
    (Lang::Hye, "hy"),
];

/// The commonest words of at most four bytes.
const COMMON: [(&str, &str); 7] = [
    (
        "fr",
        "le la les de des du un une et est en que qui dans pour pas sur ce il elle au aux par avec sont ne se plus mais on nous vous je tu ou ils ont si tout fait a à y ça là c' d' l' j' qu' s' n' m' t'",
    ),
    (
        "en",
        "the of and to in is it you that for was on are with as his they be at this have from or had by not but what can we your all an he will my so do if me our has who how just out up get no a i she her",
    ),
    (
        "de",
        "der die das und ist von zu den mit ein eine im des auf für sich dem es ich auch an als bei nur wie wir er sie hat was aus nach man noch in so aber wird um am war wenn zum zur oder",
    ),
    (
        "es",
        "el la los las de que y en un una por con no para es se lo al del su como más pero sus le ya me muy mi si esta todo hay a o te eso era son ser",
    ),
    (
        "it",
        "il la che di e è non un una per in con del sono da si le lo i al come più ma dei gli ha nel alla ho se mi l' d' un' c' o a ci ne anno ed ai cosa",
    ),
    (
        "nl",
        "de het een van in en dat is op te niet zijn met voor aan die er ook om dan maar wij wel naar bij uit ik je hij als we was zo nog heb hebt kan door over zou deze",
    ),
    (
        "pt",
        "o a os as de do da que e em um uma para com não se por mais dos das no na foi ao ele tem isso eu você são é mas já à às ou nos seu sua ser meu muito",
    ),
];

/// A table of the common words: packed into a number, with a bit for each language that has the word. A word stands
/// at its hash or soon after; a quarter of the places is taken.
struct Table(Vec<(u32, u8)>);

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table(vec![(0, 0); 1 << TABLE_BITS]);
    for (language, (_, list)) in COMMON.iter().enumerate() {
        for word in list.split(' ').filter_map(|word| packed(word.as_bytes())) {
            if let Some(place) = table.place(word).and_then(|place| table.0.get_mut(place)) {
                *place = (word, place.1 | 1 << language);
            }
        }
    }
    table
});

const TABLE_BITS: u32 = 10;

impl Table {
    /// The languages that have a word, a bit each.
    fn languages(&self, word: u32) -> u8 {
        self.place(word).and_then(|place| self.0.get(place)).map_or(0, |&(_, languages)| languages)
    }

    /// Where a word stands, or would.
    fn place(&self, word: u32) -> Option<usize> {
        // Fibonacci hashing: the golden ratio of 2^32.
        let first = (word.wrapping_mul(0x9e37_79b9) >> (32 - TABLE_BITS)) as usize;
        let taken = |&(known, _): &(u32, u8)| known != word && known != 0;
        Some(first + self.0.get(first..)?.iter().take_while(|entry| taken(entry)).count())
    }
}

/// A word of at most four bytes as a number, never 0.
fn packed(word: &[u8]) -> Option<u32> {
    (word.len() <= 4).then(|| word.iter().fold(0, |packed, &byte| packed << 8 | u32::from(byte)))
}

/// How many of a text's first words are among each language's commonest.
struct Counts {
    of: [usize; COMMON.len()],
    words: usize,
}

impl Counts {
    fn of(body: &FieldText) -> Self {
        let mut counts = Self { of: [0; COMMON.len()], words: body.words.len().min(MOST_WORDS) };
        let (table, text) = (&*TABLE, body.folded.as_str().as_bytes());
        for word in body.words.iter().take(MOST_WORDS).filter(|word| word.end - word.start <= 4) {
            let word = text.get(word.start as usize..word.end as usize).and_then(packed);
            let languages = word.map_or(0, |word| table.languages(word));
            for (language, count) in counts.of.iter_mut().enumerate() {
                *count += usize::from(languages >> language & 1);
            }
        }
        counts
    }

    fn agrees(&self, expected: Language) -> bool {
        let Some(index) = COMMON.iter().position(|(code, _)| *code == expected.as_str()) else { return false };
        let count = self.of.get(index).copied().unwrap_or(0);
        count * ONE_IN >= self.words && self.of.iter().all(|&other| other <= count)
    }

    /// The language that leads by half again as much as any other.
    fn clear_winner(&self) -> Option<Language> {
        let (index, &count) = self.of.iter().enumerate().max_by_key(|&(_, &count)| count)?;
        let clear = self.of.iter().enumerate().all(|(other, &others)| other == index || others * 3 <= count * 2);
        if clear && count * ONE_IN >= self.words { Language::parse(COMMON.get(index)?.0) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FieldText, Markup};
    use super::*;
    use crate::domain::signal::Field;

    const SENTENCES: [(&str, &str); 9] = [
        (
            "fr",
            "Je ne comprends pas pourquoi la mairie a décidé de fermer cette école, alors que les parents d'élèves s'y opposent depuis des mois.",
        ),
        (
            "en",
            "I do not understand why the council has decided to close this school when the parents have been against it for months.",
        ),
        (
            "de",
            "Ich verstehe nicht, warum die Stadt diese Schule schließen will, obwohl die Eltern seit Monaten dagegen sind und es genug Kinder gibt.",
        ),
        (
            "es",
            "No entiendo por qué el ayuntamiento ha decidido cerrar esta escuela cuando los padres de los alumnos se oponen desde hace meses.",
        ),
        (
            "it",
            "Non capisco perché il comune ha deciso di chiudere questa scuola quando i genitori sono contrari da mesi e non ci sono alternative.",
        ),
        (
            "nl",
            "Ik begrijp niet waarom de gemeente heeft besloten om deze school te sluiten terwijl de ouders er al maanden tegen zijn.",
        ),
        (
            "pt",
            "Não entendo por que a câmara decidiu fechar esta escola quando os pais dos alunos são contra há meses e não há uma alternativa.",
        ),
        (
            "ru",
            "Я не понимаю, почему мэрия решила закрыть эту школу, хотя родители учеников уже несколько месяцев выступают против этого решения.",
        ),
        (
            "ar",
            "لا أفهم لماذا قررت البلدية إغلاق هذه المدرسة في حين أن أولياء أمور التلاميذ يعارضون ذلك منذ أشهر ولا يوجد بديل آخر قريب من هنا",
        ),
    ];

    fn read(text: &str) -> (FieldText, Scripts) {
        let (body, findings) = FieldText::of(Field::Body, Markup::of_text(text), None);
        (body, findings.scripts)
    }

    fn of(text: &str, expected: Option<&str>) -> Option<String> {
        let (body, scripts) = read(text);
        language(&body, &scripts, expected.and_then(Language::parse)).map(|language| language.as_str().to_owned())
    }

    #[test]
    fn a_text_in_the_language_expected_needs_no_detector() {
        for (code, sentence) in SENTENCES {
            let (body, scripts) = read(sentence);
            assert!(agrees(&body, &scripts, Language::parse(code).unwrap()), "{code}");
        }
    }

    #[test]
    fn a_text_in_another_language_is_told_apart() {
        for (code, sentence) in SENTENCES {
            for (other, _) in SENTENCES {
                assert_eq!(of(sentence, Some(other)).as_deref(), Some(code), "expected {other}");
            }
            assert_eq!(of(sentence, None).as_deref(), Some(code));
        }
    }

    #[test]
    fn a_short_text_is_in_the_language_expected() {
        assert_eq!(of("Thank you very much!", Some("fr")).as_deref(), Some("fr"));
        assert_eq!(of("Merci !", None), None);
    }
}
