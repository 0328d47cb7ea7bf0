//! What the report says in sentences that hold figures.

use super::curves::{Curves, Reached};
use super::errors::alone;
use super::numbers::Numbers;
use super::words::{self, Words};
use super::{HeadReport, LanguageClaims};
use crate::domain::classifier::card::{Claim, Metric, Question};
use crate::domain::decision::Verdict;
use crate::domain::score::Score;
use crate::domain::site::Locale;

/// The locale, its words and its numbers.
#[derive(Clone, Copy)]
pub struct Teller {
    pub locale: Locale,
    pub words: &'static Words,
    pub numbers: Numbers,
}

impl Teller {
    pub fn new(locale: Locale) -> Self {
        Self { locale, words: Words::of(locale), numbers: Numbers(locale) }
    }

    fn say(self, fr: String, en: String) -> String {
        match self.locale {
            Locale::Fr => fr,
            Locale::En => en,
        }
    }

    /// What a head is worth, in one or two sentences.
    pub fn summary(self, head: &HeadReport, plain_auc: Option<f64>, all: Option<&Metric>) -> String {
        let name = words::short_head(self.locale, head.question);
        let Some(auc) = head.left_out_auc else {
            return self.say(
                format!("Tête « {name} » : trop peu de sources des deux sortes pour dire ce qu’elle vaut ailleurs."),
                format!("The “{name}” head: too few sources of both kinds to say what it is worth elsewhere."),
            );
        };
        let (auc, plain) = (times(auc), plain_auc.map_or_else(|| "?".to_owned(), times));
        let order = self.say(
            format!("Tête « {name} » : sur une source jamais vue, elle place l’indésirable au-dessus du bon commentaire {auc} fois sur 100 en moyenne (mots simples : {plain}). "),
            format!("The “{name}” head: on a source never seen, it puts the unwanted comment above the good one {auc} times in 100 on average (plain words: {plain}). "),
        );
        let alone = all.map_or_else(String::new, |all| self.alone(all));
        format!("{order}{alone}")
    }

    fn alone(self, all: &Metric) -> String {
        let share = |share| self.numbers.maybe(share, |share| self.numbers.percent(share));
        let (good, bad) = (share(all.wanted_held), share(all.unwanted_held));
        let alone = self.say(
            format!("Seule, sans les règles, elle retiendrait ou rejetterait {good} des bons commentaires et {bad} des indésirables"),
            format!("On its own, without the rules, it would hold or reject {good} of the good comments and {bad} of the unwanted"),
        );
        let Some(whole) = all.whole else { return format!("{alone}.") };
        let kind = |held: f64, examples: u64| share(Some(held).filter(|_| examples > 0));
        let (good, bad) = (kind(whole.wanted_held, all.wanted), kind(whole.unwanted_held, all.unwanted));
        self.say(
            format!("{alone} ; avec les règles fournies, {good} et {bad}."),
            format!("{alone}; with the built-in rules, {good} and {bad}."),
        )
    }

    /// What a head may do in a language, and how well it orders comments in it, where that could be measured.
    pub fn rights(self, question: Question, language: &LanguageClaims, area: Option<f64>) -> String {
        let name = capitalised(&self.claimed_language(language));
        let (fr, en) = match (alone(Score::from_nats(language.ceiling)), question) {
            (Verdict::Reject, _) => ("peut retenir et rejeter seule", "may hold and reject on its own"),
            (Verdict::Hold, Question::Spam) => ("peut retenir seule, pas rejeter", "may hold on its own, not reject"),
            (Verdict::Hold, Question::Abuse) => (
                "peut retenir seule ; rejeter reste à une personne",
                "may hold on its own; rejecting is left to a person",
            ),
            (Verdict::Approve, _) => {
                ("ne décide jamais seule, elle s’ajoute aux règles", "never decides alone, it adds to the rules")
            }
        };
        let can = self.say(fr.into(), en.into());
        let form = self.lessons(language);
        let order = area.map_or_else(String::new, |area| {
            let times = times(area);
            self.say(
                format!(" L’indésirable y passe devant {times} fois sur 100."),
                format!(" There the unwanted comes first {times} times in 100."),
            )
        });
        self.say(format!("{name} : {can}{form}.{order}"), format!("{name}: {can}{form}.{order}"))
    }

