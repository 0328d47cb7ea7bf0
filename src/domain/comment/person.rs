//! A person who asks for what they wrote.

use std::net::IpAddr;

use serde::Deserialize;

use super::draft::{MAX_ID, bounded, ip};
use super::{AuthorEmail, FieldError};

/// As it was sent.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct DraftPerson {
    pub email: Option<String>,
    pub ip: Option<String>,
    pub id: Option<String>,
}

/// By what a person is found: at least one of the three, and what any of them finds is taken for theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    email: Option<AuthorEmail>,
    ip: Option<IpAddr>,
    /// The host site's own name for them.
    id: Option<String>,
}

impl Person {
    /// # Errors
    /// A field is not what it must be, or there is none.
    pub fn parse(DraftPerson { email, ip: address, id }: DraftPerson) -> Result<Self, FieldError> {
        let person =
            Self { email: AuthorEmail::parse("email", email)?, ip: ip("ip", address)?, id: bounded("id", id, MAX_ID)? };
        if person.email.is_none() && person.ip.is_none() && person.id.is_none() {
            return Err(FieldError {
                field: "email",
                problem: "is missing, and so are ip and id: one is needed".to_owned(),
            });
        }
        Ok(person)
    }

    pub fn email(&self) -> Option<&AuthorEmail> {
        self.email.as_ref()
    }

    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}
