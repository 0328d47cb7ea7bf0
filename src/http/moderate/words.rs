//! What the page says, in the moderator's language: `locales/fr/moderate.ftl` and `locales/en/moderate.ftl`.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::domain::site::Locale;

const FRENCH: &str = include_str!("../../../locales/fr/moderate.ftl");
const ENGLISH: &str = include_str!("../../../locales/en/moderate.ftl");

/// The messages of one language.
pub struct Words {
    pub locale: Locale,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    pub fn of(locale: Locale) -> &'static Self {
        static WORDS: LazyLock<[Words; 2]> =
            LazyLock::new(|| [Words::read(Locale::Fr, FRENCH), Words::read(Locale::En, ENGLISH)]);
        match locale {
            Locale::Fr => &WORDS[0],
            Locale::En => &WORDS[1],
        }
    }

    /// What of the text can be read; the test below holds that it is all of it.
    fn read(locale: Locale, text: &str) -> Self {
        let language: LanguageIdentifier = tag(locale).parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Isolation marks would end up in attributes and in what is copied.
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(partial, _)| partial);
        bundle.add_resource_overriding(resource);
        Self { locale, bundle }
    }

    /// `fr` or `en`, as HTML wants it.
    pub fn language(&self) -> &'static str {
        tag(self.locale)
    }

    pub fn say(&self, message: &str) -> String {
        self.format(message, &FluentArgs::new())
    }

    /// A message about `$name`.
    pub fn naming(&self, message: &str, name: &str) -> String {
        self.format(message, &args([("name", name.into())]))
    }

    /// A message about a `$count` of something, in the plural that the language has for it.
    pub fn counting(&self, message: &str, count: u64) -> String {
        self.format(message, &args([("count", count.into())]))
    }

    /// A message about several things.
    pub fn with<'v, const N: usize>(&self, message: &str, values: [(&'v str, FluentValue<'v>); N]) -> String {
        self.format(message, &args(values))
    }

    /// A number written with a point, as the language writes it.
    pub fn decimal(&self, number: String) -> String {
        match self.locale {
            Locale::Fr => number.replace('.', ","),
            Locale::En => number,
        }
    }

    fn format(&self, message: &str, args: &FluentArgs) -> String {
        let Some(pattern) = self.bundle.get_message(message).and_then(|message| message.value()) else {
            tracing::error!(key = message, "the page has no such message");
            return message.to_owned();
        };
        self.bundle.format_pattern(pattern, Some(args), &mut Vec::new()).into_owned()
    }
}

const fn tag(locale: Locale) -> &'static str {
    match locale {
        Locale::Fr => "fr",
        Locale::En => "en",
    }
}

fn args<'v, const N: usize>(values: [(&'v str, FluentValue<'v>); N]) -> FluentArgs<'v> {
    values.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The messages of a text, each with the names of its variables.
    fn messages(text: &str) -> BTreeSet<(String, Vec<String>)> {
        assert!(FluentResource::try_new(text.to_owned()).is_ok(), "every line can be read");
        let variable = regex::Regex::new(r"\$(\w+)").unwrap();
        let heads = regex::Regex::new(r"(?m)^([a-z][\w-]*) =").unwrap();
        let starts: Vec<_> = heads.captures_iter(text).map(|found| found.get(1).unwrap()).collect();
        let ends = starts.iter().skip(1).map(|next| next.start()).chain([text.len()]);
        let found = starts.iter().zip(ends).map(|(head, end)| {
            let mut names: Vec<_> =
                variable.captures_iter(&text[head.start()..end]).map(|found| found[1].to_owned()).collect();
            names.sort();
            names.dedup();
            (head.as_str().to_owned(), names)
        });
        found.collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let (french, english) = (messages(FRENCH), messages(ENGLISH));
        assert!(french.len() > 10);
        let apart: Vec<_> = french.symmetric_difference(&english).collect();
        assert!(apart.is_empty(), "{apart:?}");
    }

    #[test]
    fn every_message_that_a_template_or_a_page_asks_for_is_there() {
        let known: BTreeSet<_> = messages(FRENCH).into_iter().map(|(name, _)| name).collect();
        let asked = regex::Regex::new(r#"\.(?:say|naming|counting|with)\(\s*"([^"]+)""#).unwrap();
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut seen = 0;
        for folder in ["templates/moderate", "src/http/moderate"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                for found in asked.captures_iter(&text) {
                    assert!(known.contains(&found[1]), "{}: {}", path.display(), &found[1]);
                    seen += 1;
                }
            }
        }
        assert!(seen > 10);
    }
}
