//! The archive on disk: layout, batches, lock, recovery, fixity. The only room that knows an archive's paths.
//! It knows nothing of where posts come from or what is made of them.

mod archive;
pub mod bag;
mod batch;
mod contents;
mod disk;
mod entry;
mod facts;
mod gaps;
mod index;
mod layout;
mod lock;
mod pen;
mod raw;
mod recorded;
mod recover;
mod runs;
pub mod verify;
pub mod warc;
mod writer;

pub use archive::Archive;
pub use disk::{Disk, RealDisk, exchange};
pub use entry::Entry;
pub use gaps::{OpenGap, accept_gaps};
pub use index::Known;
pub use layout::{archive_names, media_extension};
pub use raw::digest_file;
pub use recorded::Recorded;
pub use recover::pending;
pub use runs::{FileRecord, RunLine};
pub use verify::{Damage, Report, What, verify};
pub use writer::{Kept, Opening, Summary, Writer, compare, run_name};
