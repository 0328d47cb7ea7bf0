//! Reads a corpus twice: to weigh it, and then to count it and to take a sample.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::base::{Base, Grounds};
use super::corpus::{Corpus, Example};
use super::counts::{Counts, Say};
use super::sample::{self, Gathering, Row, Ruled, Sample};
use super::split::{Census, Masses, Place, Split};
use super::study::{self, Study};
use super::tallies::Tallies;
use super::{Progress, TrainOptions, TrainingError, lanes};
use crate::corpus::Row as Line;
use crate::domain::classifier::card::{FileFacts, Question};
use crate::domain::classifier::carries_an_offer;
use crate::domain::classifier::features::Features;
use crate::domain::comment::Comment;
use crate::domain::rules::RuleSet;
use crate::domain::signal::Signal;
use crate::domain::text::Text;

/// Everything that is known after reading.
pub(super) struct Read {
    pub files: Vec<FileFacts>,
    /// By head, of the whole corpus.
    pub whole: [Census; 2],
    /// Of the whole corpus.
    pub counts: Tallies,
    pub sample: Sample,
    /// By head, of the sample.
    sampled: [Census; 2],
    /// By head, of the base that is trained from.
    grounds: Option<[Grounds; 2]>,
}

impl Read {
    pub fn study(&self, question: Question) -> Study<'_> {
        let [spam, abuse] = &self.sampled;
        let at = usize::from(question != Question::Spam);
        let census = if question == Question::Spam { spam } else { abuse };
        let grounds = self.grounds.as_ref().and_then(|grounds| grounds.get(at));
        Study { sample: &self.sample, question, census, grounds }
    }

    /// What a head was counted from.
    pub fn whole(&self, question: Question) -> &Census {
        let [spam, abuse] = &self.whole;
        if question == Question::Spam { spam } else { abuse }
    }

    /// How many examples there are, for whichever head.
    pub fn examples(&self) -> u64 {
        self.files.iter().map(|file| file.examples).sum()
    }
}

/// What a lane weighs.
struct Scale {
    whole: [Census; 2],
    /// How many examples each file has, and whose labels it says it does not hold.
    files: Vec<FileFacts>,
}

/// What a lane gathers.
struct Lane {
    counts: Counts,
    gathering: Gathering,
    sampled: [Census; 2],
}

/// What does not change from example to example.
struct Reader<'a> {
    options: &'a TrainOptions,
    whole: &'a [Census; 2],
    masses: [Masses; 2],
    winning: u64,
    rules: RuleSet,
    /// For rules that ask for a page's age; no example has a page.
    now: Timestamp,
}

pub(super) fn read(options: &TrainOptions, progress: &mut dyn FnMut(Progress)) -> Result<Read, TrainingError> {
    let corpus = Corpus::new(options.files.clone())?;
    let (whole, files) = weigh(&corpus, options, progress)?;
    let examples: u64 = files.iter().map(|file| file.examples).sum();
    let reader = Reader {
        options,
        masses: [&whole[0], &whole[1]].map(|census| census.masses(Split::Whole)),
        winning: sample::winning(&whole),
        rules: RuleSet::built_in().map_err(TrainingError::fit)?,
        now: Timestamp::UNIX_EPOCH,
        whole: &whole,
    };
    let mut done = 0;
    let visit = |lane: &mut Lane, _, line| match line {
        Line::Example(line) => reader.visit(lane, line.into()),
        Line::Heading(_) => {}
    };
    let lanes = lanes::visit(&corpus, || reader.lane(), visit, &mut |_, lines| {
        done = examples.min(done + lines.number());
        progress(Progress { step: "read", done, of: examples });
    })?;
    Ok(together(lanes, files, whole, options.base.as_ref()))
}

