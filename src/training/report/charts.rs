//! From curves to plots: which lines a plot has, where they go, and what its caption says.

use super::curves::{BAR, BARS, Curves, LOWEST, Reached};
use super::plots::{self, Axis, Bars, Frame, Line};
use super::sentences::{Teller, capitalised};
use super::words;
use crate::domain::classifier::card::{Claim, Question};
use crate::domain::decision::Thresholds;

/// A plot and what stands below it.
pub struct Figure {
    pub title: String,
    pub svg: String,
    pub caption: String,
}

/// The least share of the good that a plot of budgets shows; its axis is logarithmic.
const LEAST: f64 = 0.0005;

/// More languages than that would be a tangle.
const MOST_LANGUAGES: usize = 4;

/// Draws one head's plots.
pub struct Charts<'a> {
    pub teller: Teller,
    pub question: Question,
    pub curves: &'a [Curves],
}

impl Charts<'_> {
    /// Budgets, precision and recall, reliability; none without enough of both kinds.
    pub fn lines(&self, claims: &[Claim]) -> Vec<Figure> {
        match self.curves.first().filter(|all| !all.reached.is_empty()) {
            None => Vec::new(),
            Some(all) => vec![self.tradeoff(all, claims), self.precision(all), self.reliability(all)],
        }
    }

    fn tradeoff(&self, all: &Curves, claims: &[Claim]) -> Figure {
        let words = self.teller.words;
        let mut budgets: Vec<f64> = claims.iter().map(|claim| claim.budget).filter(|budget| *budget > 0.0).collect();
        budgets.sort_by(f64::total_cmp);
        budgets.dedup();
        let caption = budgets.iter().map(|budget| self.teller.caught(*budget, all)).collect::<Vec<_>>().join(" ");
        let frame = Frame {
            x: Axis {
                label: words.tradeoff_x.to_owned(),
                ticks: [0.001, 0.01, 0.1, 1.0]
                    .map(|share| (log_share(share), self.teller.numbers.budget(share)))
                    .into(),
            },
            y: self.shares(words.tradeoff_y),
            marks: budgets.iter().map(|share| (log_share(*share), self.teller.numbers.budget(*share))).collect(),
            ..self.frame("budgets", words.tradeoff_title, &caption)
        };
        let points = |curve: &[Reached]| steps(curve).map(|(wanted, unwanted)| (log_share(wanted), unwanted)).collect();
        Figure { title: frame.title.clone(), svg: plots::lines(&frame, &self.groups(&points)), caption }
    }

    fn precision(&self, all: &Curves) -> Figure {
        let words = self.teller.words;
        let described = self.teller.precision(all);
        let frame = Frame {
            x: self.shares(words.precision_x),
            y: self.shares(words.precision_y),
            ..self.frame("precision", words.precision_title, &described)
        };
        // Of a handful at the top, a precision says nothing.
        let points = |curve: &[Reached]| {
            curve.iter().filter(|at| at.unwanted >= 0.01).map(|at| (at.unwanted, at.precision())).collect()
        };
        let caption = format!("{} {described}", words.precision_text);
        Figure { title: frame.title.clone(), svg: plots::lines(&frame, &self.groups(&points)), caption }
    }

    fn reliability(&self, all: &Curves) -> Figure {
        let words = self.teller.words;
        let caption = self.teller.reliability(all);
        let frame = Frame {
            x: self.shares(words.reliability_x),
            y: self.shares(words.reliability_y),
            ..self.frame("reliability", words.reliability_title, &caption)
        };
        let diagonal = vec![(0.0, 0.0), (1.0, 1.0)];
        let ideal = Line { name: words.ideal.to_owned(), style: "plain".to_owned(), points: diagonal, dots: false };
        let mut lines = vec![ideal];
        lines.extend(self.languages().map(|(style, curves)| {
            let points = curves.bins.iter().filter(|bin| bin.examples >= 10).map(|bin| (bin.said, bin.seen)).collect();
            Line { name: self.name(curves), style, points, dots: true }
        }));
        Figure { title: frame.title.clone(), svg: plots::lines(&frame, &lines), caption }
    }

    /// A histogram for all languages, and one for each that has enough predictions.
    pub fn histograms(&self) -> Vec<Figure> {
        let drawn = match self.curves {
            // One language is all there is: twice the same plot says nothing more.
            [_, only] => std::slice::from_ref(only),
            all => all,
        };
        drawn.iter().take(MOST_LANGUAGES + 1).map(|curves| self.histogram(curves)).collect()
    }

    fn histogram(&self, curves: &Curves) -> Figure {
        let words = self.teller.words;
        let thresholds = Thresholds::default();
        let caption = self.teller.held(held(&curves.wanted_bars), held(&curves.unwanted_bars));
        let tallest = curves.wanted_bars.iter().chain(&curves.unwanted_bars).copied().fold(0.0, f64::max);
        let scale = if tallest > 0.0 { 0.9 / tallest } else { 1.0 };
        let title = capitalised(&self.name(curves));
        let code = curves.language.map_or_else(|| "all".to_owned(), |language| language.to_string());
        let frame = Frame {
            x: Axis { label: words.histogram_x.to_owned(), ticks: self.score_ticks() },
            y: Axis { label: words.histogram_y.to_owned(), ticks: self.mirrored_ticks(tallest) },
            marks: vec![
                (score_at(thresholds.hold_at.nats()), words.held_from.to_owned()),
                (score_at(thresholds.reject_at.nats()), words.rejected_from.to_owned()),
            ],
            ..self.frame(&format!("scores-{code}"), &title, &caption)
        };
        let heights = |bars: &[f64]| bars.iter().map(|bar| bar * scale).collect();
        let named = |name: &str, count| format!("{name} ({})", self.teller.numbers.count(count));
        let bars = Bars {
            up: (named(words.good, curves.wanted), heights(&curves.wanted_bars)),
            down: (named(words.unwanted, curves.unwanted), heights(&curves.unwanted_bars)),
        };
        Figure { title, svg: plots::bars(&frame, &bars), caption }
    }

    fn frame(&self, id: &str, title: &str, description: &str) -> Frame {
        let name = words::short_head(self.teller.locale, self.question);
        Frame {
            id: format!("{}-{id}", self.question.as_str()),
            title: format!("{title} ({name})"),
            description: description.to_owned(),
            ..Frame::default()
        }
    }

    fn shares(&self, label: &str) -> Axis {
        let ticks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| (share, self.teller.numbers.budget(share)));
        Axis { label: label.to_owned(), ticks: ticks.into() }
    }

    fn score_ticks(&self) -> Vec<(f64, String)> {
        let highest = LOWEST + BAR * BARS as f64;
        let whole = (LOWEST.ceil() as i32)..=(highest.floor() as i32);
        whole.map(|score| (score_at(f64::from(score)), self.teller.numbers.signed(f64::from(score), 0))).collect()
    }

    /// The middle, and the tallest bar on either side of it.
    fn mirrored_ticks(&self, tallest: f64) -> Vec<(f64, String)> {
        let share = |share| self.teller.numbers.percent(share);
        [(0.05, tallest), (0.5, 0.0), (0.95, tallest)].map(|(at, height)| (at, share(height))).into()
    }

    /// A line for all languages, one a language, and one for the plain words.
    fn groups(&self, points: &impl Fn(&[Reached]) -> Vec<(f64, f64)>) -> Vec<Line> {
        let line = |style, name, curve: &[Reached]| Line { name, style, points: points(curve), dots: false };
        let mut lines: Vec<_> =
            self.languages().map(|(style, curves)| line(style, self.name(curves), &curves.reached)).collect();
        if let Some(all) = self.curves.first() {
            let words = self.teller.words;
            lines.push(line(
                "plain".to_owned(),
                format!("{} ({})", words.plain, words.all_languages.to_lowercase()),
                &all.plain,
            ));
        }
        lines
    }

    /// Those of which lines can be drawn, each with its style.
    fn languages(&self) -> impl Iterator<Item = (String, &Curves)> {
        let drawn = self.curves.iter().filter(|curves| !curves.reached.is_empty()).take(MOST_LANGUAGES + 1);
        drawn.enumerate().map(|(at, curves)| (format!("l{at}"), curves))
    }

    fn name(&self, curves: &Curves) -> String {
        curves.language.map_or_else(
            || self.teller.words.all_languages.to_owned(),
            |language| words::language(self.teller.locale, language),
        )
    }
}

fn log_share(share: f64) -> f64 {
    (share.max(LEAST) / LEAST).ln() / (1.0 / LEAST).ln()
}

fn score_at(score: f64) -> f64 {
    (score - LOWEST) / (BAR * BARS as f64)
}

/// A curve of what is reached rises in steps: until the next good comment is accused, no more are.
fn steps(curve: &[Reached]) -> impl Iterator<Item = (f64, f64)> {
    curve.windows(2).flat_map(|pair| match pair {
        [from, to] => [(to.wanted, from.unwanted), (to.wanted, to.unwanted)],
        _ => [(0.0, 0.0); 2],
    })
}

/// The share whose bars lie at or above the first threshold; `None` where there are no bars.
fn held(bars: &[f64]) -> Option<f64> {
    let first = ((Thresholds::default().hold_at.nats() - LOWEST) / BAR).round() as usize;
    (!bars.is_empty()).then(|| bars.iter().skip(first).sum())
}
