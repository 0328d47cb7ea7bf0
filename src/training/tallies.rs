//! What all lanes have counted together, and the fit of it.

use rustc_hash::FxHashMap;

use super::TrainingError;
use super::base::Column;
use super::counts::{Counts, FEWEST_EXAMPLES, Tally};
use super::fit;
use super::spellings::Spellings;
use crate::domain::classifier::card::Question;
use crate::domain::classifier::features::{Group, Key};
use crate::domain::classifier::{Masses, Names};

/// The most features of a head: those that most examples hold. Two heads of so many, with what they were fitted from, take
/// 4.8 MB of a file.
pub(super) const MOST_WEIGHTS: usize = 120_000;

/// A fitted head: weights sorted by key, and the names that may be told.
#[derive(Clone, Debug, Default)]
pub(super) struct Fitted {
    pub weights: Vec<(Key, f32)>,
    /// What each weight was fitted from.
    pub masses: Vec<Masses>,
    pub names: Vec<(Key, String)>,
}

/// What lanes have counted together, of every feature that a fit may need: sorted by key.
#[derive(Debug)]
pub(super) struct Tallies {
    all: Vec<(Key, Tally)>,
    /// Those that may be told.
    names: Names,
}

impl Tallies {
    /// Of what several lanes have counted. What is rare in one lane may not be in all; what is rare in all is forgotten,
    /// unless it is `known` to what the fit starts from. A name that only all lanes together have seen often enough is not
    /// told.
    pub fn of(lanes: Vec<Counts>, known: impl Fn(Key) -> bool) -> Self {
        let mut together = Self { all: Vec::new(), names: Names::default() };
        let enough = |key: Key, tally: &Tally| tally.seen >= FEWEST_EXAMPLES || known(key);
        let mut left = lanes.len();
        let mut spelled = Vec::new();
        for lane in lanes {
            left -= 1;
            let (tallies, names) = lane.into_parts();
            // What no other lane can add to any more is not kept for long: memory is scarcest here.
            together.add(tallies, |key, tally| left > 0 || enough(key, tally));
            spelled.push(names);
        }
        together.all.retain(|(key, tally)| enough(*key, tally));
        together.all.shrink_to_fit();
        together.name(&spelled);
        together
    }

    /// Adds what a lane has counted; of what is new, what is `worth` it.
    fn add(&mut self, tallies: FxHashMap<Key, Tally>, worth: impl Fn(Key, &Tally) -> bool) {
        if self.all.is_empty() {
            self.all = tallies.into_iter().collect();
        } else {
            self.merge(tallies, worth);
        }
        self.all.sort_unstable_by_key(|(key, _)| *key);
    }

    fn merge(&mut self, tallies: FxHashMap<Key, Tally>, worth: impl Fn(Key, &Tally) -> bool) {
        let mut new = Vec::new();
        for (key, tally) in tallies {
            match self.place(key).and_then(|at| self.all.get_mut(at)) {
                Some((_, sum)) => sum.merge(&tally),
                None if worth(key, &tally) => new.push((key, tally)),
                None => {}
            }
        }
        self.all.append(&mut new);
    }

    /// Keeps the names of features that several authors use.
    fn name(&mut self, spelled: &[Spellings]) {
        let common =
            |key: Key| self.place(key).and_then(|at| self.all.get(at)).is_some_and(|(_, tally)| tally.is_common());
        let mut names: Vec<(Key, &str)> =
            spelled.iter().flat_map(Spellings::iter).filter(|(key, _)| common(*key)).collect();
        names.sort_unstable();
        names.dedup_by_key(|(key, _)| *key);
        let mut told = Names::default();
        names.into_iter().for_each(|(key, name)| told.push(key, name));
        self.names = told;
    }

    fn place(&self, key: Key) -> Option<usize> {
        self.all.binary_search_by_key(&key, |(key, _)| *key).ok()
    }

