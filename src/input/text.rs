//! Bytes to text. The order is: byte order mark, what the bytes declare, valid UTF-8, Windows-1252
//! ([Encoding Standard](https://encoding.spec.whatwg.org/); ISO-8859-1 is read as Windows-1252, as browsers do).

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Returns a whole text, and the name of the encoding it was in.
pub fn decode(bytes: &[u8], declared: Option<&str>) -> (String, &'static str) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        return (encoding.decode_without_bom_handling(rest).0.into_owned(), encoding.name());
    }
    if let Some(encoding) = declared.and_then(|d| Encoding::for_label(d.as_bytes())).filter(|e| *e != UTF_8) {
        return (encoding.decode_without_bom_handling(bytes).0.into_owned(), encoding.name());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_string(), UTF_8.name()),
        // A file that is UTF-8 but for a few bytes comes from an old database dump: those alone are Windows-1252.
        Err(_) if mostly_utf8(bytes) => (patched(bytes), "UTF-8 with Windows-1252 bytes"),
        Err(_) => (WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(), WINDOWS_1252.name()),
    }
}

/// Returns whether more characters beyond ASCII are UTF-8 than are not.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad
}

fn patched(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    out
}

/// A stream of any encoding as a stream of UTF-8, for files too large to hold. What is declared is looked for in the
/// XML declaration; bytes that are not UTF-8 in a file that should be are read as Windows-1252, one by one.
pub struct Decoded<R> {
    inner: R,
    coder: Coder,
    raw: Vec<u8>,
    ready: Vec<u8>,
    at: usize,
    ended: bool,
    patched: Rc<Cell<u64>>,
}

/// Returns a stream of UTF-16 as one of UTF-8, for formats that are looked at byte by byte; any other as it is.
///
/// Errors: its first bytes cannot be read.
pub fn narrow<'a>(mut stream: Box<dyn Read + 'a>) -> io::Result<Box<dyn Read + 'a>> {
    let mut first = Vec::new();
    stream.by_ref().take(4).read_to_end(&mut first)?;
    let wide = first.contains(&0) || first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]);
    let whole = Box::new(io::Cursor::new(first).chain(stream));
    Ok(if wide { Box::new(Decoded::new(whole, Rc::default())?) } else { whole })
}

enum Coder {
    Utf8,
    Other(Box<Decoder>),
}

const CHUNK: usize = 32 * 1024;

impl<R: Read> Decoded<R> {
    /// Looks at the first bytes and chooses. `patched` counts the bytes that were not UTF-8 where they should be.
    pub fn new(mut inner: R, patched: Rc<Cell<u64>>) -> io::Result<Decoded<R>> {
        let mut raw = Vec::with_capacity(CHUNK);
        inner.by_ref().take(1024).read_to_end(&mut raw)?;
        let encoding = match Encoding::for_bom(&raw) {
            Some((encoding, mark)) => {
                raw.drain(..mark);
                encoding
            }
            None => undeclared_utf16(&raw).or_else(|| xml_encoding(&raw)).unwrap_or(UTF_8),
        };
        let coder = match encoding {
            e if e == UTF_8 => Coder::Utf8,
            e => Coder::Other(Box::new(e.new_decoder_without_bom_handling())),
        };
        Ok(Decoded { inner, coder, raw, ready: Vec::new(), at: 0, ended: false, patched })
    }

    /// Reads on and turns what came into UTF-8.
    fn fill(&mut self) -> io::Result<()> {
        let old = self.raw.len();
        self.raw.resize(old + CHUNK, 0);
        let n = self.inner.read(self.raw.get_mut(old..).unwrap_or_default());
        self.raw.truncate(old + n.as_ref().copied().unwrap_or(0));
        self.ended = n? == 0;
        self.ready.clear();
        self.at = 0;
        match &mut self.coder {
            Coder::Utf8 => self.fill_utf8(),
            Coder::Other(decoder) => {
                let room = decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(CHUNK * 4);
                self.ready.resize(room, 0);
                let (result, read, written, _) = decoder.decode_to_utf8(&self.raw, &mut self.ready, self.ended);
                debug_assert!(result == CoderResult::InputEmpty);
                self.ready.truncate(written);
                self.raw.drain(..read);
            }
        }
        Ok(())
    }

