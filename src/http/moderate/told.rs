//! What was just done, as the address after it says it: `?did=approved&n=3&at=…&changed=…`.

use jiff::Timestamp;
use url::form_urlencoded::Serializer;

use super::words::Words;
use crate::domain::comment::CommentId;
use crate::service::ServiceError;
use crate::service::queue::Press;

/// Most comments that are shown again since somebody else was quicker.
const MOST_SHOWN: usize = 10;

/// What was just done, in words.
#[derive(Default)]
pub struct Told {
    pub text: String,
    /// What an undo sends; empty where there is nothing to undo.
    pub at: String,
    /// Comments that somebody else changed first.
    pub changed: Vec<CommentId>,
}

/// What a press came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub did: Did,
    pub number: u64,
    pub at: Option<Timestamp>,
    pub changed: Vec<CommentId>,
    pub changed_number: u64,
    pub failed: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Did {
    #[default]
    Nothing,
    Approved,
    Rejected,
    Undone,
    TooLong,
    Blocked,
    AlwaysHeld,
    Trusted,
    Lifted,
    Unrecognisable,
    Untrustable,
    TooManyStandings,
}

impl Did {
    const ALL: [(Self, &'static str); 12] = [
        (Self::Nothing, "nothing"),
        (Self::Approved, "approved"),
        (Self::Rejected, "rejected"),
        (Self::Undone, "undone"),
        (Self::TooLong, "too-long"),
        (Self::Blocked, "blocked"),
        (Self::AlwaysHeld, "always-held"),
        (Self::Trusted, "trusted"),
        (Self::Lifted, "lifted"),
        (Self::Unrecognisable, "unrecognisable"),
        (Self::Untrustable, "untrustable"),
        (Self::TooManyStandings, "too-many-standings"),
    ];

    fn read(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(did, _)| *did)
    }

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(did, _)| *did == self).map_or("nothing", |(_, name)| name)
    }
}

impl Outcome {
    pub fn of(press: &Press, did: Did) -> Self {
        let refused = |error: &ServiceError| matches!(error, ServiceError::Changed { .. } | ServiceError::Refused(_));
        let errors = press.outcomes.iter().filter_map(|(id, outcome)| Some((*id, outcome.as_ref().err()?)));
        let (changed, failed): (Vec<_>, Vec<_>) = errors.partition(|(_, error)| refused(error));
        Self {
            did,
            number: press.done() as u64,
            at: (did != Did::Undone && press.done() > 0).then_some(press.at),
            changed_number: changed.len() as u64,
            changed: changed.into_iter().map(|(id, _)| id).take(MOST_SHOWN).collect(),
            failed: failed.len() as u64,
        }
    }

    pub fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("did", self.did.name()).append_pair("n", &self.number.to_string());
        if let Some(at) = self.at {
            query.append_pair("at", &at.as_microsecond().to_string());
        }
        for (name, number) in [("c", self.changed_number), ("f", self.failed)] {
            if number > 0 {
                query.append_pair(name, &number.to_string());
            }
        }
        for id in &self.changed {
            query.append_pair("changed", &id.to_string());
        }
        query.finish()
    }

    fn read(query: &str) -> Option<Self> {
        let mut read = Self::default();
        let mut did = None;
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "did" => did = Did::read(&value),
                "n" => read.number = value.parse().unwrap_or_default(),
                "c" => read.changed_number = value.parse().unwrap_or_default(),
                "f" => read.failed = value.parse().unwrap_or_default(),
                "at" => read.at = instant(&value),
                "changed" if read.changed.len() < MOST_SHOWN => {
                    read.changed.extend(uuid::Uuid::try_parse(&value).map(CommentId));
                }
                _ => {}
            }
        }
        did.map(|did| Self { did, ..read })
    }

    pub fn say(&self, words: &Words) -> String {
        let done = match self.did {
            Did::Nothing => Some(words.say("told-nothing")),
            Did::TooLong => Some(words.say("told-too-long")),
            Did::Blocked => Some(words.say("told-blocked")),
            Did::AlwaysHeld => Some(words.say("told-always-held")),
            Did::Trusted => Some(words.say("told-trusted")),
            Did::Lifted => Some(words.say("told-lifted")),
            Did::Unrecognisable => Some(words.say("told-unrecognisable")),
            Did::Untrustable => Some(words.say("told-untrustable")),
            Did::TooManyStandings => Some(words.say("told-too-many-standings")),
            _ if self.number == 0 => None,
            Did::Approved => Some(words.counting("told-approved", self.number)),
            Did::Rejected => Some(words.counting("told-rejected", self.number)),
            Did::Undone => Some(words.counting("told-undone", self.number)),
        };
        let changed = (self.changed_number > 0).then(|| words.counting("told-changed", self.changed_number));
        let failed = (self.failed > 0).then(|| words.counting("told-failed", self.failed));
        let said: Vec<String> = [done, changed, failed].into_iter().flatten().collect();
        if said.is_empty() { words.say("script-nothing-to-undo") } else { said.join(" ") }
    }
}

impl Told {
    /// `None` when nothing was done just now.
    pub fn read(query: &str, words: &Words) -> Option<Self> {
        let outcome = Outcome::read(query)?;
        let at = outcome.at.map(|at| at.as_microsecond().to_string()).unwrap_or_default();
        Some(Self { text: outcome.say(words), at, changed: outcome.changed })
    }
}

/// Microseconds since 1970, as an undo sends them.
pub fn instant(written: &str) -> Option<Timestamp> {
    Timestamp::from_microsecond(written.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_reads_back() {
        let outcome = Outcome {
            did: Did::Rejected,
            number: 3,
            at: Some(Timestamp::from_microsecond(1_795_000_000_123_456).unwrap()),
            changed: vec![CommentId(uuid::Uuid::from_u128(7))],
            changed_number: 12,
            failed: 1,
        };
        assert_eq!(Outcome::read(&outcome.query()), Some(outcome));
        assert_eq!(Outcome::read("order=doubt&did=harm"), None);
    }
}
