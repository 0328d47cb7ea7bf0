//! How several commands write the same things.

use crate::domain::decision::Verdict;
use crate::domain::score::Score;

/// `hold +2.4`.
pub fn verdict((verdict, score): (Verdict, Score)) -> String {
    format!("{} {:+.1}", verdict.as_str(), score.nats())
}

/// Longest excerpt, in characters.
const EXCERPT: usize = 100;

/// The beginning of a text on one line, without what a terminal would obey.
pub fn excerpt(text: &str) -> String {
    let is_plain = |c: &char| !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(is_plain).collect();
    let cut: String = line.chars().take(EXCERPT).collect();
    if cut.len() < line.len() { format!("« {cut}… »") } else { format!("« {cut} »") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_line_that_a_terminal_only_shows() {
        assert_eq!(excerpt("a\n b\u{1b}[31m\u{202e}c"), "« a b[31mc »");
        assert_eq!(excerpt(&"é".repeat(101)), format!("« {}… »", "é".repeat(100)));
    }
}
