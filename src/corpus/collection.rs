//! Gathers examples into a file: each text once, a text with two labels not at all, nobody's word above its share.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;

use super::ReadError;
use super::line::{Heading, Line, Row};
use super::lines::each_row_of;
use super::seen::{Met, Seen, digest};
use crate::domain::classifier::card::Label;
use crate::domain::text::Text;

/// How many conflicts are told one by one; the rest is counted.
const MOST_TOLD: usize = 20;

/// How much of the examples may be one voice's: one person's, or one source's where no person is named.
#[derive(Clone, Copy, Debug, Default)]
pub struct Voices {
    /// A share of all persons' examples, above 0 and at most 1.
    pub most: Option<f64>,
}

/// The same text with two labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict<P> {
    pub first: Label,
    pub first_at: P,
    pub then: Label,
    pub then_at: P,
}

/// What came of gathering.
#[derive(Clone, Debug, Serialize)]
pub struct Gathered<P> {
    pub examples: u64,
    pub labels: BTreeMap<&'static str, u64>,
    /// By two-letter code; `?` where it is not known.
    pub languages: BTreeMap<String, u64>,
    /// Texts that came again with the same label.
    pub duplicates: u64,
    /// Texts that came with two labels and are left out: the first of them.
    pub conflicts: Vec<Conflict<P>>,
    /// How many examples were left out because their text has two labels.
    pub conflicting: u64,
    /// Left out because their voice had its share, by voice.
    pub above_share: BTreeMap<String, u64>,
    /// Examples that came when no more texts could be remembered: they may be duplicates.
    pub unchecked: u64,
}

/// Why the examples cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    #[error("{}: cannot be written: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("what was written a moment ago cannot be read: {0}")]
    Read(#[from] ReadError),
    #[error("no voice can be kept to a share of {share}: there are {voices}, and together they would not make a whole")]
    Share { share: f64, voices: usize },
}

/// A file of examples in the making. Nothing stands under its name before [`Collection::finish`].
#[derive(Debug)]
pub struct Collection<P> {
    path: PathBuf,
    /// Without a name: it holds what people wrote, and ends with the process however that ends.
    draft: BufWriter<File>,
    seen: Seen<(P, u64)>,
    /// The numbers of lines in the draft whose text has another label elsewhere.
    torn: HashSet<u64>,
    written: u64,
    gathered: Gathered<P>,
}

impl<P: Copy> Collection<P> {
    /// Begins a file beside which `path` will stand.
    ///
    /// # Errors
    /// Its folder cannot be written to.
    pub fn new(path: &Path) -> Result<Self, Unwritable> {
        let draft = tempfile::tempfile_in(folder(path)).map_err(|source| io(path, source))?;
        let draft = BufWriter::new(draft);
        let gathered = Gathered {
            examples: 0,
            labels: BTreeMap::new(),
            languages: BTreeMap::new(),
            duplicates: 0,
            conflicts: Vec::new(),
            conflicting: 0,
            above_share: BTreeMap::new(),
            unchecked: 0,
        };
        Ok(Self { path: path.to_owned(), draft, seen: Seen::default(), torn: HashSet::new(), written: 0, gathered })
    }

    /// Adds an example that stands at `place`. `text` is its text, derived.
    ///
    /// # Errors
    /// The disk is full.
    pub fn add(&mut self, line: &Line, text: &Text, place: P) -> Result<(), Unwritable> {
        match self.seen.meet(digest(text), line.label, (place, self.written)) {
            Met::New => self.write(line),
            Met::Again(_) => {
                self.gathered.duplicates += 1;
                Ok(())
            }
            Met::Otherwise(label, (first, number)) => {
                self.gathered.conflicting += 1 + u64::from(self.torn.insert(number));
                if self.gathered.conflicts.len() < MOST_TOLD {
                    let conflict = Conflict { first: label, first_at: first, then: line.label, then_at: place };
                    self.gathered.conflicts.push(conflict);
                }
                Ok(())
            }
        }
    }

