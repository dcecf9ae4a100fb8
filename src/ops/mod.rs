//! The verbs, for library users and the command line alike.

pub mod demo;
pub mod extract;
pub mod fetch;
pub mod history;
pub mod import;
mod media;
mod names;
pub mod reextract;
mod refine;
mod resolve;
mod revert;
pub mod search;
pub mod stats;

pub use refine::refine;
pub use resolve::close;
pub use revert::revert;
