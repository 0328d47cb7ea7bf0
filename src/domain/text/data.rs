//! Telephone numbers, IBANs, amounts of money and percentages in a folded text.
//!
//! One pass over the digits; every look at what stands around them is bounded, so the whole is linear.

mod amount;
mod iban;
mod phone;

use std::ops::Range;

use super::Datum;

/// What kind of datum it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DatumKind {
    /// A telephone number as France, Belgium, Switzerland, North America or French-speaking Africa write it, an
    /// international one (`+33 …`, `0033 …`), or any that a word such as `whatsapp` or `tél` announces.
    Phone,
    Email,
    /// An account number whose check digits are right.
    Iban,
    /// A number beside a currency: `5000 €`, `$100`, `10 millions de FCFA`.
    Amount(Currency),
    /// A number beside `%`.
    Percentage,
}

impl DatumKind {
    /// Whether it can identify or reach a person.
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::Phone | Self::Email | Self::Iban)
    }
}

pub use amount::Currency;

/// The data of a folded text in order, outside the sorted `occupied` ranges.
pub(super) fn find(folded: &str, occupied: &[Range<usize>]) -> Vec<Datum> {
    let mut data = Vec::new();
    let mut occupied = occupied.iter().peekable();
    let mut at = 0;
    while let Some(digit) = next_digit(folded, at) {
        while occupied.next_if(|range| range.end <= digit).is_some() {}
        if let Some(range) = occupied.peek().filter(|range| range.start <= digit) {
            at = range.end;
            continue;
        }
        let (start, end) = match datum(folded, digit) {
            Some((kind, range)) => {
                let (start, end) = (range.start.max(at), range.end);
                data.push(Datum { kind, start: start as u32, end: end as u32 });
                (start, end)
            }
            None => (digit, digit + digits(folded, digit)),
        };
        at = end.max(start + 1);
    }
    data
}

fn datum(text: &str, at: usize) -> Option<(DatumKind, Range<usize>)> {
    iban::at(text, at)
        .map(|range| (DatumKind::Iban, range))
        .or_else(|| phone::at(text, at).map(|range| (DatumKind::Phone, range)))
        .or_else(|| amount::at(text, at))
}

fn next_digit(text: &str, from: usize) -> Option<usize> {
    text.as_bytes().get(from..)?.iter().position(u8::is_ascii_digit).map(|at| from + at)
}

/// How many digits begin at `at`.
fn digits(text: &str, at: usize) -> usize {
    text.as_bytes().get(at..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

/// The character that ends at `at`.
fn before(text: &str, at: usize) -> Option<char> {
    text.get(..at)?.chars().next_back()
}

/// The character that begins at `at`.
fn after(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// The last `bytes` bytes before `at`, or a little less, so that no character is cut.
fn lead(text: &str, at: usize, bytes: usize) -> &str {
    let from = (at.saturating_sub(bytes)..=at).find(|&from| text.is_char_boundary(from)).unwrap_or(at);
    text.get(from..at).unwrap_or("")
}
