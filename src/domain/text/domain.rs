//! Hosts and registrable domains, and whether a name with a dot in it is meant as one.

use crate::domain::comment::Language;

/// A host as links name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    /// Lower case, without `www.`, punycode decoded.
    pub name: String,
    /// The part somebody registered; the host itself where there is none.
    pub domain: String,
    /// Whether it ends in a suffix of the public suffix list.
    pub is_public: bool,
}

impl Host {
    /// The host of a folded URL, with or without a scheme.
    pub(super) fn of(url: &str) -> Option<Self> {
        let after = url.split_once("://").map_or(url, |(_, after)| after);
        let authority = after.trim_start_matches('/').split(['/', '?', '#', '\\']).next()?;
        let host = without_port(authority.rsplit('@').next()?).trim_matches('.');
        let host = host.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(host);
        if host.is_empty() || host.contains(char::is_whitespace) {
            return None;
        }
        let name = if host.contains("xn--") { idna::domain_to_unicode(host).0 } else { host.to_owned() };
        let is_public = psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known());
        let domain = psl::domain_str(&name).filter(|_| is_public).unwrap_or(&name).to_owned();
        Some(Self { name, domain, is_public })
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((host, port)) if !host.ends_with(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    }
}

/// Endings of file names that are also country or generic domains: `readme.md` is no link.
const FILES: [&str; 14] = ["cc", "md", "mk", "ml", "mov", "pl", "ps", "py", "rs", "sh", "so", "zip", "app", "tf"];

/// Suffixes that are words of a language, so that a forgotten space makes a name of them: `la fin.de toute
/// façon`. In French also the endings of inclusive writing: `étudiant.es`.
const WORDS: [(&str, &[&str]); 7] = [
    (
        "fr",
        &[
            "ad", "ai", "as", "au", "ce", "ci", "de", "do", "es", "et", "eu", "il", "je", "la", "ma", "me", "mu", "ne",
            "nu", "pu", "sa", "se", "si", "su", "ta", "te", "tu", "un", "va", "ve", "vu", "art", "bar", "bio", "camp",
            "maison", "menu", "moi", "photo", "plus", "pub", "radio", "sport", "taxi", "tel", "vin", "voyage",
        ],
    ),
    (
        "en",
        &[
            "day", "here", "how", "men", "new", "now", "one", "you", "ad", "am", "as", "at", "be", "by", "do", "go",
            "he", "hm", "id", "im", "in", "is", "it", "me", "my", "no", "so", "to", "us",
        ],
    ),
    (
        "es",
        &["al", "de", "es", "id", "ir", "la", "me", "mi", "ni", "no", "se", "si", "su", "te", "tu", "un", "va", "ve"],
    ),
    ("de", &["ab", "am", "an", "as", "da", "du", "er", "es", "im", "in", "ja", "so", "um", "wo", "zu"]),
    (
        "it",
        &[
            "al", "ci", "da", "di", "gli", "il", "in", "io", "la", "li", "lo", "ma", "me", "mi", "ne", "no", "se",
            "si", "su", "te", "ti", "tu", "un", "va",
        ],
    ),
    ("nl", &["al", "af", "als", "de", "en", "er", "in", "is", "je", "la", "me", "na", "nu", "om", "op", "te", "zo"]),
    ("pt", &["ai", "ao", "as", "da", "de", "do", "eu", "la", "me", "na", "no", "se", "si", "te", "tu", "um", "vi"]),
];

/// Suffixes that everybody takes for a domain, however the rest is written.
const PLAIN: [&str; 6] = ["com", "net", "org", "info", "fr", "eu"];

/// Whether a name without scheme, `www.` or path is meant as a domain. `written` is the name as it was written.
///
/// A suffix that is a word of the expected language is not, nor a file name, nor two sentences that miss
/// their space (`fin.La`), nor `ASP.NET`.
pub(super) fn is_meant(name: &str, written: &str, language: Option<Language>) -> bool {
    let Some((before, suffix)) = name.rsplit_once('.') else { return false };
    if before.bytes().any(|byte| byte.is_ascii_digit() || byte == b'-')
        && before.bytes().any(|b| b.is_ascii_alphabetic())
    {
        return !FILES.contains(&suffix);
    }
    if FILES.contains(&suffix) || is_word(suffix, language) {
        return false;
    }
    let last = written.rsplit('.').next().unwrap_or("");
    let capitals = last.chars().filter(|character| character.is_uppercase()).count();
    if capitals == 0 {
        return true;
    }
    let all_capitals = written.chars().all(|character| !character.is_lowercase());
    if all_capitals { suffix != "net" || before.len() > 3 } else { PLAIN.contains(&suffix) && capitals == 1 }
}

fn is_word(suffix: &str, language: Option<Language>) -> bool {
    let known = WORDS.iter().find(|(code, _)| language.is_some_and(|language| language.as_str() == *code));
    match known {
        Some((_, words)) => words.contains(&suffix),
        None => WORDS.iter().any(|(_, words)| words.contains(&suffix)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_lower_case_without_www_port_and_user() {
        let seen = |url: &str| Host::of(url).map(|host| (host.name, host.domain, host.is_public));
        let host = |name: &str, domain: &str, public| Some((name.to_owned(), domain.to_owned(), public));
        assert_eq!(seen("https://www.shop.example.co.uk:8080/a?b"), host("shop.example.co.uk", "example.co.uk", true));
        assert_eq!(seen("http://bank.com@evil.ru#x"), host("evil.ru", "evil.ru", true));
        assert_eq!(seen("xn--e1afmkfd.xn--p1ai/"), host("пример.рф", "пример.рф", true));
        assert_eq!(seen("//cdn.example.fr"), host("cdn.example.fr", "example.fr", true));
        assert_eq!(seen("http://1.2.3.4/x"), host("1.2.3.4", "1.2.3.4", false));
        assert_eq!(seen("http://[2001:db8::1]:80/"), host("[2001:db8::1]", "[2001:db8::1]", false));
        assert_eq!(seen("fin.macron"), host("fin.macron", "fin.macron", false));
        assert_eq!(seen("http://"), None);
        assert_eq!(seen("www.fr"), host("www.fr", "www.fr", true));
    }

    #[test]
    fn a_forgotten_space_is_no_domain() {
        let meant = |written: &str| is_meant(&written.to_lowercase(), written, Some(Language::FR));
        for name in
            ["lemonde.fr", "Example.com", "EXAMPLE.COM", "amazon.co.uk", "casino-x.la", "bet365.es", "lesoir.be"]
        {
            assert!(meant(name), "{name}");
        }
        for name in ["fin.de", "étudiant.es", "fini.il", "readme.md", "fin.La", "ASP.NET", "main.rs", "ok.Pour"] {
            assert!(!meant(name), "{name}");
        }
        assert!(!is_meant("fin.de", "fin.de", None));
        assert!(is_meant("amazon.de", "amazon.de", Language::parse("de")));
    }
}
