//! Pictures, sounds and documents: kept once, by content.

use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

use super::Writer;
use crate::error::{Error, Result};
use crate::model::{Digest, Media};
use crate::store::layout;

/// A file is read in one piece up to this length.
const WHOLE: u64 = 8 << 20;

impl Writer {
    /// Returns a medium that is already kept under this address.
    pub fn known_media(&self, url: &str) -> Option<Media> {
        self.index.medium(url)
    }

    /// Takes note of what lies under an address, for the posts that will show it.
    pub fn know_media(&mut self, medium: &Media) {
        self.index.know(medium);
    }

    /// Forgets what lies under an address: it was not what it seemed.
    pub fn forget_media(&mut self, url: &str) {
        self.index.forget(url);
    }

    /// Keeps the bytes of a medium, once however often they come. The address is the caller's to fill in.
    pub fn keep_media(&mut self, bytes: &[u8]) -> Result<Media> {
        let digest = Digest::of(bytes);
        let mime = layout::sniff(bytes);
        let path = layout::media_path(&digest, layout::media_extension(mime.as_deref()));
        if !self.batch.contains(&path) && !self.root.join(&path).exists() {
            self.batch.stage(self.disk.as_mut(), &self.root, &path, &mut { bytes })?;
            self.info.counts.media += 1;
            self.summary.media += 1;
        }
        Ok(self.medium(digest, mime, bytes.len() as u64, bytes))
    }

    /// Keeps a medium of any length; one that is long is read twice and never held. None when it is longer than `limit`.
    pub fn keep_stream<'a>(
        &mut self,
        open: &dyn Fn() -> Result<Box<dyn Read + 'a>>,
        name: &str,
        limit: u64,
    ) -> Result<Option<Media>> {
        let fault = |e| Error::input(name, e);
        let mut stream = open()?;
        let mut head = Vec::new();
        stream.by_ref().take(WHOLE).read_to_end(&mut head).map_err(fault)?;
        if (head.len() as u64) < WHOLE {
            return if head.len() as u64 > limit { Ok(None) } else { self.keep_media(&head).map(Some) };
        }
        let mut hashing = Hashing::default();
        hashing.0.update(&head);
        let rest = std::io::copy(&mut stream.take((limit + 1).saturating_sub(WHOLE)), &mut hashing).map_err(fault)?;
        if WHOLE + rest > limit {
            return Ok(None);
        }
        let (digest, bytes) = (hashing.digest(), WHOLE + rest);
        let mime = layout::sniff(&head);
        let path = layout::media_path(&digest, layout::media_extension(mime.as_deref()));
        if !self.batch.contains(&path) && !self.root.join(&path).exists() {
            let record = self.batch.stage(self.disk.as_mut(), &self.root, &path, &mut open()?)?;
            if record.sha256 != digest {
                return Err(Error::input(name, "changed while it was read"));
            }
            self.info.counts.media += 1;
            self.summary.media += 1;
        }
        Ok(Some(self.medium(digest, mime, bytes, &head)))
    }

    fn medium(&self, digest: Digest, mime: Option<String>, bytes: u64, head: &[u8]) -> Media {
        let size = imagesize::blob_size(head).ok();
        let side = |n: usize| u32::try_from(n).ok();
        Media {
            sha256: Some(digest),
            mime,
            bytes: Some(bytes),
            width: size.and_then(|s| side(s.width)),
            height: size.and_then(|s| side(s.height)),
            ..Media::default()
        }
    }
}

/// Takes the digest of what is written to it.
#[derive(Default)]
struct Hashing(Sha256);

impl Hashing {
    fn digest(self) -> Digest {
        Digest::finish(self.0)
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