    fn write(&mut self, line: &Line) -> Result<(), Unwritable> {
        self.written += 1;
        write(&mut self.draft, line).map_err(|source| io(&self.path, source))
    }

    /// Puts the file under its name, whole, with a heading if there is anything to say.
    ///
    /// # Errors
    /// The disk is full, or a voice cannot be kept to its share.
    pub fn finish(mut self, voices: Voices, heading: &Heading) -> Result<Gathered<P>, Unwritable> {
        self.draft.flush().map_err(|source| io(&self.path, source))?;
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        self.each_sound(&mut |line| *counts.entry(voice(line)).or_default() += 1)?;
        let mut surplus = surplus(&counts, voices)?;
        surplus.retain(|_, number| *number > 0);
        self.gathered.above_share = surplus.clone();
        self.gathered.unchecked = self.seen.forgotten;
        let mut last = draft_beside(&self.path)?;
        if !heading.is_empty() {
            write(&mut last, heading).map_err(|source| io(&self.path, source))?;
        }
        let (mut gathered, mut failed) = (self.gathered.clone(), None);
        self.each_sound(&mut |line| {
            if let Some(number) = surplus.get_mut(&voice(line)).filter(|number| **number > 0) {
                *number -= 1;
                return;
            }
            count(&mut gathered, line);
            failed = failed.take().or_else(|| write(&mut last, line).err());
        })?;
        match failed {
            None => put(last, &self.path).map(|()| gathered),
            Some(source) => Err(io(&self.path, source)),
        }
    }

    /// The lines of the draft whose text has one label.
    fn each_sound(&self, visit: &mut dyn FnMut(&Line)) -> Result<(), Unwritable> {
        let mut draft = self.draft.get_ref();
        draft.rewind().map_err(|source| io(&self.path, source))?;
        each_row_of(draft, &self.path, &mut |number, row| match row {
            Row::Example(line) if !self.torn.contains(&(number - 1)) => visit(&line),
            Row::Example(_) | Row::Heading(_) => {}
        })?;
        Ok(())
    }
}

fn count<P>(gathered: &mut Gathered<P>, line: &Line) {
    gathered.examples += 1;
    *gathered.labels.entry(line.label.as_str()).or_default() += 1;
    let language = line.lang.map_or_else(|| "?".to_owned(), |language| language.to_string());
    *gathered.languages.entry(language).or_default() += 1;
}

/// How much the first of each voice's examples are too many: the newest are kept.
fn surplus(counts: &BTreeMap<String, u64>, voices: Voices) -> Result<BTreeMap<String, u64>, Unwritable> {
    let persons = || counts.iter().filter(|(voice, _)| *voice != MACHINE);
    let cap = match voices.most {
        None => u64::MAX,
        Some(share) => {
            let numbers: Vec<u64> = persons().map(|(_, number)| *number).collect();
            cap(&numbers, share).ok_or(Unwritable::Share { share, voices: numbers.len() })?
        }
    };
    let kept: u64 = persons().map(|(_, number)| number.min(&cap)).sum();
    let most = |voice: &str| if voice == MACHINE { kept } else { cap };
    Ok(counts.iter().map(|(voice, number)| (voice.clone(), number.saturating_sub(most(voice)))).collect())
}

/// The voice of machines, which together may say no more than all persons.
const MACHINE: &str = "machine";

/// Machines speak with one voice, whoever they are.
fn voice(line: &Line) -> String {
    if line.is_by_machine() { MACHINE } else { line.voice() }.to_owned()
}

/// The most that each may have so that none has more than its share of what all have then.
fn cap(numbers: &[u64], share: f64) -> Option<u64> {
    let fits = |cap: u64| {
        let together: u64 = numbers.iter().map(|number| (*number).min(cap)).sum();
        cap as f64 <= share * together as f64
    };
    let largest = numbers.iter().copied().max().unwrap_or(0);
    if numbers.is_empty() || fits(largest) {
        return Some(largest);
    }
    // What all have together grows ever more slowly, so that all caps below one that fits fit too.
    let (mut fitting, mut too_much) = (0, largest);
    while too_much - fitting > 1 {
        let middle = fitting + (too_much - fitting) / 2;
        if fits(middle) { fitting = middle } else { too_much = middle }
    }
    (fitting > 0).then_some(fitting)
}

