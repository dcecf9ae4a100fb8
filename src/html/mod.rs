//! Tree to tree: what is done to the markup of a post, and how it is written again. No I/O.

mod address;
mod body;
mod caption;
mod clean;
mod embed;
mod gather;
mod image;
mod nest;
mod parse;
pub(crate) mod text;
pub(crate) mod walk;
pub(crate) mod xhtml;

pub(crate) use body::of_tree;
pub use body::{Body, body};
pub use parse::{parse, parse_document, plain_text, unescape};
pub use xhtml::xhtml;

/// Returns a text with its white space folded to single spaces, none at the ends. A no-break space is white space too.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    walk::fold_into(text, &mut false, &mut out);
    out
}
