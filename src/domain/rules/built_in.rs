//! The rules that Tamis brings along.

/// Name and TOML of each file of the built-in rules, in order. Put one after the other they are one valid file.
pub const BUILT_IN: [(&str, &str); 1] = [("rules/links.toml", include_str!("../../../rules/links.toml"))];
