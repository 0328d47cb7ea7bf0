//! What a moderator said of an author: block, always hold, or trust. Kept by keyed identifiers alone, for a time.
//!
//! A block or a hold is on an e-mail and on an exact address, never on a network. Trust takes name, e-mail and network:
//! who only types a trusted author's e-mail gets none of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::comment::CommentId;
use super::decision::Verdict;
use super::history::{Agreement, History, Identity, Origin, Period, Traces};
use super::score::Score;
use super::signal::{Message, Signal, Source};

/// What becomes of an author's next comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// They are rejected.
    Blocked,
    /// They wait for a person.
    Held,
    /// No score speaks against them; a rule that holds or rejects outright still does.
    Trusted,
}

impl Standing {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Held => "held",
            Self::Trusted => "trusted",
        }
    }

    /// Trust takes the most agreement to apply, and so goes before the others.
    const fn rank(self) -> u8 {
        match self {
            Self::Trusted => 2,
            Self::Blocked => 1,
            Self::Held => 0,
        }
    }
}

/// How long a standing lasts: one of [`Term::DAYS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term(u16);

impl Term {
    pub const DAYS: [u16; 4] = [7, 30, 90, 365];

    pub fn of_days(days: u16) -> Option<Self> {
        Self::DAYS.contains(&days).then_some(Self(days))
    }

    pub const fn days(self) -> u16 {
        self.0
    }

    fn from(self, now: Timestamp) -> Timestamp {
        now.checked_add(SignedDuration::from_hours(24 * i64::from(self.0))).unwrap_or(Timestamp::MAX)
    }
}

impl Default for Term {
    fn default() -> Self {
        Self(30)
    }
}

/// How many a site has at most.
pub const MOST: u32 = 10_000;

/// A standing that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The comment whose author it is about. When that is erased, it goes too.
    pub comment: CommentId,
    pub standing: Standing,
    pub until: Timestamp,
    /// A moderator's name, or [`HOST`](super::review::HOST).
    pub by: String,
    pub at: Timestamp,
    pub author: Traces,
    /// Whose key made the address and the network.
    pub period: Option<Period>,
}

/// Too little is known of an author to know them again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unrecognisable {
    #[error("nothing is kept by which this author could be recognised: no e-mail, and no address of the last weeks")]
    Nobody,
    #[error("trust takes a name, an e-mail and an address of the last weeks, and this comment lacks one of them")]
    TooLittleToTrust,
}

impl Given {
    /// Says it of who wrote a comment. What rests on an address alone ends with the key of addresses.
    ///
    /// # Errors
    /// The author left too little behind.
    pub fn new(
        comment: CommentId,
        author: &Identity,
        standing: Standing,
        term: Term,
        by: &str,
        at: Timestamp,
    ) -> Result<Self, Unrecognisable> {
        let origin = author.origins.first().filter(|origin| origin.period >= Period::oldest_live(at)).copied();
        let until = match (standing, author.email, origin) {
            (Standing::Trusted, Some(_), Some(_)) if author.name.is_some() => term.from(at),
            (Standing::Trusted, ..) => return Err(Unrecognisable::TooLittleToTrust),
            (_, Some(_), _) => term.from(at),
            (_, None, Some(origin)) => term.from(at).min(origin.period.ends()),
            (_, None, None) => return Err(Unrecognisable::Nobody),
        };
        let author = Traces {
            email: author.email,
            name: author.name,
            address: origin.map(|origin| origin.address),
            network: origin.map(|origin| origin.network),
        };
        Ok(Self { comment, standing, until, by: by.to_owned(), at, author, period: origin.map(|origin| origin.period) })
    }

