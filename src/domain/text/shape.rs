//! Facts about the body's form that hold in any language.

use xxhash_rust::xxh3::xxh3_64;

use super::scripts::{is_letter, is_mark};
use super::{DatumKind, FieldText, LinkKind};

/// Facts about the body's form that hold in any language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    pub scalars: u32,
    pub letters: u32,
    pub capitals: u32,
    pub digits: u32,
    pub words: u32,
    pub distinct_words: u32,
    /// Words of three letters or more, all of them capitals.
    pub capital_words: u32,
    pub exclamations: u32,
    pub questions: u32,
    pub line_breaks: u32,
    /// Pictures; a flag, or a picture with its colour of skin, is one.
    pub emoji: u32,
    /// Characters that are neither letters, digits, white space, emoji nor ASCII: `•`, `►`, `—`, `€`.
    pub symbols: u32,
    /// Words that mix scripts which no language mixes, such as Latin and Cyrillic.
    pub mixed_script_words: u32,
    /// Zero-width and direction characters where no script needs them; folding removes them.
    pub invisible: u32,
    /// Letters and digits in a costume: fullwidth, mathematical, enclosed.
    pub styled: u32,
    /// HTML elements that a browser does not show.
    pub hidden: u32,
    /// The longest run of one visible character.
    pub longest_run: u32,
    /// Links of any kind, those from markup and messengers included.
    pub links: u32,
    /// Links that HTML, BBCode or Markdown makes.
    pub markup_links: u32,
    /// Links to WhatsApp, Telegram and their like.
    pub messengers: u32,
    /// Amounts of money: a number beside a currency.
    pub amounts: u32,
    /// How many kinds of currency the amounts are in.
    pub currencies: u32,
    pub percentages: u32,
    /// Telephone numbers.
    pub phones: u32,
    /// E-mail addresses written in the body.
    pub emails: u32,
    pub ibans: u32,
}

impl Shape {
    /// Capitals among letters, 0 to 1.
    pub fn capital_share(&self) -> f64 {
        share(self.capitals, self.letters)
    }

    /// Digits among characters, 0 to 1.
    pub fn digit_share(&self) -> f64 {
        share(self.digits, self.scalars)
    }

    /// Different words among words, 0 to 1; 0 without words.
    pub fn word_variety(&self) -> f64 {
        share(self.distinct_words, self.words)
    }

    pub(super) fn of(body: &FieldText) -> Self {
        let mut shape = Self { words: body.words.len() as u32, distinct_words: distinct(body), ..Self::default() };
        shape.read(body.plain.as_str());
        shape.count_links(body);
        shape.count_data(body);
        shape
    }

    fn read(&mut self, plain: &str) {
        let mut run = Runs::default();
        for character in plain.chars() {
            self.scalars += 1;
            let case = self.count(character, &mut run);
            self.capital_words += u32::from(run.ends_capital_word(case));
            self.longest_run = self.longest_run.max(run.meet(character));
        }
        self.capital_words += u32::from(run.ends_capital_word(Case::None));
        // A flag is two regional indicators.
        self.emoji += run.regional.div_ceil(2);
    }

    /// Counts one character, and tells its case if it is a letter.
    fn count(&mut self, character: char, run: &mut Runs) -> Case {
        match character {
            'a'..='z' => {
                self.letters += 1;
                return Case::Small;
            }
            'A'..='Z' => {
                self.letters += 1;
                self.capitals += 1;
                return Case::Capital;
            }
            '0'..='9' => self.digits += 1,
            '!' => self.exclamations += 1,
            '?' => self.questions += 1,
            '\n' => self.line_breaks += 1,
            '\0'..='\x7f' => {}
            other => return self.count_beyond_ascii(other, run),
        }
        Case::None
    }

    fn count_beyond_ascii(&mut self, character: char, run: &mut Runs) -> Case {
        if is_letter(character) {
            self.letters += 1;
            let capital = character.is_uppercase();
            self.capitals += u32::from(capital);
            return if capital { Case::Capital } else { Case::Small };
        }
        match character {
            '！' => self.exclamations += 1,
            '？' => self.questions += 1,
            _ if is_emoji(character) => self.emoji += 1,
            _ if is_regional(character) => run.regional += 1,
            _ if character.is_numeric() => self.digits += 1,
            _ if !character.is_whitespace() && !is_modifier(character) => self.symbols += 1,
            _ => {}
        }
        Case::None
    }

    fn count_links(&mut self, body: &FieldText) {
        self.links = body.links.len() as u32;
        self.markup_links = body.links.iter().filter(|link| link.from_markup).count() as u32;
        self.messengers = body.links.iter().filter(|link| link.kind == LinkKind::Messenger).count() as u32;
    }

    fn count_data(&mut self, body: &FieldText) {
        let mut currencies = 0;
        for datum in &body.data {
            match datum.kind {
                DatumKind::Phone => self.phones += 1,
                DatumKind::Email => self.emails += 1,
                DatumKind::Iban => self.ibans += 1,
                DatumKind::Percentage => self.percentages += 1,
                DatumKind::Amount(currency) => {
                    self.amounts += 1;
                    currencies |= currency.bit();
                }
            }
        }
        self.currencies = currencies.count_ones();
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

fn distinct(body: &FieldText) -> u32 {
    let mut words: Vec<u64> = body.words.iter().map(|&word| xxh3_64(body.word(word).as_bytes())).collect();
    words.sort_unstable();
    words.dedup();
    words.len() as u32
}

/// A letter's case; what has none counts as small.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Small,
    Capital,
    /// No letter.
    None,
}

/// What came before the character at hand.
#[derive(Default)]
struct Runs {
    before: char,
    alike: u32,
    capitals: u32,
    small: bool,
    regional: u32,
}

impl Runs {
    /// How many of the same visible character have come in a row.
    fn meet(&mut self, character: char) -> u32 {
        if character != self.before {
            self.before = character;
            self.alike = 1;
        } else if !character.is_whitespace() && !is_modifier(character) {
            self.alike += 1;
        }
        self.alike
    }

    fn ends_capital_word(&mut self, case: Case) -> bool {
        match case {
            Case::Capital => self.capitals += 1,
            Case::Small => self.small = true,
            Case::None => {
                let ends = self.capitals >= 3 && !self.small;
                (self.capitals, self.small) = (0, false);
                return ends;
            }
        }
        false
    }
}

fn is_emoji(character: char) -> bool {
    matches!(
        character,
        '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}' | '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23fa}'
        | '\u{1f000}'..='\u{1f0ff}' | '\u{1f300}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}'
    )
}

fn is_regional(character: char) -> bool {
    matches!(character, '\u{1f1e6}'..='\u{1f1ff}')
}

/// What only changes the character before it.
fn is_modifier(character: char) -> bool {
    matches!(character, '\u{1f3fb}'..='\u{1f3ff}') || is_mark(character) || super::fold::is_invisible(character)
}
