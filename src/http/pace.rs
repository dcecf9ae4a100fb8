//! When a host may be asked again. Pure over instants: the waiting itself is done by the client.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::fault::Fault;
use super::retry::Trouble;

/// How hard a host may be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pressure {
    /// Requests under way at one time.
    pub in_flight: usize,
    /// Least time between the starts of two requests.
    pub gap: Duration,
}

/// The own machine waits for nobody; the open web gets two requests a second.
pub(super) const LOOPBACK: Pressure = Pressure { in_flight: 8, gap: Duration::ZERO };
pub(super) const OPEN_WEB: Pressure = Pressure { in_flight: 4, gap: Duration::from_millis(500) };

/// After so many requests in a row without any answer a host counts as down …
const DOWN_AFTER: u32 = 5;
/// … and is asked again only after this long: a dead picture host must not cost a minute a picture.
const DOWN_FOR: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
struct Host {
    next: Option<Instant>,
    parked: Option<Instant>,
    silent: u32,
    /// Until when it is left alone, and why.
    down: Option<(Instant, Fault)>,
}

/// The state of all hosts of a run.
#[derive(Debug, Default)]
pub(super) struct Pace {
    hosts: HashMap<String, Host>,
}

impl Pace {
    /// Books the next slot of a host and returns when it begins.
    pub fn book(&mut self, host: &str, gap: Duration, now: Instant) -> Instant {
        let host = self.host(host);
        let at = [host.next, host.parked].into_iter().flatten().fold(now, Instant::max);
        host.next = Some(at + gap);
        at
    }

    /// Parks a host for everyone until an instant; an earlier one never shortens a longer pause.
    pub fn park(&mut self, host: &str, until: Instant) {
        let host = self.host(host);
        host.parked = host.parked.max(Some(until));
    }

    /// Returns until when a host is parked, if that is still ahead.
    pub fn parked(&self, host: &str, now: Instant) -> Option<Instant> {
        self.hosts.get(host).and_then(|h| h.parked).filter(|until| *until > now)
    }

    /// Returns why a host is left alone for a while, if it is.
    pub fn down(&self, host: &str, now: Instant) -> Option<Fault> {
        let (until, fault) = self.hosts.get(host)?.down.as_ref()?;
        (*until > now).then(|| fault.clone())
    }

    /// Notes that a host gave an answer, whatever it was.
    pub fn answered(&mut self, host: &str) {
        let host = self.host(host);
        (host.silent, host.down) = (0, None);
    }

    /// Notes that a host gave no answer at all. One without a name is not asked again at once.
    pub fn silent(&mut self, host: &str, fault: &Fault, now: Instant) {
        let host = self.host(host);
        host.silent = host.silent.saturating_add(1);
        if host.silent >= DOWN_AFTER || fault.nameless() {
            host.down = Some((now + DOWN_FOR, Fault { trouble: Trouble::Final, ..fault.clone() }));
        }
    }

    fn host(&mut self, name: &str) -> &mut Host {
        self.hosts.entry(name.to_string()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_web_gets_two_requests_a_second() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let slots: Vec<Duration> = (0..4).map(|_| pace.book("a", OPEN_WEB.gap, start) - start).collect();
        assert_eq!(slots, [0, 500, 1000, 1500].map(Duration::from_millis));
        assert_eq!(pace.book("b", OPEN_WEB.gap, start), start, "another host does not wait");
        let later = start + Duration::from_secs(9);
        assert_eq!(pace.book("a", OPEN_WEB.gap, later), later, "unused slots are not saved up");
    }

    #[test]
    fn a_host_that_says_wait_is_parked_for_everyone() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let until = start + Duration::from_secs(3);
        pace.park("a", until);
        pace.park("a", start + Duration::from_secs(1));
        assert_eq!(pace.book("a", OPEN_WEB.gap, start), until);
        assert_eq!(pace.book("a", OPEN_WEB.gap, start), until + OPEN_WEB.gap, "nobody rushes in when it opens");
        assert_eq!(pace.parked("a", start), Some(until));
        assert_eq!(pace.parked("a", until), None);
        assert_eq!(pace.book("b", OPEN_WEB.gap, start), start);
    }

    #[test]
    fn a_silent_host_is_left_alone_for_a_while() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let fault = Fault::timeout("no answer");
        for _ in 0..DOWN_AFTER {
            assert_eq!(pace.down("a", now), None);
            pace.silent("a", &fault, now);
        }
        assert_eq!(pace.down("a", now).unwrap().detail, "no answer");
        assert_eq!(pace.down("a", now + DOWN_FOR), None, "then it is tried again");
        pace.answered("a");
        assert_eq!(pace.down("a", now), None);
    }
}
