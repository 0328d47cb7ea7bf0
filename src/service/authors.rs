//! Who wrote a comment, by keyed identifiers, and what their earlier comments say.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::domain::comment::Comment;
use crate::domain::history::{self, History, Identifier, Identity, Period};
use crate::domain::secrets::{DigestKey, NONCE};
use crate::domain::signal::Signal;
use crate::domain::site::Site;
use crate::domain::standing::{self, Given, Standing};
use crate::ports::authors::Remembered;
use crate::ports::store::StoreError;

use super::Service;
use super::keys::{self, KeysError};

/// The keys of addresses that are of use now, the newest first. Asked of the store when a period begins.
#[derive(Debug, Default)]
pub struct AddressKeys(ArcSwap<Vec<(Period, DigestKey)>>);

/// The author of one comment.
#[derive(Clone, Debug, Default)]
pub struct Author {
    pub identity: Identity,
    /// Nothing known where the store did not answer.
    pub history: History,
    /// What history and a moderator's word say.
    pub signals: Vec<Signal>,
    /// A moderator's trust.
    pub trust: Option<Given>,
}

impl Author {
    /// The store did not tell what it knows of them.
    pub(super) fn unknown(identity: Identity) -> Self {
        Self { identity, signals: vec![history::unknown_signal()], ..Self::default() }
    }

    fn of(identity: Identity, remembered: &Remembered, now: Timestamp) -> Self {
        let history = History::of(&identity, &remembered.past);
        let applying = standing::applying(&remembered.standings, &identity, history, now);
        let said = applying.and_then(|(standing, _)| standing::signal(standing));
        let trust = applying.filter(|(standing, _)| *standing == Standing::Trusted).map(|(_, given)| given.clone());
        Self { signals: history.signal().into_iter().chain(said).collect(), identity, history, trust }
    }
}

impl AddressKeys {
    fn at(&self, now: Timestamp) -> Option<Vec<(Period, DigestKey)>> {
        let keys = self.0.load();
        let newest = keys.first().map(|(period, _)| *period);
        (newest == Some(Period::at(now))).then(|| keys.to_vec())
    }
}

/// The networks of which the operator was told that many good authors share them.
#[derive(Debug, Default)]
pub struct SharedNetworks(Mutex<HashSet<Identifier>>);

/// More are told of again.
const MOST_TOLD: usize = 1_024;

impl SharedNetworks {
    /// Tells once, and never the network itself.
    pub(super) fn tell(&self, site: &Site, identity: &Identity) {
        let Some(origin) = identity.origins.first() else { return };
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= MOST_TOLD {
            told.clear();
        }
        if told.insert(origin.network) {
            tracing::info!(
                site = site.name,
                "many good authors share a network: it is not counted against `limits.network`"
            );
        }
    }
}

impl Service {
    /// Who wrote a comment and what is known of them. A store that does not answer costs the history and is told.
    pub(super) async fn author(&self, site: &Site, comment: &Comment) -> Author {
        let keys = match comment.ip() {
            Some(_) => self.address_keys().await,
            None => Ok(Vec::new()),
        };
        let identity = Identity::of(site.id, comment, &self.keys.authors, keys.as_deref().unwrap_or_default());
        if keys.is_err() {
            return Author::unknown(identity);
        }
        if !identity.has_past() {
            return Author { identity, ..Author::default() };
        }
        match self.authors.remembered(site.id, &identity).await {
            Ok(remembered) => Author::of(identity, &remembered, self.clock.now()),
            Err(error) => {
                tracing::warn!(%error, "the history of an author could not be looked up");
                Author::unknown(identity)
            }
        }
    }

    /// The keys of addresses of now; the first replica to ask in a period draws its key. Retention destroys those
    /// whose time is over.
    async fn address_keys(&self) -> Result<Vec<(Period, DigestKey)>, KeysError> {
        let now = self.clock.now();
        if let Some(keys) = self.address_keys.at(now) {
            return Ok(keys);
        }
        self.draw_address_key(Period::at(now)).await?;
        let keys = keys::of_addresses(self.authors.as_ref(), &self.keys.sealing, now).await?;
        if keys.first().map(|(period, _)| *period) != Some(Period::at(now)) {
            let gone = "the key of addresses went away as it was stored; try again";
            return Err(StoreError::Unavailable(gone.to_owned()).into());
        }
        self.address_keys.0.store(keys.clone().into());
        Ok(keys)
    }

    async fn draw_address_key(&self, period: Period) -> Result<(), StoreError> {
        if self.authors.address_key(period).await?.is_some() {
            return Ok(());
        }
        let (mut fresh, mut nonce) = ([0; 32], [0; NONCE]);
        self.random.fill(&mut fresh);
        self.random.fill(&mut nonce);
        let sealed = self.keys.sealing.seal(&keys::address_key_name(period), &fresh, nonce);
        self.authors.keep_address_key(period, &sealed).await
    }
}
