//! A reader at work on a thread of its own: what it finds is handed over in its order, through a queue that holds little.
//! It does not look into what it hands over.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::error::{Error, Result};
use crate::import::{Attached, Bytes, Found, Job, Report, Sink};
use crate::input::Named;
use crate::model::{Digest, Draft, Post, Site};

/// What a reader found, in the hands of whoever keeps it.
pub enum One {
    Site(Site),
    Original(Named, Digest),
    Draft(Box<Draft>),
    Post(Box<Post>),
    File(Attached),
}

/// Finds that may wait …
const MANY: usize = 128;
/// … and their bytes, about.
const HEAVY: usize = 2 << 20;

/// As deep as that of the main thread.
const STACK: usize = 8 << 20;

/// Reads streams, and hands on what is found to `take` while the reading goes on. An error of `take` ends both.
pub fn read(
    read: fn(&Job, &mut Sink) -> Result<Report>,
    job: &Job,
    take: &mut dyn FnMut(One) -> Result<()>,
) -> Result<Report> {
    let queue = Queue::default();
    thread::scope(|scope| {
        let work = || {
            let _closing = Closing(&queue);
            read(job, &mut |found| queue.put(One::of(found)))
        };
        let reader = thread::Builder::new().name("reader".into()).stack_size(STACK).spawn_scoped(scope, work);
        let reader = reader.map_err(|e| Error::usage(format!("no thread to read with: {e}")))?;
        let mut taken = Ok(());
        {
            // Whatever happens here, the reader must not wait for it.
            let _closing = Closing(&queue);
            while let (Ok(()), Some(one)) = (&taken, queue.next()) {
                taken = take(one);
            }
        }
        let report = reader.join().unwrap_or_else(|cause| resume_unwind(cause));
        taken.and(report)
    })
}

impl One {
    fn of(found: Found) -> One {
        match found {
            Found::Site(site) => One::Site(site),
            Found::Original(stream, digest) => One::Original(stream.clone(), digest),
            Found::Draft(draft) => One::Draft(draft),
            Found::Post(post) => One::Post(post),
            Found::File(file) => One::File(file),
        }
    }

    /// About how many bytes it holds.
    fn weight(&self) -> usize {
        match self {
            One::Site(_) | One::Original(..) => 0,
            One::Draft(draft) => draft.body.len() + draft.comments.iter().map(|c| 2 * c.html.len()).sum::<usize>(),
            One::Post(post) => 2 * post.html.len(),
            One::File(Attached { bytes: Bytes::Held(bytes), .. }) => bytes.len(),
            One::File(_) => 0,
        }
    }
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<One>,
    weight: usize,
    closed: bool,
}

/// Closes the queue when its side of it is over, be it by a panic.
struct Closing<'a>(&'a Queue);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.state().closed = true;
        self.0.changed.notify_all();
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds something, once there is room. Errors: nobody takes any more.
    fn put(&self, one: One) -> Result<()> {
        let weight = one.weight();
        let full = |s: &mut State| {
            !s.closed && (s.waiting.len() >= MANY || s.weight + weight > HEAVY && !s.waiting.is_empty())
        };
        let mut state = self.changed.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return Err(Error::Interrupted);
        }
        state.weight += weight;
        state.waiting.push_back(one);
        self.changed.notify_all();
        Ok(())
    }

    /// Takes what came first; none once all is taken and no more will come.
    fn next(&self) -> Option<One> {
        let empty = |s: &mut State| !s.closed && s.waiting.is_empty();
        let mut state = self.changed.wait_while(self.state(), empty).unwrap_or_else(PoisonError::into_inner);
        let one = state.waiting.pop_front()?;
        state.weight = state.weight.saturating_sub(one.weight());
        self.changed.notify_all();
        Some(one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Events;

    fn many(_: &Job, sink: &mut Sink) -> Result<Report> {
        for n in 0..2_000 {
            let body = "x".repeat(if n % 700 == 3 { 9 << 20 } else { 10 });
            sink(Found::Draft(Box::new(Draft { title: n.to_string(), body, ..Draft::default() })))?;
        }
        let mut report = Report::default();
        report.skip("pages", 7);
        Ok(report)
    }

    fn job(events: &Events) -> Job<'_> {
        Job { streams: &[], events, options: Default::default() }
    }

    #[test]
    fn all_is_handed_over_in_order() {
        let (events, mut seen) = (Events::silent(), Vec::new());
        let report = read(many, &job(&events), &mut |one| {
            let One::Draft(draft) = one else { return Ok(()) };
            seen.push(draft.title.parse::<u32>().unwrap());
            Ok(())
        });
        assert_eq!(report.unwrap().skipped["pages"], 7);
        assert!(seen.into_iter().eq(0..2_000));
    }

    #[test]
    fn who_takes_no_more_ends_the_reading() {
        let (events, mut left) = (Events::silent(), 5);
        let report = read(many, &job(&events), &mut |_| {
            left -= 1;
            if left == 0 { Err(Error::usage("enough")) } else { Ok(()) }
        });
        assert!(matches!(report, Err(Error::Usage { .. })), "{report:?}");
    }

    #[test]
    #[should_panic(expected = "a fault of the reader")]
    fn a_panic_of_the_reader_is_not_lost() {
        let events = Events::silent();
        let _ = read(|_, _| panic!("a fault of the reader"), &job(&events), &mut |_| Ok(()));
    }
}
