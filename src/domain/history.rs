//! What an author's earlier comments on a site say about a new one, as far as persons decided on them.
//!
//! Authors are known by keyed identifiers alone. Trust takes agreement of name, e-mail and network with what was
//! approved: a borrowed e-mail from elsewhere brings none. Suspicion takes less, but never rejects alone.

mod sought;

use std::collections::HashSet;
use std::fmt;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::comment::{AuthorEmail, Comment, CommentId};
use super::review::Status;
use super::score::Score;
use super::secrets::DigestKey;
use super::signal::{Message, Signal, Source};
use super::site::SiteId;
use super::text::folded_of;

pub use sought::Sought;

/// A keyed digest of something that tells an author: of one site, so that sites cannot compare theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identifier(pub [u8; 16]);

impl Identifier {
    /// What tells who gave an e-mail on a site; `lasting` is the key of e-mails and names.
    pub fn of_email(site: SiteId, email: &AuthorEmail, lasting: &DigestKey) -> Self {
        Self::of(site, lasting, "email", [email.as_str(), ""])
    }

    /// What tells the host site's own id of an author; `lasting` is as for e-mails.
    pub fn of_account(site: SiteId, id: &str, lasting: &DigestKey) -> Self {
        Self::of(site, lasting, "account", [id, ""])
    }

    /// What tells an address for as long as the key of a period lasts.
    pub fn of_address(site: SiteId, ip: IpAddr, key: &DigestKey) -> Self {
        Self::of(site, key, "address", [&ip.to_canonical().to_string(), ""])
    }

    fn of(site: SiteId, key: &DigestKey, kind: &str, parts: [&str; 2]) -> Self {
        let [first, second] = parts.map(str::as_bytes);
        Self(key.short_digest(&[site.0.as_bytes(), kind.as_bytes(), first, second]))
    }
}

/// In hexadecimal digits.
impl fmt::Display for Identifier {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(to, "{byte:02x}"))
    }
}

/// What the queue gathers the comments of one author by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    ByEmail(Identifier),
    /// Who leaves no e-mail shares this with whoever takes the same name and URL.
    ByName(Identifier),
}

impl Recognised {
    pub const fn identifier(self) -> Identifier {
        match self {
            Self::ByEmail(identifier) | Self::ByName(identifier) => identifier,
        }
    }
}

/// Which key made the identifiers of addresses: counted from 1970 in steps of [`Period::STEP`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period(pub u32);

impl Period {
    /// How often a new key begins.
    pub const STEP: SignedDuration = SignedDuration::from_hours(15 * 24);

    /// How many are in use at once: the newest makes identifiers, and those before it still recognise them. With
    /// [`Period::STEP`], a key is of use for 30 days.
    pub const LIVE: u32 = 2;

    /// The period whose key makes identifiers at an instant.
    pub fn at(now: Timestamp) -> Self {
        let steps = now.as_second().max(0) / Self::STEP.as_secs();
        Self(u32::try_from(steps).unwrap_or(u32::MAX))
    }

    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// When its key begins to make identifiers.
    pub fn begins(self) -> Timestamp {
        let begin = Timestamp::from_second(i64::from(self.0).saturating_mul(Self::STEP.as_secs()));
        begin.unwrap_or(Timestamp::MAX)
    }

    /// When its key is to be destroyed.
    pub fn ends(self) -> Timestamp {
        let end =
            Timestamp::from_second((i64::from(self.0) + i64::from(Self::LIVE)).saturating_mul(Self::STEP.as_secs()));
        end.unwrap_or(Timestamp::MAX)
    }

    /// The oldest period whose key is still of use; keys of earlier ones are to be destroyed.
    pub fn oldest_live(now: Timestamp) -> Self {
        Self(Self::at(now).0.saturating_sub(Self::LIVE - 1))
    }
}

/// Where a comment came from, under the key of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    pub period: Period,
    pub address: Identifier,
    /// The /24 of IPv4, the /48 of IPv6.
    pub network: Identifier,
}

/// Who wrote a comment, by keyed identifiers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub email: Option<Identifier>,
    /// Of the name with the author's URL.
    pub name: Option<Identifier>,
    /// Of the host site's own id of the author. Nothing is concluded from it; it finds what a person wrote.
    pub account: Option<Identifier>,
    /// Under each live key, the newest first: that one is recorded.
    pub origins: Vec<Origin>,
}

