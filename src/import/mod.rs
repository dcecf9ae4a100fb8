//! Understands bytes: one reader a format, chosen by content, each turning what it reads into drafts.
//! It does no I/O beyond the streams given and knows no archive.

mod blogger;
mod date;
mod detect;
pub mod feed;
mod group;
mod markdown;
mod mt;
mod page;
mod parts;
mod report;
mod text;
mod wxr;
mod xml;

pub use detect::{FORMATS, Format, Head, detect};
pub use group::{Group, Groups, group};
pub use report::{Attached, Bytes, Found, Job, Options, Report};
