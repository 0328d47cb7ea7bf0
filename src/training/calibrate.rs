//! Calibration: Platt's line from raw scores to natural-log odds at even base rates.

use crate::domain::classifier::card::Line;

/// A prediction that the fit had not seen: its raw score, what it truly was, and how much it weighs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    pub raw: f64,
    pub unwanted: bool,
    pub weight: f64,
}

/// Where a line is drawn to, and how strongly: as if so many examples said so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prior {
    pub line: Line,
    pub strength: f64,
}

/// A line that trusts the raw score hardly at all; what is known before anything is tried.
pub(super) const TIMID: Prior = Prior { line: Line { slope: 0.5, intercept: 0.0 }, strength: 1.0 };

/// As many examples of a language as it takes to leave the common line half-way.
pub(super) const SHRINKAGE: f64 = 50.0;

const STEPS: usize = 50;

/// The line of greatest posterior likelihood (Newton's method; the loss is convex).
pub(super) fn platt(trials: &[Trial], prior: Prior) -> Line {
    let mut line = prior.line;
    for _ in 0..STEPS {
        let (gradient, curvature) = slopes(trials, prior, line);
        let determinant = curvature[0].mul_add(curvature[2], -curvature[1] * curvature[1]);
        if determinant.abs() < 1e-12 {
            break;
        }
        let slope = (curvature[2] * gradient[0] - curvature[1] * gradient[1]) / determinant;
        let intercept = (curvature[0] * gradient[1] - curvature[1] * gradient[0]) / determinant;
        // A full step may overshoot far from the solution.
        let scale = 1.0 / f64::max(1.0, slope.abs().max(intercept.abs()));
        line.slope -= scale * slope;
        line.intercept -= scale * intercept;
        if slope.abs().max(intercept.abs()) < 1e-10 {
            break;
        }
    }
    // Six digits are more than the data bear, and read back the same everywhere.
    let rounded = |number: f64| (number * 1e6).round() / 1e6;
    Line { slope: rounded(line.slope.clamp(0.0, 20.0)), intercept: rounded(line.intercept.clamp(-20.0, 20.0)) }
}

/// The gradient and the curvature (slope², slope · intercept, intercept²) of the loss.
fn slopes(trials: &[Trial], prior: Prior, line: Line) -> ([f64; 2], [f64; 3]) {
    let pull = prior.strength / 4.0;
    let mut gradient = [pull * (line.slope - prior.line.slope), pull * (line.intercept - prior.line.intercept)];
    let mut curvature = [pull, 0.0, pull];
    for trial in trials {
        let probability = 1.0 / (1.0 + (-line.at(trial.raw)).exp());
        let error = trial.weight * (probability - f64::from(u8::from(trial.unwanted)));
        let spread = trial.weight * probability * (1.0 - probability);
        gradient[0] += error * trial.raw;
        gradient[1] += error;
        curvature[0] += spread * trial.raw * trial.raw;
        curvature[1] += spread * trial.raw;
        curvature[2] += spread;
    }
    (gradient, curvature)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials(of: impl Fn(f64) -> f64) -> Vec<Trial> {
        (-30..=30)
            .map(|tenth| f64::from(tenth) / 10.0)
            .flat_map(|raw| {
                let probability = 1.0 / (1.0 + (-of(raw)).exp());
                [(true, probability), (false, 1.0 - probability)].map(|(unwanted, weight)| Trial {
                    raw,
                    unwanted,
                    weight: 100.0 * weight,
                })
            })
            .collect()
    }

    #[test]
    fn finds_the_line_that_made_the_data() {
        let line = platt(&trials(|raw| 1.7 * raw - 0.4), TIMID);
        assert!((line.slope - 1.7).abs() < 0.01 && (line.intercept + 0.4).abs() < 0.01, "{line:?}");
    }

    #[test]
    fn without_data_it_stays_where_it_is_drawn_to() {
        assert_eq!(platt(&[], TIMID), TIMID.line);
    }

    #[test]
    fn separable_data_give_a_finite_line() {
        let separable = [(-1.0, false), (1.0, true)].map(|(raw, unwanted)| Trial { raw, unwanted, weight: 1e6 });
        let line = platt(&separable, TIMID);
        assert!(line.slope.is_finite() && line.slope > 1.0);
    }

    #[test]
    fn scores_that_mislead_count_for_nothing() {
        assert_eq!(platt(&trials(|raw| -2.0 * raw), TIMID).slope, 0.0);
    }
}
