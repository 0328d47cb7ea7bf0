//! Reads the corpus once and works on it in lanes, which parse what they are given: that costs as much as deriving texts.
//!
//! Which example goes into which lane depends on its place in the corpus alone, so that the sums are the same on every
//! machine, whatever it does at the same time.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::TrainingError;
use super::corpus::Corpus;
use crate::corpus::{Lines, ReadError, Row};

pub(super) const LANES: usize = 2;
/// How many runs of lines may wait for a lane.
const WAITING: usize = 4;

/// A run of lines, by its place in the corpus and the place of its file among the files.
struct Run {
    place: u64,
    file: usize,
    lines: Lines,
}

/// What the first line that is no example is told with, and the place of its run.
type Wrong = (u64, ReadError);

/// Visits every line in one of the lanes, with the place of its file, and gives the lanes back in order. `read` is told
/// of each run as it is read, in order.
pub(super) fn visit<L: Send>(
    corpus: &Corpus,
    lane: impl Fn() -> L,
    visit: impl Fn(&mut L, usize, Row) + Sync,
    read: &mut dyn FnMut(usize, &Lines),
) -> Result<Vec<L>, TrainingError> {
    let visit = &visit;
    thread::scope(|scope| {
        let (senders, workers): (Vec<_>, Vec<_>) = (0..LANES)
            .map(|_| {
                let (send, receive) = sync_channel::<Run>(WAITING);
                let lane = lane();
                (send, scope.spawn(move || work(lane, &receive, visit)))
            })
            .unzip();
        hand_out(corpus, senders, read)?;
        let stopped = |_| TrainingError::fit("reading the corpus stopped half-way; this is a mistake in Tamis");
        let worked: Vec<_> =
            workers.into_iter().map(|worker| worker.join().map_err(stopped)).collect::<Result<_, _>>()?;
        in_order(worked)
    })
}

/// Reads the corpus and gives each run to the next lane, until one has stopped.
fn hand_out(
    corpus: &Corpus,
    senders: Vec<SyncSender<Run>>,
    read: &mut dyn FnMut(usize, &Lines),
) -> Result<(), TrainingError> {
    let mut turns = (0..).zip(senders.iter().cycle());
    let mut stopped = false;
    corpus.each_run(&mut |file, lines| {
        // A lane that found a mistake takes no more; which one is told once all have stopped.
        if let Some((place, sender)) = turns.next().filter(|_| !stopped) {
            read(file, &lines);
            stopped = sender.send(Run { place, file, lines }).is_err();
        }
        Ok(())
    })
}

fn work<L>(mut lane: L, runs: &Receiver<Run>, visit: impl Fn(&mut L, usize, Row)) -> Result<L, Wrong> {
    for run in runs {
        for row in run.lines.rows() {
            let (_, row) = row.map_err(|error| (run.place, error))?;
            visit(&mut lane, run.file, row);
        }
    }
    Ok(lane)
}

/// The lanes; or the first mistake in the corpus, whichever lane found it.
fn in_order<L>(worked: Vec<Result<L, Wrong>>) -> Result<Vec<L>, TrainingError> {
    let (mut lanes, mut first): (Vec<L>, Option<Wrong>) = (Vec::new(), None);
    for worked in worked {
        match worked {
            Ok(lane) => lanes.push(lane),
            Err(wrong) if first.as_ref().is_none_or(|first| wrong.0 < first.0) => first = Some(wrong),
            Err(_) => {}
        }
    }
    match first {
        None => Ok(lanes),
        Some((_, error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_mistake_is_told_whichever_lane_finds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let line = |at: usize| match at {
            20_000 | 21_000 => "{}\n".to_owned(),
            at => format!("{{\"text\":\"texte {at}\",\"label\":\"ham\",\"source\":\"s\"}}\n"),
        };
        std::fs::write(&path, (1..40_000).map(line).collect::<String>()).unwrap();
        let corpus = Corpus::new(vec![path]).unwrap();
        for _ in 0..20 {
            let error = visit(&corpus, || (), |(), _, _| (), &mut |_, _| ()).unwrap_err().to_string();
            assert!(error.contains("a.jsonl:20000: "), "{error}");
        }
    }

    #[test]
    fn every_line_is_visited_once() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a.jsonl", "b.jsonl"].map(|name| folder.path().join(name));
        let line = "{\"text\":\"texte\",\"label\":\"ham\",\"source\":\"s\"}\n";
        paths.iter().for_each(|path| std::fs::write(path, line.repeat(5_000)).unwrap());
        let corpus = Corpus::new(paths.to_vec()).unwrap();
        let mut read = 0;
        let count = |lane: &mut [u64; 2], file: usize, _| lane[file] += 1;
        let lanes = visit(&corpus, || [0; 2], count, &mut |_, lines| read += lines.number()).unwrap();
        assert_eq!((read, lanes[0][0] + lanes[1][0], lanes[0][1] + lanes[1][1]), (10_000, 5_000, 5_000));
        assert!(lanes.iter().flatten().all(|&visited| visited > 0));
    }
}
