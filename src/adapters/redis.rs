//! Limits shared through Redis.
//!
//! One task holds the connection. It gathers whatever calls wait at that moment and sends them as one script call:
//! under load that is a third more calls a second than a script call each, and nobody waits for a timer.
//!
//! - A call waits at most [`Settings::answer_within`]. When Redis does not answer, answers nonsense or refuses to
//!   write, all calls under way fail and the limiter is [`LimiterState::Away`]: further calls fail at once, and the
//!   task connects anew every [`Settings::probe_every`], until a whole take of a key of its own succeeds.
//! - A connection without calls is probed as often, so that [`RedisLimiter::state`] is true without traffic.
//! - A call that failed may have been counted all the same; it is never sent twice.
//! - Keys are `tamis:{SITE}:author:DIGEST` and expire when their quota is whole again. The site in braces is Redis
//!   Cluster's hash tag: all keys of a comment are in one slot. A script call serves several sites at a single node, and
//!   one site in a cluster, where those of several sites go in parallel.

mod link;
mod script;
mod server;
pub mod sightings;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use self::link::{Call, Link};
use self::script::TakeScript;
use self::server::Server;
use crate::domain::limits::{Demand, Outcome};
use crate::ports::limiter::{Limiter, LimiterError, LimiterState, Takings};

/// How patient a [`RedisLimiter`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a call waits for its answer.
    pub answer_within: Duration,
    /// How often Redis is tried while it is away or has nothing to do.
    pub probe_every: Duration,
    /// How many calls wait at most, at least one; further ones fail at once.
    pub waiting_calls: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { answer_within: Duration::from_millis(50), probe_every: Duration::from_secs(1), waiting_calls: 4096 }
    }
}

/// The limiter that shares its counts with every process that uses the same Redis.
pub struct RedisLimiter {
    calls: mpsc::Sender<Call>,
    link: Arc<Link>,
}

impl RedisLimiter {
    /// Opens `redis://…` (`rediss://…` for TLS against the system's certificates), and starts the task that holds the
    /// connection in the present Tokio runtime, where it must stay. A Redis that does not answer yet is no error: the
    /// limiter is away until it does.
    ///
    /// # Errors
    /// The URL cannot be used, or there is no Tokio runtime.
    pub async fn open(url: &str, settings: Settings) -> Result<Self, LimiterError> {
        Self::open_nodes(&[url], settings).await
    }

    /// Likewise with several nodes of one Redis Cluster.
    ///
    /// # Errors
    /// A URL cannot be used, or there is no Tokio runtime.
    pub async fn open_nodes(urls: &[&str], settings: Settings) -> Result<Self, LimiterError> {
        let runtime = Handle::try_current().map_err(|_| {
            LimiterError("there is no Tokio runtime to hold the connection to Redis: open it in one".into())
        })?;
        let address = server::addresses(urls).map_err(|error| unusable(&error))?;
        let server = Server::open(urls).map_err(|error| unusable(&error))?;

        let link =
            Arc::new(Link { server, address, settings, script: TakeScript::new(), away: ArcSwapOption::empty() });
        let (calls, waiting) = mpsc::channel(settings.waiting_calls.max(1));
        let connection = link.connect().await;
        runtime.spawn(Arc::clone(&link).run(waiting, connection));
        Ok(Self { calls, link })
    }

    async fn ask(&self, demands: &[Demand]) -> Result<Vec<Outcome>, LimiterError> {
        if let Some(reason) = &*self.link.away.load() {
            return Err(LimiterError::clone(reason));
        }
        let (answer, answered) = oneshot::channel();
        self.calls.try_send(Call { demands: demands.to_vec(), answer }).map_err(|refused| self.not_queued(&refused))?;
        match timeout(self.link.settings.answer_within, answered).await {
            Ok(Ok(outcomes)) => outcomes,
            Ok(Err(_)) => Err(self.ended()),
            Err(_) => Err(self.link.late(self.link.settings.answer_within)),
        }
    }

    fn not_queued(&self, refused: &TrySendError<Call>) -> LimiterError {
        match refused {
            TrySendError::Full(_) => LimiterError(format!(
                "{} calls wait for Redis at {} already: give it more processor, or add no more load",
                self.link.settings.waiting_calls, self.link.address
            )),
            TrySendError::Closed(_) => self.ended(),
        }
    }

    fn ended(&self) -> LimiterError {
        LimiterError(format!("the task that asks Redis at {} has ended: restart Tamis", self.link.address))
    }
}

#[async_trait]
impl Limiter for RedisLimiter {
    async fn take(&self, demands: &[Demand]) -> Result<Takings, LimiterError> {
        let outcomes = if demands.is_empty() { Vec::new() } else { self.ask(demands).await? };
        Ok(Takings { outcomes, degraded: false })
    }

    fn state(&self) -> LimiterState {
        if self.link.away.load().is_some() || self.calls.is_closed() {
            LimiterState::Away
        } else {
            LimiterState::Shared
        }
    }
}

/// The category only: the rest of the error could quote the URL, and with it the password.
fn unusable(error: &redis::RedisError) -> LimiterError {
    LimiterError(format!(
        "limits.redis_url cannot be used ({}): write redis://[user:password@]host:port, or rediss:// for TLS",
        error.category()
    ))
}
