//! Budgets: what share of good comments a head may hold or reject on its own, and whether that can be shown.

use crate::domain::classifier::card::Claim;
use crate::domain::decision::{Thresholds, Verdict};
use crate::domain::score::Score;

/// One sided: the true share lies above the bound once in twenty times.
const DOUBT: f64 = 0.05;

/// The most of the good comments that may be held or rejected wrongly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budgets {
    pub false_hold: f64,
    pub false_reject: f64,
}

impl Default for Budgets {
    fn default() -> Self {
        Self { false_hold: 0.02, false_reject: 0.001 }
    }
}

/// What keeps a head within its budgets.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bounds {
    pub shift: Score,
    pub ceiling: Score,
    pub claims: Vec<Claim>,
}

/// The exact upper bound (Clopper and Pearson 1934) of a share of which `errors` in `tried` were seen.
pub(super) fn upper_bound(errors: u64, tried: u64) -> f64 {
    if errors >= tried {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        match at_most(errors, tried, middle) > DOUBT {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

/// The chance of at most `errors` in `tried`, each with chance `share`.
fn at_most(errors: u64, tried: u64, share: f64) -> f64 {
    if share <= 0.0 {
        return 1.0;
    }
    let mut term = tried as f64 * (-share).ln_1p();
    let mut sum = term.exp();
    for error in 1..=errors {
        term += ((tried - error + 1) as f64 / error as f64).ln() + share.ln() - (-share).ln_1p();
        sum += term.exp();
    }
    sum
}

/// How many errors in `tried` still show the budget; `None` where even none would not.
fn allowed(tried: u64, budget: f64) -> Option<u64> {
    let shown = |errors: u64| upper_bound(errors, tried) <= budget;
    if !shown(0) {
        return None;
    }
    // The bound grows with the errors, and budget · tried errors are too many.
    let (mut most, mut too_many) = (0, (budget * tried as f64).ceil() as u64 + 1);
    while too_many - most > 1 {
        let middle = most + (too_many - most) / 2;
        match shown(middle) {
            true => most = middle,
            false => too_many = middle,
        }
    }
    Some(most)
}

/// Shifts and bounds a head so that its budgets hold on the calibrated scores of good comments.
///
/// The holding budget is met by a shift, the rejecting one by a ceiling; where too few good comments were tried to
/// show even a spotless record, the ceiling lies below the threshold.
pub(super) fn bounds(mut good: Vec<Score>, budgets: Budgets, thresholds: Thresholds, ceiling: Score) -> Bounds {
    good.sort_unstable_by(|a, b| b.cmp(a));
    let tried = good.len() as u64;
    let below = |threshold: Score| threshold - Score::from_thousandths(1);
    let first_kept = allowed(tried, budgets.false_hold).and_then(|errors| good.get(errors as usize).copied());
    let shift = first_kept.map_or(Score::ZERO, |score| (score - below(thresholds.hold_at)).max(Score::ZERO));
    let errors = |threshold| good.iter().take_while(|&&score| score - shift >= threshold).count() as u64;
    let hold = claim(Verdict::Hold, budgets.false_hold, tried, errors(thresholds.hold_at));
    let reject = claim(Verdict::Reject, budgets.false_reject, tried, errors(thresholds.reject_at));
    let mut lowest = ceiling;
    if !reject.shown {
        lowest = lowest.min(below(thresholds.reject_at));
    }
    if !hold.shown {
        lowest = lowest.min(below(thresholds.hold_at));
    }
    Bounds { shift, ceiling: lowest, claims: vec![hold, reject] }
}

fn claim(verdict: Verdict, budget: f64, good: u64, errors: u64) -> Claim {
    let bound = upper_bound(errors, good);
    let shown = bound <= budget;
    Claim {
        verdict,
        budget,
        good,
        errors,
        bound,
        shown,
        missing: if shown { 0 } else { missing(good, errors, budget) },
    }
}

/// How many more good comments without an error it takes to show the budget.
fn missing(good: u64, errors: u64, budget: f64) -> u64 {
    if budget <= 0.0 {
        return u64::MAX;
    }
    let (mut few, mut enough) = (good, (10.0 * (errors as f64 + 1.0) / budget).ceil() as u64 + good);
    while enough - few > 1 {
        let middle = few + (enough - few) / 2;
        match upper_bound(errors, middle) <= budget {
            true => enough = middle,
            false => few = middle,
        }
    }
    enough - good
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_clopper_and_pearsons() {
        // Without an error the bound is 1 − 0.05^(1/n).
        assert!((upper_bound(0, 149) - (1.0 - 0.05f64.powf(1.0 / 149.0))).abs() < 1e-9);
        // From published tables: 5 in 100, one-sided 95 %.
        assert!((upper_bound(5, 100) - 0.1022).abs() < 5e-4);
        assert_eq!(upper_bound(0, 0), 1.0);
        assert_eq!(upper_bound(3, 3), 1.0);
    }

    #[test]
    fn the_design_figures_hold() {
        assert_eq!((allowed(148, 0.02), allowed(149, 0.02)), (None, Some(0)));
        assert_eq!((allowed(2_994, 0.001), allowed(2_995, 0.001)), (None, Some(0)));
        assert_eq!(missing(0, 0, 0.02), 149);
        assert_eq!(missing(100, 0, 0.001), 2_895);
    }

    fn score(nats: f64) -> Score {
        Score::from_nats(nats)
    }

    #[test]
    fn too_few_good_comments_keep_a_head_below_both_thresholds() {
        let bounds = bounds(vec![score(-1.0); 10], Budgets::default(), Thresholds::default(), score(9.0));
        assert_eq!((bounds.ceiling, bounds.shift), (score(1.999), Score::ZERO));
        assert!(bounds.claims.iter().all(|claim| !claim.shown && claim.missing > 100));
    }

    #[test]
    fn a_tie_is_an_error_and_is_shifted_away() {
        let mut good = vec![score(-1.0); 148];
        good.push(score(2.0));
        let bounds = bounds(good, Budgets::default(), Thresholds::default(), score(9.0));
        assert_eq!((bounds.shift, bounds.ceiling), (score(0.001), score(4.999)));
        assert!(bounds.claims[0].shown && !bounds.claims[1].shown);
    }

    #[test]
    fn enough_good_comments_free_a_head() {
        let bounds = bounds(vec![score(0.0); 3_000], Budgets::default(), Thresholds::default(), score(9.0));
        assert_eq!((bounds.shift, bounds.ceiling), (Score::ZERO, score(9.0)));
    }
}
