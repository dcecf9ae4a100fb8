//! One writer at a time. The lock lies in the file itself and dies with its process; the words in it say who holds it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::layout::LOCK;
use crate::error::{Error, Result};

/// How often a lock that nobody says to hold is asked for again.
const LINGERS: u32 = 25;

/// The right to write; given back when dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    /// The holder before us ended without giving the lock back: something may lie half done.
    pub unclean: bool,
}

impl Lock {
    pub fn take(root: &Path, command: &str, now: Timestamp) -> Result<Lock> {
        let path = root.join(LOCK);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        }
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open.map_err(Error::io("open", &path))?;
        let mut words = String::new();
        let mut tries = 0;
        let taken = loop {
            let taken = file.try_lock();
            // Given back and still held: a process that was being started at that moment lets go of it in an instant.
            let lingers = matches!(taken, Err(TryLockError::WouldBlock)) && file.metadata().is_ok_and(|m| m.len() == 0);
            if !lingers || tries == LINGERS {
                break taken;
            }
            tries += 1;
            std::thread::sleep(Duration::from_millis(20));
        };
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let _ = file.read_to_string(&mut words);
                let who = if words.trim().is_empty() { "another process" } else { words.trim() };
                return Err(
                    Error::archive(root, format!("in use by {who}")).with_hint("wait until it ends, or stop it")
                );
            }
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", &path)(e)),
        }
        let _ = file.read_to_string(&mut words);
        let mut lock = Lock { file, unclean: !words.trim().is_empty() };
        let line = format!("mdarchive {command} (process {}) since {now:.0}\n", std::process::id());
        lock.rewrite(line.as_bytes()).map_err(Error::io("write", &path))?;
        Ok(lock)
    }

    /// Says that all is in place, and gives the lock back.
    pub fn release(mut self) {
        let _ = self.rewrite(b"");
    }

    fn rewrite(&mut self, words: &[u8]) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(words)
    }
}
