//! Markdown trees.

mod render;
mod textile;

pub use render::html;
pub use textile::html as textile;
