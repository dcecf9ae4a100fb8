//! Understands bytes: one reader a format, chosen by content, each turning what it reads into drafts.
//! It does no I/O beyond the streams given and knows no archive.

mod answers;
mod blogger;
mod csv;
mod date;
mod detect;
mod dotclear;
mod element;
pub mod feed;
mod ghost;
mod group;
mod head;
mod json;
mod livejournal;
mod markdown;
mod medium;
pub mod mhtml;
mod mt;
mod npf;
mod own;
pub mod page;
mod parts;
mod redact;
mod report;
pub mod sitemap;
pub mod substack;
mod text;
mod tumblr;
mod unknown;
pub mod warc;
mod wxr;
mod xml;

pub use detect::{FORMATS, Format, detect};
pub use group::{Group, Groups, group, group_as};
pub use head::{Head, is_page};
pub use markdown::{html as markdown, is_media};
pub use report::{Attached, Bytes, Found, Job, Options, Report, Sink, counted};
pub use text::draft as plain_text;
