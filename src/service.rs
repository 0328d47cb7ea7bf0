//! The use cases: moderate a comment, review a recorded one, know the sites. No HTTP, SQL or Redis here.

pub mod accounts;

pub mod answer;

pub mod bulletins;

pub mod card;

pub mod erasure;

pub mod authors;

pub mod campaigns;

pub mod error;

pub mod gate;

pub mod gold;

pub mod holdings;

pub mod keys;

pub mod ledger;
pub mod limits;

pub mod models;

pub mod moderate;

pub mod promote;

pub mod queue;

pub mod replay;

pub mod retention;

pub mod review;

pub mod sieves;

pub mod sites;

pub mod standing;

pub mod upkeep;

pub mod waiting;

pub mod written;

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::campaign::CampaignLimits;
use crate::domain::decision::Verdict;
use crate::ports::authors::Authors;
use crate::ports::campaigns::{Approved, Sightings};
use crate::ports::clock::{Clock, Random};
use crate::ports::limiter::Limiter;
use crate::ports::privacy::Privacy;
use crate::ports::queue::QueueStore;
use crate::ports::standings::Standings;
use crate::ports::store::Store;

pub use authors::{AddressKeys, SharedNetworks};
pub use error::ServiceError;
pub use keys::Keys;
pub use limits::Quotas;
pub use models::Models;
pub use sieves::Sieves;

/// Everything a use case needs. Cheap to share, and the same in production and in tests.
pub struct Service {
    pub store: Arc<dyn Store>,
    pub privacy: Arc<dyn Privacy>,
    pub queue: Arc<dyn QueueStore>,
    pub authors: Arc<dyn Authors>,
    pub standings: Arc<dyn Standings>,
    pub limiter: Arc<dyn Limiter>,
    pub sightings: Arc<dyn Sightings>,
    pub approvals: Arc<dyn Approved>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// What decides. A request takes its own once, so it sees one rule set and one model from start to end.
    pub sieves: Sieves,
    pub models: Models,
    pub keys: Keys,
    pub address_keys: AddressKeys,
    pub shared_networks: SharedNetworks,
    pub quotas: Quotas,
    pub campaigns: CampaignLimits,
    pub store_down: StoreDown,
}

/// What to answer to a submission while the store is away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreDown {
    /// Nothing: the host site keeps the comment and tries again.
    #[default]
    Unavailable,
    /// The ordinary verdict, not recorded, but never below this one.
    AtLeast(Verdict),
}

impl Service {
    /// A version 7 UUID of now.
    fn new_id(&self) -> Uuid {
        let mut random = [0; 10];
        self.random.fill(&mut random);
        let milliseconds = self.clock.now().as_millisecond().unsigned_abs();
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
    }
}
