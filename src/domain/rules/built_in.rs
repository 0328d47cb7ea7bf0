//! The rules that Tamis brings along.

/// Name and TOML of each file of the built-in rules, in order. Put one after the other they are one valid file.
pub const BUILT_IN: [(&str, &str); 16] = [
    ("rules/form.toml", include_str!("../../../rules/form.toml")),
    ("rules/links.toml", include_str!("../../../rules/links.toml")),
    ("rules/author.toml", include_str!("../../../rules/author.toml")),
    ("rules/style.toml", include_str!("../../../rules/style.toml")),
    ("rules/privacy.toml", include_str!("../../../rules/privacy.toml")),
    ("rules/loans.toml", include_str!("../../../rules/loans.toml")),
    ("rules/occult.toml", include_str!("../../../rules/occult.toml")),
    ("rules/health.toml", include_str!("../../../rules/health.toml")),
    ("rules/gambling.toml", include_str!("../../../rules/gambling.toml")),
    ("rules/finance.toml", include_str!("../../../rules/finance.toml")),
    ("rules/goods.toml", include_str!("../../../rules/goods.toml")),
    ("rules/people.toml", include_str!("../../../rules/people.toml")),
    ("rules/services.toml", include_str!("../../../rules/services.toml")),
    ("rules/adverts.toml", include_str!("../../../rules/adverts.toml")),
    ("rules/insults_fr.toml", include_str!("../../../rules/insults_fr.toml")),
    ("rules/insults_en.toml", include_str!("../../../rules/insults_en.toml")),
];
