//! The file itself: a ZIP in the order and form that EPUB asks for (OCF, EPUB 3.3 section 4.2). It knows only names and bytes.
//!
//! `mimetype` first and stored; pictures stored, since they are compressed already; text deflated. No time but the
//! first of 1980 and no extra fields: the same book gives the same bytes.

use std::io::{self, Read, Seek, Write};

use zip::write::{PreparedZipFile, SimpleFileOptions};
use zip::{CompressionMethod, DateTime, ZipWriter};

const CONTAINER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
<container version=\"1.0\" xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\">\n\
<rootfiles>\n<rootfile full-path=\"OEBPS/package.opf\" media-type=\"application/oebps-package+xml\"/>\n</rootfiles>\n\
</container>\n";

pub struct Container<W: Write + Seek> {
    zip: ZipWriter<W>,
}

/// A text file, compressed: many can be made at once.
pub struct Packed(PreparedZipFile);

/// Compresses a text file; its name is relative to the package document.
pub fn pack(name: &str, text: &str) -> io::Result<Packed> {
    PreparedZipFile::from_data(format!("OEBPS/{name}"), options(CompressionMethod::Deflated), text.as_bytes())
        .map(Packed)
        .map_err(io::Error::from)
}

fn options(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
}

impl<W: Write + Seek> Container<W> {
    /// Begins a container.
    pub fn begin(out: W) -> io::Result<Container<W>> {
        let mut zip = ZipWriter::new(out);
        zip.start_file("mimetype", options(CompressionMethod::Stored))?;
        zip.write_all(b"application/epub+zip")?;
        zip.start_file("META-INF/container.xml", options(CompressionMethod::Deflated))?;
        zip.write_all(CONTAINER.as_bytes())?;
        Ok(Container { zip })
    }

    pub fn add(&mut self, file: Packed) -> io::Result<()> {
        Ok(self.zip.add_prepared_file(file.0)?)
    }

    /// Copies a picture, a piece at a time.
    pub fn copy(&mut self, name: &str, from: &mut dyn Read) -> io::Result<()> {
        self.zip.start_file(format!("OEBPS/{name}"), options(CompressionMethod::Stored))?;
        io::copy(from, &mut self.zip).map(|_| ())
    }

    pub fn finish(self) -> io::Result<W> {
        Ok(self.zip.finish()?)
    }
}
