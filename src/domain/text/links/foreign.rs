//! Hosts beyond ASCII: where linkify takes too much for a host, and where it sees none.

use std::ops::Range;

use unicode_script::{Script, UnicodeScript};

use crate::domain::text::scripts::is_word_character;

/// Cuts a link where its host stops being one: linkify takes any character beyond ASCII for a letter of it.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let link = text.get(range.clone()).unwrap_or("");
    let host_from = link.find("://").map_or(0, |at| at + 3);
    let host_to =
        link.get(host_from..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(link.len(), |at| host_from + at);
    let host = link.get(host_from..host_to).unwrap_or("");
    if host.is_ascii() {
        return range;
    }
    let dot = host.find('.').unwrap_or(host.len());
    let latin = host.bytes().any(|byte| byte.is_ascii_alphabetic());
    let breaks = |character: char| {
        !character.is_ascii() && (!is_word_character(character) || (latin && is_ideograph(character)))
    };
    let (before, after) = host.split_at(dot);
    let from = match before.char_indices().rfind(|&(_, character)| breaks(character)) {
        Some((at, character)) if host_from == 0 => range.start + at + character.len_utf8(),
        _ => range.start,
    };
    match after.find(breaks) {
        Some(at) => from..range.start + host_from + dot + at,
        None => from..range.end,
    }
}

/// URLs and domains under a top-level domain that is not ASCII, such as `пример.рф`, which linkify does not find.
pub(super) fn domains(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    text.match_indices('.').filter_map(move |(dot, _)| {
        let after = text.get(dot + 1..)?;
        if dot < from || after.starts_with(|next: char| next.is_ascii()) {
            return None;
        }
        let in_name = |&(_, c): &(usize, char)| is_word_character(c) || matches!(c, '-' | '.');
        let lead = text.get(from..dot)?;
        let start = lead.char_indices().rev().take_while(in_name).last().map_or(dot, |(at, _)| from + at);
        let end = after.char_indices().find(|at| !in_name(at)).map_or(text.len(), |(at, _)| dot + 1 + at);
        // Every name is read once, whatever comes of it.
        from = end;
        let name =
            text.get(start..end).map(|name| name.trim_end_matches('.')).filter(|name| name.len() <= LONGEST_NAME)?;
        if name.is_ascii() || !psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known()) {
            return None;
        }
        let before = text.get(..start).unwrap_or("");
        let scheme =
            ["https://", "http://"].iter().find(|scheme| before.ends_with(**scheme)).map_or(0, |scheme| scheme.len());
        let end = start + name.len();
        let rest = text.get(end..).filter(|rest| rest.starts_with(['/', '?'])).unwrap_or("");
        let path = rest.find(|c: char| c.is_whitespace() || "<>\"'".contains(c)).unwrap_or(rest.len());
        from = end + path;
        Some(start - scheme..from)
    })
}

/// The longest domain name (RFC 1035) in bytes, with room for letters that take two.
const LONGEST_NAME: usize = 506;

fn is_ideograph(character: char) -> bool {
    matches!(character.script(), Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Thai)
}
