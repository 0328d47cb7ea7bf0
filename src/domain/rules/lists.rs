//! Lists of words or domains that rules name instead of holding.

use std::collections::BTreeMap;

/// Largest list, in bytes.
const MAX_LIST: usize = 2 << 20;
/// Largest sum of all lists, in bytes.
const MAX_LISTS: usize = 16 << 20;

/// The contents of the lists folder, by the plain name of each file.
///
/// A list has one entry a line; blank lines and lines that start with `#` do not count.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    by_name: BTreeMap<String, String>,
    bytes: usize,
}

/// A list that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    #[error("`{0}` is not a plain file name; use letters, digits, `-`, `_` and `.`, and start with a letter or digit")]
    Name(String),
    #[error("the list `{0}` is larger than {MAX_LIST} bytes; split it")]
    TooLarge(String),
    #[error("with `{0}` the lists are larger than {MAX_LISTS} bytes together; remove what no rule names")]
    TooMany(String),
}

impl Lists {
    /// Adds a list, or replaces the one of that name. A byte order mark, which some editors put first, is no part of it.
    ///
    /// # Errors
    /// The name could be read as a path, or the contents are too large.
    pub fn add(&mut self, name: &str, contents: &str) -> Result<(), ListError> {
        if !is_plain(name) {
            return Err(ListError::Name(name.to_owned()));
        }
        if contents.len() > MAX_LIST {
            return Err(ListError::TooLarge(name.to_owned()));
        }
        let contents = contents.strip_prefix('\u{feff}').unwrap_or(contents);
        let replaced = self.by_name.get(name).map_or(0, String::len);
        let bytes = self.bytes - replaced + contents.len();
        if bytes > MAX_LISTS {
            return Err(ListError::TooMany(name.to_owned()));
        }
        self.bytes = bytes;
        self.by_name.insert(name.to_owned(), contents.to_owned());
        Ok(())
    }

    pub(super) fn contents(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(String::as_str)
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.by_name.keys().map(String::as_str).collect()
    }
}

/// The entries of a list, each with its line counted from 1.
pub(super) fn entries(contents: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(contents.lines().map(str::trim)).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Whether a name names a file of one folder on any system, and nothing outside it.
pub(super) fn is_plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.len() <= 100
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path() {
        for name in ["", ".", "..", "../secret", "a/b", "a\\b", "/etc/passwd", "é.txt", ".hidden", "a b"] {
            assert_eq!(Lists::default().add(name, ""), Err(ListError::Name(name.to_owned())), "{name}");
        }
        assert!(Lists::default().add("mots-2.txt", "").is_ok());
    }

    #[test]
    fn lists_are_bounded_alone_and_together() {
        let mut lists = Lists::default();
        let largest = "x".repeat(MAX_LIST);
        assert!(matches!(lists.add("a", &format!("{largest}x")), Err(ListError::TooLarge(_))));
        for index in 0..MAX_LISTS / MAX_LIST {
            lists.add(&format!("l{index}"), &largest).unwrap();
        }
        assert!(matches!(lists.add("more", "x"), Err(ListError::TooMany(_))));
        lists.add("l0", "replaced").unwrap();
        lists.add("more", "x").unwrap();
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_list() {
        let mut lists = Lists::default();
        lists.add("mots.txt", "\u{feff}# les mots\narnaque").unwrap();
        assert_eq!(entries(lists.contents("mots.txt").unwrap()).collect::<Vec<_>>(), [(2, "arnaque")]);
    }

    #[test]
    fn blank_lines_and_remarks_are_no_entries() {
        let found: Vec<_> = entries("# les mots\n\n  arnaque \nescroc").collect();
        assert_eq!(found, [(3, "arnaque"), (4, "escroc")]);
    }
}