    /// What it comes to for somebody; `None` where it is about somebody else.
    fn for_author(&self, author: &Identity, history: History) -> Option<Standing> {
        let agreement = Agreement::of(author, &self.author);
        match self.standing {
            Standing::Trusted => (agreement.email && agreement.name && agreement.network).then_some(Standing::Trusted),
            // Whoever was blocked from elsewhere may have borrowed the e-mail of somebody good.
            Standing::Blocked if agreement.email && !agreement.network && history.approved > 0 => Some(Standing::Held),
            standing => (agreement.email || (agreement.address && !history.shared_network)).then_some(standing),
        }
    }

    /// Whether it is about who wrote a stored comment, as far as a card tells authors apart: networks of other periods
    /// cannot be compared.
    pub fn is_about(&self, author: &Identity) -> bool {
        let agreement = Agreement::of(author, &self.author);
        match self.standing {
            Standing::Trusted => agreement.email && agreement.name,
            Standing::Blocked | Standing::Held => agreement.email || agreement.address,
        }
    }

    /// Where a trusted author comes from now, if that is not known under the newest key yet: without it, trust would
    /// end with the key of then.
    pub fn renewal(&self, author: &Identity) -> Option<Origin> {
        author.origins.first().filter(|origin| self.period < Some(origin.period)).copied()
    }
}

/// The standing that decides on an author's next comment, with what was given.
pub fn applying<'g>(
    given: &'g [Given],
    author: &Identity,
    history: History,
    now: Timestamp,
) -> Option<(Standing, &'g Given)> {
    let lasting = given.iter().filter(|given| given.until > now);
    lasting
        .filter_map(|given| Some((given.for_author(author, history)?, given)))
        .max_by_key(|(standing, given)| (standing.rank(), given.until, given.comment))
}

/// The one that a stored comment's card shows.
pub fn shown<'g>(given: &'g [Given], author: &Identity, now: Timestamp) -> Option<&'g Given> {
    let about = given.iter().filter(|given| given.until > now && given.is_about(author));
    about.max_by_key(|given| (given.standing.rank(), given.until, given.comment))
}

