//! The few things a store asks of a disk, as one trait so that tests can fail any of them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// A disk. Every write of the store goes through it.
pub trait Disk: Send {
    fn create_dir_all(&mut self, path: &Path) -> io::Result<()>;
    /// Writes a file that nobody reads yet; not durable before [`Disk::sync_all`].
    fn write(&mut self, path: &Path, content: &mut dyn Read) -> io::Result<()>;
    /// Makes all that was written to the file system of `root` durable.
    fn sync_all(&mut self, root: &Path) -> io::Result<()>;
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable.
    fn sync_dir(&mut self, path: &Path) -> io::Result<()>;
    /// Appends to a file and makes it durable.
    fn append(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    fn remove(&mut self, path: &Path) -> io::Result<()>;
    /// Opens a file that grows while the work goes on (the raw capture of a run).
    fn create(&mut self, path: &Path) -> io::Result<Box<dyn Write + Send>>;
}

/// The disk of the machine.
#[derive(Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn create_dir_all(&mut self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn write(&mut self, path: &Path, content: &mut dyn Read) -> io::Result<()> {
        let mut file = File::create(path)?;
        io::copy(content, &mut file)?;
        // Without syncfs each file is made durable by itself.
        if cfg!(not(target_os = "linux")) {
            file.sync_all()?;
        }
        Ok(())
    }

    fn sync_all(&mut self, root: &Path) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        rustix::fs::syncfs(File::open(root)?)?;
        let _ = root;
        Ok(())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_dir(&mut self, path: &Path) -> io::Result<()> {
        if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
    }

    fn append(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_data()
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn create(&mut self, path: &Path) -> io::Result<Box<dyn Write + Send>> {
        Ok(Box::new(File::create(path)?))
    }
}