/// Counts the examples of every kind, and says which files they are of.
fn weigh(
    corpus: &Corpus,
    options: &TrainOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<([Census; 2], Vec<FileFacts>), TrainingError> {
    let before = |question| options.base.as_ref().map(|base| base.labels(question)).unwrap_or_default();
    let empty = || Scale {
        whole: Question::ALL.map(|question| Census::new(question, options.seed, before(question))),
        files: corpus.names().map(|name| FileFacts { name, ..FileFacts::default() }).collect(),
    };
    let mut digests: Vec<Sha256> = corpus.names().map(|_| Sha256::new()).collect();
    let mut done = 0;
    let visit = |scale: &mut Scale, file, line| scale.visit(file, line, options);
    let scales = lanes::visit(corpus, empty, visit, &mut |file, lines| {
        digests.iter_mut().skip(file).take(1).for_each(|digest| digest.update(lines.bytes()));
        done += lines.number();
        progress(Progress { step: "count", done, of: done });
    })?;
    let Scale { whole, mut files } = scales.into_iter().fold(empty(), Scale::merged);
    for (file, digest) in files.iter_mut().zip(digests) {
        file.sha256 = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    }
    files.sort();
    Ok((whole, files))
}

impl Scale {
    fn visit(&mut self, file: usize, line: Line, options: &TrainOptions) {
        let Some(facts) = self.files.get_mut(file) else { return };
        match line {
            Line::Heading(heading) => facts.undone = heading.undone,
            Line::Example(line) => {
                facts.examples += 1;
                let example = Example::from(line);
                self.whole.iter_mut().for_each(|census| census.count(&example, &options.sources));
            }
        }
    }

    fn merged(self, other: Self) -> Self {
        let ([spam, abuse], [more_spam, more_abuse]) = (self.whole, other.whole);
        let files = self.files.into_iter().zip(other.files).map(|(mut file, more)| {
            file.examples += more.examples;
            file.undone.extend(more.undone);
            file
        });
        Self { whole: [spam.merged(more_spam), abuse.merged(more_abuse)], files: files.collect() }
    }
}

fn together(lanes: Vec<Lane>, files: Vec<FileFacts>, whole: [Census; 2], base: Option<&Base>) -> Read {
    let (mut counts, mut gatherings) = (Vec::new(), Vec::new());
    let mut sampled = [whole[0].emptied(), whole[1].emptied()];
    for lane in lanes {
        counts.push(lane.counts);
        gatherings.push(lane.gathering);
        let [spam, abuse] = sampled;
        let [more_spam, more_abuse] = lane.sampled;
        sampled = [spam.merged(more_spam), abuse.merged(more_abuse)];
    }
    let sample = Gathering::sample(gatherings);
    let counts = Tallies::of(counts, |key| base.is_some_and(|base| base.knows(key)));
    let grounds = base.map(|base| {
        let [spam, abuse] = &whole;
        [(Question::Spam, spam), (Question::Abuse, abuse)]
            .map(|(question, own)| Grounds::new(base.columns(question, own), sample.features()))
    });
    Read { files, whole, counts, sample, sampled, grounds }
}

impl Reader<'_> {
    fn lane(&self) -> Lane {
        let [spam, abuse] = self.whole;
        let counts = Counts::new(spam.bytes().max(abuse.bytes()) / lanes::LANES as u64);
        Lane { counts, gathering: Gathering::default(), sampled: [spam.emptied(), abuse.emptied()] }
    }

    fn visit(&self, lane: &mut Lane, example: Example) {
        let sources = &self.options.sources;
        let places = [0, 1].map(|head| self.whole.get(head).and_then(|census| census.place(&example, sources)));
        let Some(place) = places.iter().flatten().next() else { return };
        let lot = example.lot(self.options.seed);
        let sampled = sample::wins(lot, self.winning);
        if sampled {
            lane.sampled.iter_mut().for_each(|census| census.count(&example, sources));
        }
        let author = example.author();
        let group = example.group().map(Into::into);
        let Some((comment, text)) = example.comment(place.author) else { return };
        let features = Features::of(&text);
        lane.counts.add(&features, &self.says(places), author, |question, feature| {
            study::counts(question, feature.family, features.is_manner(feature))
        });
        if sampled {
            let offer = carries_an_offer(&text);
            let row = Row::new(places, text.language(), group, offer, self.ruled(&comment, &text, places), lot);
            lane.gathering.add(row, &features);
        }
    }

    fn says(&self, places: [Option<Place>; 2]) -> Vec<Say> {
        let heads = Question::ALL.into_iter().zip(&self.masses).zip(places);
        heads
            .filter_map(|((question, masses), place)| {
                let place = place?;
                Some(Say { question, unwanted: place.unwanted, mass: masses.of(place) })
            })
            .collect()
    }

    /// What the rules say, to each head. Where an example does not speak for a head, its label says nothing about that
    /// head's matter: that a rule finds an insult in what is merely no spam is no mistake.
    fn ruled(&self, comment: &Comment, text: &Text, places: [Option<Place>; 2]) -> [Ruled; 2] {
        let signals = self.rules.signals(comment, text, self.now);
        let [spam, abuse] = places.map(|place| place.is_some());
        let ruled = |counts: &dyn Fn(&Signal) -> bool| Ruled {
            score: signals.iter().filter(|signal| counts(signal)).map(|signal| signal.score).sum(),
            floor: signals.iter().filter(|signal| counts(signal)).filter_map(|signal| signal.floor).max(),
        };
        [ruled(&|signal| abuse || !is_about_abuse(&signal.id)), ruled(&|signal| spam || is_about_abuse(&signal.id))]
    }
}

/// Whether a built-in rule is about what the abuse head is about.
fn is_about_abuse(id: &str) -> bool {
    ["insults", "aggression", "hate", "threats"].iter().any(|matter| id.starts_with(matter))
}
