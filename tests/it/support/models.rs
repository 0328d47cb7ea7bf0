//! Models that are the shipped one but for what a test needs to see.

use std::path::Path;

use tamis::domain::classifier::card::{Card, Claim, Question};
use tamis::domain::classifier::features::{Family, Features, Key};
use tamis::domain::classifier::{HeadParts, Model, write};
use tamis::domain::comment::{Comment, Draft, Language};
use tamis::domain::decision::Verdict;
use tamis::domain::score::Score;
use tamis::domain::text::Text;

/// A model file and its version.
pub struct Made {
    pub version: String,
    pub bytes: Vec<u8>,
}

/// French words that no model and no gold example knows.
pub const ODD: &str = "Le zorglub bulgroz fantasio spirou champignac palombie.";

impl Made {
    /// Writes the model into a server's registry.
    pub fn put(&self, folder: &Path) -> &Self {
        let registry = folder.join("models");
        std::fs::create_dir_all(&registry).unwrap();
        std::fs::write(registry.join(format!("{}.tamis", self.version)), &self.bytes).unwrap();
        self
    }
}

/// Decides as the shipped one does, and has another version; each seed gives another.
pub fn same(seed: u64) -> Made {
    shipped_but(|card, _| card.seed = 1_000 + seed)
}

/// Decides as the shipped one does, but holds [`ODD`] as abuse.
pub fn holding_odd(seed: u64) -> Made {
    shipped_but(|card, abuse| {
        card.seed = 2_000 + seed;
        let comment = Comment::parse(Draft { body: ODD.to_owned(), ..Draft::default() }).unwrap();
        let text = Text::of(&comment, Some(Language::FR));
        let features = Features::of(&text);
        let words = features.all().iter().filter(|feature| feature.family == Family::Words);
        for key in words.map(|feature| feature.key) {
            if let Err(place) = abuse.binary_search_by_key(&key, |(key, _)| *key) {
                abuse.insert(place, (key, 40.0));
            }
        }
    })
}

/// Holds about everything in French as abuse.
pub fn harsh(seed: u64) -> Made {
    shipped_but(|card, _| {
        card.seed = 3_000 + seed;
        card.abuse.languages.get_mut(&Language::FR).unwrap().line.intercept = 40.0;
    })
}

/// May reject French spam, although nothing has shown that it keeps the budget.
pub fn unshown(seed: u64) -> Made {
    shipped_but(|card, _| {
        card.seed = 4_000 + seed;
        let french = card.spam.languages.get_mut(&Language::FR).unwrap();
        french.ceiling = Score::from_nats(20.0);
        french.claims.retain(|claim| claim.verdict != Verdict::Reject);
        let (budget, good, errors, bound) = (0.001, 152, 0, 0.019);
        french.claims.push(Claim {
            verdict: Verdict::Reject,
            budget,
            good,
            errors,
            bound,
            shown: false,
            missing: 2_843,
        });
    })
}

fn shipped_but(change: impl FnOnce(&mut Card, &mut Vec<(Key, f32)>)) -> Made {
    let shipped = Model::built_in().unwrap();
    let mut card = shipped.card().clone();
    let mut abuse: Vec<_> = shipped.weights(Question::Abuse).collect();
    change(&mut card, &mut abuse);
    let spam: Vec<_> = shipped.weights(Question::Spam).collect();
    let [spam, abuse] = [&spam, &abuse].map(|weights| HeadParts { weights, masses: &[] });
    let bytes = write(&card, spam, abuse, &[]);
    Made { version: Model::read(&bytes).unwrap().version().to_owned(), bytes }
}