    /// Fits the features of a head that enough examples hold, and those of the base it starts from.
    pub fn fit(&self, question: Question, alpha: f64, base: &[(Key, Column)]) -> Result<Fitted, TrainingError> {
        let fewest = enough(self.all.iter().map(|(_, tally)| tally.examples(question)), FEWEST_EXAMPLES);
        let known = |key: Key| base.binary_search_by_key(&key, |(key, _)| *key).is_ok();
        let enough = |key: Key, examples: u32| examples >= fewest || examples > 0 && known(key);
        let own = self.all.iter().filter(|(key, tally)| enough(*key, tally.examples(question)));
        let own = own.map(|(key, tally)| (*key, tally.column(question)));
        let mut kept: Vec<_> = base.iter().copied().chain(own).collect();
        kept.sort_by_key(|(key, _)| *key);
        kept.dedup_by(|own, base| {
            let same = own.0 == base.0;
            if same {
                base.1 = [base.1[0] + own.1[0], base.1[1] + own.1[1]];
            }
            same
        });
        let grouped: Vec<_> = kept.iter().map(|(key, column)| (Group::of(*key), *column)).collect();
        let (keys, columns): (Vec<Key>, Vec<Column>) = kept.into_iter().unzip();
        let log_odds = fit::log_odds(&grouped, alpha)?;
        let named = keys.iter().filter_map(|key| Some((*key, self.names.get(*key)?.to_owned())));
        Ok(Fitted {
            names: named.collect(),
            masses: columns.iter().map(|column| column.map(|mass| mass as f32)).collect(),
            weights: keys.into_iter().zip(log_odds).collect(),
        })
    }
}

/// At how many examples, `fewest` or more, no more than [`MOST_WEIGHTS`] features are left.
pub(super) fn enough(examples: impl Iterator<Item = u32> + Clone, fewest: u32) -> u32 {
    let left = |fewest: u32| examples.clone().filter(|&examples| examples >= fewest).count();
    (fewest..).find(|&fewest| left(fewest) <= MOST_WEIGHTS).unwrap_or(fewest)
}

#[cfg(test)]
mod tests {
    use super::super::counts::{ONE, Say};
    use super::*;
    use crate::domain::classifier::features::Features;
    use crate::domain::comment::{Comment, Draft, Language};
    use crate::domain::text::Text;

    fn text(body: &str) -> Text {
        let comment = Comment::parse(Draft { body: body.to_owned(), ..Draft::default() }).unwrap();
        Text::of(&comment, Some(Language::FR))
    }

    fn spam(counts: &mut Counts, body: &str, author: Option<u64>) {
        let say = Say { question: Question::Spam, unwanted: true, mass: ONE };
        counts.add(&Features::of(&text(body)), &[say], author, |_, _| true);
    }

    fn together(lanes: impl Into<Vec<Counts>>) -> Tallies {
        Tallies::of(lanes.into(), |_| false)
    }

    fn names(lanes: impl Into<Vec<Counts>>) -> Vec<String> {
        together(lanes).fit(Question::Spam, 1.0, &[]).unwrap().names.into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn a_name_needs_five_examples_and_two_authors() {
        let (mut one, mut two, mut four) = (Counts::new(0), Counts::new(0), Counts::new(0));
        for author in 0..5 {
            spam(&mut one, "secret", Some(7));
            spam(&mut two, "connu", Some(author));
        }
        (0..4).for_each(|author| spam(&mut four, "rare", Some(author)));
        assert!(names([four]).is_empty());
        let told = names([one, two]);
        assert!(told.contains(&"fr:connu".to_owned()) && !told.contains(&"fr:secret".to_owned()), "{told:?}");
    }

    #[test]
    fn two_halves_are_the_whole() {
        let texts = ["un deux", "deux trois", "trois un", "un un", "deux deux", "un deux", "quatre"];
        let (mut whole, mut one, mut two) = (Counts::new(0), Counts::new(0), Counts::new(0));
        for (at, text) in texts.iter().enumerate() {
            spam(&mut whole, text, None);
            spam(if at % 2 == 0 { &mut one } else { &mut two }, text, None);
        }
        let weights = |tallies: Tallies| tallies.fit(Question::Spam, 1.0, &[]).unwrap().weights;
        let (whole, halves) = (weights(together([whole])), weights(together([one, two])));
        assert!(!whole.is_empty() && whole == halves);
    }

    #[test]
    fn what_is_rare_counts_where_the_base_knows_it() {
        let mut counts = Counts::new(0);
        spam(&mut counts, "rare", None);
        let features = Features::of(&text("rare")).all().iter().map(|feature| feature.key).collect::<Vec<_>>();
        let known = |key| features.first() == Some(&key);
        let base = [(features[0], [1.0, 1.0])];
        let fitted = Tallies::of(vec![counts], known).fit(Question::Spam, 1.0, &base).unwrap();
        assert_eq!(fitted.masses, [[1.0, 2.0]]);
    }

    #[test]
    fn a_head_counts_only_what_is_said_to_it() {
        let mut counts = Counts::new(0);
        (0..2).for_each(|_| spam(&mut counts, "un deux", None));
        let tallies = together([counts]);
        let weights = |question| tallies.fit(question, 1.0, &[]).unwrap().weights;
        assert!(weights(Question::Abuse).is_empty() && !weights(Question::Spam).is_empty());
    }
}
