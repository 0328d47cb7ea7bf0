//! The report's words, French first. A locale that lacks one does not compile.

mod en;
mod fr;

use crate::domain::classifier::card::{Label, Question};
use crate::domain::comment::Language;
use crate::domain::site::Locale;

/// Everything that is always said the same.
pub struct Words {
    pub lang: &'static str,
    pub title: &'static str,
    pub lead: &'static str,
    pub warning_title: &'static str,
    pub warning: &'static str,
    pub contents: &'static str,
    pub summary: &'static str,
    pub model: &'static str,
    /// Paragraphs.
    pub model_text: [&'static str; 3],
    pub version: &'static str,
    pub day: &'static str,
    pub seed: &'static str,
    pub from: &'static str,
    pub corpus: &'static str,
    pub corpus_text: &'static str,
    pub corpus_caption: &'static str,
    pub files_caption: &'static str,
    pub file: &'static str,
    pub digest: &'static str,
    pub examples: &'static str,
    pub source: &'static str,
    pub group: &'static str,
    pub origin: &'static str,
    pub groups: &'static str,
    pub language: &'static str,
    pub good: &'static str,
    pub spam: &'static str,
    pub abuse: &'static str,
    pub unwanted: &'static str,
    pub all: &'static str,
    pub reading: &'static str,
    pub reading_text: [&'static str; 4],
    /// A term and the sentence that explains it.
    pub measures: [(&'static str, &'static str); 6],
    pub done: &'static str,
    pub done_text: &'static str,
    pub done_left_out_caption: &'static str,
    pub done_pooled_caption: &'static str,
    pub by_head: &'static str,
    pub by_rules: &'static str,
    pub by_both: &'static str,
    pub of_these_rejected: &'static str,
    pub written: &'static str,
    pub written_text: &'static str,
    pub written_caption: &'static str,
    pub label: &'static str,
    pub kind: &'static str,
    pub quality: &'static str,
    pub left_out_caption: &'static str,
    pub pooled_caption: &'static str,
    pub inside_caption: &'static str,
    pub auc: &'static str,
    pub recall: &'static str,
    pub brier: &'static str,
    pub ece: &'static str,
    pub tamis: &'static str,
    pub plain: &'static str,
    pub all_languages: &'static str,
    pub all_of_them: &'static str,
    pub all_real: &'static str,
    pub written_note: &'static str,
    pub mail_note: &'static str,
    pub few_note: &'static str,
    pub unknown_language: &'static str,
    pub other_languages: &'static str,
    pub budgets: &'static str,
    pub budgets_text: &'static str,
    pub budgets_caption: &'static str,
    pub own_words: &'static str,
    pub budget: &'static str,
    pub tried: &'static str,
    pub wrong: &'static str,
    pub bound: &'static str,
    pub meaning: &'static str,
    pub plots: &'static str,
    pub tradeoff_title: &'static str,
    pub tradeoff_x: &'static str,
    pub tradeoff_y: &'static str,
    pub precision_title: &'static str,
    pub precision_x: &'static str,
    pub precision_y: &'static str,
    pub precision_text: &'static str,
    pub reliability_title: &'static str,
    pub reliability_x: &'static str,
    pub reliability_y: &'static str,
    pub ideal: &'static str,
    pub histograms: &'static str,
    pub histograms_text: &'static str,
    pub histogram_x: &'static str,
    pub histogram_y: &'static str,
    pub held_from: &'static str,
    pub rejected_from: &'static str,
    pub no_curve: &'static str,
    pub tokens: &'static str,
    pub tokens_text: &'static str,
    pub no_tokens: &'static str,
    pub for_good: &'static str,
    pub for_unwanted: &'static str,
    pub errors: &'static str,
    pub errors_text: &'static str,
    pub accused: &'static str,
    pub missed: &'static str,
    pub no_errors: &'static str,
    pub evidence: &'static str,
    pub rest: &'static str,
    pub cut: &'static str,
    pub link: &'static str,
    pub footer: &'static str,
}

impl Words {
    pub const fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::Fr => &fr::FR,
            Locale::En => &en::EN,
        }
    }
}

