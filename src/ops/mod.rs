//! The verbs, for library users and the command line alike.

mod refine;
mod resolve;

pub use refine::refine;
pub use resolve::close;
