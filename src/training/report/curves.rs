//! How a head's answers are spread, on examples it had not seen: what the plots of the report draw.

use std::collections::BTreeMap;

use crate::domain::comment::Language;
use crate::training::metrics::{self, BINS, Outcome};
use crate::training::split::Census;

/// The fewest predictions of a language for a histogram of its own, and of each kind for a curve.
const WORTH_DRAWING: usize = 30;

/// Of fewer examples a share says nothing.
pub const FEW: usize = 10;

/// The lowest score of a histogram and the width of its bars, in nats: the thresholds fall between two bars.
pub const LOWEST: f64 = -1.5;
pub const BAR: f64 = 0.5;
pub const BARS: usize = 17;

/// How one language, or all of them, was answered. Sources weigh the same, and so do both kinds of label.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// `None`: all languages.
    pub language: Option<Language>,
    pub wanted: u64,
    pub unwanted: u64,
    /// From the highest score down; empty where a kind of label is too rare.
    pub reached: Vec<Reached>,
    /// The same by the plain words beside it.
    pub plain: Vec<Reached>,
    pub bins: Vec<Bin>,
    /// The share of the wanted whose signal falls into each bar; empty where they are too few.
    pub wanted_bars: Vec<f64>,
    pub unwanted_bars: Vec<f64>,
}

/// The shares of both kinds, in 0..=1, that some score or more was given to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reached {
    pub wanted: f64,
    pub unwanted: f64,
}

impl Reached {
    /// The share of the unwanted among those reached, were there as many of one kind as of the other.
    pub fn precision(self) -> f64 {
        self.unwanted / (self.wanted + self.unwanted)
    }
}

/// The examples that were given about the same probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    pub examples: u64,
    /// The mean probability they were given.
    pub said: f64,
    /// The share of them that is unwanted.
    pub seen: f64,
}

impl Curves {
    /// The chance that an unwanted one scores above a wanted one; `None` where a kind is too rare.
    pub fn area(&self) -> Option<f64> {
        let strip = |pair: &[Reached]| match pair {
            [from, to] => (to.wanted - from.wanted) * (from.unwanted + to.unwanted) / 2.0,
            _ => 0.0,
        };
        (!self.reached.is_empty()).then(|| self.reached.windows(2).map(strip).sum())
    }
}

/// The curves of all languages together, then of each with enough real predictions.
pub(super) fn curves(census: &Census, judged: &[Outcome], plain: &[Outcome]) -> Vec<Curves> {
    let ours = grouped(census, judged);
    let mut theirs = grouped(census, plain);
    let drawn = ours.into_iter().filter(|(_, outcomes)| outcomes.len() >= WORTH_DRAWING);
    drawn.map(|(group, outcomes)| of(group, &outcomes, &theirs.remove(&group).unwrap_or_default())).collect()
}

/// All real outcomes under `None`, and those of each language under it.
fn grouped(census: &Census, outcomes: &[Outcome]) -> BTreeMap<Option<Language>, Vec<Outcome>> {
    let real = |outcome: &&Outcome| census.domains().get(outcome.domain).is_some_and(|domain| !domain.written);
    let mut groups: BTreeMap<Option<Language>, Vec<Outcome>> = BTreeMap::new();
    for outcome in outcomes.iter().filter(real) {
        let outcome = Outcome { weight: outcome.share, ..*outcome };
        groups.entry(None).or_default().push(outcome);
        if outcome.language.is_some() {
            groups.entry(outcome.language).or_default().push(outcome);
        }
    }
    groups
}

fn of(language: Option<Language>, ours: &[Outcome], plain: &[Outcome]) -> Curves {
    let unwanted = ours.iter().filter(|outcome| outcome.unwanted).count();
    let wanted = ours.len() - unwanted;
    let both = wanted.min(unwanted) >= WORTH_DRAWING;
    Curves {
        language,
        wanted: wanted as u64,
        unwanted: unwanted as u64,
        reached: if both { reached(ours) } else { Vec::new() },
        plain: if both { reached(plain) } else { Vec::new() },
        bins: if both { bins(ours) } else { Vec::new() },
        wanted_bars: bars(ours, false),
        unwanted_bars: bars(ours, true),
    }
}

fn reached(outcomes: &[Outcome]) -> Vec<Reached> {
    let kinds = metrics::kinds(outcomes);
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(|a, b| b.odds.total_cmp(&a.odds));
    let (mut sum, mut kept) = (Reached::default(), vec![Reached::default()]);
    for tied in sorted.chunk_by(|a, b| a.odds == b.odds) {
        for outcome in tied {
            // Both kinds together weigh one, so a kind's shares add up to one when doubled.
            let share = 2.0 * kinds[usize::from(outcome.unwanted)] * outcome.weight;
            match outcome.unwanted {
                true => sum.unwanted += share,
                false => sum.wanted += share,
            }
        }
        if kept.last().is_none_or(|last| visibly_apart(*last, sum)) {
            kept.push(sum);
        }
    }
    kept.push(Reached { wanted: 1.0, unwanted: 1.0 });
    kept
}

