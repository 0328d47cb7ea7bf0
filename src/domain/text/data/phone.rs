//! Telephone numbers, as people write them in comments.

use std::ops::Range;

use super::{after, before, lead};

/// A number has at most this many groups of digits, and this many digits (E.164 has 15, `00` before, `(0)` within).
const MOST_GROUPS: usize = 9;
const MOST_DIGITS: usize = 18;

/// How far before a number a word may stand that announces it, in bytes.
const ANNOUNCED_WITHIN: usize = 28;

/// Words that announce a telephone number.
const ANNOUNCING: [&str; 20] = [
    "tel",
    "tél",
    "phone",
    "whatsapp",
    "whatsap",
    "watsap",
    "whats app",
    "wsp",
    "sms",
    "appel",
    "call",
    "joindre",
    "contact",
    "numéro",
    "numero",
    "viber",
    "telegram",
    "☎",
    "📞",
    "📱",
];

/// How many digits the numbers of a country have with its code; others have 9 to 15 in all.
const LENGTHS: [(&str, Range<usize>); 21] = [
    ("1", 11..12),
    ("7", 11..12),
    ("33", 11..12),
    ("32", 10..12),
    ("34", 11..12),
    ("41", 11..12),
    ("44", 11..13),
    ("49", 10..15),
    ("212", 12..13),
    ("213", 11..13),
    ("216", 11..12),
    ("221", 12..13),
    ("223", 11..12),
    ("225", 11..14),
    ("226", 11..12),
    ("227", 11..12),
    ("228", 11..12),
    ("229", 11..14),
    ("237", 11..13),
    ("241", 11..13),
    ("243", 12..13),
];

/// The telephone number whose first digit stands at `at`.
pub(super) fn at(text: &str, at: usize) -> Option<Range<usize>> {
    let start = start(text, at)?;
    let number = Number::read(text, at);
    let plus = text.get(start..at).is_some_and(|lead| lead.contains('+'));
    let groups = number.best(plus, || is_announced(lead(text, start, ANNOUNCED_WITHIN)))?;
    let end = number.groups.get(groups - 1)?.end;
    let goes_on = after(text, end).is_some_and(|next| next.is_alphanumeric() || matches!(next, '%' | '€' | '$' | '_'));
    let decimal = after(text, end).is_some_and(|next| matches!(next, ',' | '.'))
        && after(text, end + 1).is_some_and(|next| next.is_ascii_digit());
    (!goes_on && !decimal).then_some(start..end)
}

/// Where the number begins with its `+` and bracket; `None` in the middle of something longer.
fn start(text: &str, at: usize) -> Option<usize> {
    let mut start = at;
    let spaced = lead(text, at, 2) == "+ ";
    if spaced {
        start -= 2;
    } else if before(text, start) == Some('+') {
        start -= 1;
    }
    if before(text, start) == Some('(') {
        start -= 1;
        if start + 1 == at && before(text, start) == Some('+') {
            start -= 1;
        }
    }
    let continues = before(text, start).is_some_and(|character| {
        character.is_alphanumeric() || matches!(character, '_' | '#' | '=' | '&' | '€' | '$' | '£')
    });
    let joined = before(text, start).is_some_and(|character| matches!(character, '.' | ',' | '/' | '-'))
        && before(text, start - 1).is_some_and(|character| character.is_ascii_digit());
    (!continues && !joined).then_some(start)
}

fn is_announced(lead: &str) -> bool {
    ANNOUNCING.iter().any(|word| lead.contains(word))
}

/// Groups of digits, held together by one or two separators.
struct Number {
    digits: [u8; MOST_DIGITS],
    groups: Vec<Group>,
}

struct Group {
    /// How many digits stand in this group and in all up to its end.
    digits: usize,
    total: usize,
    /// The byte after it.
    end: usize,
    /// What stands before it.
    separator: u8,
}