fn write(to: &mut dyn std::io::Write, line: &impl Serialize) -> std::io::Result<()> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    to.write_all(&bytes)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file that only its owner can read, in the folder of `path`, so that it can be renamed to it.
fn draft_beside(path: &Path) -> Result<BufWriter<NamedTempFile>, Unwritable> {
    let draft = tempfile::Builder::new().prefix(".tamis-").suffix(".part").tempfile_in(folder(path));
    draft.map(BufWriter::new).map_err(|source| io(path, source))
}

fn put(file: BufWriter<NamedTempFile>, path: &Path) -> Result<(), Unwritable> {
    let file = file.into_inner().map_err(|error| io(path, error.into_error()))?;
    file.as_file().sync_all().map_err(|source| io(path, source))?;
    file.persist(path).map_err(|error| io(path, error.error))?;
    Ok(())
}

fn io(path: &Path, source: std::io::Error) -> Unwritable {
    Unwritable::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::super::{Weight, each};
    use super::*;

    fn line(text: &str, label: Label, by: &str) -> Line {
        let line = serde_json::json!({ "text": text, "label": label, "source": "s", "by": by });
        serde_json::from_value(line).unwrap()
    }

    fn gather(lines: &[Line], voices: Voices) -> (Result<Gathered<usize>, Unwritable>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        let mut collection = Collection::new(&path).unwrap();
        for (place, line) in lines.iter().enumerate() {
            let text = Text::of(&line.comment().unwrap(), None);
            collection.add(line, &text, place).unwrap();
        }
        let gathered = collection.finish(voices, &Heading::default());
        let mut texts = Vec::new();
        if path.exists() {
            each(&path, &mut |_, line| texts.push(line.text)).unwrap();
        }
        assert!(std::fs::read_dir(folder.path()).unwrap().count() <= 1, "no draft stays behind");
        (gathered, texts)
    }

    #[test]
    fn a_text_counts_once_and_with_two_labels_not_at_all() {
        let lines = [
            line("un", Label::Ham, "a"),
            line("deux", Label::Ham, "a"),
            line("UN", Label::Ham, "b"),
            line("deux", Label::Spam, "b"),
            line("deux", Label::Spam, "b"),
        ];
        let (gathered, texts) = gather(&lines, Voices::default());
        let gathered = gathered.unwrap();
        assert_eq!(texts, ["un"]);
        assert_eq!((gathered.examples, gathered.duplicates, gathered.conflicting), (1, 1, 3));
        assert_eq!((gathered.conflicts[0].first_at, gathered.conflicts[0].then_at), (1, 3));
    }

    #[test]
    fn nobody_has_more_than_the_share_and_the_newest_are_kept() {
        let many = (0..10).map(|at| line(&format!("a{at}"), Label::Ham, "anne"));
        let few = (0..3).map(|at| line(&format!("p{at}"), Label::Ham, "paul"));
        let lines: Vec<Line> = many.chain(few).collect();
        let (gathered, texts) = gather(&lines, Voices { most: Some(0.5) });
        assert_eq!(gathered.unwrap().above_share, BTreeMap::from([("anne".to_owned(), 7)]));
        assert_eq!(texts, ["a7", "a8", "a9", "p0", "p1", "p2"]);
        let (gathered, texts) = gather(&lines, Voices { most: Some(0.3) });
        assert!(gathered.unwrap_err().to_string().contains("there are 2") && texts.is_empty());
    }

    #[test]
    fn machines_say_no_more_than_persons() {
        let machine = |at| Line { weight: Weight::MACHINE, ..line(&format!("m{at}"), Label::Ham, "machine") };
        let lines = [machine(0), machine(1), line("p", Label::Spam, "paul")];
        assert_eq!(gather(&lines, Voices::default()).1, ["m1", "p"]);
        assert_eq!(gather(&lines[..2], Voices::default()).1, [] as [&str; 0]);
    }
}