impl Identity {
    /// `lasting` is the key of e-mails and names, `periods` those of addresses, the newest first.
    pub fn of(site: SiteId, comment: &Comment, lasting: &DigestKey, periods: &[(Period, DigestKey)]) -> Self {
        let content = comment.content();
        let identifier = |key: &DigestKey, kind: &str, parts: [&str; 2]| Identifier::of(site, key, kind, parts);
        let name = content.author_name.as_deref().map(folded_of).filter(|name| !name.is_empty());
        let url = content.author_url.as_deref().unwrap_or_default();
        let origin = |ip: IpAddr, (period, key): &(Period, DigestKey)| Origin {
            period: *period,
            address: Identifier::of_address(site, ip, key),
            network: identifier(key, "network", [&network(ip), ""]),
        };
        Self {
            email: comment.email().map(|email| Identifier::of_email(site, email, lasting)),
            name: name.map(|name| identifier(lasting, "name", [&name, url])),
            account: comment.author_id().map(|id| Identifier::of_account(site, id, lasting)),
            origins: comment.ip().map_or_else(Vec::new, |ip| periods.iter().map(|key| origin(ip, key)).collect()),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.email.is_none() && self.name.is_none() && self.account.is_none() && self.origins.is_empty()
    }

    /// What tells the author's comments from others' in the queue; `None` where there is neither e-mail nor name.
    pub fn recognised(&self) -> Option<Recognised> {
        self.email.map(Recognised::ByEmail).or(self.name.map(Recognised::ByName))
    }

    /// Whether what is said of this author shows on the other's comments, too: the same e-mail or the same address.
    pub fn meets(&self, other: &Self) -> bool {
        let same_address = || {
            let addresses =
                |author: &Self| author.origins.iter().map(|origin| (origin.period, origin.address)).collect();
            let (ours, theirs): (HashSet<_>, HashSet<_>) = (addresses(self), addresses(other));
            !ours.is_disjoint(&theirs)
        };
        (self.email.is_some() && self.email == other.email) || same_address()
    }

    /// Whether anything can be found by it: a name alone is anybody's.
    pub fn has_past(&self) -> bool {
        self.email.is_some() || !self.origins.is_empty()
    }
}

/// What a store keeps of an author, by one key of addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    pub email: Option<Identifier>,
    pub name: Option<Identifier>,
    pub address: Option<Identifier>,
    pub network: Option<Identifier>,
}

/// The network of an address: /24 of IPv4, /48 of IPv6.
pub fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => format!("{:08x}/24", ip.to_bits() & 0xffff_ff00),
        IpAddr::V6(ip) => format!("{:032x}/48", ip.to_bits() & !((1 << 80) - 1)),
    }
}

/// An earlier comment that a person settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    pub comment: CommentId,
    pub settled: Status,
    pub author: Traces,
}

/// Of each identifier, at most so many earlier comments are looked at, the latest.
pub const MOST_LOOKED_AT: u32 = 32;

/// A network that so many other authors were approved from is shared: a proxy, a carrier, an exit of Tor.
const SHARED_BY: usize = 5;

/// What an author's earlier comments come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Approved, with the same name, e-mail and network.
    pub approved: u32,
    /// Rejected, and by all appearance the same author's.
    pub rejected: u32,
    /// Whether many other good authors come from the same network.
    pub shared_network: bool,
}

impl History {
    pub fn of(identity: &Identity, past: &[Past]) -> Self {
        let agreements: Vec<_> = past.iter().map(|past| (past, Agreement::of(identity, &past.author))).collect();
        let count = |settled: Status, is_theirs: &dyn Fn(&Agreement) -> bool| {
            let theirs = agreements.iter().filter(|(past, agreement)| past.settled == settled && is_theirs(agreement));
            u32::try_from(theirs.count()).unwrap_or(u32::MAX)
        };
        let shared_network = neighbours(identity, &agreements) >= SHARED_BY;
        let approved = count(Status::Approved, &|agreement| agreement.email && agreement.name && agreement.network);
        // Who signs with the e-mail of a good author cannot bring that author into disrepute by it alone; nor can one
        // of many behind an address.
        let rejected = count(Status::Rejected, &|agreement| {
            (agreement.email && (agreement.name || agreement.network || approved == 0))
                || (agreement.address && !shared_network)
        });
        Self { approved, rejected, shared_network }
    }

    /// What it is worth: at most 1 for the author, which no rule that holds alone is bought off with, and at most 2
    /// against, which holds and never rejects alone. Nothing is known of most authors, and nothing is said then.
    pub fn signal(self) -> Option<Signal> {
        let (approved, rejected) = (f64::from(self.approved), f64::from(self.rejected));
        if self.rejected > 0 {
            let share = rejected / (rejected + approved);
            let score = ((1.0 + rejected).log2() * 0.75 * share).min(2.0);
            return Some(Signal::new(REJECTED, Source::History, Score::from_nats(score), self.rejected_message()));
        }
        (self.approved > 0).then(|| {
            let score = -((1.0 + approved).log2() * 0.25).min(1.0);
            Signal::new(APPROVED, Source::History, Score::from_nats(score), self.approved_message())
        })
    }

