//! Campaigns: the same text, or nearly, sent again and again on many pages under many names.
//!
//! A text is known by a MinHash sketch of its pairs of neighbouring words, cut into bands: two texts that share a share
//! *J* of their pairs agree in a band of 3 with probability J³, and in one of 4 bands with 1 − (1 − J³)⁴: 0.94 at 0.8,
//! 0.41 at 0.5, 0.03 at 0.2. (Broder, “On the resemblance and containment of documents”, 1997; Leskovec, Rajaraman and
//! Ullman, “Mining of Massive Datasets”, sections 3.3 and 3.4.)

use std::collections::HashSet;

use super::comment::CommentId;
use super::decision::Verdict;
use super::limits::Quota;
use super::score::Score;
use super::secrets::DigestKey;
use super::signal::{Message, Signal, Source};
use super::text::Text;

const BANDS: usize = 4;
const ROWS: usize = 3;

/// Of a longer text, so many words are looked at.
const MOST_WORDS: usize = 2_000;

/// Shorter texts are what many people write: “merci”, “bravo”, “tout à fait d’accord avec vous”.
const FEWEST_LETTERS: usize = 40;
const FEWEST_DIFFERENT_WORDS: usize = 6;

/// The keyed digest of one band: comments that share one are copies of one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Band(pub [u8; 16]);

/// What tells a text from others that are not nearly the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch([[u64; ROWS]; BANDS]);

impl Sketch {
    /// `None` for a text that is too short to be told from others.
    pub fn of(text: &Text) -> Option<Self> {
        let skeleton = text.body()?.skeleton.as_str();
        let words: Vec<&str> = skeleton.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let letters = skeleton.chars().filter(|c| c.is_alphabetic()).count();
        let different = words.iter().collect::<HashSet<_>>().len();
        if letters < FEWEST_LETTERS || different < FEWEST_DIFFERENT_WORDS {
            return None;
        }
        let words = words.get(..MOST_WORDS).unwrap_or(&words);
        let pairs = words.windows(2).map(|pair| pair.iter().fold(FNV, |hash, word| hash_on(hash, word)));
        Some(Self::of_hashes(pairs))
    }

    fn of_hashes(hashes: impl Iterator<Item = u64>) -> Self {
        let mut sketch = [[u64::MAX; ROWS]; BANDS];
        for hash in hashes {
            for (nth, least) in (1..).zip(sketch.iter_mut().flatten()) {
                *least = (*least).min(mixed(hash ^ mixed(nth)));
            }
        }
        Self(sketch)
    }

    /// The bands as others may see them; `scope` keeps those of one site apart from those of all.
    pub fn bands(&self, key: &DigestKey, scope: &[u8]) -> Vec<Band> {
        let band = |(nth, rows): (u8, &[u64; ROWS])| {
            let rows = rows.map(u64::to_be_bytes);
            Band(key.short_digest(&[b"copies", scope, &[nth], rows.as_flattened()]))
        };
        (0..).zip(&self.0).map(band).collect()
    }
}

/// FNV-1a's beginning; each word ends with a byte that no text holds.
const FNV: u64 = 0xcbf2_9ce4_8422_2325;

fn hash_on(hash: u64, word: &str) -> u64 {
    word.bytes().chain([0xff]).fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// SplitMix64's finaliser: one of the family of hash functions that MinHash needs, told apart by what is mixed in.
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// From how many copies within a time one more is held, or rejected; `None` switches it off. Both count the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CampaignLimits {
    pub hold: Option<Quota>,
    pub reject: Option<Quota>,
}

impl CampaignLimits {
    /// The time within which copies count; `None` when campaigns are not looked for.
    pub fn window(self) -> Option<std::time::Duration> {
        self.hold.or(self.reject).map(|quota| quota.period)
    }

    /// What the copy of that number is, with the first counted as 1.
    pub fn verdict(self, copy: usize) -> Verdict {
        let is_over = |quota: Option<Quota>| quota.is_some_and(|quota| copy > quota.count.get() as usize);
        match (is_over(self.reject), is_over(self.hold)) {
            (true, _) => Verdict::Reject,
            (false, true) => Verdict::Hold,
            (false, false) => Verdict::Approve,
        }
    }
}

/// Copies of a comment that came before it, within the time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copies {
    /// On its own site, at most [`MOST_COPIES`], the latest.
    pub here: Vec<CommentId>,
    /// On all sites, as far as counted: at most [`MOST_COPIES`] a band.
    pub everywhere: usize,
}

impl Copies {
    /// The number of the comment in its campaign.
    pub fn number(&self) -> usize {
        1 + self.here.len().max(self.everywhere)
    }
}

/// So many copies are remembered of a band.
pub const MOST_COPIES: usize = 64;