impl Number {
    fn read(text: &str, at: usize) -> Self {
        let bytes = text.as_bytes();
        let mut number = Self { digits: [0; MOST_DIGITS], groups: Vec::with_capacity(MOST_GROUPS) };
        let (mut at, mut total, mut separator) = (at, 0, 0);
        while number.groups.len() < MOST_GROUPS {
            let from = total;
            while let Some(&digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
                let Some(place) = number.digits.get_mut(total) else { return number };
                *place = digit;
                total += 1;
                at += 1;
            }
            number.groups.push(Group { digits: total - from, total, end: at, separator });
            let gap = bytes.iter().skip(at).take(3).take_while(|byte| b" .-/()".contains(byte)).count();
            separator = bytes.get(at).copied().unwrap_or(0);
            at += gap;
            if gap == 0 || !bytes.get(at).is_some_and(u8::is_ascii_digit) {
                break;
            }
        }
        number
    }

    /// How many of the groups make a telephone number: as many as can, though ten digits before others.
    fn best(&self, plus: bool, announced: impl FnOnce() -> bool) -> Option<usize> {
        let fits = |test: &dyn Fn(&[Group], &str) -> bool| {
            let ten = |groups: &&[Group]| groups.last().is_some_and(|last| last.total == 10);
            let all = || (1..=self.groups.len()).rev().filter_map(|count| self.groups.get(..count));
            let passes = |groups: &&[Group]| test(groups, self.digits(groups));
            all().filter(ten).find(passes).or_else(|| all().find(passes)).map(<[Group]>::len)
        };
        if plus {
            return fits(&is_international);
        }
        // The first digit rules most numbers out before any grouping is tried.
        let grouped = self.groups.len() > 2;
        match self.digits.first()? {
            b'0' if self.digits.get(1) == Some(&b'0') => {
                fits(&|groups, digits| is_international(groups, digits.strip_prefix("00").unwrap_or("")))
            }
            b'0' => fits(&is_national),
            _ if grouped => fits(&is_american).or_else(|| fits(&is_senegalese)),
            _ => None,
        }
        .or_else(|| if self.groups.last()?.total >= 7 && announced() { fits(&is_plausible) } else { None })
    }

    fn digits(&self, groups: &[Group]) -> &str {
        let total = groups.last().map_or(0, |group| group.total);
        self.digits.get(..total).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or("")
    }
}

/// A country code and as many digits as the country has.
fn is_international(groups: &[Group], digits: &str) -> bool {
    if digits.starts_with('0') || is_thousands(groups) && digits.len() < 10 {
        return false;
    }
    let zero = usize::from(groups.iter().skip(1).any(|group| group.separator == b' ' && group.digits == 1));
    let length = LENGTHS.iter().find(|(code, _)| digits.starts_with(code)).map_or(9..16, |(_, length)| length.clone());
    length.contains(&digits.len()) || (zero == 1 && length.contains(&digits.len().saturating_sub(1)))
}

/// `06 12 34 56 78`, `02 123 45 67`, `0470/12.34.56`, `079 123 45 67`, `0176 12345678`: a zero, then none. A month
/// and a year (`06-2024-1234`) are no beginning. A French service's number, free or at the price of a local call
/// (`0 800 23 13 13`, `0 825 …`), is nobody's own, and readers tell it to one another.
fn is_national(groups: &[Group], digits: &str) -> bool {
    let lengths = if groups.len() == 1 { 10..11 } else { 9..13 };
    let decimal = groups.first().is_some_and(|first| first.digits == 1)
        && groups.get(1).is_some_and(|second| matches!(second.separator, b'.' | b'/'));
    digits.starts_with('0')
        && !digits.starts_with("00")
        && !(digits.len() == 10 && ["080", "081", "082"].iter().any(|service| digits.starts_with(service)))
        && lengths.contains(&digits.len())
        && groups.len() <= 6
        && groups.iter().all(|group| group.digits <= 8 || groups.len() == 1)
        && !decimal
        && !(groups.get(1).is_some_and(|second| second.digits == 4) && matches!(digits.get(2..4), Some("19" | "20")))
}

/// `514 555-0199`, `(514) 555-0199`, `1-514-555-0199`.
fn is_american(groups: &[Group], digits: &str) -> bool {
    let shape: Vec<usize> = groups.iter().map(|group| group.digits).collect();
    let local = match *shape {
        [3, 3, 4] => digits,
        [1, 3, 3, 4] => digits.strip_prefix('1').unwrap_or(""),
        _ => return false,
    };
    [0, 3].iter().all(|&at| local.as_bytes().get(at).is_some_and(|digit| (b'2'..=b'9').contains(digit)))
}

