//! Copies of comments, counted in Redis by every process that shares it.
//!
//! Keys are `tamis:{SITE}:copies:DIGEST`, and `tamis:{all}:copies:DIGEST` for all sites: sorted sets of comment ids by
//! time, of at most [`MOST_COPIES`], gone when the window is over. The two calls of a comment go in parallel.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use redis::{RedisError, Script};
use tokio::time::timeout;
use uuid::Uuid;

use super::server::{Connection, Server};
use super::{Settings, unusable};
use crate::domain::campaign::{Band, Copies, MOST_COPIES};
use crate::domain::comment::CommentId;
use crate::ports::campaigns::{Sighting, Sightings};
use crate::ports::limiter::LimiterError;

/// The counts that every process with the same Redis shares.
pub struct RedisSightings {
    server: Server,
    settings: Settings,
    script: Script,
    link: Mutex<Link>,
}

/// The connection, or when to look for one again.
enum Link {
    Open(Connection),
    Closed { until: Option<Instant> },
}

impl RedisSightings {
    /// # Errors
    /// The URL cannot be used.
    pub fn new(urls: &[&str], settings: Settings) -> Result<Self, LimiterError> {
        let server = Server::open(urls).map_err(|error| unusable(&error))?;
        let script = Script::new(include_str!("see.lua"));
        Ok(Self { server, settings, script, link: Mutex::new(Link::Closed { until: None }) })
    }

    /// While Redis is known to be away nobody waits.
    fn is_away(&self) -> bool {
        matches!(&*self.link(), Link::Closed { until: Some(until) } if Instant::now() < *until)
    }

    /// The connection that is open, or a new one.
    async fn connection(&self) -> Result<Connection, LimiterError> {
        match &mut *self.link() {
            Link::Open(connection) => return Ok(connection.clone()),
            // Others are refused while this one tries.
            Link::Closed { until } => *until = Some(Instant::now() + self.settings.probe_every),
        }
        let connection = self.server.connect().await.map_err(|error| failed(&error))?;
        *self.link() = Link::Open(connection.clone());
        Ok(connection)
    }

    async fn ask(&self, sighting: &Sighting) -> Result<Copies, LimiterError> {
        let connection = self.connection().await?;
        let site = sighting.site.to_string();
        let (here, everywhere) = tokio::join!(
            self.see(connection.clone(), &site, &sighting.here, sighting),
            self.see(connection, "all", &sighting.everywhere, sighting)
        );
        let (here, everywhere) = (here?, everywhere?);
        Ok(Copies { here: here.into_iter().rev().take(MOST_COPIES).rev().collect(), everywhere: everywhere.len() })
    }

    /// The other comments with one of the bands, in the order of ids.
    async fn see(
        &self,
        mut redis: Connection,
        tag: &str,
        bands: &[Band],
        sighting: &Sighting,
    ) -> Result<BTreeSet<CommentId>, LimiterError> {
        let mut call = self.script.prepare_invoke();
        for Band(digest) in bands {
            call.key(format!("tamis:{{{tag}}}:copies:{:032x}", u128::from_be_bytes(*digest)));
        }
        let window = u64::try_from(sighting.window.as_millis()).unwrap_or(u64::MAX);
        call.arg(sighting.id.to_string()).arg(window).arg(MOST_COPIES);
        let found: Vec<String> = call.invoke_async(&mut redis).await.map_err(|error| failed(&error))?;
        let ids = found.iter().filter_map(|id| Uuid::try_parse(id).ok()).map(CommentId);
        Ok(ids.filter(|id| *id != sighting.id).collect())
    }

    fn link(&self) -> std::sync::MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        *self.link() = Link::Closed { until: Some(Instant::now() + self.settings.probe_every) };
    }
}

#[async_trait]
impl Sightings for RedisSightings {
    async fn see(&self, sighting: &Sighting) -> Result<Copies, LimiterError> {
        if self.is_away() {
            return Err(away());
        }
        let within = self.settings.answer_within;
        let answer = timeout(within, self.ask(sighting)).await.unwrap_or_else(|_| Err(late(within)));
        if answer.is_err() {
            self.close();
        }
        answer
    }
}

fn away() -> LimiterError {
    LimiterError("Redis is away and is tried again soon".to_owned())
}

fn late(within: Duration) -> LimiterError {
    LimiterError(format!("Redis did not answer within {within:?}: see whether it runs and is not overloaded"))
}

fn failed(error: &RedisError) -> LimiterError {
    LimiterError(format!("Redis failed: {error}: see whether it runs, lets Tamis in and may write"))
}
