//! Amounts of money and percentages.

use std::ops::Range;

use super::{DatumKind, after, before, digits, lead};

/// A currency, as far as spam tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Currency {
    Euro,
    Dollar,
    Pound,
    /// The Swiss franc, and francs without more.
    Franc,
    /// The CFA francs of West and Central Africa.
    Cfa,
    /// Bitcoin and its like.
    Crypto,
    Other,
}

impl Currency {
    /// A bit of its own, to count kinds.
    pub(in crate::domain::text) const fn bit(self) -> u8 {
        1 << self as u8
    }
}

const SIGNS: [(char, Currency); 13] = [
    ('€', Currency::Euro),
    ('$', Currency::Dollar),
    ('£', Currency::Pound),
    ('₿', Currency::Crypto),
    ('¥', Currency::Other),
    ('₽', Currency::Other),
    ('₹', Currency::Other),
    ('₦', Currency::Other),
    ('₴', Currency::Other),
    ('₺', Currency::Other),
    ('₩', Currency::Other),
    ('₫', Currency::Other),
    ('₪', Currency::Other),
];

/// Names and codes, folded. Left out are those that are words of a language, such as `mad` and `livres`.
const NAMES: [(&str, Currency); 46] = [
    ("euro", Currency::Euro),
    ("euros", Currency::Euro),
    ("eur", Currency::Euro),
    ("dollar", Currency::Dollar),
    ("dollars", Currency::Dollar),
    ("usd", Currency::Dollar),
    ("us$", Currency::Dollar),
    ("cad", Currency::Dollar),
    ("aud", Currency::Dollar),
    ("gbp", Currency::Pound),
    ("sterling", Currency::Pound),
    ("chf", Currency::Franc),
    ("franc", Currency::Franc),
    ("francs", Currency::Franc),
    ("fcfa", Currency::Cfa),
    ("cfa", Currency::Cfa),
    ("xof", Currency::Cfa),
    ("xaf", Currency::Cfa),
    ("btc", Currency::Crypto),
    ("bitcoin", Currency::Crypto),
    ("bitcoins", Currency::Crypto),
    ("eth", Currency::Crypto),
    ("ethereum", Currency::Crypto),
    ("usdt", Currency::Crypto),
    ("usdc", Currency::Crypto),
    ("xrp", Currency::Crypto),
    ("yen", Currency::Other),
    ("yens", Currency::Other),
    ("yuan", Currency::Other),
    ("yuans", Currency::Other),
    ("rouble", Currency::Other),
    ("roubles", Currency::Other),
    ("рублей", Currency::Other),
    ("руб", Currency::Other),
    ("inr", Currency::Other),
    ("dirham", Currency::Other),
    ("dirhams", Currency::Other),
    ("dinar", Currency::Other),
    ("dinars", Currency::Other),
    ("naira", Currency::Other),
    ("reais", Currency::Other),
    ("pesos", Currency::Other),
    ("zł", Currency::Other),
    ("pln", Currency::Other),
    ("kr", Currency::Other),
    ("dh", Currency::Other),
];

/// What may stand between a number and its currency: how many, and `de`.
const MULTIPLES: [&str; 16] = [
    "k",
    "m",
    "md",
    "mds",
    "mille",
    "million",
    "millions",
    "milliard",
    "milliards",
    "mio",
    "thousand",
    "hundred",
    "billion",
    "billions",
    "million",
    "millionen",
];

/// The longest name of a currency, in bytes.
const LONGEST_NAME: usize = 16;

/// The amount or percentage whose first digit stands at `at`.
pub(super) fn at(text: &str, at: usize) -> Option<(DatumKind, Range<usize>)> {
    if before(text, at).is_some_and(|character| character.is_alphabetic()) && currency_before(text, at).is_none() {
        return None;
    }
    let end = number_end(text, at);
    if let Some((currency, currency_end)) = currency_after(text, end) {
        return Some((DatumKind::Amount(currency), at..currency_end));
    }
    let spaced = end + usize::from(after(text, end) == Some(' '));
    if after(text, spaced) == Some('%') {
        return Some((DatumKind::Percentage, at..spaced + 1));
    }
    currency_before(text, at).map(|(currency, start)| (DatumKind::Amount(currency), start..end))
}

/// Where a number ends that may have thousands set apart and decimals: `10 000,50`.
fn number_end(text: &str, at: usize) -> usize {
    let mut end = at + digits(text, at);
    let mut groups = 0;
    while groups < 6
        && after(text, end).is_some_and(|separator| matches!(separator, ' ' | '.' | ',' | '\'' | '_'))
        && digits(text, end + 1) == 3
    {
        end += 4;
        groups += 1;
    }
    if after(text, end).is_some_and(|separator| matches!(separator, '.' | ',')) {
        let decimals = digits(text, end + 1);
        end += if decimals > 0 { 1 + decimals } else { 0 };
    }
    end
}

