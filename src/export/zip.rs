//! `--zip`: a snapshot of the whole archive. What is in it and how it comes back is for the store to know.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use super::{Exporter, Job, flush};
use crate::error::Result;
use crate::store::bag;

/// A BagIt bag in a ZIP file.
pub struct Zip;

impl Exporter for Zip {
    fn name(&self) -> &'static str {
        "zip"
    }

    fn extension(&self) -> &'static str {
        "zip"
    }

    fn write(&self, job: &Job, out: &mut File) -> Result<()> {
        if !job.selection.is_all() {
            job.events.note("a snapshot is always the whole archive; the choice of posts holds for the other formats");
        }
        let mut out = BufWriter::with_capacity(1 << 17, out);
        bag::write(job.archive, &mut out, job.events)?;
        flush(&mut out, job.archive)
    }

    fn is_ours(&self, file: &Path) -> bool {
        bag::is_ours(file)
    }
}