    /// What a head lacks in a language.
    fn lessons(self, language: &LanguageClaims) -> String {
        let (fr, en) = match (language.openness > 0.0, language.unwanted > 0) {
            (true, true) => return String::new(),
            (true, false) => (
                " ; ce qui y est indésirable, elle ne le sait que d’exemples écrits pour le projet",
                "; what is unwanted there it knows only from examples written for the project",
            ),
            (false, _) => (
                " ; elle juge d’après la forme seule, faute de vrais exemples des deux sortes",
                "; it judges by form alone, for want of real examples of both kinds",
            ),
        };
        self.say(fr.into(), en.into())
    }

    /// The language of a claim, which may be all that have no row of their own.
    pub fn claimed_language(self, claims: &LanguageClaims) -> String {
        let language = crate::domain::comment::Language::parse(&claims.language);
        language
            .map_or_else(|| self.words.other_languages.to_owned(), |language| words::language(self.locale, language))
    }

    /// A budget as the operator asked for it.
    pub fn budget(self, claim: &Claim) -> String {
        let share = self.numbers.budget(claim.budget);
        match claim.verdict {
            Verdict::Reject => {
                self.say(format!("rejeter à tort {share} au plus"), format!("wrongly reject at most {share}"))
            }
            Verdict::Hold | Verdict::Approve => {
                self.say(format!("retenir à tort {share} au plus"), format!("wrongly hold at most {share}"))
            }
        }
    }

    /// What a claim lets a head do, or how many more comments it takes.
    pub fn meaning(self, claim: &Claim, ceiling: f64) -> String {
        let (fr, en) = match claim.verdict {
            Verdict::Reject => ("rejeter", "reject"),
            Verdict::Hold | Verdict::Approve => ("retenir", "hold"),
        };
        if !claim.shown {
            return self.not_shown(claim.missing, fr, en);
        }
        match alone(Score::from_nats(ceiling)) >= claim.verdict {
            true => self.say(format!("Montré : elle peut {fr} seule."), format!("Shown: it may {en} on its own.")),
            false => self.say(
                format!("Montré, mais elle reste plafonnée : elle ne peut pas {fr} seule."),
                format!("Shown, but it stays capped: it cannot {en} on its own."),
            ),
        }
    }

    fn not_shown(self, missing: u64, fr: &str, en: &str) -> String {
        if missing == u64::MAX {
            return self.say(
                format!("Un budget nul ne se montre pas : elle ne peut jamais {fr} seule."),
                format!("A budget of nothing cannot be shown: it can never {en} on its own."),
            );
        }
        let count = self.numbers.count(missing);
        let (plural, ones) = if missing > 1 { ("s", "comments") } else { ("", "comment") };
        self.say(
            format!("Pas encore montré : il faut {count} bon{plural} commentaire{plural} de plus, sans faute. D’ici là, elle ne peut pas {fr} seule."),
            format!("Not shown yet: it takes {count} more good {ones} without a fault. Until then it cannot {en} on its own."),
        )
    }

    /// What the budgets would catch, for a caption.
    pub fn caught(self, budget: f64, curves: &Curves) -> String {
        let share = |curve: &[Reached]| self.numbers.percent(caught_at(curve, budget));
        let (budget, ours, plain) = (self.numbers.budget(budget), share(&curves.reached), share(&curves.plain));
        self.say(
            format!("En accusant à tort {budget} des bons commentaires, on attraperait {ours} des indésirables (mots simples : {plain})."),
            format!("By wrongly accusing {budget} of the good comments, {ours} of the unwanted would be caught (plain words: {plain})."),
        )
    }

