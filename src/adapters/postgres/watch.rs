//! Spares callers the wait for a database that is known to be away.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::connect::{self, Place};
use crate::ports::store::StoreError;

/// After so many calls that waited in vain, with none between them that did not, it is taken to be away.
const ENOUGH: u32 = 3;

/// How often it is asked whether it is back.
const EVERY: Duration = Duration::from_secs(1);

/// While it is away, calls fail at once, and a task of its own asks for it: nobody's call is the one that tries.
#[derive(Debug)]
pub(super) struct Watch {
    place: Place,
    in_vain: AtomicU32,
    away: AtomicBool,
    /// When it was last found to be away.
    lost: Mutex<Option<Instant>>,
}

impl Watch {
    pub(super) fn new(place: Place) -> Arc<Self> {
        Arc::new(Self { place, in_vain: AtomicU32::new(0), away: AtomicBool::new(false), lost: Mutex::default() })
    }

    /// # Errors
    /// What `asking` fails with, or at once that the database is away.
    pub(super) async fn over<T>(
        self: &Arc<Self>,
        asking: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        if self.away.load(Ordering::Relaxed) {
            let away = "does not answer; Tamis asks for it every second and goes on by itself";
            return Err(StoreError::Unavailable(away.to_owned()));
        }
        let begun = Instant::now();
        let answered = asking.await;
        match &answered {
            Ok(_) => self.in_vain.store(0, Ordering::Relaxed),
            Err(StoreError::Unavailable(_)) if begun.elapsed() >= self.place.patience() => self.note_in_vain(),
            // It said no, which it can only when it is there, or so quickly that nobody needs to be spared.
            Err(_) => {}
        }
        answered
    }

    /// Whether a connection of an age may be used: one from before it was away may be dead without a word, and each such
    /// would have to be waited for in turn.
    pub(super) fn trusts(&self, age: Duration) -> bool {
        let lost = *self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.is_none_or(|lost| lost.elapsed() > age)
    }

    fn note_in_vain(self: &Arc<Self>) {
        if self.in_vain.fetch_add(1, Ordering::Relaxed) + 1 >= ENOUGH && !self.away.swap(true, Ordering::Relaxed) {
            *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            tracing::warn!("PostgreSQL does not answer: calls fail at once until it does");
            tokio::spawn(until_back(Arc::downgrade(self)));
        }
    }
}

/// Asks until it is back, or until nobody needs it any more.
async fn until_back(watch: Weak<Watch>) {
    loop {
        sleep(EVERY).await;
        let Some(watch) = watch.upgrade() else { return };
        if connect::answers(&watch.place).await {
            watch.in_vain.store(0, Ordering::Relaxed);
            watch.away.store(false, Ordering::Relaxed);
            tracing::info!("PostgreSQL answers again");
            return;
        }
    }
}