    fn fill_utf8(&mut self) {
        if std::str::from_utf8(&self.raw).is_ok() {
            std::mem::swap(&mut self.raw, &mut self.ready);
            return;
        }
        let mut kept = 0;
        for chunk in self.raw.utf8_chunks() {
            self.ready.extend_from_slice(chunk.valid().as_bytes());
            kept += chunk.valid().len();
            let bad = chunk.invalid();
            // A character that the end of the buffer cuts is no fault yet.
            if !self.ended && kept + bad.len() == self.raw.len() && !bad.is_empty() && bad.len() < 4 {
                break;
            }
            kept += bad.len();
            if !bad.is_empty() {
                self.patched.set(self.patched.get() + bad.len() as u64);
                let text = WINDOWS_1252.decode_without_bom_handling(bad).0;
                self.ready.extend_from_slice(text.as_bytes());
            }
        }
        self.raw.drain(..kept);
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !(self.ended && self.raw.is_empty()) {
            self.fill()?;
            if self.ended && self.ready.is_empty() {
                break;
            }
        }
        let rest = self.ready.get(self.at..).unwrap_or_default();
        let n = rest.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        self.at += n;
        Ok(n)
    }
}

/// UTF-16 without its mark, told by the zero bytes around the first `<` (XML 1.0, appendix F).
fn undeclared_utf16(raw: &[u8]) -> Option<&'static Encoding> {
    match raw.get(..4)? {
        [0x3c, 0, b, 0] if *b != 0 => Some(UTF_16LE),
        [0, 0x3c, 0, b] if *b != 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// Returns what `<?xml … encoding="…"?>` names, where it names something known.
fn xml_encoding(raw: &[u8]) -> Option<&'static Encoding> {
    let text = String::from_utf8_lossy(raw);
    let (_, declaration) = text.split_once("<?xml")?;
    let (declaration, _) = declaration.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (label, _) = value.get(1..)?.split_once(quote)?;
    // A file that says UTF-16 in single bytes is not.
    Encoding::for_label(label.as_bytes()).filter(|e| *e != UTF_16LE && *e != UTF_16BE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streamed(bytes: &[u8]) -> (String, u64) {
        let patched = Rc::new(Cell::new(0));
        let mut out = String::new();
        Decoded::new(bytes, patched.clone()).unwrap().read_to_string(&mut out).unwrap();
        (out, patched.get())
    }

    #[test]
    fn the_mark_beats_the_declaration_and_the_declaration_beats_the_guess() {
        assert_eq!(decode(b"\xef\xbb\xbfa\xc3\xa9", Some("iso-8859-1")).0, "aé");
        assert_eq!(decode(b"a\x93\xe9", Some("iso-8859-1")), ("a“é".into(), "windows-1252"));
        assert_eq!(decode("aé".as_bytes(), None).0, "aé");
        assert_eq!(decode(b"a\x93\xe9\x94", None), ("a“é”".into(), "windows-1252"));
        assert_eq!(decode(b"\xc3\xa9\xc3\xa9 \x92", None).0, "éé ’");
    }

    #[test]
    fn streams_decode_like_whole_texts() {
        assert_eq!(
            streamed(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\x93\xe9</a>").0,
            "<?xml version='1.0' encoding='ISO-8859-1'?><a>“é</a>"
        );
        let utf16: Vec<u8> = "<?xml version='1.0'?><a>é日</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(streamed(&utf16).0, "<?xml version='1.0'?><a>é日</a>");
        assert_eq!(streamed(b"<a>\xc3\xa9 \x92</a>"), ("<a>é ’</a>".into(), 1));
        assert_eq!(streamed(b"<a>\xc3"), ("<a>Ã".into(), 1));
        let long = "é日😀".repeat(40_000);
        assert_eq!(streamed(long.as_bytes()), (long, 0));
    }
}