    /// What the precision–recall curve shows, for those who do not see it.
    pub fn precision(self, curves: &Curves) -> String {
        let at = |recall: f64| {
            let precision = self.numbers.percent(precision_at(&curves.reached, recall));
            let recall = self.numbers.percent(recall);
            self.say(
                format!("{precision} de précision à {recall} de rappel"),
                format!("{precision} precision at {recall} recall"),
            )
        };
        format!("{}.", capitalised(&[0.25, 0.5, 0.75].map(at).join(", ")))
    }

    /// The bin where what was said is furthest from what was seen.
    pub fn reliability(self, curves: &Curves) -> String {
        let off = |bin: &&super::curves::Bin| (bin.said - bin.seen).abs();
        let Some(worst) = curves.bins.iter().max_by(|a, b| off(a).total_cmp(&off(b))) else { return String::new() };
        let (said, seen) = (self.numbers.percent(worst.said), self.numbers.percent(worst.seen));
        self.say(
            format!("Un point sur la diagonale est une annonce juste ; au-dessus, la tête est trop prudente, au-dessous, trop sévère. Le plus grand écart : {said} annoncés, {seen} observés."),
            format!("A point on the diagonal is a true statement; above it the head is too timid, below it too severe. The widest gap: {said} told, {seen} seen."),
        )
    }

    /// What a histogram shows: who would be held.
    pub fn held(self, good: Option<f64>, bad: Option<f64>) -> String {
        let share = |share: Option<f64>| share.map(|share| self.numbers.percent(share));
        match (share(good), share(bad)) {
            (Some(good), Some(bad)) => self.say(
                format!("Retenus ou rejetés par la tête seule : {good} des bons, {bad} des indésirables."),
                format!("Held or rejected by the head alone: {good} of the good, {bad} of the unwanted."),
            ),
            (Some(good), None) => self.say(
                format!("Trop peu de vrais indésirables dans cette langue. Bons retenus ou rejetés par la tête seule : {good}."),
                format!("Too few real unwanted comments in this language. Good ones held or rejected by the head alone: {good}."),
            ),
            (None, Some(bad)) => self.say(
                format!("Trop peu de vrais bons commentaires dans cette langue. Indésirables retenus ou rejetés par la tête seule : {bad}."),
                format!("Too few real good comments in this language. Unwanted ones held or rejected by the head alone: {bad}."),
            ),
            (None, None) => String::new(),
        }
    }

    /// What the head said of an erroneous text, and what it would have done on its own.
    pub fn said(self, probability: f64, question: Question, verdict: Verdict) -> String {
        let name = capitalised(words::verdict(self.locale, question));
        let (fr, en) = match verdict {
            Verdict::Approve => ("laissé passer", "let it through"),
            Verdict::Hold => ("retenu", "held it"),
            Verdict::Reject => ("rejeté", "rejected it"),
        };
        let sure = self.sure(probability);
        self.say(
            format!("{name} à {sure}, dit la tête ; seule, elle l’aurait {fr}"),
            format!("{name} at {sure}, says the head; on its own it would have {en}"),
        )
    }

    /// A probability; a certainty is never complete.
    fn sure(self, probability: f64) -> String {
        let percent = |share| self.numbers.budget(share);
        if probability > 0.99 {
            self.say(format!("plus de {}", percent(0.99)), format!("more than {}", percent(0.99)))
        } else if probability < 0.01 {
            self.say(format!("moins de {}", percent(0.01)), format!("less than {}", percent(0.01)))
        } else {
            percent((probability * 100.0).round() / 100.0)
        }
    }

    /// What a person says a text is.
    pub fn labelled(self, label: &str) -> String {
        self.say(format!("étiqueté « {label} »"), format!("labelled “{label}”"))
    }

    /// A feature's name as a person can read it, such as `fr:bonjour` or `links=2`.
    pub fn token(self, name: &str) -> String {
        match name.split_once(':') {
            Some((language, words)) if language.len() <= 2 => {
                let words = words.replace(" link ", self.words.link).replace("' ", "’").replace('\'', "’");
                format!("{words} ({language})")
            }
            _ => self.fact(name),
        }
    }

