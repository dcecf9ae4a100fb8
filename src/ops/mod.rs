//! The verbs, for library users and the command line alike.

pub mod demo;
mod refine;
mod resolve;

pub use refine::refine;
pub use resolve::close;
