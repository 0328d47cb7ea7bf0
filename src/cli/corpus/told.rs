//! What the commands about examples tell in the same words.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::corpus::{Conflict, Gathered};

/// `3 ham, 2 spam`.
pub fn counts<N: Display>(numbers: &BTreeMap<N, u64>) -> String {
    numbers.iter().map(|(name, number)| format!("{number} {name}")).collect::<Vec<_>>().join(", ")
}

/// What was gathered into a file.
pub fn gathered<P>(gathered: &Gathered<P>, out: &str) -> String {
    let (labels, languages) = (counts(&gathered.labels), counts(&gathered.languages));
    format!("{} examples in {out}: {labels}; languages: {languages}", gathered.examples)
}

/// A line of what was left out.
pub fn left_out(number: u64, why: impl Display) -> String {
    format!("left out {number:>6}  {why}")
}

/// What gathering left out, a line each; `place` tells where an example stands.
pub fn all_left_out<P>(gathered: &Gathered<P>, place: impl Fn(&P) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    if gathered.duplicates > 0 {
        lines.push(left_out(gathered.duplicates, "the same text again"));
    }
    let shares = gathered.above_share.iter();
    lines.extend(shares.map(|(voice, number)| left_out(*number, format!("{voice} had its share"))));
    if gathered.conflicting > 0 {
        lines.push(left_out(gathered.conflicting, "the same text with two labels:"));
    }
    lines.extend(gathered.conflicts.iter().map(|one| format!("                 {}", conflict(one, &place))));
    lines.extend(unchecked(gathered.unchecked));
    lines
}

/// The same text with two labels.
pub fn conflict<P>(conflict: &Conflict<P>, place: impl Fn(&P) -> String) -> String {
    let (first, then) = (place(&conflict.first_at), place(&conflict.then_at));
    format!("{} {first}, {} {then}", conflict.first.as_str(), conflict.then.as_str())
}

/// Texts that were not looked for among all others, if there are any.
pub fn unchecked(number: u64) -> Option<String> {
    let line = || format!("{number} texts came when no more could be remembered and may be duplicates");
    (number > 0).then(line)
}

/// `, …` where not all are named.
pub fn more(count: u64, named: usize) -> &'static str {
    if count > named as u64 { ", …" } else { "" }
}
