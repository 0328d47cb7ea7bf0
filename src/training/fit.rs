//! The fit: linfa-bayes trains, Tamis scores. The only file that names linfa.

use std::sync::Mutex;

use gag::Gag;
use linfa::DatasetBase;
use linfa::traits::Fit as _;
use linfa_bayes::MultinomialNb;
use ndarray::{Array1, Array2};
use serde::Deserialize;

use super::TrainingError;
use super::base::Column;

/// The two rows of the matrix.
const WANTED: usize = 0;
const UNWANTED: usize = 1;

/// What linfa has fitted, as its own serialisation tells it.
#[derive(Deserialize)]
struct Fitted {
    class_info: std::collections::BTreeMap<String, Class>,
}

#[derive(Deserialize)]
struct Class {
    feature_log_prob: Array1<f64>,
}

/// One fit at a time: silencing is for the whole process.
static SILENCE: Mutex<()> = Mutex::new(());

/// The log-odds ratio of every column: `ln P(column | unwanted) − ln P(column | wanted)`.
///
/// Each class is one row, the sum of its examples: for multinomial naive Bayes that is the same as a row an example.
/// The columns must be those that were observed, since smoothing runs over all of them. The prior is left out: a
/// head's score is taken at even base rates.
pub(super) fn log_odds(columns: &[Column], alpha: f64) -> Result<Vec<f32>, TrainingError> {
    let fitted = fit(columns, alpha)?;
    // The fitted weights are private; its serialisation gives them all at once, exactly.
    let fitted: Fitted = serde_json::to_value(fitted).and_then(serde_json::from_value).map_err(TrainingError::fit)?;
    let row = |class: usize| {
        let class = fitted.class_info.get(&class.to_string());
        class.map(|class| &class.feature_log_prob).ok_or_else(|| TrainingError::fit("a class is missing"))
    };
    Ok(row(UNWANTED)?.iter().zip(row(WANTED)?).map(|(unwanted, wanted)| (unwanted - wanted) as f32).collect())
}

fn fit(columns: &[Column], alpha: f64) -> Result<MultinomialNb<f64, usize>, TrainingError> {
    let rows = [WANTED, UNWANTED].into_iter().flat_map(|row| columns.iter().map(move |column| column[row])).collect();
    let records = Array2::from_shape_vec((2, columns.len()), rows).map_err(TrainingError::fit)?;
    let dataset = DatasetBase::new(records, Array1::from(vec![WANTED, UNWANTED]));
    let _one = SILENCE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // linfa-bayes 0.8 prints the whole fit to stderr. Without a stderr to silence there is nothing to silence.
    let _silent = Gag::stderr().ok();
    MultinomialNb::params().alpha(alpha).fit(&dataset).map_err(TrainingError::fit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use linfa_bayes::NaiveBayes as _;
    use proptest::prelude::*;

    /// Ten features, up to twelve examples, each a label and which features it has.
    fn examples() -> impl Strategy<Value = Vec<(bool, [bool; 10])>> {
        proptest::collection::vec((any::<bool>(), any::<[bool; 10]>()), 1..12)
    }

    fn number(held: bool) -> f64 {
        f64::from(u8::from(held))
    }

    fn sums(examples: &[(bool, [bool; 10])]) -> Vec<Column> {
        let sum = |at: usize, class| examples.iter().filter(|(label, held)| *label == class && held[at]).count() as f64;
        (0..10).map(|at| [sum(at, false), sum(at, true)]).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn the_sparse_sum_is_linfas_difference_of_joint_log_likelihoods(examples in examples(), alpha in 0.1f64..3.0, tried: [bool; 10]) {
            let sums = sums(&examples);
            let weights = log_odds(&sums, alpha).unwrap();
            let ours: f64 = weights.iter().zip(tried).filter(|(_, held)| *held).map(|(weight, _)| f64::from(*weight)).sum();
            let model = fit(&sums, alpha).unwrap();
            let record = Array2::from_shape_vec((1, 10), tried.map(number).to_vec()).unwrap();
            let joint = model.joint_log_likelihood(record.view());
            let theirs = joint[&UNWANTED][0] - joint[&WANTED][0];
            prop_assert!((ours - theirs).abs() < 1e-5, "{ours} and {theirs}");
        }

        #[test]
        fn one_row_a_class_is_a_row_an_example(mut examples in examples()) {
            examples.push((true, [true; 10]));
            examples.push((false, [true; 10]));
            let ours = log_odds(&sums(&examples), 1.0).unwrap();
            let records = examples.iter().flat_map(|(_, held)| held.map(number)).collect();
            let records = Array2::from_shape_vec((examples.len(), 10), records).unwrap();
            let labels: Array1<usize> = examples.iter().map(|(label, _)| usize::from(*label)).collect();
            let dataset = DatasetBase::new(records, labels);
            let model = {
                let _one = SILENCE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let _silent = Gag::stderr().ok();
                MultinomialNb::params().alpha(1.0).fit(&dataset).unwrap()
            };
            let prior = (examples.iter().filter(|(label, _)| *label).count() as f64
                / examples.iter().filter(|(label, _)| !*label).count() as f64).ln();
            for (at, weight) in ours.iter().enumerate() {
                let mut record = Array2::zeros((1, 10));
                record[[0, at]] = 1.0;
                let joint = model.joint_log_likelihood(record.view());
                let theirs = joint[&UNWANTED][0] - joint[&WANTED][0] - prior;
                prop_assert!((f64::from(*weight) - theirs).abs() < 1e-5);
            }
        }
    }
}
