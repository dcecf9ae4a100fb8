//! The nouns: plain data, no I/O. It knows no format, no socket, no path.

mod capture;
mod clock;
mod date;
mod digest;
mod gap;
mod identity;
mod json;
mod merge;
mod parts;
mod post;
mod site;

pub use capture::{Capture, Header};
pub use clock::Clock;
pub use date::{Date, Precision};
pub use digest::{Digest, canonical_json, pretty_json};
pub use gap::{Gap, Reason};
pub use identity::{PostId, fold_title, fold_words, identify, normalise_url, platform_key, slugify};
pub use merge::{Merged, merge, sort_comments, words_digest};
pub use parts::{Author, Caption, Comment, CommentKind, CommentStatus, Enclosure, Link, LinkKind, Media, Term};
pub use post::{Also, CONTENT, Certainty, Draft, Field, Gone, Kind, Post, Rejected, SCHEMA, Source, Status};
pub use site::{ArchiveInfo, Counts, FORMAT, Site};
