//! Moderators: who they are, what each may do where, and what the audit log keeps of it.
//!
//! Who may do what is settled in one place: [`Moderator::permit`] is the only maker of a [`Permit`], and what needs
//! one takes it as an argument.

mod audit;
mod bulletin;
mod session;

use std::marker::PhantomData;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::site::{Locale, SiteId};

pub use audit::{AuditAct, AuditLine, COMMAND_LINE, NOBODY};
pub use bulletin::{Bulletin, NotAWish, Progress, Wish};
pub use session::{Feed, Invitation, Session, SessionTerms};

/// The identity of a moderator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModeratorId(pub Uuid);

/// What a moderator may do; each may do what those before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees the queue and what was decided.
    Viewer,
    /// Decides on comments.
    Moderator,
    /// Sees the audit log.
    Lead,
    /// Changes rules and who moderates.
    Operator,
}

impl Role {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Moderator => "moderator",
            Self::Lead => "lead",
            Self::Operator => "operator",
        }
    }
}

/// A role on a site, or on every site that has no role of its own for this moderator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// `None`: every site.
    pub site: Option<SiteId>,
    pub role: Role,
}

/// A person at the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moderator {
    pub id: ModeratorId,
    pub email: Email,
    /// What others see: in a comment's history, in the audit log.
    pub name: Name,
    /// The language chosen for the page; else the browser's.
    pub locale: Option<Locale>,
    pub grants: Vec<Grant>,
    pub created_at: Timestamp,
    /// Since when the moderator is kept out.
    pub disabled_at: Option<Timestamp>,
}

/// An e-mail address in small letters, as far as Tamis needs to know one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Email(String);

/// A moderator's name: 1 to 60 characters on one line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Name(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an e-mail address such as lea@example.org")]
pub struct NotAnEmail;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a name: write 1 to 60 characters on one line")]
pub struct NotAName;

impl Email {
    /// Longest address that mail servers take, in bytes.
    const LONGEST: usize = 254;