/// A head's name in a title.
pub const fn head(locale: Locale, question: Question) -> &'static str {
    match (locale, question) {
        (Locale::Fr, Question::Spam) => "Tête « spam » : est-ce du spam ?",
        (Locale::Fr, Question::Abuse) => "Tête « injures » : est-ce injurieux ?",
        (Locale::En, Question::Spam) => "The “spam” head: is it spam?",
        (Locale::En, Question::Abuse) => "The “abuse” head: is it abusive?",
    }
}

/// A head's name within a sentence.
pub const fn short_head(locale: Locale, question: Question) -> &'static str {
    match (locale, question) {
        (Locale::Fr, Question::Spam) => "spam",
        (Locale::Fr, Question::Abuse) => "injures",
        (Locale::En, Question::Spam) => "spam",
        (Locale::En, Question::Abuse) => "abuse",
    }
}

/// What a head says of a text when it says yes.
pub const fn verdict(locale: Locale, question: Question) -> &'static str {
    match (locale, question) {
        (_, Question::Spam) => "spam",
        (Locale::Fr, Question::Abuse) => "injurieux",
        (Locale::En, Question::Abuse) => "abusive",
    }
}

pub const fn label(locale: Locale, label: Label) -> &'static str {
    match (locale, label) {
        (Locale::Fr, Label::Ham) => "bon",
        (Locale::Fr, Label::Spam) => "spam",
        (Locale::Fr, Label::Abuse) => "injurieux",
        (Locale::En, Label::Ham) => "good",
        (Locale::En, Label::Spam) => "spam",
        (Locale::En, Label::Abuse) => "abusive",
    }
}

/// A language's name; its code where it has none here.
pub fn language(locale: Locale, language: Language) -> String {
    let (fr, en) = match language.as_str() {
        "ar" => ("arabe", "Arabic"),
        "de" => ("allemand", "German"),
        "en" => ("anglais", "English"),
        "es" => ("espagnol", "Spanish"),
        "fr" => ("français", "French"),
        "it" => ("italien", "Italian"),
        "nl" => ("néerlandais", "Dutch"),
        "pl" => ("polonais", "Polish"),
        "pt" => ("portugais", "Portuguese"),
        "ru" => ("russe", "Russian"),
        "tr" => ("turc", "Turkish"),
        "uk" => ("ukrainien", "Ukrainian"),
        "zh" => ("chinois", "Chinese"),
        code => (code, code),
    };
    match locale {
        Locale::Fr => fr.to_owned(),
        Locale::En => en.to_owned(),
    }
}

/// What a structure feature is about, such as `links` of `links=2`; `None` where it has no name here.
pub fn fact(locale: Locale, name: &str) -> Option<&'static str> {
    let (fr, en) = match name {
        "length" => ("longueur du texte", "length of the text"),
        "amounts" => ("montants d’argent", "amounts of money"),
        "phones" => ("numéros de téléphone", "telephone numbers"),
        "emails" => ("adresses électroniques", "e-mail addresses"),
        "exclamations" => ("points d’exclamation", "exclamation marks"),
        "questions" => ("points d’interrogation", "question marks"),
        "line_breaks" => ("retours à la ligne", "line breaks"),
        "emoji" => ("émojis", "emoji"),
        "script_mix" => ("mots d’alphabets mêlés", "words of mixed alphabets"),
        "run" => ("caractère répété", "repeated character"),
        "digits" => ("part de chiffres", "share of digits"),
        "capitals" => ("part de capitales", "share of capitals"),
        "distinct" => ("variété des mots", "variety of words"),
        "word_length" => ("longueur des mots", "length of words"),
        "links" => ("liens", "links"),
        "tld" => ("domaine d’un lien", "domain of a link"),
        "link" => ("genre de lien", "kind of link"),
        "link_scheme" => ("lien écrit avec http", "link written with http"),
        "link_path" => ("lien vers une page précise", "link to a certain page"),
        "author_is_url" => ("un lien pour nom d’auteur", "a link as author’s name"),
        "author_has_link" => ("auteur avec un lien", "author with a link"),
        "author_tld" => ("domaine du lien de l’auteur", "domain of the author’s link"),
        _ => return None,
    };
    Some(match locale {
        Locale::Fr => fr,
        Locale::En => en,
    })
}
