//! Exchanges found again in the raw capture, by what they brought. It knows nothing of what an answer means.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;
use url::Url;

use super::archive::walk;
use super::warc::{CdxLine, read_exchange, read_index, salvage};
use crate::error::{Error, Result};
use crate::model::{Capture, Digest, normalise_url};

/// The largest payload that is read back, in bytes: no page and no listing is larger.
const LARGEST: u64 = 256 << 20;

/// What the indexes of all runs say.
pub struct Recorded {
    root: PathBuf,
    /// In the order of time.
    lines: Vec<CdxLine>,
    /// The exchange that holds a payload: the first that is no reference to another.
    holders: HashMap<Digest, usize>,
    /// The last exchange of an address that came well.
    last: HashMap<String, usize>,
}

impl Recorded {
    /// Reads the indexes of an archive; a file without one is read itself.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be read.
    pub fn open(root: &Path) -> Result<Recorded> {
        let mut files = Vec::new();
        walk(root, "raw", &mut |path| files.push(path))?;
        files.sort();
        let mut lines: Vec<CdxLine> = Vec::new();
        for name in files.iter().filter(|f| f.ends_with(".warc.gz") && !f.starts_with("raw/import/")) {
            let (path, index) = (root.join(name), root.join(name.replace(".warc.gz", ".cdxj")));
            let short = name.trim_start_matches("raw/");
            match std::fs::read_to_string(&index) {
                Ok(text) => lines.extend(read_index(&text)),
                Err(_) => lines.extend(salvage(&path, short).map_err(Error::io("read", &path))?.lines),
            }
        }
        lines.sort_by(|a, b| (&a.time, &a.filename, a.offset).cmp(&(&b.time, &b.filename, b.offset)));
        let (mut holders, mut last) = (HashMap::new(), HashMap::new());
        for (n, line) in lines.iter().enumerate() {
            if !line.is_revisit() {
                holders.entry(line.digest.clone()).or_insert(n);
            }
            if line.status == 200 {
                last.insert(normalise_url(&line.url), n);
            }
        }
        Ok(Recorded { root: root.to_path_buf(), lines, holders, last })
    }

    /// Returns all exchanges in the order of time.
    pub fn lines(&self) -> &[CdxLine] {
        &self.lines
    }

    /// Returns whether a payload was received.
    pub fn holds(&self, payload: &Digest) -> bool {
        self.holders.contains_key(payload)
    }

    /// Returns the answer with this payload: that of the address where it is known, else the first.
    ///
    /// # Errors
    /// [`Error::Io`] when the raw capture cannot be read.
    pub fn with(&self, payload: &Digest, url: &str) -> Result<Option<Capture>> {
        let own =
            self.last.get(&normalise_url(url)).filter(|n| self.lines.get(**n).is_some_and(|l| l.digest == *payload));
        match own.or_else(|| self.holders.get(payload)).and_then(|n| self.lines.get(*n)) {
            Some(line) => self.read(line),
            None => Ok(None),
        }
    }

    /// Returns the last good answer of an address.
    ///
    /// # Errors
    /// [`Error::Io`] when the raw capture cannot be read.
    pub fn at(&self, url: &str) -> Result<Option<Capture>> {
        match self.last.get(&normalise_url(url)).and_then(|n| self.lines.get(*n)) {
            Some(line) => self.read(line),
            None => Ok(None),
        }
    }

    /// Returns the last good answer of an address that ends so.
    ///
    /// # Errors
    /// [`Error::Io`] when the raw capture cannot be read.
    pub fn ending(&self, end: &str) -> Result<Option<Capture>> {
        match self.lines.iter().rev().find(|l| l.status == 200 && l.url.ends_with(end)) {
            Some(line) => self.read(line),
            None => Ok(None),
        }
    }

    /// Reads an exchange back; the payload of a reference is that of the exchange it refers to. None where the record
    /// is not there or is no exchange.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read.
    pub fn read(&self, line: &CdxLine) -> Result<Option<Capture>> {
        let Some(mut capture) = self.record(line)? else { return Ok(None) };
        if line.is_revisit() {
            let holder = self.holders.get(&line.digest).and_then(|n| self.lines.get(*n));
            let Some(held) = holder.map(|h| self.record(h)).transpose()?.flatten() else { return Ok(None) };
            capture.body = held.body;
        }
        // What is damaged is no evidence of anything.
        Ok(Some(capture).filter(|c| c.digest() == line.digest))
    }

    fn record(&self, line: &CdxLine) -> Result<Option<Capture>> {
        let plain = !line.filename.contains(['/', '\\']) && Url::parse(&line.url).is_ok();
        let path = self.root.join("raw").join(&line.filename);
        if !plain || !path.is_file() {
            return Ok(None);
        }
        let mut file = File::open(&path).map_err(Error::io("read", &path))?;
        file.seek(SeekFrom::Start(line.offset)).map_err(Error::io("read", &path))?;
        let member = GzDecoder::new(BufReader::new(file.take(line.length)));
        match read_exchange(&mut BufReader::new(member), LARGEST) {
            Ok(exchange) => Ok(exchange),
            Err(e) if is_damage(&e) => Ok(None),
            Err(e) => Err(Error::io("read", &path)(e)),
        }
    }
}

fn is_damage(e: &std::io::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(e.kind(), UnexpectedEof | InvalidData | InvalidInput)
}
