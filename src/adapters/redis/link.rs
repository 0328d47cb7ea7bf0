//! The one task that talks to Redis: gathers calls, asks, answers, and connects anew.

use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use redis::RedisError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::Settings;
use super::script::TakeScript;
use super::server::{Connection, Server};
use crate::domain::limits::{Demand, Dimension, LimitKey, Outcome, Quota};
use crate::domain::site::SiteId;
use crate::ports::limiter::LimiterError;

/// The most calls that one script call serves: Redis does nothing else while it runs, about a millisecond.
const CALLS_AT_ONCE: usize = 128;

/// How long a connection may take: name, TCP, TLS, password, and a first take.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);

/// Taken from to see whether Redis answers, and writes. No site has the nil identity.
const PROBE: Demand = Demand {
    key: LimitKey { site: SiteId(Uuid::nil()), dimension: Dimension::Site, digest: [0; 16] },
    quota: Quota { count: NonZeroU32::MIN, period: Duration::from_secs(1) },
};

/// One call that waits for its outcomes.
pub struct Call {
    pub demands: Vec<Demand>,
    pub answer: oneshot::Sender<Result<Vec<Outcome>, LimiterError>>,
}

/// How to reach Redis, and what is known of it.
pub struct Link {
    pub server: Server,
    /// Host and port, never the password.
    pub address: String,
    pub settings: Settings,
    pub script: TakeScript,
    /// Why Redis is away; nothing while it answers.
    pub away: ArcSwapOption<LimiterError>,
}

/// All limiters are gone: there is nobody left to work for.
struct NobodyAsks;

impl Link {
    /// Serves and connects anew, in turns, until no limiter is left.
    pub async fn run(self: Arc<Self>, mut calls: mpsc::Receiver<Call>, mut connection: Option<Connection>) {
        loop {
            if let Some(open) = connection
                && self.serve(&mut calls, open).await.is_err()
            {
                return;
            }
            match self.reconnect(&mut calls).await {
                Ok(connected) => connection = connected,
                Err(NobodyAsks) => return,
            }
        }
    }

    /// A connection that was shown to work. Notes whether Redis is away.
    pub async fn connect(&self) -> Option<Connection> {
        let connected = match timeout(CONNECT_WITHIN, self.try_connect()).await {
            Ok(connected) => connected.map_err(|error| self.failed(&error)),
            Err(_) => Err(self.late(CONNECT_WITHIN)),
        };
        self.away.store(connected.as_ref().err().cloned().map(Arc::new));
        connected.ok()
    }

    async fn try_connect(&self) -> Result<Connection, RedisError> {
        let mut connection = self.server.connect().await?;
        self.script.run(&mut connection, &[&[PROBE]]).await?;
        Ok(connection)
    }

    /// Asks for whatever calls wait, again and again, until Redis fails.
    async fn serve(&self, calls: &mut mpsc::Receiver<Call>, mut connection: Connection) -> Result<(), NobodyAsks> {
        let mut gathered = Vec::with_capacity(CALLS_AT_ONCE);
        loop {
            let count = timeout(self.settings.probe_every, calls.recv_many(&mut gathered, CALLS_AT_ONCE)).await;
            let is_idle = match count {
                Ok(0) => return Err(NobodyAsks),
                count => count.is_err(),
            };
            gathered.retain(|call| !call.answer.is_closed());
            if gathered.is_empty() && !is_idle {
                continue;
            }
            if !self.ask_and_answer(&mut connection, &mut gathered).await {
                return Ok(());
            }
        }
    }

    /// Whether Redis answered.
    async fn ask_and_answer(&self, connection: &mut Connection, calls: &mut Vec<Call>) -> bool {
        match self.ask(connection, calls).await {
            Ok(outcomes) => {
                answer(calls.drain(..), outcomes);
                true
            }
            Err(error) => {
                // Noted first: who is told of the failure must find the limiter away.
                self.away.store(Some(Arc::new(error.clone())));
                calls.drain(..).for_each(|call| call.refuse(&error));
                false
            }
        }
    }

    async fn ask(&self, redis: &mut Connection, calls: &[Call]) -> Result<Vec<Outcome>, LimiterError> {
        let mut demands: Vec<&[Demand]> = calls.iter().map(|call| call.demands.as_slice()).collect();
        if demands.is_empty() {
            demands.push(&[PROBE]);
        }
        match timeout(self.settings.answer_within, self.script.run(redis, &demands)).await {
            Ok(answer) => answer.map_err(|error| self.failed(&error)),
            Err(_) => Err(self.late(self.settings.answer_within)),
        }
    }

    /// Tries to connect once, after a while: at once would be a busy loop while Redis accepts connections but refuses
    /// to write. Calls that were on their way fail meanwhile without waiting.
    async fn reconnect(&self, calls: &mut mpsc::Receiver<Call>) -> Result<Option<Connection>, NobodyAsks> {
        let mut attempt = pin!(async {
            sleep(self.settings.probe_every).await;
            self.connect().await
        });
        loop {
            tokio::select! {
                connected = &mut attempt => return Ok(connected),
                call = calls.recv() => self.refuse(call.ok_or(NobodyAsks)?),
            }
        }
    }

    fn refuse(&self, call: Call) {
        if let Some(reason) = &*self.away.load() {
            call.refuse(reason);
        }
    }

    /// No answer came in time.
    pub fn late(&self, within: Duration) -> LimiterError {
        LimiterError(format!(
            "Redis at {} did not answer within {within:?} and is tried again every {:?}: see whether it runs and is not \
             overloaded",
            self.address, self.settings.probe_every
        ))
    }

    /// Redis refused, or could not be reached.
    fn failed(&self, error: &RedisError) -> LimiterError {
        LimiterError(format!(
            "Redis at {} failed and is tried again every {:?}: {error}: see whether it runs, lets Tamis in and may write",
            self.address, self.settings.probe_every
        ))
    }
}

impl Call {
    /// A caller that is gone does not mind.
    fn refuse(self, reason: &LimiterError) {
        let _ = self.answer.send(Err(reason.clone()));
    }
}

fn answer(calls: impl Iterator<Item = Call>, outcomes: Vec<Outcome>) {
    let mut outcomes = outcomes.into_iter();
    for call in calls {
        let own = outcomes.by_ref().take(call.demands.len()).collect();
        let _ = call.answer.send(Ok(own));
    }
}
