//! The few things a store asks of a disk, as one trait so that tests can fail any of them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// A disk. Every write of the store goes through it.
pub trait Disk: Send {
    fn create_dir_all(&mut self, path: &Path) -> io::Result<()>;
    /// Writes a file that nobody reads yet; not durable before [`Disk::sync_all`].
    fn write(&mut self, path: &Path, content: &mut dyn Read) -> io::Result<()>;
    /// Writes many files, each as [`Disk::write`] does.
    fn write_all(&mut self, files: &[(PathBuf, &[u8])]) -> io::Result<()> {
        files.iter().try_for_each(|(path, bytes)| self.write(path, &mut { *bytes }))
    }
    /// Makes all that was written to the file system of `root` durable.
    fn sync_all(&mut self, root: &Path) -> io::Result<()>;
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable.
    fn sync_dir(&mut self, path: &Path) -> io::Result<()>;
    /// Makes the names in several folders of the file system of `root` durable.
    fn sync_dirs(&mut self, _root: &Path, folders: &[&Path]) -> io::Result<()> {
        folders.iter().try_for_each(|folder| self.sync_dir(folder))
    }
    /// Ends a batch: makes the names in folders durable, and appends a line, if any, to a file for good.
    fn conclude(&mut self, root: &Path, folders: &[&Path], path: &Path, line: &[u8]) -> io::Result<()> {
        self.sync_dirs(root, folders)?;
        if line.is_empty() { Ok(()) } else { self.append(path, line) }
    }
    /// Appends to a file and makes it durable.
    fn append(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    fn remove(&mut self, path: &Path) -> io::Result<()>;
    /// Opens a file that grows while the work goes on (the raw capture of a run).
    fn create(&mut self, path: &Path) -> io::Result<Box<dyn Write + Send>>;
    /// Returns the same disk for another thread; none where calls must come one after the other.
    fn twin(&self) -> Option<Box<dyn Disk>> {
        None
    }
}

/// Bytes moved at a time.
const CHUNK: usize = 64 * 1024;

/// Puts a new folder in the place of one that is there, which lies at `aside` afterwards or is the new one's place: in
/// one step where the system can, else in two.
pub fn exchange(fresh: &Path, path: &Path, aside: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, fresh, CWD, path, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    fs::rename(path, aside)?;
    fs::rename(fresh, path).inspect_err(|_| {
        // Back to what was.
        let _ = fs::rename(aside, path);
    })
}

/// So many folders are synced one by one.
const FEW_FOLDERS: usize = 3;

/// The disk of the machine.
#[derive(Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn create_dir_all(&mut self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn write(&mut self, path: &Path, content: &mut dyn Read) -> io::Result<()> {
        let (mut file, mut buffer) = (File::create(path)?, vec![0; CHUNK]);
        loop {
            match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => file.write_all(buffer.get(..n).unwrap_or_default())?,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        // Without syncfs each file is made durable by itself.
        if cfg!(not(target_os = "linux")) {
            file.sync_all()?;
        }
        Ok(())
    }

    fn write_all(&mut self, files: &[(PathBuf, &[u8])]) -> io::Result<()> {
        // One after the other: a folder takes in one new name at a time, and two who wait for it only burn time.
        files.iter().try_for_each(|(path, bytes)| {
            let mut file = File::create(path)?;
            file.write_all(bytes)?;
            if cfg!(not(target_os = "linux")) { file.sync_all() } else { Ok(()) }
        })
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

    /// Each sync of a folder commits the journal anew; beyond a few, one sync of the whole file system costs less and
    /// covers them all.
    fn sync_dirs(&mut self, root: &Path, folders: &[&Path]) -> io::Result<()> {
        if cfg!(target_os = "linux") && folders.len() > FEW_FOLDERS {
            return self.sync_all(root);
        }
        folders.iter().try_for_each(|folder| self.sync_dir(folder))
    }

    /// One sync covers names and line. A power cut before it may leave the line without the names: the list of the batch
    /// is still there then, and the next writer goes by it.
    fn conclude(&mut self, root: &Path, folders: &[&Path], path: &Path, line: &[u8]) -> io::Result<()> {
        if cfg!(not(target_os = "linux")) || line.is_empty() || folders.is_empty() {
            self.sync_dirs(root, folders)?;
            return if line.is_empty() { Ok(()) } else { self.append(path, line) };
        }
        OpenOptions::new().create(true).append(true).open(path)?.write_all(line)?;
        self.sync_all(root)
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

    fn twin(&self) -> Option<Box<dyn Disk>> {
        Some(Box::new(RealDisk))
    }
}