/// Of the copies that were approved, so many are named on a decision.
pub const MOST_NAMED: usize = 20;

/// The signal of campaigns.
pub const COPIES: &str = "campaign.copies";

/// What it says that a comment is one of many copies of a campaign; `approved` are those that got through.
pub fn signal(copies: &Copies, verdict: Verdict, campaign: CommentId, approved: Vec<CommentId>) -> Signal {
    let number = copies.number();
    let message = if copies.everywhere > copies.here.len() {
        Message::new(
            format!("Le même texte, ou presque, est arrivé {number} fois en peu de temps sur plusieurs sites"),
            format!("The same text, or nearly, came {number} times in a short time on several sites"),
        )
    } else {
        Message::new(
            format!("Le même texte, ou presque, est arrivé {number} fois en peu de temps"),
            format!("The same text, or nearly, came {number} times in a short time"),
        )
    };
    let score = if verdict == Verdict::Reject { 5.0 } else { 2.0 };
    let signal = Signal::new(COPIES, Source::Campaign, Score::from_nats(score), message).demanding(verdict);
    Signal { copies: approved, campaign: Some(campaign), ..signal }
}

/// Copies could not be counted.
pub fn not_counted_signal() -> Signal {
    let message = Message::new(
        "Redis n’a pas répondu : les copies de ce texte n’ont pas été comptées",
        "Redis did not answer: copies of this text were not counted",
    );
    Signal::did_not_run(COPIES, Source::Campaign, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::Comment;

    const KEY: DigestKey = DigestKey::new([3; 32]);

    fn sketch(body: &str) -> Option<Sketch> {
        let comment = Comment::parse(serde_json::from_value(serde_json::json!({ "body": body })).unwrap()).unwrap();
        Sketch::of(&Text::of(&comment, None))
    }

    fn share_a_band(one: &str, other: &str) -> bool {
        let [one, other] = [one, other].map(|body| sketch(body).unwrap().bands(&KEY, b"here"));
        one.iter().any(|band| other.contains(band))
    }

    const OFFER: &str = "Bonjour à tous, je voulais partager avec vous cette offre incroyable que ma sœur a trouvée hier \
        soir : des montres de grande marque à moitié prix, livrées en deux jours, il suffit de laisser son numéro";

    #[test]
    fn a_copy_with_a_few_words_changed_is_a_copy() {
        assert!(share_a_band(OFFER, OFFER));
        assert!(share_a_band(OFFER, &OFFER.replace("hier", "ce matin")));
        assert!(share_a_band(OFFER, &OFFER.to_uppercase().replace('O', "0")));
    }

    #[test]
    fn another_text_on_the_same_matter_is_none() {
        let other = "Bonjour, ma sœur a acheté une montre de marque hier et elle est arrivée cassée : quelqu’un sait-il \
            comment se faire rembourser dans ce cas ?";
        assert!(!share_a_band(OFFER, other));
    }

    #[test]
    fn what_many_people_write_is_no_campaign() {
        for short in ["merci", "Bravo !", "Tout à fait d’accord avec vous.", &"bravo ".repeat(100)] {
            assert_eq!(sketch(short), None, "{short}");
        }
    }

    #[test]
    fn bands_of_a_site_say_nothing_of_those_of_all() {
        let sketch = sketch(OFFER).unwrap();
        assert!(!sketch.bands(&KEY, b"here").iter().any(|band| sketch.bands(&KEY, b"all").contains(band)));
    }

    #[test]
    fn likeness_is_found_as_often_as_the_formula_says() {
        // Of 1,000 pairs of sets that share half of their members: 1 - (1 - 1/8)^4 = 0.41 of them.
        let agree = |seed: u64| {
            let set = |from: u64| Sketch::of_hashes((from..from + 30).map(|member| mixed(seed << 32 | member)));
            let (one, other) = (set(0), set(10));
            one.0.iter().zip(&other.0).any(|(one, other)| one == other)
        };
        let found = (0..1_000).filter(|seed| agree(*seed)).count();
        assert!((360..470).contains(&found), "{found}");
    }

    #[test]
    fn the_copy_after_the_limit_is_held_and_many_more_are_rejected() {
        let quota =
            |count: u32| Some(Quota { count: count.try_into().unwrap(), period: std::time::Duration::from_secs(1) });
        let limits = CampaignLimits { hold: quota(4), reject: quota(9) };
        let verdicts = [4, 5, 9, 10].map(|copy| limits.verdict(copy));
        assert_eq!(verdicts, [Verdict::Approve, Verdict::Hold, Verdict::Hold, Verdict::Reject]);
        assert_eq!(CampaignLimits::default().verdict(1_000), Verdict::Approve);
    }
}