/// What it says of a comment. Trust speaks last, against all the others: [`policy::trust`](super::policy::trust).
pub fn signal(standing: Standing) -> Option<Signal> {
    let (id, verdict, message) = match standing {
        Standing::Blocked => (
            "author.blocked",
            Verdict::Reject,
            Message::new("La modération a bloqué cet auteur", "A moderator blocked this author"),
        ),
        Standing::Held => (
            "author.held",
            Verdict::Hold,
            Message::new("La modération veut relire cet auteur", "A moderator wants to read this author first"),
        ),
        Standing::Trusted => return None,
    };
    Some(Signal::new(id, Source::History, Score::ZERO, message).demanding(verdict))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::history::Identifier;

    fn id(number: u8) -> Identifier {
        Identifier([number; 16])
    }

    fn now() -> Timestamp {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    /// By e-mail, name, address and network.
    fn author(of: [u8; 4]) -> Identity {
        let [email, name, address, network] = of.map(id);
        let origin = Origin { period: Period::at(now()), address, network };
        Identity { email: Some(email), name: Some(name), account: None, origins: vec![origin] }
    }

    const LEA: [u8; 4] = [1, 2, 3, 4];

    fn given(standing: Standing, to: [u8; 4]) -> Given {
        let comment = CommentId(uuid::Uuid::from_u128(7));
        Given::new(comment, &author(to), standing, Term::default(), "Paul", now()).unwrap()
    }

    fn standing(given: &[Given], of: [u8; 4], history: History) -> Option<Standing> {
        applying(given, &author(of), history, now()).map(|(standing, _)| standing)
    }

    const APPROVED: History = History { approved: 1, rejected: 0, shared_network: false };
    const SHARED: History = History { approved: 0, rejected: 0, shared_network: true };

    #[test]
    fn trust_is_not_borrowed_with_an_e_mail_a_name_or_an_address() {
        let trusted = [given(Standing::Trusted, LEA)];
        let of = |of| standing(&trusted, of, History::default());
        assert_eq!(of([1, 2, 9, 4]), Some(Standing::Trusted));
        for other in [[9, 2, 3, 4], [1, 9, 3, 4], [1, 2, 9, 9], [1, 9, 9, 9]] {
            assert_eq!(of(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_block_is_on_an_e_mail_or_an_address_and_never_on_a_network() {
        let blocked = [given(Standing::Blocked, LEA)];
        let of = |of| standing(&blocked, of, History::default());
        assert_eq!((of([1, 9, 9, 9]), of([9, 9, 3, 4])), (Some(Standing::Blocked), Some(Standing::Blocked)));
        assert_eq!((of([9, 2, 9, 4]), of([9, 9, 9, 4])), (None, None), "a name or a network is many people's");
    }

    #[test]
    fn an_address_that_many_good_authors_share_is_not_blocked() {
        let blocked = [given(Standing::Blocked, LEA)];
        assert_eq!(standing(&blocked, [9, 9, 3, 4], SHARED), None);
        assert_eq!(standing(&blocked, [1, 9, 3, 4], SHARED), Some(Standing::Blocked));
    }

    #[test]
    fn blocking_who_borrowed_an_e_mail_holds_its_owner_and_does_not_reject_them() {
        let blocked = given(Standing::Blocked, [1, 8, 8, 8]);
        assert_eq!(standing(std::slice::from_ref(&blocked), LEA, APPROVED), Some(Standing::Held));
        let with_trust = [blocked, given(Standing::Trusted, LEA)];
        assert_eq!(standing(&with_trust, LEA, APPROVED), Some(Standing::Trusted));
        assert_eq!(standing(&with_trust, [1, 8, 8, 8], History::default()), Some(Standing::Blocked));
    }

    #[test]
    fn a_standing_ends() {
        let blocked = [given(Standing::Blocked, LEA)];
        let at = |days: i64| {
            applying(&blocked, &author(LEA), History::default(), now() + SignedDuration::from_hours(24 * days))
        };
        assert!(at(29).is_some() && at(30).is_none());
        assert!(shown(&blocked, &author(LEA), now()).is_some());
        assert!(shown(&blocked, &author(LEA), blocked[0].until).is_none());
    }

    #[test]
    fn what_rests_on_an_address_alone_ends_with_its_key() {
        let nameless = Identity { email: None, ..author(LEA) };
        let block = |standing, identity: &Identity| {
            let year = Term::of_days(365).unwrap();
            Given::new(CommentId(uuid::Uuid::nil()), identity, standing, year, "Paul", now())
        };
        assert_eq!(block(Standing::Blocked, &nameless).unwrap().until, Period::at(now()).ends());
        assert_eq!(block(Standing::Blocked, &author(LEA)).unwrap().until, now() + SignedDuration::from_hours(24 * 365));
        assert_eq!(block(Standing::Trusted, &nameless).unwrap_err(), Unrecognisable::TooLittleToTrust);
        let mut late = nameless;
        late.origins[0].period = Period(Period::oldest_live(now()).0 - 1);
        assert_eq!(block(Standing::Held, &late).unwrap_err(), Unrecognisable::Nobody);
    }

    #[test]
    fn trust_is_renewed_once_a_period() {
        let trusted = given(Standing::Trusted, LEA);
        assert_eq!(trusted.renewal(&author(LEA)), None);
        let mut later = author([1, 2, 30, 40]);
        later.origins[0].period.0 += 1;
        assert_eq!(trusted.renewal(&later), Some(later.origins[0]));
    }

    #[test]
    fn a_term_is_one_of_four() {
        assert_eq!(Term::DAYS.map(|days| Term::of_days(days).map(Term::days)), Term::DAYS.map(Some));
        assert_eq!((Term::of_days(0), Term::of_days(31), Term::default().days()), (None, None, 30));
    }

    #[test]
    fn a_standing_is_named_as_it_is_stored() {
        for standing in [Standing::Blocked, Standing::Held, Standing::Trusted] {
            assert_eq!(serde_json::to_value(standing).unwrap(), standing.as_str());
        }
    }
}
