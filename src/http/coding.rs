//! Content codings undone, up to a cap: a kilobyte may stand for a gigabyte.

use std::io::{ErrorKind, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::model::Capture;

/// Why a body could not be decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Undecoded {
    /// It grows beyond the cap.
    TooLarge,
    /// It ends in the middle.
    Cut,
    /// It is damaged, or in a coding that was not asked for.
    Unknown(String),
}

/// Returns the body with its content coding undone; none where it had none.
///
/// A body labelled gzip that does not begin like one is taken as it is: servers that compress twice in name only are
/// common, and nothing is lost by believing the bytes.
pub(super) fn decode(body: &[u8], coding: Option<&str>, cap: u64) -> Result<Option<Vec<u8>>, Undecoded> {
    let coding = coding.unwrap_or_default().trim().to_ascii_lowercase();
    match coding.as_str() {
        "" | "identity" | "none" => Ok(None),
        _ if body.is_empty() => Ok(None),
        "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => read(MultiGzDecoder::new(body), cap).map(Some),
        "gzip" | "x-gzip" => Ok(None),
        // RFC 9110 means zlib; some servers send the bare stream.
        "deflate" => match read(ZlibDecoder::new(body), cap) {
            Err(Undecoded::Unknown(_)) => read(DeflateDecoder::new(body), cap).map(Some),
            done => done.map(Some),
        },
        other => Err(Undecoded::Unknown(format!("content coding {other:?}"))),
    }
}

/// Undoes the content coding of an answer that was read back from where it was kept; returns whether it could.
pub fn undo(capture: &mut Capture, cap: u64) -> bool {
    match decode(&capture.body, capture.header("content-encoding"), cap) {
        Ok(decoded) => capture.decoded = decoded,
        Err(_) => return false,
    }
    true
}

fn read(decoder: impl Read, cap: u64) -> Result<Vec<u8>, Undecoded> {
    let mut out = Vec::new();
    match decoder.take(cap.saturating_add(1)).read_to_end(&mut out) {
        Ok(_) if out.len() as u64 > cap => Err(Undecoded::TooLarge),
        Ok(_) => Ok(out),
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => Err(Undecoded::Cut),
        // Bytes after the last member are no reason to lose what came before them.
        Err(e) if e.to_string().contains("invalid gzip header") && !out.is_empty() => Ok(out),
        Err(e) => Err(Undecoded::Unknown(format!("damaged compression: {e}"))),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut e = GzEncoder::new(Vec::new(), Compression::best());
        e.write_all(bytes).unwrap();
        e.finish().unwrap()
    }

    #[test]
    fn codings_are_undone() {
        let text = b"a post of many words".to_vec();
        assert_eq!(decode(&gzip(&text), Some("GZIP"), 100), Ok(Some(text.clone())));
        assert_eq!(decode(&[gzip(b"one "), gzip(b"two")].concat(), Some("gzip"), 100), Ok(Some(b"one two".to_vec())));
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(&text).unwrap();
        assert_eq!(decode(&zlib.finish().unwrap(), Some("deflate"), 100), Ok(Some(text.clone())));
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(&text).unwrap();
        assert_eq!(decode(&raw.finish().unwrap(), Some("deflate"), 100), Ok(Some(text.clone())));
        assert_eq!(decode(&text, None, 100), Ok(None));
    }

    #[test]
    fn a_label_without_compression_is_not_believed() {
        assert_eq!(decode(b"{\"plain\": 1}", Some("gzip"), 100), Ok(None));
    }

    #[test]
    fn a_bomb_ends_at_the_cap() {
        let bomb = gzip(&vec![0; 10 << 20]);
        assert!(bomb.len() < 20_000);
        assert_eq!(decode(&bomb, Some("gzip"), 1 << 20), Err(Undecoded::TooLarge));
        assert_eq!(decode(&bomb, Some("gzip"), 10 << 20).unwrap().unwrap().len(), 10 << 20);
    }

    #[test]
    fn a_cut_stream_and_a_foreign_coding_are_told_apart() {
        let whole = gzip(&(0..=255u8).cycle().take(5000).collect::<Vec<_>>());
        assert_eq!(decode(&whole[..whole.len() / 2], Some("gzip"), 9999), Err(Undecoded::Cut));
        assert!(decode(b"\x1f\x8b\x08\x00garbage here, no header", Some("gzip"), 9999).is_err());
        assert!(matches!(decode(b"x", Some("br"), 99), Err(Undecoded::Unknown(_))));
    }
}
