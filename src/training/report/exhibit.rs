//! An evaluation with everything that a person wants to see beside the figures: the model itself, curves, the
//! strongest tokens, the worst errors.

use super::Report;
use super::curves::{self, Curves};
use super::errors::{Judges, WorstError};
use crate::domain::classifier::Model;
use crate::domain::classifier::card::{Card, Question};
use crate::training::reading::Read;
use crate::training::split::Domain;
use crate::training::{self, LEFT_OUT_PLAIN, Measured, Progress, Sources, TrainOptions, TrainingError, measure};

/// The strongest tokens of each kind that are shown.
const MOST_TOKENS: usize = 30;

/// What the report for people shows. It holds texts of the corpus: it must be deleted when they must.
#[derive(Clone, Debug)]
pub struct Exhibit {
    pub report: Report,
    /// The model that `tamis train` makes of the same files, seed and day.
    pub version: String,
    pub card: Card,
    pub sources: Sources,
    /// In the order of the report's heads.
    pub heads: Vec<HeadExhibit>,
}

/// What is shown of one head.
#[derive(Clone, Debug)]
pub struct HeadExhibit {
    pub question: Question,
    /// Like [`super::HeadReport::left_out_auc`], by plain words.
    pub plain_auc: Option<f64>,
    /// The domains that were left out in turn.
    pub(super) domains: Vec<Domain>,
    /// All languages first.
    pub curves: Vec<Curves>,
    /// The names and weights that speak most for a good comment, strongest first.
    pub wanted_tokens: Vec<(String, f32)>,
    /// Those that speak most for yes.
    pub unwanted_tokens: Vec<(String, f32)>,
    pub errors: Vec<WorstError>,
}

/// Measures both heads as [`training::evaluate`] does, and gathers what a person wants to see of them.
///
/// # Errors
/// With file and line, what in the corpus is not what it must be; or that it teaches nothing.
pub fn exhibit(options: &TrainOptions, progress: &mut dyn FnMut(Progress)) -> Result<Exhibit, TrainingError> {
    let read = training::unseen(options, progress)?;
    let [spam, abuse] = Question::ALL.map(|question| training::measure_head(&read.study(question), options, progress));
    let (spam, abuse) = (spam?, abuse?);
    let card = training::card(options, &read, spam.assessed.facts.clone(), abuse.assessed.facts.clone());
    let [spam_fit, abuse_fit] =
        Question::ALL.map(|question| training::fit_whole(&read, question, options.base.as_ref()));
    let trained = training::publish::publish(card, &spam_fit?, &abuse_fit?, options.base.as_ref())?;
    let model = Model::read(&trained.model_bytes)?;
    let mut show = |head: &Measured<'_>| show(head, &read, options, &model, progress);
    let heads = vec![show(&spam)?, show(&abuse)?];
    let report = Report::new(options, vec![spam.report, abuse.report]);
    Ok(Exhibit { report, version: trained.version, card: trained.card, sources: options.sources.clone(), heads })
}

fn show(
    head: &Measured<'_>,
    read: &Read,
    options: &TrainOptions,
    model: &Model,
    progress: &mut dyn FnMut(Progress),
) -> Result<HeadExhibit, TrainingError> {
    let question = head.report.question;
    let study = read.study(question);
    let [wanted_tokens, unwanted_tokens] = strongest(model, question);
    let judges = Judges::new(&study, model.card(), &head.assessed)?;
    Ok(HeadExhibit {
        question,
        domains: study.census.domains().to_vec(),
        plain_auc: measure::mean_auc(LEFT_OUT_PLAIN, study.census, &head.report.metrics),
        curves: curves::curves(study.census, &head.assessed.judged, &head.plain),
        wanted_tokens,
        unwanted_tokens,
        errors: judges.worst(&study, options, read.examples(), progress)?,
    })
}

/// The tokens that speak most for a good comment, and those that speak most for yes; only what the model may show.
fn strongest(model: &Model, question: Question) -> [Vec<(String, f32)>; 2] {
    [-1.0, 1.0].map(|side| {
        let mut named: Vec<_> = model.named_weights(question).filter(|(_, weight)| weight * side > 0.0).collect();
        named.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(b.0)));
        named.into_iter().take(MOST_TOKENS).map(|(name, weight)| (name.to_owned(), weight)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::score::Score;
    use crate::training::report::samples::Sample;
    use crate::training::{evaluate, train};

    #[test]
    fn it_shows_the_model_that_training_makes_and_the_figures_that_evaluation_finds() {
        let sample = Sample::new();
        let exhibit = sample.exhibit();
        assert_eq!(exhibit.version, train(&sample.options(), &mut |_| {}).unwrap().version);
        assert_eq!(exhibit.report, evaluate(&sample.options(), &mut |_| {}).unwrap());
    }

    #[test]
    fn only_names_that_the_model_may_show_are_shown_strongest_first() {
        let sample = Sample::new();
        let model = Model::read(&train(&sample.options(), &mut |_| {}).unwrap().model_bytes).unwrap();
        let [spam, _] = &sample.exhibit().heads[..] else { panic!("two heads") };
        let named: Vec<_> = model.named_weights(Question::Spam).collect();
        for tokens in [&spam.wanted_tokens, &spam.unwanted_tokens] {
            assert!(!tokens.is_empty() && tokens.len() <= MOST_TOKENS);
            assert!(tokens.iter().all(|(name, weight)| named.contains(&(name.as_str(), *weight))));
            assert!(tokens.is_sorted_by(|a, b| a.1.abs() >= b.1.abs()));
        }
        assert!(spam.unwanted_tokens.iter().any(|(name, _)| name == "fr:pilules"), "{:?}", spam.unwanted_tokens);
    }

    #[test]
    fn the_worst_errors_are_wrong_and_their_evidence_adds_up() {
        let [spam, _] = &Sample::new().exhibit().heads[..] else { panic!("two heads") };
        let accused = spam.errors.first().unwrap();
        assert!(!accused.unwanted && accused.text.contains("casino") && accused.probability > 0.5, "{accused:?}");
        for error in &spam.errors {
            let odds = (error.probability / (1.0 - error.probability)).ln();
            let told: Score = error.evidence.iter().map(|(_, score)| *score).sum::<Score>() + error.rest;
            assert!((odds - told.nats()).abs() < 0.001, "{error:?}");
            assert_eq!(odds > 0.0, !error.unwanted);
        }
    }

    #[test]
    fn a_single_source_is_tried_by_fifths() {
        let exhibit = Sample::of(&["seule"]).exhibit();
        let [spam, _] = &exhibit.heads[..] else { panic!("two heads") };
        assert!(!spam.curves.is_empty() && !spam.errors.is_empty());
    }

    #[test]
    fn a_corpus_of_one_kind_is_nothing_to_show() {
        let mut sample = Sample::of(&[]);
        sample.add("un", "bonjour à tous", "ham");
        let error = exhibit(&sample.options(), &mut |_| {}).unwrap_err();
        assert!(matches!(error, TrainingError::NothingToLearn));
    }
}
