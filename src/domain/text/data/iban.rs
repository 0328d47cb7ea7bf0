//! International bank account numbers (ISO 13616): country, two check digits, up to 30 letters and digits.

use std::ops::Range;

use super::before;

const SHORTEST: usize = 15;
const LONGEST: usize = 34;

/// The account number whose first check digit stands at `at`.
pub(super) fn at(text: &str, at: usize) -> Option<Range<usize>> {
    let start = at.checked_sub(2)?;
    let country = text.get(start..at)?;
    if !country.bytes().all(|byte| byte.is_ascii_alphabetic()) || before(text, start).is_some_and(char::is_alphanumeric)
    {
        return None;
    }
    let mut account = [0u8; LONGEST];
    let (mut length, mut end, mut found) = (0, start, None);
    while let Some(&byte) = text.as_bytes().get(end) {
        if byte.is_ascii_alphanumeric() {
            *account.get_mut(length)? = byte;
            length += 1;
            end += 1;
            let ends = !text.as_bytes().get(end).is_some_and(u8::is_ascii_alphanumeric);
            if ends && length >= SHORTEST && is_valid(account.get(..length)?) {
                found = Some(start..end);
            }
            if length == LONGEST {
                break;
            }
        } else if matches!(byte, b' ' | b'-') && text.as_bytes().get(end + 1).is_some_and(u8::is_ascii_alphanumeric) {
            end += 1;
        } else {
            break;
        }
    }
    found
}

/// Country and check digits moved to the end, letters read as 10 to 35, the whole is 1 modulo 97.
fn is_valid(account: &[u8]) -> bool {
    let Some((country, rest)) = account.split_at_checked(4) else { return false };
    if !country.iter().skip(2).all(u8::is_ascii_digit) {
        return false;
    }
    let remainder = rest.iter().chain(country).fold(0u32, |remainder, &byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        letter => (remainder * 100 + u32::from(letter.to_ascii_lowercase().saturating_sub(b'a')) + 10) % 97,
    });
    remainder == 1
}

#[cfg(test)]
mod tests {
    fn found(text: &str) -> Option<&str> {
        let digit = text.find(|c: char| c.is_ascii_digit())?;
        super::at(text, digit).and_then(|range| text.get(range))
    }

    #[test]
    fn an_account_number_is_told_by_its_check_digits() {
        assert_eq!(found("iban fr14 2004 1010 0505 0001 3m02 606 merci"), Some("fr14 2004 1010 0505 0001 3m02 606"));
        assert_eq!(found("be68539007547034."), Some("be68539007547034"));
        assert_eq!(found("fr15 2004 1010 0505 0001 3m02 606"), None);
        assert_eq!(found("en 2024 nous avions"), None);
    }
}
