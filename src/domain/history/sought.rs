//! How a store finds what a person wrote.

use super::super::comment::Person;
use super::super::secrets::DigestKey;
use super::super::site::SiteId;
use super::{Identifier, Period};

/// The identifiers of a person on a site; a comment that bears one of them is theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    pub email: Option<Identifier>,
    pub account: Option<Identifier>,
    /// Of one address, under each key that is left: at most [`Period::LIVE`].
    pub addresses: Vec<Identifier>,
}

impl Sought {
    /// `lasting` is the key of e-mails and names, `periods` those of addresses.
    pub fn of(site: SiteId, person: &Person, lasting: &DigestKey, periods: &[(Period, DigestKey)]) -> Self {
        let addresses = |ip| periods.iter().map(|(_, key)| Identifier::of_address(site, ip, key)).collect();
        Self {
            email: person.email().map(|email| Identifier::of_email(site, email, lasting)),
            account: person.id().map(|id| Identifier::of_account(site, id, lasting)),
            addresses: person.ip().map_or_else(Vec::new, addresses),
        }
    }
}