    /// How many steps of two the author's limits go up or down: at most four times, at least a quarter.
    pub fn steps(self) -> i8 {
        match (self.approved, self.rejected) {
            (approved, 0) if approved >= 10 => 2,
            (approved, 0) if approved >= 3 => 1,
            (approved, rejected) if rejected >= 3 && rejected > approved => -2,
            (approved, rejected) if rejected > approved => -1,
            _ => 0,
        }
    }

    fn approved_message(self) -> Message {
        let fr = match self.approved {
            1 => "Un commentaire de cet auteur a déjà été approuvé par une personne".to_owned(),
            n => format!("{n} commentaires de cet auteur ont déjà été approuvés par une personne"),
        };
        let en = match self.approved {
            1 => "A person approved one comment of this author before".to_owned(),
            n => format!("Persons approved {n} comments of this author before"),
        };
        Message::new(fr, en)
    }

    fn rejected_message(self) -> Message {
        let fr = match self.rejected {
            1 => "Un commentaire de cet auteur a déjà été rejeté par une personne".to_owned(),
            n => format!("{n} commentaires de cet auteur ont déjà été rejetés par une personne"),
        };
        let en = match self.rejected {
            1 => "A person rejected one comment of this author before".to_owned(),
            n => format!("Persons rejected {n} comments of this author before"),
        };
        Message::new(fr, en)
    }
}

/// How persons decided on the other comments of who wrote one, as a card tells it. [`History`] decides, and takes more
/// agreement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrackRecord {
    pub approved: u32,
    pub rejected: u32,
    /// Whether there may be more: only the latest were looked at.
    pub bounded: bool,
}

impl TrackRecord {
    /// By the e-mail; where there is none, by the address.
    pub fn of(comment: CommentId, author: &Identity, past: &[Past]) -> Self {
        let is_theirs = |past: &&Past| {
            let agreement = Agreement::of(author, &past.author);
            past.comment != comment && if author.email.is_some() { agreement.email } else { agreement.address }
        };
        let theirs: Vec<_> = past.iter().filter(is_theirs).collect();
        let count = |settled| theirs.iter().filter(|past| past.settled == settled).map(|_| 1).sum();
        Self {
            approved: count(Status::Approved),
            rejected: count(Status::Rejected),
            bounded: theirs.len() + 1 >= MOST_LOOKED_AT as usize,
        }
    }

    pub fn is_empty(self) -> bool {
        self.approved == 0 && self.rejected == 0
    }
}

const APPROVED: &str = "history.author_approved";
const REJECTED: &str = "history.author_rejected";

/// The store did not tell what it knows of the author.
pub fn unknown_signal() -> Signal {
    Signal::did_not_run(
        "history.author",
        Source::History,
        Message::new(
            "L’historique de l’auteur n’a pas pu être consulté",
            "The author’s history could not be looked up",
        ),
    )
}

/// In what an author and the traces of one agree.
pub(super) struct Agreement {
    pub(super) email: bool,
    pub(super) name: bool,
    pub(super) address: bool,
    pub(super) network: bool,
}

impl Agreement {
    pub(super) fn of(identity: &Identity, traces: &Traces) -> Self {
        let among = |theirs: Option<Identifier>, ours: fn(&Origin) -> Identifier| {
            theirs.is_some_and(|theirs| identity.origins.iter().any(|origin| ours(origin) == theirs))
        };
        Self {
            email: identity.email.is_some() && identity.email == traces.email,
            name: identity.name.is_some() && identity.name == traces.name,
            address: among(traces.address, |origin| origin.address),
            network: among(traces.network, |origin| origin.network),
        }
    }
}

