//! Files that another thread writes while the work goes on. It does not know what they are for.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::thread::{Builder, JoinHandle};

use super::disk::Disk;
use super::runs::FileRecord;
use crate::error::{Error, Result};

/// Opens the stream that is to be copied, on the thread that copies it.
pub type Opener = Box<dyn FnOnce() -> Result<Box<dyn Read>> + Send>;

/// The path of a file and what is to stand in it.
pub type Sheet = (String, Vec<u8>);

/// Files that can be read while they are on their way to the disk. They are gone from here once they are there.
#[derive(Debug, Clone)]
pub struct Sheets(Weak<Vec<Sheet>>);

impl Sheets {
    /// Returns what stands in a file that is on its way.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.0.upgrade()?.iter().find(|(own, _)| own == path).map(|(_, bytes)| bytes.clone())
    }
}

/// Many small files on their way to the disk.
#[derive(Debug)]
pub struct Pen {
    sheets: Sheets,
    worker: JoinHandle<Result<()>>,
}

impl Pen {
    /// Begins to write files, each under its path with `ending` behind it.
    pub fn start(mut disk: Box<dyn Disk>, root: &Path, sheets: Vec<Sheet>, ending: &str) -> Result<Pen> {
        let own = Arc::new(sheets);
        let (sheets, root, ending) = (Sheets(Arc::downgrade(&own)), root.to_path_buf(), ending.to_string());
        let work = move || {
            let files: Vec<(PathBuf, &[u8])> =
                own.iter().map(|(path, bytes)| (root.join(format!("{path}{ending}")), bytes.as_slice())).collect();
            disk.write_all(&files).map_err(Error::io("write", &root))
        };
        Ok(Pen { sheets, worker: spawn("pen", work)? })
    }

    /// Returns the files that may not be on the disk yet.
    pub fn sheets(&self) -> Sheets {
        self.sheets.clone()
    }

    /// Waits until all is written.
    pub fn done(self) -> Result<()> {
        join(self.worker)
    }
}

/// A stream on its way into a file.
#[derive(Debug)]
pub struct Copying {
    /// Where the file will lie in the archive.
    pub path: String,
    worker: JoinHandle<Result<FileRecord>>,
}

impl Copying {
    pub fn start(path: &str, work: impl FnOnce() -> Result<FileRecord> + Send + 'static) -> Result<Copying> {
        Ok(Copying { path: path.to_string(), worker: spawn("copy", work)? })
    }

    pub fn is_done(&self) -> bool {
        self.worker.is_finished()
    }

    /// Waits for the end of it.
    pub fn done(self) -> Result<FileRecord> {
        join(self.worker)
    }
}

pub fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<JoinHandle<Result<T>>> {
    let thread = Builder::new().name(name.into()).spawn(work);
    thread.map_err(|e| Error::archive(Path::new(""), format!("no thread to write with: {e}")))
}

/// Waits for a thread; its panic becomes one of ours.
pub fn join<T>(worker: JoinHandle<Result<T>>) -> Result<T> {
    worker.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause))
}
