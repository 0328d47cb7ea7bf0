//! Facts about a comment that hold in any language.
//!
//! A fact is a name and a band (`digits=3`): bands, because a naive Bayes classifier counts occurrences, not amounts.
//! The zero band counts too: that a comment has no link is evidence.

use crate::domain::signal::Field;
use crate::domain::text::{FieldText, Link, Shape, Text};

/// The most links whose kind is looked at.
const MOST_LINKS: usize = 20;

/// Well-known services that hide where a link leads.
const SHORTENERS: [&str; 20] = [
    "adf.ly",
    "bit.do",
    "bit.ly",
    "buff.ly",
    "clck.ru",
    "cutt.ly",
    "goo.gl",
    "is.gd",
    "lnkd.in",
    "ow.ly",
    "rb.gy",
    "rebrand.ly",
    "s.id",
    "shorturl.at",
    "t.co",
    "t.ly",
    "tiny.cc",
    "tinyurl.com",
    "urlz.fr",
    "v.gd",
];

/// Services where a link leads to a person to talk to rather than to a page.
const MESSENGERS: [&str; 6] = ["t.me", "telegram.me", "wa.me", "whatsapp.com", "api.whatsapp.com", "m.me"];

/// The names of bands; no fact has more.
const BANDS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// Tells every fact of a comment, by name.
pub(super) fn facts(text: &Text, tell: &mut dyn FnMut(&str)) {
    let mut facts = Facts { name: String::new(), tell };
    facts.of_form(text.shape());
    if let Some(body) = text.body() {
        facts.of_links(body);
    }
    facts.of_author(text);
}

struct Facts<'a> {
    name: String,
    tell: &'a mut dyn FnMut(&str),
}

impl Facts<'_> {
    fn of_form(&mut self, shape: &Shape) {
        self.band("length", shape.words, &[3, 6, 12, 25, 50, 100, 200]);
        self.band("amounts", shape.amounts, &[1, 2, 3]);
        self.band("phones", shape.phones, &[1, 2]);
        self.band("emails", shape.emails, &[1, 2]);
        self.band("exclamations", shape.exclamations, &[1, 2, 3, 6]);
        self.band("questions", shape.questions, &[1, 2, 4]);
        self.band("line_breaks", shape.line_breaks, &[1, 3, 8, 20]);
        self.band("emoji", shape.emoji, &[1, 3, 8]);
        self.band("script_mix", shape.mixed_script_words, &[1, 3, 8]);
        self.band("run", shape.longest_run, &[3, 5, 10]);
        self.band("digits", per_thousand(shape.digits, shape.scalars), &[1, 20, 50, 100, 200]);
        // Of a few letters or words, a share says nothing.
        if shape.letters >= 5 {
            self.band("capitals", per_thousand(shape.capitals, shape.letters), &[20, 50, 100, 200, 400, 700]);
        }
        if shape.words >= 5 {
            self.band("word_length", shape.letters * 10 / shape.words, &[35, 40, 45, 50, 60]);
        }
    }

    fn of_links(&mut self, body: &FieldText) {
        self.band("links", body.links.len() as u32, &[1, 2, 3, 4]);
        for link in body.links.iter().take(MOST_LINKS) {
            self.tell_pair("link", kind(link));
        }
    }

    /// Only what is unusual about an author is told: most examples do not know theirs, so that a fact as common as
    /// having a name or a page would only tell which examples came with one.
    fn of_author(&mut self, text: &Text) {
        if text.field(Field::AuthorName).is_some_and(|name| !name.links.is_empty()) {
            (self.tell)("author_is_url");
        }
    }

    /// How many of the cuts an amount reaches.
    fn band(&mut self, fact: &str, amount: u32, cuts: &[u32]) {
        let band = cuts.iter().filter(|&&cut| amount >= cut).count();
        self.tell_pair(fact, BANDS.get(band).copied().unwrap_or("9"));
    }

    fn tell_pair(&mut self, fact: &str, value: &str) {
        self.name.clear();
        self.name.extend([fact, "=", value]);
        (self.tell)(&self.name);
    }
}

fn per_thousand(part: u32, whole: u32) -> u32 {
    (u64::from(part) * 1_000).checked_div(u64::from(whole)).unwrap_or(0) as u32
}

fn kind(link: &Link) -> &'static str {
    let listed = |list: &[&str]| list.contains(&link.host.as_str()) || list.contains(&link.domain.as_str());
    if listed(&SHORTENERS) {
        "shortener"
    } else if listed(&MESSENGERS) {
        "messenger"
    } else if link.host.parse::<std::net::IpAddr>().is_ok() {
        "address"
    } else {
        "page"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::{Comment, Draft, DraftAuthor};

    fn told(body: &str, author: DraftAuthor) -> Vec<String> {
        let comment = Comment::parse(Draft { body: body.to_owned(), author, ..Draft::default() }).unwrap();
        let mut told = Vec::new();
        facts(&Text::of(&comment, None), &mut |fact| told.push(fact.to_owned()));
        told
    }

    #[test]
    fn links_are_told_by_number_and_kind() {
        let told = told("ici https://bit.ly/3abc et ici example.org", DraftAuthor::default());
        for fact in ["links=2", "link=shortener", "link=page"] {
            assert!(told.iter().any(|told| told == fact), "{fact} in {told:?}");
        }
    }

    #[test]
    fn an_author_named_by_a_link_is_told() {
        let author = DraftAuthor {
            name: Some("www.example.com".to_owned()),
            url: Some("https://example.ru".to_owned()),
            ..DraftAuthor::default()
        };
        let told = told("Bonjour", author);
        assert!(told.iter().any(|told| told == "author_is_url"), "{told:?}");
    }

    #[test]
    fn that_an_author_has_a_name_and_a_page_is_no_fact() {
        let named = DraftAuthor {
            name: Some("Jeanne".to_owned()),
            url: Some("https://jeanne.example".to_owned()),
            ..DraftAuthor::default()
        };
        assert_eq!(told("Bonjour", named), told("Bonjour", DraftAuthor::default()));
    }

    #[test]
    fn an_empty_comment_divides_by_nothing() {
        assert!(told("", DraftAuthor::default()).contains(&"length=0".to_owned()));
    }
}
