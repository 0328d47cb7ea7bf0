use super::*;
use crate::domain::comment::{BodyFormat, Draft, Kind};
use crate::domain::decision::Verdict;
use crate::domain::score::Score;
use crate::domain::signal::{Field, Span};

/// A rule with an id, a score and a message, and what else it needs.
fn rule(id: &str, rest: &str) -> String {
    format!("[[rule]]\nid = \"{id}\"\nscore = 1.0\nmessage.fr = \"Trouvé\"\n{rest}\n")
}

fn set(toml: &str) -> RuleSet {
    RuleSet::parse(toml, "rules.toml", &Lists::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn problems(toml: &str) -> String {
    RuleSet::parse(toml, "rules.toml", &Lists::default()).unwrap_err().to_string()
}

fn ask(rules: &RuleSet, draft: Draft) -> Vec<Signal> {
    let comment = Comment::parse(draft).unwrap();
    rules.signals(&comment, &Text::of(&comment, None), Timestamp::UNIX_EPOCH)
}

fn body(body: &str) -> Draft {
    Draft { body: body.to_owned(), ..Draft::default() }
}

/// The first signal of a single rule about a body.
fn signal(when: &str, text: &str) -> Option<Signal> {
    ask(&set(&rule("a", when)), body(text)).into_iter().next()
}

/// What the spans of the first signal cover.
fn covered(when: &str, text: &str) -> Vec<String> {
    let scalars: Vec<char> = text.chars().collect();
    let cut = |span: &Span| scalars[span.start as usize..span.end as usize].iter().collect();
    signal(when, text).map(|signal| signal.spans.iter().map(cut).collect()).unwrap_or_default()
}

#[test]
fn the_built_in_rules_hold_to_their_examples() {
    if let Err(error) = RuleSet::parse_all(&BUILT_IN, &Lists::default(), Examples::Check) {
        panic!("{error}");
    }
}

#[test]
fn the_built_in_rules_speak_both_languages_and_have_examples() {
    for (origin, toml) in BUILT_IN {
        let table: toml::Table = toml.parse().unwrap();
        for rule in table["rule"].as_array().unwrap() {
            let id = rule["id"].as_str().unwrap();
            assert!(!rule["message"]["fr"].as_str().unwrap().contains('\''), "{origin} {id}: write ’ in French");
            assert!(rule["message"]["en"].is_str(), "{origin} {id}");
            for key in ["match", "no_match"] {
                assert!(!rule["examples"][key].as_array().unwrap().is_empty(), "{origin} {id} {key}");
            }
        }
    }
}

#[test]
fn the_built_in_files_are_one_file_too() {
    let whole: String = BUILT_IN.iter().map(|(_, toml)| *toml).collect();
    let one = RuleSet::parse_all(&[("whole.toml", &whole)], &Lists::default(), Examples::Trust);
    assert_eq!(one.unwrap().len(), RuleSet::built_in().unwrap().len());
}

#[test]
fn no_coarse_words_alone_reject() {
    let rules = RuleSet::built_in().unwrap();
    let signals = ask(&rules, body("Putain de bordel de merde, quel con, quel idiot, c’est stupide et débile"));
    let sum: Score = signals.iter().map(|signal| signal.score).sum();
    assert!(sum < Score::from_nats(5.0), "{signals:?}");
}

#[test]
fn the_rule_of_the_handbook_works() {
    let toml = r#"
[[rule]]
id = "pharma.viagra"
score = 2.5
verdict = "hold"
when.pattern = '\bv[i1]agra\b'
message.fr = "Publicité pour médicaments"
message.en = "Pharmacy advertising"
examples.match    = ["achetez V1AGRA ici"]
examples.no_match = ["le mot « viaduc »"]
"#;
    let signals = ask(&set(toml), body("Été : V1AGRA"));
    let signal = signals.first().unwrap();
    assert_eq!((signal.id.as_str(), signal.score.nats(), signal.floor), ("pharma.viagra", 2.5, Some(Verdict::Hold)));
    assert_eq!(signal.spans, [Span { field: Field::Body, start: 6, end: 12 }]);
    assert_eq!(signal.message.en, "Pharmacy advertising");
}

#[test]
fn every_problem_is_told_with_its_line_and_what_to_do() {
    let toml = r#"[[rule]]
id = "a"
scor = 1.0
message.fr = "Trouvé"
when.patern = "x"

[[rule]]
id = "B!"
score = 99
verdict = "drop"
message = "Trouvé"
when.words = ["a*", 3]
types = ["coment"]

[[rule]]
id = "c"
score = 1
message.fr = "Trouvé"
when.pattern = "(a"
when.words_file = "mots.txt"
when.links = { at_lest = 3 }

[[rule]]
id = "a"
score = 1
message.fr = "Trouvé"
when.words = ["arnaque"]
examples.match = [
  "une arnaque",
  "un escroc",
]
examples.no_match = [{ body = "arnaque", author = { nom = "x" } }]
"#;
    insta::assert_snapshot!(problems(toml), @r#"
    rules.toml:1: `rule` has neither `score` nor `verdict`; add score = 1.5, or verdict = "hold" or "reject"
    rules.toml:3: `scor` is not a known key; did you mean `score`?
    rules.toml:5: `when.patern` is not a known key; did you mean `pattern`?
    rules.toml:5: `when` asks for nothing; add a condition, such as when.words = ["arnaque"]
    rules.toml:8: `id` is `B!`, which is no id; write small letters, digits, - and _, with dots between
    rules.toml:10: `verdict` is `drop`, which is not known here; known here: hold, reject
    rules.toml:11: `message` is a string; write a table, such as { key = value }
    rules.toml:12: `when.words` has `a*`, which has fewer than 3 letters before a `*`; write the forms out
    rules.toml:12: `when.words` is a number; write a string in quotes
    rules.toml:13: `types` is `coment`, which is not known here; did you mean `comment`?
    rules.toml:19: `when.pattern` does not compile: unclosed group; correct the expression there
    rules.toml:20: `when.words_file` names `mots.txt`, but there is no such list; put it into the lists folder
    rules.toml:21: `when.links.at_lest` is not a known key; did you mean `at_least`?
    rules.toml:23: `rule` has the id `a` of an earlier one; give each rule its own id
    rules.toml:30: `examples.match` should match the rule `a` and does not; correct the rule or the example
    rules.toml:32: `examples.no_match.author.nom` is not a known key; did you mean `name`?
    rules.toml:32: `examples.no_match` should not match the rule `a` and does; correct the rule or the example
    "#);
}

#[test]
fn broken_toml_is_told_with_its_line() {
    insta::assert_snapshot!(problems("[[rule]]\nid = \"a\nscore = 1\n"), @r#"rules.toml:2: invalid basic string, expected `"`; correct the TOML there"#);
}

#[test]
fn a_file_of_other_things_or_nothing_is_told_apart() {
    assert_eq!(set("").len(), 0);
    assert!(
        problems("[[rules]]\nid = \"a\"").contains("rules.toml:1: `rules` is not a known key; did you mean `rule`?")
    );
}

#[test]
fn words_are_whole_words_and_accents_are_letters() {
    let when = "when.words = [\"pute\", \"prêt* d’argent\", \"l'arnaque\"]";
    assert_eq!(covered(when, "Réputé, député, computer"), Vec::<String>::new());
    assert_eq!(covered(when, "des Prêts   D'ARGENT !"), ["Prêts   D'ARGENT"]);
    assert_eq!(covered(when, "voilà l’arnaque"), ["l’arnaque"]);
    assert_eq!(covered(when, "un prêt. D'argent, point"), Vec::<String>::new());
}

#[test]
fn the_place_of_an_open_word_is_the_whole_word_and_is_told_once() {
    let when = "when.words = [\"arnaqu*\", \"arna*\", \"faux dev*\"]";
    assert_eq!(covered(when, "des ARNAQUEURS, un faux devis"), ["ARNAQUEURS", "faux devis"]);
    let masked = "when.masked = true\nwhen.words = [\"connard*\"]";
    assert_eq!(covered(masked, "un c0nnardasse"), ["c0nnardasse"]);
    assert!(signal(masked, "un connard5").is_none());
}

#[test]
fn only_the_skeleton_is_worth_half() {
    let when = "when.words = [\"enculé\"]";
    assert_eq!(signal(when, "enculé").unwrap().score.nats(), 1.0);
    assert_eq!(signal(when, "encule").unwrap().score.nats(), 0.5);
    assert_eq!(signal(when, "encule, enculé").unwrap().score.nats(), 1.0);
    assert_eq!(covered(when, "un encule, un enculé"), ["enculé"]);
}

#[test]
fn a_floor_weakens_with_its_match() {
    let toml = "[[rule]]\nid = \"a\"\nverdict = \"reject\"\nmessage.fr = \"x\"\nwhen.words = [\"arnaqué\"]";
    let floor = |text| ask(&set(toml), body(text)).first().and_then(|signal| signal.floor);
    assert_eq!(floor("arnaqué"), Some(Verdict::Reject));
    assert_eq!(floor("arnaque"), Some(Verdict::Hold));
}

#[test]
fn groups_of_words_all_have_to_be_there() {
    let when = "when.words = [[\"prêt\", \"crédit\"], [\"contactez\"]]";
    assert!(signal(when, "un prêt").is_none());
    assert_eq!(covered(when, "Contactez moi, crédit facile"), ["crédit", "Contactez"]);
}

#[test]
fn masked_words_are_told_from_plain_ones() {
    let when = "when.masked = true\nwhen.words = [\"connard\", \"débile\"]";
    for text in ["c0nnard", "c o n n a r d", "c.o.n.n.a.r.d", "un d3bile"] {
        assert_eq!(signal(when, text).map(|signal| signal.score.nats()), Some(1.0), "{text}");
    }
    for text in ["connard", "debile", "DÉBILE"] {
        assert!(signal(when, text).is_none(), "{text}");
    }
}

#[test]
fn what_is_quoted_can_be_left_out() {
    let when = "when.outside_quotes = true\nwhen.words = [\"connard\"]";
    assert!(signal(when, "le mot « connard » est un outrage").is_none());
    assert_eq!(covered(when, "le mot « connard », connard"), ["connard"]);
    let when = "when.outside_quotes = true\nwhen.pattern = 'sale con'";
    assert!(signal(when, "il a crié \"sale con\" au juge").is_none());
    assert!(signal(when, "sale con").is_some());
}

#[test]
fn conditions_add_up_to_one() {
    let when = "when.words = [\"prêt\"]\nwhen.links = { at_least = 1 }";
    assert!(signal(when, "un prêt").is_none());
    assert!(signal(when, "https://exemple.fr").is_none());
    assert!(signal(when, "un prêt https://exemple.fr").is_some());
}

#[test]
fn any_of_several_conditions_will_do() {
    let when = "when.any = [{ words = [\"prêt\"] }, { links = { at_least = 1 } }]";
    assert_eq!(covered(when, "un prêt"), ["prêt"]);
    assert_eq!(covered(when, "voir https://exemple.fr"), ["https://exemple.fr"]);
    assert!(signal(when, "rien").is_none());
    let deep = "when.any = [{ any = [{ any = [{ any = [{ words = [\"a\"] }] }] }] }]";
    assert!(problems(&rule("a", deep)).contains("nested too deep"));
}

#[test]
fn a_rule_can_build_on_earlier_ones() {
    let toml = [
        rule("loans.topic", "when.words = [\"prêt\"]"),
        rule("sell", "when.rules = [\"loans.*\"]\nwhen.links = { at_least = 1 }"),
    ]
    .concat();
    let ids = |text| ask(&set(&toml), body(text)).into_iter().map(|signal| signal.id).collect::<Vec<_>>();
    assert_eq!(ids("un prêt https://exemple.fr"), ["loans.topic", "sell"]);
    assert_eq!(ids("https://exemple.fr"), Vec::<String>::new());
    assert!(problems(&rule("a", "when.rules = [\"a\"]")).contains("no earlier rule is called so"));
}

#[test]
fn types_choose_the_rules() {
    let rules = set(&rule("a", "types = [\"signup\"]\nwhen.words = [\"prêt\"]\nexamples.match = [\"un prêt\"]"));
    assert!(ask(&rules, body("un prêt")).is_empty());
    assert_eq!(ask(&rules, Draft { kind: Kind::Signup, ..body("un prêt") }).len(), 1);
}

#[test]
fn fields_are_chosen_and_named_in_the_spans() {
    let rules = set(&rule("a", "when.in = [\"author.name\", \"author.url\"]\nwhen.pattern = 'promo'"));
    let mut draft = body("promo");
    assert!(ask(&rules, draft.clone()).is_empty());
    draft.author.name = Some("Les Promos".to_owned());
    let signals = ask(&rules, draft);
    assert_eq!(signals.first().unwrap().spans, [Span { field: Field::AuthorName, start: 4, end: 9 }]);
}

#[test]
fn the_author_is_asked_for_all_that_is_written() {
    let when = "when.author = { name_words = [\"devis\"], url_domains = [\"top\"], disposable_email = true }";
    let rules = set(&rule("a", when));
    let mut draft = body("Bonjour");
    draft.author.name = Some("Devis toiture".to_owned());
    draft.author.url = Some("http://toit.top".to_owned());
    draft.author.email = Some("x@yopmail.com".to_owned());
    assert_eq!(ask(&rules, draft.clone()).len(), 1);
    draft.author.email = Some("x@gmail.com".to_owned());
    assert!(ask(&rules, draft).is_empty());
}

#[test]
fn markup_is_a_matter_of_the_format() {
    let rules = set(&rule("a", "when.links = { markup = true }"));
    let draft = body("<a href=\"https://exemple.fr\">ici</a>");
    assert_eq!(ask(&rules, draft.clone()).len(), 1);
    assert!(ask(&rules, Draft { body_format: BodyFormat::Html, ..draft }).is_empty());
}

#[test]
fn a_page_ages_until_the_comment_is_submitted() {
    let rules = set(&rule("a", "when.page_age = { at_least_days = 365 }"));
    let mut draft = body("Bonjour");
    draft.page.published_at = Some("2023-01-01T00:00:00Z".to_owned());
    draft.submitted_at = Some("2023-12-31T00:00:00Z".to_owned());
    assert!(ask(&rules, draft.clone()).is_empty());
    draft.submitted_at = Some("2024-01-01T00:00:00Z".to_owned());
    assert_eq!(ask(&rules, draft.clone()).len(), 1);
    draft.submitted_at = None;
    let comment = Comment::parse(draft).unwrap();
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(rules.signals(&comment, &Text::of(&comment, None), now).len(), 1);
}

#[test]
fn the_language_of_the_page_is_never_foreign() {
    let rules = set(&rule("a", "when.language = { not_in = [\"fr\"] }"));
    let text = "Der Bürgermeister hat gestern im Stadtrat erklärt, dass die Schule im Sommer renoviert werden soll.";
    let mut draft = body(text);
    draft.page.language = Some("fr".to_owned());
    assert_eq!(ask(&rules, draft.clone()).len(), 1);
    draft.page.language = Some("de".to_owned());
    assert!(ask(&rules, draft).is_empty());
    assert!(ask(&rules, body("Danke!")).is_empty());
}

#[test]
fn lengths_capitals_amounts_and_repeats_are_counted() {
    for (when, yes, no) in [
        ("when.length = { at_most = 5 }", "merci", "merci !"),
        ("when.capitals = { at_least = 0.5, letters = 4 }", "ABcd", "ABc"),
        ("when.amounts = { at_least = 2 }", "300 € ou 5000 €", "300 €"),
        ("when.repeats = { characters = 5 }", "ouiiiii", "ouiiii ....."),
        ("when.repeats = { words = 3 }", "Non, non et non non NON", "non, non"),
        ("when.link_domains = [\"exemple.fr\"]", "https://blog.exemple.fr/a", "https://unexemple.fr/"),
    ] {
        assert!(signal(when, yes).is_some(), "{when}: {yes}");
        assert!(signal(when, no).is_none(), "{when}: {no}");
    }
}

#[test]
fn lists_give_words_and_domains_and_shape_the_id() {
    let mut lists = Lists::default();
    lists.add("mots.txt", "\u{feff}# à nous\narnaque*\n").unwrap();
    lists.add("autre.txt", "x").unwrap();
    let toml = rule("a", "when.words_file = \"mots.txt\"");
    let rules = RuleSet::parse(&toml, "rules.toml", &lists).unwrap();
    assert_eq!(ask(&rules, body("une arnaqueuse")).len(), 1);
    let id = rules.id().to_owned();
    assert!(id.len() == 16 && id.chars().all(|c| c.is_ascii_hexdigit()));
    lists.add("autre.txt", "y").unwrap();
    assert_eq!(RuleSet::parse(&toml, "other.toml", &lists).unwrap().id(), id);
    lists.add("mots.txt", "escroc").unwrap();
    assert_ne!(RuleSet::parse(&toml, "rules.toml", &lists).unwrap().id(), id);
    lists.add("mots.txt", "escroc\n!!\n").unwrap();
    let error = RuleSet::parse(&toml, "rules.toml", &lists).unwrap_err().to_string();
    assert!(error.starts_with("mots.txt:2: "), "{error}");
    let error = RuleSet::parse(&toml.replace("mots", "mot"), "rules.toml", &lists).unwrap_err().to_string();
    assert!(error.contains("rules.toml:5: ") && error.contains("did you mean `mots.txt`?"), "{error}");
    let error = RuleSet::parse(&toml.replace("mots", "../mots"), "rules.toml", &lists).unwrap_err().to_string();
    assert!(error.contains("no plain file name"), "{error}");
}

#[test]
fn places_are_bounded_and_the_rule_counts_once() {
    let signal = signal("when.words = [\"spam\"]", &"spam ".repeat(10_000)).unwrap();
    assert_eq!((signal.spans.len(), signal.score.nats()), (facts::MAX_SPANS, 1.0));
}

#[test]
fn the_order_is_the_files() {
    let toml = [rule("z", "when.words = [\"un\"]"), rule("a", "when.words = [\"un\"]")].concat();
    let ids: Vec<String> = ask(&set(&toml), body("un")).into_iter().map(|signal| signal.id).collect();
    assert_eq!(ids, ["z", "a"]);
}

proptest::proptest! {
    #[test]
    fn any_file_is_taken_or_refused(toml in "[\\PC\n]{0,200}") {
        let _ = RuleSet::parse(&toml, "rules.toml", &Lists::default());
    }

    #[test]
    fn any_comment_is_answered_and_spans_lie_in_it(text in "[\\PC\n]{0,200}") {
        let rules = set(&[
            rule("a", "when.words = [\"a\", \"les*  b\", \"été\"]"),
            rule("b", r"when.pattern = '\b\w{2}\b'"),
            rule("c", "when.repeats = { characters = 2, words = 2 }"),
        ].concat());
        let length = text.chars().count() as u32;
        for signal in ask(&rules, body(&text)) {
            for span in signal.spans {
                proptest::prop_assert!(span.start <= span.end && span.end <= length);
            }
        }
    }
}
