//! Copies of originals without what is nobody's business, as streams: formats of lines, and JSON.

mod json;
mod lines;

pub use json::json;
pub use lines::{dotclear, movable_type};
