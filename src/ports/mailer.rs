//! Sends e-mails.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::moderator::Email;

#[async_trait]
pub trait Mailer: Send + Sync {
    /// When it returns `Ok`, a server has taken the mail over.
    async fn send(&self, mail: &Mail) -> Result<(), Unsent>;
}

/// An e-mail to one person. It does not print itself.
pub struct Mail {
    pub id: Uuid,
    pub at: Timestamp,
    pub to: Email,
    pub letter: Letter,
}

/// What a mail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Why a mail was not sent, in words that hold no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Unsent {
    pub why: String,
    /// Whether the same mail may be sent once more: nobody has it, and the cause may pass.
    pub again: bool,
}