/// Keeps a curve at a few hundred points, closer together where few of the wanted are reached.
fn visibly_apart(last: Reached, next: Reached) -> bool {
    next.unwanted > last.unwanted + 0.004 || next.wanted > last.wanted.mul_add(1.1, 1e-4)
}

fn bins(outcomes: &[Outcome]) -> Vec<Bin> {
    #[derive(Clone, Copy, Default)]
    struct Sums {
        examples: u64,
        weight: f64,
        said: f64,
        seen: f64,
    }
    let kinds = metrics::kinds(outcomes);
    let mut bins = [Sums::default(); BINS];
    for outcome in outcomes {
        let weight = kinds[usize::from(outcome.unwanted)] * outcome.weight;
        let said = metrics::probability(outcome.odds);
        if let Some(bin) = bins.get_mut(((said * BINS as f64) as usize).min(BINS - 1)) {
            bin.examples += 1;
            bin.weight += weight;
            bin.said += weight * said;
            bin.seen += if outcome.unwanted { weight } else { 0.0 };
        }
    }
    let filled = bins.iter().filter(|bin| bin.weight > 0.0);
    filled.map(|bin| Bin { examples: bin.examples, said: bin.said / bin.weight, seen: bin.seen / bin.weight }).collect()
}

fn bars(outcomes: &[Outcome], unwanted: bool) -> Vec<f64> {
    let (mut bars, mut all, mut number) = (vec![0.0; BARS], 0.0, 0);
    for outcome in outcomes.iter().filter(|outcome| outcome.unwanted == unwanted) {
        let at = outcome.told.map_or(0.0, |told| (told.nats() - LOWEST) / BAR).max(0.0) as usize;
        if let Some(bar) = bars.get_mut(at.min(BARS - 1)) {
            *bar += outcome.weight;
        }
        all += outcome.weight;
        number += 1;
    }
    if number < FEW || all <= 0.0 {
        return Vec::new();
    }
    bars.iter().map(|bar| bar / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::score::Score;
    use crate::training::sample::Ruled;

    fn outcomes(pairs: &[(f64, bool)], times: usize) -> Vec<Outcome> {
        let one = pairs.iter().map(|&(odds, unwanted)| Outcome {
            odds,
            told: Some(Score::from_nats(odds)),
            spoken: true,
            rules: Ruled::default(),
            unwanted,
            domain: 0,
            language: None,
            weight: 2.0,
            share: 2.0,
        });
        one.flat_map(|outcome| vec![outcome; times]).collect()
    }

    #[test]
    fn a_curve_counts_from_the_top_and_ends_with_everything() {
        let curves = of(None, &outcomes(&[(3.0, true), (1.0, false), (0.0, true), (-1.0, false)], 30), &[]);
        let hundredths = |share: f64| (share * 100.0).round();
        let shares: Vec<_> = curves.reached.iter().map(|at| (hundredths(at.wanted), hundredths(at.unwanted))).collect();
        assert_eq!(&shares[..4], [(0.0, 0.0), (0.0, 50.0), (50.0, 50.0), (50.0, 100.0)]);
        assert_eq!(shares.last(), Some(&(100.0, 100.0)));
        assert_eq!(curves.reached[1].precision(), 1.0);
        assert!((curves.area().unwrap() - 0.75).abs() < 1e-9);
    }

    #[test]
    fn a_bin_compares_what_was_said_with_what_was_seen() {
        let odds = (0.85f64 / 0.15).ln();
        let curves = of(None, &outcomes(&[(odds, true), (odds, false), (-9.0, true), (-9.0, false)], 30), &[]);
        assert_eq!(curves.bins.len(), 2);
        let top = curves.bins[1];
        assert_eq!(top.examples, 60);
        assert!((top.seen - 0.5).abs() < 1e-9 && (top.said - 0.85).abs() < 1e-9);
    }

    #[test]
    fn bars_add_up_and_the_thresholds_fall_between_two() {
        let curves = of(None, &outcomes(&[(1.999, true), (2.0, true), (-40.0, true), (40.0, true)], 4), &[]);
        assert_eq!(curves.unwanted_bars.iter().sum::<f64>(), 1.0);
        let below = ((2.0 - LOWEST) / BAR) as usize - 1;
        assert_eq!((curves.unwanted_bars[below], curves.unwanted_bars[below + 1]), (0.25, 0.25));
        assert!(curves.wanted_bars.is_empty() && curves.reached.is_empty() && curves.area().is_none());
    }

    #[test]
    fn a_long_curve_is_thinned() {
        let many: Vec<_> = (0..20_000).map(|at| (f64::from(at) / 1_000.0, at % 3 == 0)).collect();
        let curve = reached(&outcomes(&many, 1));
        assert!((100..500).contains(&curve.len()), "{}", curve.len());
        assert!(curve.windows(2).all(|pair| pair[0].unwanted <= pair[1].unwanted));
    }
}
