//! The corpus: files of JSON lines, read again for every pass, so that memory does not grow with them.

use std::path::PathBuf;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::TrainingError;
use crate::corpus::{Line, Lines, each, each_run};
use crate::domain::classifier::card::Label;
use crate::domain::comment::{Comment, Language};
use crate::domain::text::Text;

/// One labelled text.
#[derive(Debug)]
pub(super) struct Example(Line);

impl From<Line> for Example {
    fn from(line: Line) -> Self {
        Self(line)
    }
}

impl Example {
    pub fn label(&self) -> Label {
        self.0.label
    }

    pub fn language(&self) -> Option<Language> {
        self.0.lang
    }

    /// The text as it stands in the file.
    pub fn body(&self) -> &str {
        &self.0.text
    }

    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Whether a person gave the label: what a machine let pass does not show that it may be let pass.
    pub fn is_by_person(&self) -> bool {
        !self.0.is_by_machine()
    }

    /// What it counts for, beside the other examples of its source.
    pub fn weight(&self) -> f64 {
        self.0.weight.get()
    }

    /// A number for the author, where the source tells authors apart.
    pub fn author(&self) -> Option<u64> {
        let named = self.0.author_name.as_ref().map(|name| xxh3_64_with_seed(name.as_bytes(), 0));
        named.or(self.0.author_number.map(u64::from))
    }

    pub fn group(&self) -> Option<&str> {
        self.0.group.as_deref()
    }

    /// A number drawn from the seed: the same for the same text, and for all texts of a `group`, which must not be
    /// torn apart between training and testing.
    pub fn draw(&self, seed: u64) -> u64 {
        let key = self.0.group.as_ref().unwrap_or(&self.0.text);
        xxh3_64_with_seed(key.as_bytes(), seed)
    }

    /// The same, for all texts of one part of a source too (a video, a thread): what follows the colon in its name.
    pub fn draw_part(&self, seed: u64) -> u64 {
        let part = self.0.source.split_once(':').map(|_| &self.0.source);
        xxh3_64_with_seed(self.0.group.as_ref().or(part).unwrap_or(&self.0.text).as_bytes(), seed)
    }

    /// A number for this text alone.
    pub fn lot(&self, seed: u64) -> u64 {
        xxh3_64_with_seed(self.0.text.as_bytes(), seed)
    }

    pub fn bytes(&self) -> u64 {
        self.0.text.len() as u64
    }

    /// The text as a comment; `author` is whether the author fields count. `None` where it could not be a comment.
    pub fn comment(mut self, author: bool) -> Option<(Comment, Text)> {
        if !author {
            (self.0.author_name, self.0.author_url, self.0.author_is_url) = (None, None, false);
        }
        let comment = self.0.comment().ok()?;
        let text = Text::of(&comment, self.0.lang);
        Some((comment, text))
    }
}

/// The files, in the order of their names, which is the order in which everything is counted.
#[derive(Debug)]
pub(super) struct Corpus {
    files: Vec<PathBuf>,
}

impl Corpus {
    pub fn new(mut files: Vec<PathBuf>) -> Result<Self, TrainingError> {
        files.sort();
        files.dedup();
        if files.is_empty() {
            return Err(TrainingError::NoFiles);
        }
        Ok(Self { files })
    }

    /// Reads every example once, in order.
    pub fn each(&self, visit: &mut dyn FnMut(Example)) -> Result<(), TrainingError> {
        for path in &self.files {
            each(path, &mut |_, line| visit(Example(line)))?;
        }
        Ok(())
    }

    /// The names of the files without their folders, in order.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.files
            .iter()
            .map(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
    }

    /// Reads every line once, in order, in runs, with the place of their file among the files, until `visit` fails.
    pub fn each_run(
        &self,
        visit: &mut dyn FnMut(usize, Lines) -> Result<(), TrainingError>,
    ) -> Result<(), TrainingError> {
        self.files.iter().enumerate().try_for_each(|(file, path)| each_run(path, &mut |lines| visit(file, lines)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus(content: &str) -> (tempfile::TempDir, Corpus) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, content).unwrap();
        (folder, Corpus::new(vec![path]).unwrap())
    }

    #[test]
    fn reads_labels_and_languages() {
        let (_folder, corpus) = corpus("{\"text\":\"a\",\"label\":\"toxic\",\"lang\":\"fr\",\"source\":\"s\"}\n");
        let mut seen = Vec::new();
        corpus.each(&mut |example| seen.push((example.label(), example.language()))).unwrap();
        assert_eq!(seen, [(Label::Abuse, Some(Language::FR))]);
    }

    #[test]
    fn a_mistake_is_told_with_file_and_line() {
        let (_folder, corpus) = corpus(
            "{\"text\":\"a\",\"label\":\"ham\",\"source\":\"s\"}\n{\"text\":\"a\",\"label\":\"spma\",\"source\":\"s\"}\n",
        );
        let error = corpus.each(&mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("a.jsonl:2: ") && error.contains("spma"), "{error}");
    }

    #[test]
    fn no_file_is_no_corpus() {
        assert!(matches!(Corpus::new(Vec::new()), Err(TrainingError::NoFiles)));
    }
}
