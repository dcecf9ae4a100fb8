//! Hands archives out: as books, documents, snapshots.

pub mod epub;
pub mod template;