/// The currency after a number, and where it ends: `€`, ` euros`, ` millions d'euros`, `k€`, ` f cfa`.
fn currency_after(text: &str, end: usize) -> Option<(Currency, usize)> {
    let (mut at, mut word) = next_word(text, end);
    if word.is_empty() {
        return sign_at(text, at);
    }
    if MULTIPLES.contains(&word) {
        (at, word) = next_word(text, at + word.len());
        let of =
            ["d'", "de ", "of ", "von "].iter().find(|of| text.get(at..).is_some_and(|rest| rest.starts_with(**of)));
        if let Some(of) = of {
            (at, word) = next_word(text, at + of.len());
        }
        if word.is_empty() {
            return sign_at(text, at);
        }
    }
    if word == "f" {
        (at, word) = next_word(text, at + 1);
    }
    named(word).map(|currency| (currency, at + word.len()))
}

fn sign_at(text: &str, at: usize) -> Option<(Currency, usize)> {
    let sign = after(text, at)?;
    signed(sign).map(|currency| (currency, at + sign.len_utf8()))
}

/// The letters that begin at `at` or one space later, and where.
fn next_word(text: &str, at: usize) -> (usize, &str) {
    let at = at + usize::from(after(text, at) == Some(' '));
    let rest = text.get(at..).unwrap_or("");
    let length = rest.char_indices().take(LONGEST_NAME).find(|(_, c)| !c.is_alphanumeric()).map(|(length, _)| length);
    let whole = if rest.len() <= LONGEST_NAME { rest.len() } else { 0 };
    (at, rest.get(..length.unwrap_or(whole)).unwrap_or(""))
}

/// The currency before a number, and where it begins: `€5000`, `usd 100`, `us$ 20`.
fn currency_before(text: &str, at: usize) -> Option<(Currency, usize)> {
    let at = at - usize::from(before(text, at) == Some(' '));
    if let Some(sign) = before(text, at)
        && let Some(currency) = signed(sign)
    {
        return Some((currency, at - sign.len_utf8()));
    }
    let lead = lead(text, at, LONGEST_NAME);
    let length: usize = lead.chars().rev().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum();
    let word = lead.get(lead.len() - length..)?;
    named(word).filter(|_| word.len() == 3).map(|currency| (currency, at - length))
}

fn signed(sign: char) -> Option<Currency> {
    SIGNS.iter().find(|(known, _)| *known == sign).map(|&(_, currency)| currency)
}

fn named(word: &str) -> Option<Currency> {
    NAMES.iter().find(|(known, _)| *known == word).map(|&(_, currency)| currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(DatumKind, &str)> {
        let mut from = 0;
        while let Some(digit) = super::super::next_digit(text, from) {
            if let Some((kind, range)) = at(text, digit) {
                return Some((kind, text.get(range)?));
            }
            from = digit + digits(text, digit);
        }
        None
    }

    #[test]
    fn a_number_beside_a_currency_is_an_amount() {
        for (amount, currency) in [
            ("5000€", Currency::Euro),
            ("5000 €", Currency::Euro),
            ("10 000 euros", Currency::Euro),
            ("€5000", Currency::Euro),
            ("$100", Currency::Dollar),
            ("usd 1,000", Currency::Dollar),
            ("1.250,50 eur", Currency::Euro),
            ("500 000 fcfa", Currency::Cfa),
            ("500 000 f cfa", Currency::Cfa),
            ("10k€", Currency::Euro),
            ("2 millions d'euros", Currency::Euro),
            ("3 milliards de dollars", Currency::Dollar),
            ("0.5 btc", Currency::Crypto),
            ("1'000 chf", Currency::Franc),
            ("£20", Currency::Pound),
        ] {
            assert_eq!(found(&format!("il y a {amount} ici")), Some((DatumKind::Amount(currency), amount)));
        }
    }

    #[test]
    fn a_number_beside_a_percent_sign_is_a_percentage() {
        assert_eq!(found("gagnez 100%"), Some((DatumKind::Percentage, "100%")));
        assert_eq!(found("de 2,5 %."), Some((DatumKind::Percentage, "2,5 %")));
    }

    #[test]
    fn other_numbers_are_neither() {
        for text in ["50 cent", "covid19", "en 2026", "page 5 europe", "3 frangins", "v2.0", "h1n1 €", "article 49.3"]
        {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
