//! What stands for a dot or an `@` in a link that does not want to be found.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// Each disguise, and what it stands for.
const OBFUSCATED: [(&str, &str); 23] = [
    (" (dot) ", "."),
    ("(dot)", "."),
    (" [dot] ", "."),
    ("[dot]", "."),
    ("{dot}", "."),
    (" (point) ", "."),
    ("(point)", "."),
    (" [point] ", "."),
    ("[point]", "."),
    ("(.)", "."),
    ("[.]", "."),
    ("{.}", "."),
    (" dot com", ".com"),
    (" dot net", ".net"),
    (" dot org", ".org"),
    (" point com", ".com"),
    (" . com", ".com"),
    ("hxxp", "http"),
    (" (at) ", "@"),
    ("(at)", "@"),
    (" [at] ", "@"),
    ("[at]", "@"),
    ("(arobase)", "@"),
];

static OBFUSCATIONS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(OBFUSCATED.map(|(disguise, _)| disguise)).ok()
});

/// Where the bytes of a text without disguises stand in the folded form: pairs of beginnings, sorted.
pub(super) struct Places(Vec<(usize, usize)>);

impl Places {
    pub(super) fn folded(&self, clear: Range<usize>) -> Range<usize> {
        self.one(clear.start)..clear.end.checked_sub(1).map_or(0, |last| self.one(last) + 1)
    }

    fn one(&self, clear: usize) -> usize {
        let after = self.0.partition_point(|&(at, _)| at <= clear);
        match after.checked_sub(1).and_then(|index| self.0.get(index)) {
            Some(&(at, folded)) => folded + (clear - at),
            None => clear,
        }
    }
}

/// The folded form with `(dot)`, `hxxp` and the like written out.
pub(super) fn lifted(folded: &str) -> (Cow<'_, str>, Places) {
    let mut places = Places(Vec::new());
    let Some(finder) = OBFUSCATIONS.as_ref() else { return (Cow::Borrowed(folded), places) };
    let mut clear = String::new();
    let mut from = 0;
    for found in finder.find_iter(folded) {
        let Some((_, meant)) = OBFUSCATED.get(found.pattern().as_usize()) else { continue };
        clear.push_str(folded.get(from..found.start()).unwrap_or(""));
        // All that is written out ends where the disguise ends, so that a link's end maps right.
        places.0.push((clear.len(), found.end().saturating_sub(meant.len())));
        clear.push_str(meant);
        places.0.push((clear.len(), found.end()));
        from = found.end();
    }
    if from == 0 {
        return (Cow::Borrowed(folded), places);
    }
    clear.push_str(folded.get(from..).unwrap_or(""));
    (Cow::Owned(clear), places)
}
