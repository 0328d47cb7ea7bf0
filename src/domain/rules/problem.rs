//! What is wrong with a file of rules: all of it at once, each with its line and what to do.

use std::fmt;

/// Why a file of rules was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesError {
    problems: Vec<Problem>,
}

/// One thing that is wrong with a file of rules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The name of the file, as it was given.
    pub origin: String,
    /// Counted from 1.
    pub line: usize,
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl RulesError {
    /// In the order of the file.
    pub(super) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.dedup();
        Self { problems }
    }

    /// At least one, in the order of the file.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl std::error::Error for RulesError {}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, line, what, hint } = self;
        write!(f, "{origin}:{line}: {what}; {hint}")
    }
}
