//! The verbs, for library users and the command line alike.

pub mod demo;
pub mod extract;
pub mod fetch;
pub mod history;
pub mod import;
pub mod reextract;
mod media;
mod names;
mod refine;
mod resolve;
mod revert;

pub use refine::refine;
pub use resolve::close;
pub use revert::revert;