/// How many others, by their e-mail, were approved from the same network.
fn neighbours(identity: &Identity, agreements: &[(&Past, Agreement)]) -> usize {
    let others = agreements
        .iter()
        .filter(|(past, agreement)| past.settled == Status::Approved && agreement.network)
        .filter_map(|(past, _)| past.author.email)
        .filter(|email| Some(*email) != identity.email);
    others.collect::<HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> Identifier {
        Identifier([number; 16])
    }

    fn identity() -> Identity {
        let origin = Origin { period: Period(7), address: id(3), network: id(4) };
        Identity { email: Some(id(1)), name: Some(id(2)), account: None, origins: vec![origin] }
    }

    fn past(settled: Status, of: [u8; 4]) -> Past {
        let [email, name, address, network] = of.map(|number| Some(id(number)));
        Past { comment: CommentId(uuid::Uuid::nil()), settled, author: Traces { email, name, address, network } }
    }

    fn score(past: &[Past]) -> f64 {
        History::of(&identity(), past).signal().map_or(0.0, |signal| signal.score.nats())
    }

    #[test]
    fn trust_takes_agreement_of_name_e_mail_and_network() {
        let agreeing = past(Status::Approved, [1, 2, 9, 4]);
        assert!(score(&[agreeing]) < 0.0);
        for other in [[9, 2, 3, 4], [1, 9, 3, 4], [1, 2, 9, 9]] {
            assert!(score(&[past(Status::Approved, other)]) >= 0.0, "{other:?}");
        }
    }

    #[test]
    fn trust_and_suspicion_have_bounds() {
        let many = |settled| vec![past(settled, [1, 2, 3, 4]); 1_000];
        assert!((score(&many(Status::Approved)) + 1.0).abs() < 1e-9);
        assert!((score(&many(Status::Rejected)) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_rejection_ends_trust() {
        let mut known = vec![past(Status::Approved, [1, 2, 3, 4]); 20];
        known.push(past(Status::Rejected, [1, 2, 3, 4]));
        assert!(score(&known) > 0.0);
    }

    #[test]
    fn who_borrows_an_e_mail_harms_its_owner_only_while_nothing_good_is_known() {
        let borrowed = past(Status::Rejected, [1, 8, 8, 8]);
        assert!(score(&[borrowed]) > 0.0);
        assert!(score(&[borrowed, past(Status::Approved, [1, 2, 3, 4])]) < 0.0);
    }

    #[test]
    fn one_of_many_behind_an_address_does_not_harm_the_others() {
        let spam = past(Status::Rejected, [90, 91, 3, 4]);
        assert!(score(&[spam]) > 0.0);
        let mut known: Vec<_> = (10..15).map(|other| past(Status::Approved, [other, other, other, 4])).collect();
        known.push(spam);
        assert!(History::of(&identity(), &known).shared_network);
        assert!(score(&known) == 0.0);
    }

    #[test]
    fn a_card_counts_by_e_mail_and_else_by_address_and_never_the_comment_itself() {
        let own = CommentId(uuid::Uuid::from_u128(1));
        let of = |author: &Identity, past: &[Past]| TrackRecord::of(own, author, past);
        let known = [
            past(Status::Approved, [1, 9, 9, 9]),
            past(Status::Rejected, [1, 2, 3, 4]),
            past(Status::Rejected, [9, 9, 3, 4]),
            Past { comment: own, ..past(Status::Approved, [1, 2, 3, 4]) },
        ];
        assert_eq!(of(&identity(), &known), TrackRecord { approved: 1, rejected: 1, bounded: false });
        let nameless = Identity { email: None, ..identity() };
        assert_eq!(of(&nameless, &known), TrackRecord { approved: 0, rejected: 2, bounded: false });
        assert!(of(&nameless, &known[..1]).is_empty());
        assert!(of(&identity(), &vec![known[0]; MOST_LOOKED_AT as usize]).bounded);
    }

    #[test]
    fn limits_follow_history_within_bounds() {
        let steps = |approved, rejected| History { approved, rejected, shared_network: false }.steps();
        assert_eq!([steps(0, 0), steps(3, 0), steps(1_000, 0)], [0, 1, 2]);
        assert_eq!([steps(1_000, 1), steps(0, 1), steps(0, 1_000)], [0, -1, -2]);
    }

    #[test]
    fn a_key_of_addresses_is_of_use_for_thirty_days() {
        let at = |days: i64| Timestamp::from_second(days * 86_400).unwrap();
        assert_eq!((Period::at(at(0)), Period::at(at(14)), Period::at(at(15))), (Period(0), Period(0), Period(1)));
        assert_eq!((Period::oldest_live(at(29)), Period::oldest_live(at(30))), (Period(0), Period(1)));
        assert_eq!(Period(0).ends(), at(30));
    }

    #[test]
    fn a_network_is_a_24_or_a_48() {
        let of = |ip: &str| network(ip.parse().unwrap());
        assert_eq!(of("203.0.113.7"), of("203.0.113.250"));
        assert_eq!(of("203.0.113.7"), of("::ffff:203.0.113.8"));
        assert_ne!(of("203.0.113.7"), of("203.0.114.7"));
        assert_eq!(of("2001:db8:1:2::7"), of("2001:db8:1:ffff::9"));
        assert_ne!(of("2001:db8:1::7"), of("2001:db8:2::7"));
    }
}
