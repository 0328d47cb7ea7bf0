//! The e-mail that an author gives.

use super::FieldError;

/// Longest in Unicode scalars.
const MAX: usize = 320;

/// An e-mail as it is compared: in small letters. Never stored and never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorEmail(String);

impl AuthorEmail {
    /// Nothing where there is nothing to read. What it says is taken as it is: host sites check it or do not.
    ///
    /// # Errors
    /// It is too long.
    pub fn parse(field: &'static str, given: Option<String>) -> Result<Option<Self>, FieldError> {
        let given = super::draft::bounded(field, given, MAX)?;
        Ok(given.map(|email| Self(email.to_lowercase())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Tells that there is one, and not which.
impl std::fmt::Debug for AuthorEmail {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AuthorEmail(…)")
    }
}
