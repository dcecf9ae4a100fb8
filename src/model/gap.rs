//! What was wanted and not had.

use serde::{Deserialize, Serialize};

/// Why something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The publisher shows it only to those who know a password or have paid.
    Protected,
    /// The server says there is no such thing (404, 410).
    NotFound,
    /// The server refuses (401, 403, robots.txt).
    Refused,
    /// The server fails or asks to come back later, and still did so at the last try.
    ServerError,
    /// No connection, no name, no valid certificate, or the connection broke.
    Unreachable,
    /// No answer within the time allowed.
    Timeout,
    /// Larger than the limit.
    TooLarge,
    /// Cut short: fewer bytes than were announced.
    Truncated,
    /// What came is not what was asked for (HTML in place of a picture, broken JSON).
    WrongType,
    /// An address that must not be asked (a private address, another scheme than http).
    Forbidden,
    /// Named by an imported file, and not asked for over the network.
    NotFetched,
    /// The imported file is damaged or says too little at this place.
    Malformed,
}

impl Reason {
    /// Returns the reason in the words of the summary.
    pub fn words(self) -> &'static str {
        match self {
            Reason::Protected => "not open to everyone",
            Reason::NotFound => "not found",
            Reason::Refused => "refused by the server",
            Reason::ServerError => "server error",
            Reason::Unreachable => "no connection",
            Reason::Timeout => "timed out",
            Reason::TooLarge => "larger than the limit",
            Reason::Truncated => "cut short",
            Reason::WrongType => "not what was asked for",
            Reason::Forbidden => "address not allowed",
            Reason::NotFetched => "not fetched",
            Reason::Malformed => "damaged",
        }
    }
}

/// Something wanted and not had: address, what it is, why. When is told by the run that reports it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// The address or, for imported files, `file#line`.
    pub url: String,
    /// `post`, `page`, `media`, `comments`, `file`.
    pub what: String,
    pub reason: Reason,
    /// The cause in the server's or reader's own words ("HTTP 404").
    #[serde(default)]
    pub detail: String,
    /// The id of the post that wants it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
}
