//! How good a head is on data that it has not seen.

use super::sample::Ruled;
use super::split::DomainId;
use crate::domain::comment::Language;
use crate::domain::score::Score;

/// A calibrated prediction: log odds at even base rates, and the truth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub odds: f64,
    /// What the signal would be worth within its bounds; zero where the head would say nothing, `None` of a baseline.
    pub told: Option<Score>,
    /// Whether a probability is told at all: a head that knows too little tells none.
    pub spoken: bool,
    pub rules: Ruled,
    pub unwanted: bool,
    pub domain: DomainId,
    pub language: Option<Language>,
    pub weight: f64,
    /// What it weighs where domains and kinds of label weigh the same.
    pub share: f64,
}

/// What can be said about a set of outcomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quality {
    pub wanted: u64,
    pub unwanted: u64,
    pub auc: Option<f64>,
    pub auc_margin: Option<f64>,
    pub recall_at_1_percent: Option<f64>,
    pub brier: f64,
    /// Of those that a probability is told of, which are so large a share, both kinds of label weighing the same.
    pub ece: f64,
    pub spoken: f64,
}

pub(super) const BINS: usize = 10;

pub(super) fn quality(outcomes: &[Outcome]) -> Quality {
    let unwanted = outcomes.iter().filter(|outcome| outcome.unwanted).count() as u64;
    let wanted = outcomes.len() as u64 - unwanted;
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(|a, b| a.odds.total_cmp(&b.odds));
    let auc = auc(&sorted, wanted, unwanted);
    let spoken: Vec<_> = outcomes.iter().filter(|outcome| outcome.spoken).copied().collect();
    Quality {
        wanted,
        unwanted,
        auc,
        auc_margin: auc.map(|auc| margin(auc, wanted as f64, unwanted as f64)),
        recall_at_1_percent: recall(&sorted, wanted, unwanted),
        brier: brier(outcomes),
        ece: ece(&spoken),
        spoken: share(outcomes),
    }
}

/// The chance that an unwanted one scores above a wanted one, ties counting half.
fn auc(sorted: &[Outcome], wanted: u64, unwanted: u64) -> Option<f64> {
    if wanted == 0 || unwanted == 0 {
        return None;
    }
    let (mut below, mut won) = (0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.odds == b.odds) {
        let yes = tied.iter().filter(|outcome| outcome.unwanted).count() as f64;
        let no = tied.len() as f64 - yes;
        won += yes * (below + no / 2.0);
        below += no;
    }
    Some(won / (wanted as f64 * unwanted as f64))
}

/// Half of the 95 % interval (Hanley and McNeil, "The meaning and use of the area under a ROC curve", 1982).
fn margin(auc: f64, wanted: f64, unwanted: f64) -> f64 {
    let one = auc / (2.0 - auc) - auc * auc;
    let two = 2.0 * auc * auc / (1.0 + auc) - auc * auc;
    let variance = (auc * (1.0 - auc) + (unwanted - 1.0) * one + (wanted - 1.0) * two) / (wanted * unwanted);
    1.96 * variance.max(0.0).sqrt()
}

/// The share of the unwanted above the score that 1 % of the wanted reach.
fn recall(sorted: &[Outcome], wanted: u64, unwanted: u64) -> Option<f64> {
    if wanted == 0 || unwanted == 0 {
        return None;
    }
    let allowed = wanted / 100;
    let (mut wrong, mut caught) = (0, 0);
    for tied in sorted.chunk_by(|a, b| a.odds == b.odds).rev() {
        let yes = tied.iter().filter(|outcome| outcome.unwanted).count() as u64;
        wrong += tied.len() as u64 - yes;
        if wrong > allowed {
            break;
        }
        caught += yes;
    }
    Some(caught as f64 / unwanted as f64)
}

pub(super) fn probability(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

/// What each kind weighs, for its outcomes to add up to an equal share.
pub(super) fn kinds(outcomes: &[Outcome]) -> [f64; 2] {
    let sums = [false, true].map(|kind| -> f64 {
        outcomes.iter().filter(|outcome| outcome.unwanted == kind).map(|outcome| outcome.weight).sum()
    });
    let present = sums.iter().filter(|&&sum| sum > 0.0).count() as f64;
    sums.map(|sum| if sum > 0.0 { 1.0 / (present * sum) } else { 0.0 })
}

fn error(outcome: &Outcome) -> f64 {
    f64::from(u8::from(outcome.unwanted)) - probability(outcome.odds)
}

fn brier(outcomes: &[Outcome]) -> f64 {
    let kinds = kinds(outcomes);
    let weight = |outcome: &Outcome| kinds[usize::from(outcome.unwanted)] * outcome.weight;
    outcomes.iter().map(|outcome| weight(outcome) * error(outcome).powi(2)).sum()
}

/// The share of outcomes that a probability is told of.
fn share(outcomes: &[Outcome]) -> f64 {
    let kinds = kinds(outcomes);
    let spoken = outcomes.iter().filter(|outcome| outcome.spoken);
    spoken.map(|outcome| kinds[usize::from(outcome.unwanted)] * outcome.weight).sum()
}

fn ece(outcomes: &[Outcome]) -> f64 {
    let kinds = kinds(outcomes);
    let mut bins = [0.0_f64; BINS];
    for outcome in outcomes {
        let bin = (probability(outcome.odds) * BINS as f64) as usize;
        if let Some(bin) = bins.get_mut(bin.min(BINS - 1)) {
            *bin += kinds[usize::from(outcome.unwanted)] * outcome.weight * error(outcome);
        }
    }
    bins.iter().map(|bin| bin.abs()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(pairs: &[(f64, bool)]) -> Vec<Outcome> {
        pairs
            .iter()
            .map(|&(odds, unwanted)| Outcome {
                odds,
                told: None,
                spoken: true,
                rules: Ruled::default(),
                unwanted,
                domain: 0,
                language: None,
                weight: 1.0,
                share: 1.0,
            })
            .collect()
    }

    #[test]
    fn the_area_counts_ties_half() {
        let quality = quality(&outcomes(&[(0.0, false), (1.0, true), (1.0, false), (2.0, true)]));
        assert_eq!(quality.auc, Some(0.875));
    }

    #[test]
    fn recall_is_taken_where_one_percent_of_the_wanted_are_caught() {
        let mut pairs: Vec<_> = (0..100).map(|at| (f64::from(at) / 100.0, false)).collect();
        pairs.extend([(0.985, true), (0.5, true), (2.0, true), (3.0, true)]);
        assert_eq!(quality(&outcomes(&pairs)).recall_at_1_percent, Some(0.75));
    }

    #[test]
    fn one_kind_of_label_has_no_area() {
        let quality = quality(&outcomes(&[(-2.0, false), (-1.0, false)]));
        assert_eq!((quality.auc, quality.recall_at_1_percent), (None, None));
        assert!(quality.brier > 0.0 && quality.ece > 0.0);
    }

    #[test]
    fn an_honest_head_has_no_calibration_error() {
        let odds = (0.8f64 / 0.2).ln();
        let pairs: Vec<_> = [(odds, true, 8), (odds, false, 2), (-odds, true, 2), (-odds, false, 8)]
            .iter()
            .flat_map(|&(odds, unwanted, times)| vec![(odds, unwanted); times])
            .collect();
        assert!(quality(&outcomes(&pairs)).ece < 1e-9);
        assert!((quality(&outcomes(&pairs)).brier - 0.16).abs() < 1e-9);
    }
}
