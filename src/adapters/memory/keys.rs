//! The keys of one quota, with a hard bound.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;

use crate::domain::limits::LimitKey;

/// The most keys that one quota holds (some five megabytes).
pub const MOST_KEYS: usize = SHARDS * MOST_IN_A_SHARD;

const SHARDS: usize = 256;

/// Small, so that looking through a full shard is quick.
const MOST_IN_A_SHARD: usize = 256;

type Shard = HashMap<LimitKey, Nanos>;

/// When the quota of each key is whole again, in time since the limiter's start (GCRA's "theoretical arrival time").
///
/// governor's own stores grow without bound. Here a full shard forgets the key that is whole soonest, the one whose
/// loss allows the fewest calls too many: who floods with new keys makes others be counted too kindly, never too hard.
#[derive(Clone)]
pub struct Keys {
    shards: Arc<[Mutex<Shard>]>,
    /// Seeded by chance, so that nobody can aim at one shard.
    hasher: RandomState,
}

impl Default for Keys {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }
}

impl Keys {
    pub fn whole_at(&self, key: &LimitKey) -> Option<Nanos> {
        self.shard(key).get(key).copied()
    }

    #[expect(clippy::indexing_slicing, reason = "the remainder of a division by the length is below it")]
    fn shard(&self, key: &LimitKey) -> MutexGuard<'_, Shard> {
        let at = self.hasher.hash_one(key) % self.shards.len() as u64;
        open(&self.shards[at as usize])
    }
}

fn open(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn put(shard: &mut Shard, key: LimitKey, whole_at: Nanos) {
    if shard.len() >= MOST_IN_A_SHARD && !shard.contains_key(&key) {
        let soonest = shard.iter().min_by_key(|(_, at)| **at).map(|(key, _)| *key);
        soonest.map(|key| shard.remove(&key));
    }
    shard.insert(key, whole_at);
}

impl StateStore for Keys {
    type Key = LimitKey;

    fn measure_and_replace<T, F, E>(&self, key: &LimitKey, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut shard = self.shard(key);
        let (answer, whole_at) = decide(shard.get(key).copied())?;
        put(&mut shard, *key, whole_at);
        Ok(answer)
    }
}

impl ShrinkableKeyedStateStore<LimitKey> for Keys {
    fn retain_recent(&self, drop_below: Nanos) {
        for shard in self.shards.iter() {
            open(shard).retain(|_, whole_at| *whole_at > drop_below);
        }
    }

    fn shrink_to_fit(&self) {
        for shard in self.shards.iter() {
            open(shard).shrink_to_fit();
        }
    }

    fn len(&self) -> usize {
        self.shards.iter().map(|shard| open(shard).len()).sum()
    }

    fn is_empty(&self) -> bool {
        self.shards.iter().all(|shard| open(shard).is_empty())
    }
}
