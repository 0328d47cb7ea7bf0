//! Reads the corpus once and works on it in two lanes: reading JSON and deriving texts cost about the same.
//!
//! Which example goes into which lane depends on its place in the corpus alone, so that the sums are the same on every
//! machine, whatever it does at the same time.

use std::sync::mpsc::sync_channel;
use std::thread;

use super::TrainingError;
use super::corpus::{Corpus, Example};

const LANES: usize = 2;
/// Examples that are handed over at once, and how many such batches may wait.
const BATCH: usize = 64;
const WAITING: usize = 4;

/// Visits every example in one of the lanes, and gives the lanes back in order. `read` is told of each example read.
pub(super) fn visit<L: Send>(
    corpus: &Corpus,
    lane: impl Fn() -> L,
    visit: impl Fn(&mut L, Example) + Sync,
    read: &mut dyn FnMut(&Example),
) -> Result<Vec<L>, TrainingError> {
    let visit = &visit;
    thread::scope(|scope| {
        let (senders, workers): (Vec<_>, Vec<_>) = (0..LANES)
            .map(|_| {
                let (send, receive) = sync_channel::<Vec<Example>>(WAITING);
                let mut lane = lane();
                let work = move || {
                    receive.into_iter().flatten().for_each(|example| visit(&mut lane, example));
                    lane
                };
                (send, scope.spawn(work))
            })
            .unzip();
        let mut batch = Vec::with_capacity(BATCH);
        let mut turn = senders.iter().cycle();
        // A lane that stopped is noticed when it is joined.
        let mut hand_over = |batch: Vec<Example>| turn.next().map(|sender| sender.send(batch));
        corpus.each(&mut |example| {
            read(&example);
            batch.push(example);
            if batch.len() == BATCH {
                hand_over(std::mem::take(&mut batch));
            }
        })?;
        hand_over(batch);
        drop(senders);
        let stopped = |_| TrainingError::fit("reading the corpus stopped half-way; this is a mistake in Tamis");
        workers.into_iter().map(|worker| worker.join().map_err(stopped)).collect()
    })
}
