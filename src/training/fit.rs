//! The fit: linfa-bayes trains, Tamis scores. The only file that names linfa.

use std::collections::BTreeMap;
use std::sync::Mutex;

use gag::Gag;
use linfa::DatasetBase;
use linfa::traits::Fit as _;
use linfa_bayes::MultinomialNb;
use ndarray::{Array1, Array2};
use serde::Deserialize;

use super::TrainingError;
use super::base::Column;
use crate::domain::classifier::features::Group;

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

/// The log-odds ratio of every column among those of its group: `ln P(column | unwanted) − ln P(column | wanted)`.
///
/// One sum over all columns would make a language that is mostly written by good authors evidence in itself: every word
/// of it, also the next spammer's, would speak for good. Within its group a word tells only by how often either kind
/// writes it among its other words.
///
/// The columns must be those that were observed, since smoothing runs over all of them. The prior is left out: a
/// head's score is taken at even base rates.
pub(super) fn log_odds(columns: &[(Group, Column)], alpha: f64) -> Result<Vec<f32>, TrainingError> {
    let mut groups: BTreeMap<Group, Vec<usize>> = BTreeMap::new();
    for (at, (group, _)) in columns.iter().enumerate() {
        groups.entry(*group).or_default().push(at);
    }
    let mut weights = vec![0.0; columns.len()];
    for members in groups.values() {
        let own: Vec<_> = members.iter().map(|&at| columns[at].1).collect();
        for (&at, weight) in members.iter().zip(log_odds_of_one(&own, alpha)?) {
            weights[at] = weight;
        }
    }
    Ok(weights)
}

/// Columns that are alike weigh alike: each kind is fitted once, and one more column holds the mass of the others, so
/// that the sum over all is what it was. linfa prints every column that it fits, and that takes most of a fit's time.
fn log_odds_of_one(columns: &[Column], alpha: f64) -> Result<Vec<f32>, TrainingError> {
    let mut kinds: BTreeMap<[u64; 2], usize> = BTreeMap::new();
    let (mut fitted, mut others): (Vec<Column>, Column) = (Vec::new(), [-alpha; 2]);
    let mut kind_of = |column: &Column| {
        let next = fitted.len();
        let kind = *kinds.entry(column.map(f64::to_bits)).or_insert(next);
        if kind == next {
            fitted.push(*column);
        } else {
            others = [others[0] + column[0] + alpha, others[1] + column[1] + alpha];
        }
        kind
    };
    let kinds: Vec<usize> = columns.iter().map(&mut kind_of).collect();
    if fitted.len() < columns.len() {
        fitted.push(others);
    }
    let weights = weights(fit(&fitted, alpha)?)?;
    Ok(kinds.into_iter().map(|kind| weights[kind]).collect())
}

/// The fitted weights are private; its serialisation gives them all at once, exactly.
fn weights(fitted: MultinomialNb<f64, usize>) -> Result<Vec<f32>, TrainingError> {
    let fitted: Fitted = serde_json::to_value(fitted).and_then(serde_json::from_value).map_err(TrainingError::fit)?;
    let row = |class: usize| {
        let class = fitted.class_info.get(&class.to_string());
        class.map(|class| &class.feature_log_prob).ok_or_else(|| TrainingError::fit("a class is missing"))
    };
    Ok(row(UNWANTED)?.iter().zip(row(WANTED)?).map(|(unwanted, wanted)| (unwanted - wanted) as f32).collect())
}

/// Each class is one row, the sum of its examples: for multinomial naive Bayes that is the same as a row an example.
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
    use crate::domain::classifier::features::{Family, Features};
    use crate::domain::comment::{Comment, Draft, Language};
    use crate::domain::text::Text;
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

    fn group(of: &str) -> Group {
        let comment = Comment::parse(Draft { body: "mot".to_owned(), ..Draft::default() }).unwrap();
        let text = Text::of(&comment, Language::parse(of));
        let feature = Features::of(&text).all().iter().find(|feature| feature.family == Family::Words).copied();
        Group::of(feature.unwrap().key)
    }

    #[test]
    fn a_language_that_good_authors_write_is_no_evidence() {
        // Of a thousand good words and four bad ones, each is as frequent among the good as among the bad.
        let french = [[500.0, 2.0], [500.0, 2.0]].map(|column| (group("fr"), column));
        let english = [[50.0, 50.0], [10.0, 90.0]].map(|column| (group("en"), column));
        let weights = log_odds(&[french, english].concat(), 0.001).unwrap();
        assert!(weights[..2].iter().all(|weight| weight.abs() < 1e-3), "{weights:?}");
        assert!(weights[3] > 1.0, "{weights:?}");
    }

    #[test]
    fn columns_that_are_alike_are_fitted_once_and_weigh_what_they_would_alone() {
        let kinds = [[3.0, 1.0], [0.0, 2.5], [40.0, 7.0]];
        let columns: Vec<Column> = (0..60).map(|at| kinds[at % 3]).collect();
        let alone = weights(fit(&columns, 1.0).unwrap()).unwrap();
        for (once, alone) in log_odds_of_one(&columns, 1.0).unwrap().into_iter().zip(alone) {
            assert!((once - alone).abs() < 1e-6, "{once} and {alone}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn the_sparse_sum_is_linfas_difference_of_joint_log_likelihoods(examples in examples(), alpha in 0.1f64..3.0, tried: [bool; 10]) {
            let sums = sums(&examples);
            let weights = log_odds_of_one(&sums, alpha).unwrap();
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
            let ours = log_odds_of_one(&sums(&examples), 1.0).unwrap();
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
