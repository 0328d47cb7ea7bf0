//! What the service needs of the world, as small traits; adapters fulfil them.

pub mod accounts;

pub mod authors;

pub mod campaigns;

pub mod clock;

pub mod ledger;

pub mod limiter;

pub mod queue;

pub mod registry;

pub mod mailer;
pub mod notifications;
pub mod privacy;

pub mod standings;

pub mod store;

pub mod upkeep;
