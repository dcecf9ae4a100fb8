//! Many blogs at once: different hosts side by side, the blogs of one host one after another, so that none is pressed
//! more than a single fetch would press it.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::{FetchRequest, fetch};
use crate::error::Result;
use crate::event::Events;
use crate::model::Clock;
use crate::store::Summary;

/// Hosts asked side by side: the waiting is theirs, the work is ours.
const AT_ONCE: usize = 16;

/// What became of one of several blogs.
pub struct Fetched {
    /// Its place among the requests.
    pub at: usize,
    pub end: Result<Summary>,
    pub took: Duration,
}

/// Fetches blogs; `events` gives the listener of each, `done` hears of each as it ends. One that fails stops no other.
pub fn fetch_many(
    requests: Vec<FetchRequest>,
    events: impl Fn(&FetchRequest) -> Events + Sync,
    clock: &Clock,
    mut done: impl FnMut(Fetched),
) {
    let mut groups: Vec<(String, Vec<(usize, FetchRequest)>)> = Vec::new();
    for (at, request) in requests.into_iter().enumerate() {
        let host = request.url.host_str().unwrap_or_default().to_string();
        match groups.iter_mut().find(|(h, _)| *h == host) {
            Some((_, group)) => group.push((at, request)),
            None => groups.push((host, vec![(at, request)])),
        }
    }
    let workers = groups.len().min(AT_ONCE);
    groups.reverse();
    let groups = Mutex::new(groups);
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (send, groups, events) = (send.clone(), &groups, &events);
            scope.spawn(move || {
                loop {
                    let next = groups.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some((_, group)) = next else { break };
                    for (at, request) in group {
                        let (listener, started) = (events(&request), Instant::now());
                        let end = fetch(request, &listener, clock.clone());
                        if send.send(Fetched { at, end, took: started.elapsed() }).is_err() {
                            return;
                        }
                    }
                }
            });
        }
        drop(send);
        receive.iter().for_each(&mut done);
    });
}
