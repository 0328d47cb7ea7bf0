//! A rules file, with the folder `lists` beside it.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::domain::rules::{Lists, RuleSet};

/// Where rules are read from.
#[derive(Clone, Debug)]
pub struct RulesFolder {
    file: PathBuf,
}

/// Why rules could not be read: everything that is wrong, each with file and line.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct RulesUnusable(String);

/// What changes when the file or a list changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp(Vec<(PathBuf, u64, Option<SystemTime>)>);

impl RulesFolder {
    pub fn new(file: PathBuf) -> Self {
        Self { file }
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    /// # Errors
    /// A file cannot be read, or a rule in it is wrong.
    pub fn read(&self) -> Result<RuleSet, RulesUnusable> {
        let toml = read(&self.file)?;
        let lists = self.lists()?;
        let origin = self.file.display().to_string();
        RuleSet::parse(&toml, &origin, &lists).map_err(|error| RulesUnusable(error.to_string()))
    }

    fn lists(&self) -> Result<Lists, RulesUnusable> {
        let mut lists = Lists::default();
        for path in self.list_files() {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let contents = read(&path)?;
            lists.add(name, &contents).map_err(|error| RulesUnusable(format!("{}: {error}", path.display())))?;
        }
        Ok(lists)
    }

    /// The files of the lists folder, by name; hidden ones are an editor's business.
    fn list_files(&self) -> Vec<PathBuf> {
        let folder = self.file.with_file_name("lists");
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let visible = |path: &PathBuf| {
            path.is_file() && path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'))
        };
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(visible).collect();
        files.sort();
        files
    }

    /// The sizes and times of all files: cheap enough to look at every second.
    pub fn stamp(&self) -> Stamp {
        let files = std::iter::once(self.file.clone()).chain(self.list_files());
        let stamp = |path: PathBuf| {
            let metadata = std::fs::metadata(&path).ok();
            let length = metadata.as_ref().map_or(0, std::fs::Metadata::len);
            (path, length, metadata.and_then(|metadata| metadata.modified().ok()))
        };
        Stamp(files.map(stamp).collect())
    }
}

fn read(path: &Path) -> Result<String, RulesUnusable> {
    std::fs::read_to_string(path).map_err(|error| RulesUnusable(format!("{}: cannot be read: {error}", path.display())))
}
