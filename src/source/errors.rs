//! A blog that cannot be read, in the user's words.

use url::Url;

use crate::error::Error;
use crate::http::{Miss, without_password};
use crate::model::Reason;

/// What the user can do, by the reason; the first that fits.
const HINTS: [(Reason, &str, &str); 12] = [
    (
        Reason::Unreachable,
        "certificate",
        "the server cannot prove who it is; where that is known, its http:// address may do",
    ),
    (Reason::Unreachable, "secure connection", "the server may not speak https there; try its http:// address"),
    (Reason::Unreachable, "answer", "the server has trouble; run the same command again later"),
    (Reason::Unreachable, "", "check the spelling of the address and the connection to the network"),
    (Reason::NotFound, "", "check the address; the front page of the blog is the best one to name"),
    (Reason::Timeout, "", "the server is slow or away; run the same command again later"),
    (Reason::ServerError, "", "the server has trouble; run the same command again later"),
    (Reason::Refused, "", "the blog is closed to strangers, or to programs; an export file of it can be imported"),
    (Reason::Truncated, "", "the server has trouble; run the same command again later"),
    (
        Reason::WrongType,
        "",
        "see whether the address works in a browser; the front page of the blog is the best one to name",
    ),
    (Reason::TooLarge, "", "this is no page of a blog; name the front page of the blog"),
    (Reason::Forbidden, "", "only public http and https addresses are asked, unless you name a private one yourself"),
];

/// Returns the error for an address without which nothing goes on.
pub fn explain(seed: &Url, miss: &Miss) -> Error {
    let words = miss.reason.words();
    let why = if miss.detail.is_empty() || miss.detail == words {
        words.to_string()
    } else if miss.reason == Reason::Unreachable {
        miss.detail.clone()
    } else {
        format!("{words} ({})", miss.detail)
    };
    let moved = if miss.url.host() == seed.host() && miss.url.path() == seed.path() {
        String::new()
    } else {
        format!(", asking {}", without_password(miss.url.as_str()))
    };
    let error = Error::fetch(without_password(seed.as_str()), why + &moved);
    match HINTS.iter().find(|(reason, word, _)| *reason == miss.reason && miss.detail.contains(word)) {
        Some((_, _, hint)) => error.with_hint(hint),
        None => error,
    }
}
