//! How good a head is on data that it has not seen.

/// A calibrated prediction: log odds at even base rates, and the truth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub odds: f64,
    pub unwanted: bool,
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
    pub ece: f64,
}

const BINS: usize = 10;

pub(super) fn quality(outcomes: &[Outcome]) -> Quality {
    let unwanted = outcomes.iter().filter(|outcome| outcome.unwanted).count() as u64;
    let wanted = outcomes.len() as u64 - unwanted;
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(|a, b| a.odds.total_cmp(&b.odds));
    let auc = auc(&sorted, wanted, unwanted);
    Quality {
        wanted,
        unwanted,
        auc,
        auc_margin: auc.map(|auc| margin(auc, wanted as f64, unwanted as f64)),
        recall_at_1_percent: recall(&sorted, wanted, unwanted),
        brier: brier(outcomes, wanted, unwanted),
        ece: ece(outcomes, wanted, unwanted),
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

fn probability(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

/// What one outcome weighs so that both kinds weigh the same.
fn weight(outcome: &Outcome, wanted: u64, unwanted: u64) -> f64 {
    let kinds = f64::from(u8::from(wanted > 0) + u8::from(unwanted > 0));
    1.0 / kinds / if outcome.unwanted { unwanted as f64 } else { wanted as f64 }
}

fn brier(outcomes: &[Outcome], wanted: u64, unwanted: u64) -> f64 {
    let error = |outcome: &Outcome| probability(outcome.odds) - f64::from(u8::from(outcome.unwanted));
    outcomes.iter().map(|outcome| weight(outcome, wanted, unwanted) * error(outcome).powi(2)).sum()
}

fn ece(outcomes: &[Outcome], wanted: u64, unwanted: u64) -> f64 {
    let mut bins = [0.0_f64; BINS];
    for outcome in outcomes {
        let probability = probability(outcome.odds);
        let error = f64::from(u8::from(outcome.unwanted)) - probability;
        if let Some(bin) = bins.get_mut(((probability * BINS as f64) as usize).min(BINS - 1)) {
            *bin += weight(outcome, wanted, unwanted) * error;
        }
    }
    bins.iter().map(|bin| bin.abs()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(pairs: &[(f64, bool)]) -> Vec<Outcome> {
        pairs.iter().map(|&(odds, unwanted)| Outcome { odds, unwanted }).collect()
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
