//! The one retry policy: what is tried again, how often, and how long to wait before.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// What went wrong with one try, as far as trying again is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The host asks for a pause (429, or 503 with `Retry-After`).
    Throttled,
    /// The host failed, and may do better (5xx, 408).
    Failing,
    /// The connection was refused or the network was away.
    Unreachable,
    /// The connection broke before or during the answer.
    Broken,
    /// No answer, or no more of it, in the time allowed.
    Timeout,
    /// Asking again gives the same: no such page, a bad certificate, a forbidden address, too much of it.
    Final,
}

/// How often each is tried again.
const RETRIES: [(Trouble, u32); 6] = [
    (Trouble::Throttled, 5),
    (Trouble::Failing, 2),
    (Trouble::Unreachable, 1),
    (Trouble::Broken, 2),
    (Trouble::Timeout, 1),
    (Trouble::Final, 0),
];

/// The longest pause a host may ask for; who asks for more is not asked again in this run.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// The longest pause we choose ourselves.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);

/// Returns how often a trouble is tried again.
pub(super) fn retries(trouble: Trouble) -> u32 {
    RETRIES.iter().find(|(t, _)| *t == trouble).map_or(0, |(_, n)| *n)
}

/// Returns our own pause before the given retry (0 = the first): doubled each time.
pub(super) fn backoff(retry: u32, first: Duration) -> Duration {
    first.saturating_mul(1 << retry.min(10)).min(LONGEST_BACKOFF)
}

/// Returns what a status means for trying again; none for an answer that can be used or followed.
pub(super) fn trouble(status: u16, retry_after: Option<&str>) -> Option<Trouble> {
    match status {
        ..400 => None,
        429 => Some(Trouble::Throttled),
        503 if retry_after.is_some() => Some(Trouble::Throttled),
        408 | 500 | 502..=504 | 520..=524 => Some(Trouble::Failing),
        _ => Some(Trouble::Final),
    }
}

/// Reads `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date judged by the server's own clock where it gave one.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = http_date(value)?;
    Some(Duration::from_secs(u64::try_from(at.as_second() - now.as_second()).unwrap_or(0)))
}

/// Reads the date form of HTTP headers (`Sun, 06 Nov 1994 08:49:37 GMT`).
pub(super) fn http_date(value: &str) -> Option<Timestamp> {
    DateTimeParser::new().relaxed_weekday(true).parse_timestamp(value.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now: Timestamp = "1994-11-06T08:49:30Z".parse().unwrap();
        assert_eq!(retry_after(" 12 ", now), Some(Duration::from_secs(12)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), Some(Duration::ZERO), "a date gone by");
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-5", now), None);
    }

    #[test]
    fn only_what_may_get_better_is_tried_again() {
        let tried = |status, header| trouble(status, header).map(retries);
        assert_eq!(tried(200, None), None);
        assert_eq!(tried(404, None), Some(0));
        assert_eq!(tried(403, None), Some(0));
        assert_eq!(tried(429, None), Some(5));
        assert_eq!(tried(503, Some("1")), Some(5));
        assert_eq!(tried(503, None), Some(2));
        assert_eq!(tried(500, None), Some(2));
    }

    #[test]
    fn pauses_double_up_to_a_limit() {
        let first = Duration::from_secs(1);
        assert_eq!((0..3).map(|n| backoff(n, first).as_secs()).collect::<Vec<_>>(), [1, 2, 4]);
        assert_eq!(backoff(40, first), LONGEST_BACKOFF);
    }
}