    /// A structure feature in words.
    pub fn fact(self, name: &str) -> String {
        let (fact, value) = name.split_once('=').unwrap_or((name, ""));
        let Some(known) = words::fact(self.locale, fact) else { return name.to_owned() };
        let value = match value {
            "" => return known.to_owned(),
            "yes" => self.say("oui".into(), "yes".into()),
            "no" => self.say("non".into(), "no".into()),
            "page" => self.say("page".into(), "page".into()),
            "shortener" => self.say("raccourci".into(), "shortened".into()),
            "messenger" => self.say("messagerie".into(), "messenger".into()),
            "address" => self.say("adresse IP".into(), "IP address".into()),
            level if level.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.say(format!("niveau {level}"), format!("level {level}"))
            }
            other => other.to_owned(),
        };
        self.say(format!("{known} : {value}"), format!("{known}: {value}"))
    }
}

/// The share of the unwanted that is caught while at most `wanted` of the wanted are.
pub fn caught_at(curve: &[Reached], wanted: f64) -> f64 {
    curve.iter().take_while(|at| at.wanted <= wanted).last().map_or(0.0, |at| at.unwanted)
}

fn precision_at(curve: &[Reached], recall: f64) -> f64 {
    curve.iter().find(|at| at.unwanted >= recall).map_or(0.0, |at| at.precision())
}

fn times(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

pub fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(verdict: Verdict, shown: bool, missing: u64) -> Claim {
        Claim { verdict, budget: 0.001, good: 100, errors: 0, bound: 0.03, shown, missing }
    }

    #[test]
    fn a_budget_says_what_it_allows_and_how_many_more_it_takes() {
        let (fr, en) = (Teller::new(Locale::Fr), Teller::new(Locale::En));
        assert!(fr.meaning(&claim(Verdict::Hold, true, 0), 4.0).contains("peut retenir seule"));
        assert!(en.meaning(&claim(Verdict::Reject, true, 0), 4.0).contains("stays capped"));
        let missing = |teller: Teller, missing| teller.meaning(&claim(Verdict::Reject, false, missing), 1.999);
        assert!(missing(fr, 2_843).contains("2\u{202f}843 bons commentaires de plus"));
        assert!(missing(fr, 1).contains("1 bon commentaire de plus"));
        assert!(missing(en, 1).contains("1 more good comment without"));
        assert!(missing(en, u64::MAX).contains("cannot be shown"));
    }

    #[test]
    fn a_certainty_is_never_complete() {
        let fr = Teller::new(Locale::Fr);
        assert!(fr.said(0.9999, Question::Spam, Verdict::Hold).starts_with("Spam à plus de 99\u{202f}%"));
        assert!(fr.said(0.000_1, Question::Abuse, Verdict::Approve).starts_with("Injurieux à moins de 1\u{202f}%"));
        assert!(Teller::new(Locale::En).said(0.844, Question::Spam, Verdict::Reject).starts_with("Spam at 84%"));
    }

    #[test]
    fn tokens_are_told_in_words() {
        let (fr, en) = (Teller::new(Locale::Fr), Teller::new(Locale::En));
        assert_eq!(fr.token("fr:l' été"), "l’été (fr)");
        assert_eq!(en.token("en:visit  link "), "visit ⟨link⟩ (en)");
        assert_eq!(fr.token("links=2"), "liens\u{a0}: niveau 2");
        assert_eq!(
            (en.token("author_is_url"), en.token("tld=ru")),
            ("a link as author’s name".into(), "domain of a link: ru".into())
        );
        assert_eq!(en.token("a_fact_of_tomorrow=3"), "a_fact_of_tomorrow=3");
    }

    #[test]
    fn a_curve_is_read_where_it_was_asked() {
        let curve = [(0.0, 0.0), (0.01, 0.4), (0.05, 0.6), (1.0, 1.0)];
        let curve = curve.map(|(wanted, unwanted)| Reached { wanted, unwanted });
        assert_eq!((caught_at(&curve, 0.02), caught_at(&curve, 0.05), caught_at(&[], 0.1)), (0.4, 0.6, 0.0));
        assert!((precision_at(&curve, 0.5) - 0.6 / 0.65).abs() < 1e-9);
    }
}
