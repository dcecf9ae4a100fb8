//! XML as a stream of tokens, bounded in memory, with line numbers. A strict reader says where a document is not
//! well-formed; a lenient one reads it all the same and keeps a record of what it repaired.
//! DOCTYPE is refused: no entity is ever defined or fetched.

mod counted;
mod reader;
mod record;
mod repair;

pub use reader::{Bound, Fault, Token, Xml};
