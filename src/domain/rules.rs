//! An operator's written conditions, and the signals they yield.
//!
//! A rule is a few lines of TOML that a moderator can read:
//! ```toml
//! [[rule]]
//! id = "pharma.viagra"
//! score = 2.5                      # or verdict = "hold" | "reject": a floor; or both
//! types = ["comment", "reply"]     # which types of comment it is for; without it, all
//! when.pattern = '\bv[i1]agra\b'   # everything under `when` must hold
//! message.fr = "Publicité pour médicaments"
//! message.en = "Pharmacy advertising"
//! examples.match = ["achetez V1AGRA ici"]
//! examples.no_match = ["le mot « viaduc »"]
//! ```
//! A file is taken whole or refused whole, with every problem in it. A rule counts once, however often it holds.
//!
//! All words of all rules are found in one walk over a field, and one pass says which patterns can match; every other
//! condition reads what the text already knows. A rule is first asked whether it holds, and only then where. The work is
//! linear in the length of the comment, whatever the rules.

mod built_in;
mod condition;
mod example;
mod facts;
mod file;
mod lists;
mod patterns;
mod problem;
mod quotes;
mod rule;
mod vocabulary;
mod workshop;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use toml::de::DeValue;

use super::comment::Comment;
use super::signal::Signal;
use super::text::Text;
use example::Example;
use facts::{Facts, Held, Strength};
use file::{File, Value};
use rule::Rule;
use workshop::Workshop;

pub use built_in::BUILT_IN;
pub use lists::{ListError, Lists};
pub use problem::{Problem, RulesError};

/// Most rules of a set.
const MAX_RULES: usize = 2_000;

/// Rules ready to be asked; immutable, so that a comment sees one set from start to end.
#[derive(Debug)]
pub struct RuleSet {
    id: String,
    rules: Vec<Rule>,
    vocabulary: vocabulary::Vocabulary,
    patterns: patterns::Patterns,
}

impl RuleSet {
    /// Reads a file of rules; `origin` is what messages call it.
    ///
    /// # Errors
    /// Every problem of the file with its line, examples that do not hold and missing lists among them.
    pub fn parse(toml: &str, origin: &str, lists: &Lists) -> Result<Self, RulesError> {
        Self::parse_all(&[(origin, toml)], lists, Examples::Check)
    }

    /// The rules that Tamis brings along: [`BUILT_IN`]. Their examples were held to when Tamis was tested.
    ///
    /// # Errors
    /// None in a build that passed its tests; it is a `Result` so that a broken build says what is wrong.
    pub fn built_in() -> Result<Self, RulesError> {
        Self::parse_all(&BUILT_IN, &Lists::default(), Examples::Trust)
    }

    /// The first 16 hexadecimal digits of the SHA-256 over everything that shapes the set: files and lists.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The ids of the rules, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.id.as_str())
    }

    /// What the rules say about a comment, in the order of the file. `now` stands in where the comment does not say
    /// when it was submitted.
    pub fn signals(&self, comment: &Comment, text: &Text, now: Timestamp) -> Vec<Signal> {
        self.ask(comment, text, now, Rule::strength)
    }

    /// What they say about a stored comment, of which the form and the e-mail address are not kept: a rule that asks for
    /// them says what it said in `earlier`, the comment's signals of then.
    pub fn signals_again(&self, comment: &Comment, text: &Text, now: Timestamp, earlier: &[Signal]) -> Vec<Signal> {
        self.ask(comment, text, now, |rule, facts| rule.strength_again(facts, earlier))
    }

    fn ask(
        &self,
        comment: &Comment,
        text: &Text,
        now: Timestamp,
        strength: impl Fn(&Rule, &Facts<'_>) -> Option<Strength>,
    ) -> Vec<Signal> {
        let mut facts = Facts::of(comment, text, now, &self.vocabulary, &self.patterns);
        let mut signals = Vec::new();
        for (place, rule) in self.rules.iter().enumerate() {
            let Some(strength) = strength(rule, &facts) else { continue };
            facts.held.push(Held { place, strength });
            signals.push(rule.signal(strength, &facts));
        }
        signals
    }

    /// Several files as one set.
    fn parse_all(sources: &[(&str, &str)], lists: &Lists, examples: Examples) -> Result<Self, RulesError> {
        let files: Vec<File<'_>> = sources.iter().map(|(origin, toml)| File::new(origin, toml)).collect();
        let roots: Vec<_> =
            files.iter().zip(sources).map(|(file, (_, toml))| DeValue::Table(file.parse(toml))).collect();
        let mut workshop = Workshop::new(lists);
        let mut read = Vec::new();
        for (file, root) in files.iter().zip(&roots) {
            read_rules(&Value::root(file, root), &mut workshop, &mut read);
        }
        let set = build(read, workshop, sources, examples);
        let problems: Vec<Problem> = files.iter().flat_map(File::take_problems).collect();
        match set {
            Ok(set) if problems.is_empty() => Ok(set),
            Ok(_) => Err(RulesError::new(problems)),
            Err(problem) => Err(RulesError::new(problems.into_iter().chain([problem]).collect())),
        }
    }
}

/// Whether to try the examples of the rules, which takes longer than reading them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Examples {
    Check,
    Trust,
}

/// Appends the rules of one file.
fn read_rules<'a>(root: &Value<'a>, workshop: &mut Workshop<'_>, read: &mut Vec<(Rule, Vec<Example<'a>>)>) {
    let Some(rules) = root.table(&["rule"]).and_then(|table| table.get("rule")).and_then(|rules| rules.items()) else {
        return;
    };
    for value in rules {
        if read.len() >= MAX_RULES {
            return value.problem(format_args!("comes after {MAX_RULES} others"), "remove some rules");
        }
        read.extend(Rule::read(&value, workshop));
    }
}

/// Builds what rules share, and holds every rule to its examples where that is wanted.
fn build(
    read: Vec<(Rule, Vec<Example<'_>>)>,
    workshop: Workshop<'_>,
    sources: &[(&str, &str)],
    check: Examples,
) -> Result<RuleSet, Problem> {
    let id = digest(sources, &workshop);
    let vocabulary = workshop.vocabulary.build();
    let patterns = workshop.patterns.build().map_err(|error| Problem {
        origin: sources.first().map(|(origin, _)| (*origin).to_owned()).unwrap_or_default(),
        line: 1,
        what: format!("all patterns together: {error}"),
        hint: "use fewer or shorter ones".to_owned(),
    })?;
    let (rules, examples): (Vec<Rule>, Vec<_>) = read.into_iter().unzip();
    let set = RuleSet { id, rules, vocabulary, patterns };
    if check == Examples::Check {
        let examples = set.rules.iter().zip(&examples);
        examples.for_each(|(rule, examples)| examples.iter().for_each(|example| example.check(&rule.id, &set)));
    }
    Ok(set)
}

/// Over the files, and the names and contents of the lists that rules name; each with its length before it.
fn digest(sources: &[(&str, &str)], workshop: &Workshop<'_>) -> String {
    let mut digest = Sha256::new();
    let lists = workshop.named().flat_map(|(name, contents)| [name, contents]);
    for part in sources.iter().map(|(_, toml)| *toml).chain(lists) {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
