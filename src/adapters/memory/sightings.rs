//! Copies of comments, counted in this process.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::domain::campaign::{Band, Copies, MOST_COPIES};
use crate::domain::comment::CommentId;
use crate::ports::campaigns::{Sighting, Sightings};
use crate::ports::limiter::LimiterError;

/// So many notes are kept (some 20 megabytes), eight a comment; the oldest goes first.
pub const MOST_NOTES: usize = 1 << 18;

/// Notes of which comment had which band.
#[derive(Debug, Default)]
pub struct MemorySightings(Mutex<Notes>);

#[derive(Debug, Default)]
struct Notes {
    by_band: HashMap<Band, VecDeque<CommentId>>,
    /// As they came.
    order: VecDeque<(Instant, Band)>,
}

impl MemorySightings {
    /// How many notes are kept now.
    pub fn notes(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).order.len()
    }

    fn see_at(&self, now: Instant, sighting: &Sighting) -> Copies {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.forget(now, sighting.window);
        let here = notes.see(now, sighting.id, &sighting.here);
        let everywhere = notes.see(now, sighting.id, &sighting.everywhere).len();
        Copies { here: here.into_iter().rev().take(MOST_COPIES).rev().collect(), everywhere }
    }
}

impl Notes {
    /// Drops what is older than the window, and the oldest beyond the bound.
    fn forget(&mut self, now: Instant, window: Duration) {
        while let Some((at, band)) = self.order.front().copied()
            && (now.duration_since(at) >= window || self.order.len() > MOST_NOTES)
        {
            self.order.pop_front();
            let Some(ids) = self.by_band.get_mut(&band) else { continue };
            ids.pop_front();
            if ids.is_empty() {
                self.by_band.remove(&band);
            }
        }
    }

    /// The other comments with one of the bands, in the order of ids, which is that of time.
    fn see(&mut self, now: Instant, id: CommentId, bands: &[Band]) -> BTreeSet<CommentId> {
        let mut others = BTreeSet::new();
        for band in bands {
            let ids = self.by_band.entry(*band).or_default();
            others.extend(ids.iter().rev().take(MOST_COPIES));
            if !ids.contains(&id) {
                ids.push_back(id);
                self.order.push_back((now, *band));
            }
        }
        others.remove(&id);
        others
    }
}

#[async_trait]
impl Sightings for MemorySightings {
    async fn see(&self, sighting: &Sighting) -> Result<Copies, LimiterError> {
        Ok(self.see_at(Instant::now(), sighting))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::site::SiteId;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn sighting(number: u128, band: u128) -> Sighting {
        let band = |scope: u128| vec![Band((band << 8 | scope).to_be_bytes())];
        let id = CommentId(Uuid::from_u128(number));
        Sighting { site: SiteId(Uuid::nil()), id, here: band(1), everywhere: band(2), window: HOUR }
    }

    #[test]
    fn copies_count_within_the_window_and_each_once() {
        let (sightings, start) = (MemorySightings::default(), Instant::now());
        let see = |after: u64, number| sightings.see_at(start + Duration::from_secs(after), &sighting(number, 7));
        assert_eq!(see(0, 1), Copies::default());
        assert_eq!(see(1, 1), Copies::default(), "not a copy of itself");
        assert_eq!(see(1_800, 2).here, [CommentId(Uuid::from_u128(1))]);
        assert_eq!(see(3_601, 3).here, [CommentId(Uuid::from_u128(2))]);
        assert_eq!(sightings.see_at(start, &sighting(4, 8)), Copies::default());
    }

    #[test]
    fn a_million_different_texts_stay_within_the_bound() {
        let (sightings, start) = (MemorySightings::default(), Instant::now());
        for number in 0..1_000_000 {
            sightings.see_at(start, &sighting(number, number));
        }
        assert!(sightings.notes() <= MOST_NOTES + 2);
        assert!(sightings.0.lock().unwrap().by_band.len() <= MOST_NOTES + 2);
        assert_eq!(sightings.see_at(start, &sighting(2_000_000, 999_999)).here.len(), 1, "the latest are kept");
    }

    #[test]
    fn a_flood_of_one_text_answers_with_a_bounded_list() {
        let (sightings, start) = (MemorySightings::default(), Instant::now());
        for number in 0..1_000 {
            sightings.see_at(start, &sighting(number, 7));
        }
        let copies = sightings.see_at(start, &sighting(1_000, 7));
        assert_eq!((copies.here.len(), copies.everywhere), (MOST_COPIES, MOST_COPIES));
        assert_eq!(copies.here.last(), Some(&CommentId(Uuid::from_u128(999))));
    }
}