    /// # Errors
    /// There is not one `@` with something on both sides, or there are spaces or control characters.
    pub fn parse(written: &str) -> Result<Self, NotAnEmail> {
        let email = written.trim().to_lowercase();
        let sound =
            |part: &str| !part.is_empty() && !part.contains(|c: char| c == '@' || c.is_whitespace() || c.is_control());
        match email.split_once('@') {
            Some((user, host)) if email.len() <= Self::LONGEST && sound(user) && sound(host) => Ok(Self(email)),
            _ => Err(NotAnEmail),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What comes before the `@`: a name where none is given.
    pub fn user(&self) -> &str {
        self.0.split_once('@').map_or(&self.0, |(user, _)| user)
    }
}

impl Name {
    const LONGEST: usize = 60;

    /// # Errors
    /// It is empty, too long, or holds control characters.
    pub fn parse(written: &str) -> Result<Self, NotAName> {
        let name = written.trim();
        let sound = (1..=Self::LONGEST).contains(&name.chars().count()) && !name.contains(char::is_control);
        if sound { Ok(Self(name.to_owned())) } else { Err(NotAName) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Email {
    type Err = NotAnEmail;

    fn from_str(written: &str) -> Result<Self, NotAnEmail> {
        Self::parse(written)
    }
}

impl std::str::FromStr for Name {
    type Err = NotAName;

    fn from_str(written: &str) -> Result<Self, NotAName> {
        Self::parse(written)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// Something that not everybody may do, and the least role that may.
pub trait Deed {
    const LEAST: Role;
}

/// The deeds there are.
pub mod deed {
    use super::{Deed, Role};

    /// To see the queue, comments and their history.
    #[derive(Clone, Copy, Debug)]
    pub struct Read;

    /// To decide on comments.
    #[derive(Clone, Copy, Debug)]
    pub struct Review;

    /// To see who did what.
    #[derive(Clone, Copy, Debug)]
    pub struct Audit;

    /// To change rules, and who moderates.
    #[derive(Clone, Copy, Debug)]
    pub struct Operate;

    impl Deed for Read {
        const LEAST: Role = Role::Viewer;
    }

    impl Deed for Review {
        const LEAST: Role = Role::Moderator;
    }

    impl Deed for Audit {
        const LEAST: Role = Role::Lead;
    }

    impl Deed for Operate {
        const LEAST: Role = Role::Operator;
    }
}

/// Leave for a deed on one site, for whoever is named in it. Only [`Moderator::permit`] makes one.
#[derive(Clone, Debug)]
pub struct Permit<D> {
    site: SiteId,
    by: Name,
    deed: PhantomData<D>,
}

impl<D> Permit<D> {
    pub fn site(&self) -> SiteId {
        self.site
    }

    pub fn by(&self) -> &Name {
        &self.by
    }
}

/// The moderator has no role on the site, or not one for the deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this takes another role on the site")]
pub struct Forbidden;

impl Moderator {
    /// The role on a site: its own, or else the one on every site; none for who is disabled.
    pub fn role_on(&self, site: SiteId) -> Option<Role> {
        if self.disabled_at.is_some() {
            return None;
        }
        let held = |wanted: Option<SiteId>| self.grants.iter().find(|grant| grant.site == wanted);
        held(Some(site)).or_else(|| held(None)).map(|grant| grant.role)
    }

    /// Whether the role on every site is enough for the deed, whatever the role on some.
    pub fn may_everywhere<D: Deed>(&self) -> bool {
        let everywhere = self.grants.iter().find(|grant| grant.site.is_none());
        self.disabled_at.is_none() && everywhere.is_some_and(|grant| grant.role >= D::LEAST)
    }

    /// # Errors
    /// The role on the site is below what the deed takes.
    pub fn permit<D: Deed>(&self, site: SiteId) -> Result<Permit<D>, Forbidden> {
        match self.role_on(site) {
            Some(role) if role >= D::LEAST => Ok(Permit { site, by: self.name.clone(), deed: PhantomData }),
            _ => Err(Forbidden),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(number: u128) -> SiteId {
        SiteId(Uuid::from_u128(number))
    }

    fn moderator(grants: Vec<Grant>) -> Moderator {
        Moderator {
            id: ModeratorId(Uuid::from_u128(1)),
            email: Email::parse("lea@example.org").unwrap(),
            name: Name::parse("Léa").unwrap(),
            locale: None,
            grants,
            created_at: Timestamp::UNIX_EPOCH,
            disabled_at: None,
        }
    }

    #[test]
    fn a_role_may_do_what_those_below_may_and_no_more() {
        let may = |role| {
            let moderator = moderator(vec![Grant { site: None, role }]);
            [
                moderator.permit::<deed::Read>(site(1)).is_ok(),
                moderator.permit::<deed::Review>(site(1)).is_ok(),
                moderator.permit::<deed::Audit>(site(1)).is_ok(),
                moderator.permit::<deed::Operate>(site(1)).is_ok(),
            ]
        };
        assert_eq!(may(Role::Viewer), [true, false, false, false]);
        assert_eq!(may(Role::Moderator), [true, true, false, false]);
        assert_eq!(may(Role::Lead), [true, true, true, false]);
        assert_eq!(may(Role::Operator), [true; 4]);
    }

    #[test]
    fn a_sites_own_role_goes_before_the_one_on_every_site() {
        let grants = vec![Grant { site: None, role: Role::Lead }, Grant { site: Some(site(1)), role: Role::Viewer }];
        let lea = moderator(grants);
        assert_eq!((lea.role_on(site(1)), lea.role_on(site(2))), (Some(Role::Viewer), Some(Role::Lead)));
        assert!(lea.may_everywhere::<deed::Audit>() && !lea.may_everywhere::<deed::Operate>());
        let here = moderator(vec![Grant { site: Some(site(1)), role: Role::Operator }]);
        assert!(!here.may_everywhere::<deed::Read>());
    }

    #[test]
    fn who_is_disabled_or_has_no_role_may_nothing() {
        let disabled = Moderator {
            disabled_at: Some(Timestamp::UNIX_EPOCH),
            ..moderator(vec![Grant { site: None, role: Role::Operator }])
        };
        let elsewhere = moderator(vec![Grant { site: Some(site(2)), role: Role::Operator }]);
        for nobody in [disabled, elsewhere, moderator(Vec::new())] {
            assert_eq!(nobody.permit::<deed::Read>(site(1)).err(), Some(Forbidden));
        }
    }

    #[test]
    fn an_email_is_compared_in_small_letters() {
        assert_eq!(Email::parse(" Lea@Example.ORG ").unwrap().as_str(), "lea@example.org");
        for wrong in ["", "lea", "@example.org", "lea@", "a@b@c", "a b@c", "a@b\n.c"] {
            assert_eq!(Email::parse(wrong), Err(NotAnEmail), "{wrong}");
        }
        assert!(Email::parse(&format!("{}@example.org", "a".repeat(250))).is_err());
    }
}
