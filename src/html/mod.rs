//! Tree to tree: what is done to the markup of a post, and how it is written again. No I/O.

mod body;
mod parse;
mod xhtml;

pub use body::{Body, body};
pub use parse::{parse, plain_text, unescape};
pub use xhtml::xhtml;