/// `77 123 45 67`: the grouping is found nowhere else.
fn is_senegalese(groups: &[Group], digits: &str) -> bool {
    digits.starts_with('7') && groups.iter().map(|group| group.digits).eq([2, 3, 2, 2])
}

/// Anything that may be dialled, where a word announces it. A pair of years may not.
fn is_plausible(groups: &[Group], digits: &str) -> bool {
    let years = groups.len() == 2 && groups.iter().all(|group| group.digits == 4) && digits.starts_with(['1', '2']);
    let date =
        groups.iter().map(|group| group.digits).eq([2, 2, 4]) || groups.iter().map(|group| group.digits).eq([4, 2, 2]);
    let round = is_thousands(groups) && digits.ends_with("000");
    (7..=15).contains(&digits.len()) && !years && !date && !round
}

/// `10 000 000`: every group but the first has three digits.
fn is_thousands(groups: &[Group]) -> bool {
    groups.len() > 1 && groups.iter().skip(1).all(|group| group.digits == 3)
}

#[cfg(test)]
mod tests {
    fn found(text: &str) -> Option<&str> {
        let mut from = 0;
        while let Some(digit) = super::super::next_digit(text, from) {
            if let Some(range) = super::at(text, digit) {
                return text.get(range);
            }
            from = digit + super::super::digits(text, digit);
        }
        None
    }

    #[test]
    fn numbers_are_known_as_countries_write_them() {
        for number in [
            "06 12 34 56 78",
            "0612345678",
            "06.12.34.56.78",
            "06-12-34-56-78",
            "+33 6 12 34 56 78",
            "+33 (0)6 12 34 56 78",
            "+33612345678",
            "0033 6 12 34 56 78",
            "(+33) 6 12 34 56 78",
            "02 123 45 67",
            "0470/12.34.56",
            "+32 470 12 34 56",
            "079 123 45 67",
            "+41 79 123 45 67",
            "(514) 555-0199",
            "514-555-0199",
            "1-514-555-0199",
            "+1 514 555 0199",
            "+229 97 12 34 56",
            "+229 01 97 12 34 56",
            "+225 07 07 12 34 56",
            "+221 77 123 45 67",
            "77 123 45 67",
            "01 97 12 34 56",
            "+ 237 6 12 34 56 78",
            "+44 7911 123456",
            "0176 12345678",
            "+2348012345678",
        ] {
            assert_eq!(found(&format!("appelle {number}, vite")), Some(number));
            assert_eq!(found(number), Some(number));
        }
    }

    #[test]
    fn a_word_announces_what_no_country_tells() {
        assert_eq!(found("whatsapp : 229 97 12 34 56"), Some("229 97 12 34 56"));
        assert_eq!(found("tél. 97 12 34 56"), Some("97 12 34 56"));
        assert_eq!(found("contact 5145550199"), Some("5145550199"));
        assert_eq!(found("97 12 34 56 habitants"), None);
    }

    #[test]
    fn dates_amounts_and_long_numbers_are_no_telephones() {
        for text in [
            "le 24/11/2026 à 10:30",
            "2026-11-24",
            "1914-1918",
            "10 000 000 euros",
            "123 456 789 00012",
            "4111 1111 1111 1111",
            "0,1234567890",
            "0.1234567891",
            "id 0612345678901234567890",
            "abc0612345678",
            "+10 000 000 de vues",
            "192.168.100.200",
            "réf 06123456789x",
            "2 500 000",
            "+2000 %",
            "0612345678 90 12 %9",
            "tél le 24 11 2026",
            "réf. 06-2024-1234",
            "appel de 2 500 000 euros",
            "le 0 800 23 13 13, appel gratuit",
            "0805 04 04 05",
        ] {
            assert_eq!(
                found(text),
                if text.starts_with("0612345678 90") { Some("0612345678") } else { None },
                "{text}"
            );
        }
    }

    #[test]
    fn what_stands_beside_a_number_is_not_taken_for_it() {
        assert_eq!(found("en 2024 06 12 34 56 78 10 fois"), Some("06 12 34 56 78"));
        assert_eq!(found("au 06 12 34 56 78."), Some("06 12 34 56 78"));
    }
}
