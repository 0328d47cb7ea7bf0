//! What a visitor wrote, with who and where, once parsed: private fields, so that an invalid comment cannot exist.

mod draft;
mod email;
mod person;

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use draft::{Draft, DraftAuthor, DraftForm, DraftPage, FieldError};
pub use email::AuthorEmail;
pub use person::{DraftPerson, Person};

/// The identity of a comment: a UUID of version 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommentId(pub Uuid);

impl CommentId {
    /// No comment has one above it.
    pub const LAST: Self = Self(Uuid::max());

    /// An id that is below those of all comments recorded from `at` on: ids begin with the time.
    pub fn before(at: Timestamp) -> Self {
        Self(Uuid::from_u128(u128::try_from(at.as_millisecond()).unwrap_or(0) << 80))
    }

    /// When the comment came in, to the millisecond; `None` where the id has no such time.
    pub fn came_at(self) -> Option<Timestamp> {
        Timestamp::from_millisecond(i64::try_from(self.0.as_u128() >> 80).ok()?).ok()
    }
}

impl std::fmt::Display for CommentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A comment to decide on. [`Comment::parse`] is the only way to make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    external_id: Option<String>,
    kind: Kind,
    content: Content,
    email: Option<AuthorEmail>,
    ip: Option<IpAddr>,
    author_id: Option<String>,
    role: Role,
    page: Page,
    parent_id: Option<String>,
    submitted_at: Option<Timestamp>,
    form: Form,
}

impl Comment {
    /// Checks a comment as it was sent, field by field.
    ///
    /// # Errors
    /// The first field that is too long or not what it must be.
    pub fn parse(draft: Draft) -> Result<Self, FieldError> {
        draft.parse()
    }

    /// The host site's own name for the comment.
    pub fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Lower case; never stored.
    pub fn email(&self) -> Option<&AuthorEmail> {
        self.email.as_ref()
    }

    /// Never stored.
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// The host site's own name for the author; stored as a keyed digest alone.
    pub fn author_id(&self) -> Option<&str> {
        self.author_id.as_deref()
    }

    pub fn role(&self) -> Role {
        self.role
    }

    pub fn page(&self) -> &Page {
        &self.page
    }

    pub fn parent_id(&self) -> Option<&str> {
        self.parent_id.as_deref()
    }

    pub fn submitted_at(&self) -> Option<Timestamp> {
        self.submitted_at
    }

    pub fn form(&self) -> &Form {
        &self.form
    }
}

/// What makes one revision differ from another: the words, and the name and address they are signed with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub body: String,
    pub format: BodyFormat,
    pub author_name: Option<String>,
    pub author_url: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyFormat {
    #[default]
    Text,
    Html,
}

/// What kind of thing was submitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    #[default]
    Comment,
    Reply,
    Pingback,
    Trackback,
    Review,
    ForumPost,
    ContactForm,
    Signup,
    Message,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Comment,
        Self::Reply,
        Self::Pingback,
        Self::Trackback,
        Self::Review,
        Self::ForumPost,
        Self::ContactForm,
        Self::Signup,
        Self::Message,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Reply => "reply",
            Self::Pingback => "pingback",
            Self::Trackback => "trackback",
            Self::Review => "review",
            Self::ForumPost => "forum-post",
            Self::ContactForm => "contact-form",
            Self::Signup => "signup",
            Self::Message => "message",
        }
    }

    /// Whether people wrote it for people, so that a classifier trained on comments can read it. A pingback or
    /// trackback is a machine's excerpt of another page.
    pub const fn is_prose(self) -> bool {
        !matches!(self, Self::Pingback | Self::Trackback)
    }
}

/// What the host site says the author is to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    #[default]
    Visitor,
    Member,
    Staff,
}

/// The page commented on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub url: Option<String>,
    pub title: Option<String>,
    pub language: Option<Language>,
    pub published_at: Option<Timestamp>,
}

/// What the form that the comment came through noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pub elapsed_ms: Option<u64>,
    /// What stood in the field that people do not see.
    pub honeypot: Option<String>,
}

/// A language by its two-letter ISO 639-1 code, lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language([u8; 2]);

impl Language {
    pub const FR: Self = Self(*b"fr");
    pub const EN: Self = Self(*b"en");

    /// Reads `fr`, `fr-CA` or `fr_FR`; anything else is `None`.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.as_bytes();
        match *primary {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self([a.to_ascii_lowercase(), b.to_ascii_lowercase()]))
            }
            _ => None,
        }
    }

    /// Its two letters, lower case.
    pub fn letters(self) -> [u8; 2] {
        self.0
    }

    pub fn as_str(&self) -> &str {
        // Two ASCII letters by construction; the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Language {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tag = String::deserialize(deserializer)?;
        Self::parse(&tag).ok_or_else(|| serde::de::Error::custom(format!("`{tag}` is not a two-letter language code")))
    }
}
