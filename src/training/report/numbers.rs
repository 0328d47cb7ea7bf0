//! Numbers as the readers of a locale write them.

use crate::domain::site::Locale;

/// U+202F: what French puts between thousands and before a percent sign.
const NARROW: char = '\u{202f}';
/// U+2212: as wide as a plus sign.
const MINUS: char = '−';
/// What stands where there is no number.
const NONE: &str = "–";

/// Writes numbers for one locale.
#[derive(Clone, Copy, Debug)]
pub struct Numbers(pub Locale);

impl Numbers {
    /// `12 345` or `12,345`.
    pub fn count(self, number: u64) -> String {
        let separator = match self.0 {
            Locale::Fr => NARROW,
            Locale::En => ',',
        };
        let digits = number.to_string();
        let mut grouped = String::with_capacity(digits.len() * 2);
        for (at, digit) in digits.char_indices() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// `0,25` or `0.25`; no number that is not finite.
    pub fn decimal(self, number: f64, digits: usize) -> String {
        if !number.is_finite() {
            return NONE.to_owned();
        }
        let written = format!("{:.digits$}", number.abs());
        let negative = number < 0.0 && written.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
        let written = match self.0 {
            Locale::Fr => written.replace('.', ","),
            Locale::En => written,
        };
        if negative { format!("{MINUS}{written}") } else { written }
    }

    /// A decimal that always has a sign, unless it is zero.
    pub fn signed(self, number: f64, digits: usize) -> String {
        let written = self.decimal(number, digits);
        match number > 0.0 && written.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
            true => format!("+{written}"),
            false => written,
        }
    }

    /// A share in 0..=1 as `2,5 %` or `2.5%`: about two digits that say something.
    pub fn percent(self, share: f64) -> String {
        let percent = share * 100.0;
        let digits = match percent.abs() {
            percent if !(1e-9..9.95).contains(&percent) => 0,
            percent if percent >= 0.995 => 1,
            _ => 2,
        };
        self.unit(self.decimal(percent, digits).trim_end_matches(&[',', '.'][..]))
    }

    /// A share as it was asked for: `0,1 %`, `2 %`.
    pub fn budget(self, share: f64) -> String {
        let percent = (share * 1e7).round() / 1e5;
        let digits = (0..5).find(|digits| (percent * 10f64.powi(*digits)).fract() == 0.0).unwrap_or(5);
        self.unit(&self.decimal(percent, digits as usize))
    }

    pub fn maybe(self, number: Option<f64>, write: impl Fn(f64) -> String) -> String {
        number.map_or_else(|| NONE.to_owned(), write)
    }

    fn unit(self, number: &str) -> String {
        match self.0 {
            Locale::Fr => format!("{number}{NARROW}%"),
            Locale::En => format!("{number}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FR: Numbers = Numbers(Locale::Fr);
    const EN: Numbers = Numbers(Locale::En);

    #[test]
    fn thousands_are_grouped() {
        let counts = |numbers: Numbers| [0, 999, 1_000, 1_234_567].map(|number| numbers.count(number)).join(" | ");
        assert_eq!(counts(EN), "0 | 999 | 1,000 | 1,234,567");
        assert_eq!(counts(FR), "0 | 999 | 1\u{202f}000 | 1\u{202f}234\u{202f}567");
    }

    #[test]
    fn decimals_have_the_locales_mark_and_a_true_minus() {
        assert_eq!((FR.decimal(-0.254, 2), EN.decimal(0.254, 2)), ("−0,25".to_owned(), "0.25".to_owned()));
        assert_eq!((FR.decimal(-0.001, 2), FR.signed(0.001, 2)), ("0,00".to_owned(), "0,00".to_owned()));
        assert_eq!((FR.signed(1.85, 1), EN.decimal(f64::NAN, 1)), ("+1,9".to_owned(), "–".to_owned()));
    }

    #[test]
    fn shares_keep_about_two_digits() {
        let shares = [0.0, 0.000_42, 0.0265, 0.0995, 0.5, 1.0].map(|share| EN.percent(share)).join(" ");
        assert_eq!(shares, "0% 0.04% 2.6% 10% 50% 100%");
        assert_eq!(FR.percent(0.026), "2,6\u{202f}%");
        assert_eq!(
            (EN.budget(0.001), EN.budget(0.02), FR.budget(0.0005)),
            ("0.1%".into(), "2%".into(), "0,05\u{202f}%".into())
        );
    }
}
