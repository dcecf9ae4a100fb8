//! Bytes to text, as browsers do it. It knows no tree.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How far into a page a declaration of its encoding is sought (HTML, prescan a byte stream, has 1024; pages do worse).
const PRESCAN: usize = 4096;

/// A page as text, and what it was read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    /// Name of the encoding (WHATWG Encoding Standard).
    pub encoding: &'static str,
    /// Bytes that did not fit the encoding and were read as Windows-1252 or replaced.
    pub stray: usize,
    /// Characters that look as if UTF-8 had been read as Windows-1252 and written as UTF-8 again (`Ã©`, `â€™`): told, never
    /// undone, for a page may speak of just that.
    pub doubled: usize,
}

/// Reads bytes as text: by byte order mark, by the charset of `content_type`, by the page's own declaration, as UTF-8 where
/// that is valid, else as Windows-1252. A stray byte in UTF-8 is read as Windows-1252; it does not turn the rest to dust.
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> Decoded {
    let mut decoded = plain(bytes, content_type);
    decoded.doubled = doubled(&decoded.text);
    decoded
}

/// Returns how many characters of a text were encoded twice.
fn doubled(text: &str) -> usize {
    // All of these begin with one byte.
    const FIRST: u8 = 0xc3;
    let mut found = 0;
    for at in text.bytes().enumerate().filter(|(_, b)| *b == FIRST).map(|(at, _)| at) {
        let piece = text.get(at..).unwrap_or_default();
        let length = match piece.chars().next() {
            Some('Â' | 'Ã' | 'Ä' | 'Å' | 'Î' | 'Ð' | 'Ñ') => 2,
            Some('â' | 'ã' | 'ä' | 'å' | 'æ' | 'ç' | 'è' | 'é' | 'ê' | 'ë' | 'ì' | 'í' | 'ï') => 3,
            _ => continue,
        };
        let end = piece.char_indices().nth(length).map_or(piece.len(), |(end, _)| end);
        let (bytes, _, bad) = WINDOWS_1252.encode(piece.get(..end).unwrap_or_default());
        let once = std::str::from_utf8(&bytes).ok().filter(|_| !bad && bytes.len() == length);
        found += usize::from(once.is_some_and(|o| o.chars().count() == 1));
    }
    found
}

fn plain(bytes: &[u8], content_type: Option<&str>) -> Decoded {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return with(bytes, encoding);
    }
    let header = content_type.and_then(charset).and_then(Encoding::for_label);
    let declared = header.or_else(|| declared(bytes));
    match declared {
        // A page that names a one-byte encoding and yet is UTF-8 throughout was moved without being asked.
        Some(e) if e != UTF_8 && e.is_single_byte() && is_real_utf8(bytes) => with(bytes, UTF_8),
        Some(e) => with(bytes, e),
        None if mostly_utf8(bytes) => with(bytes, UTF_8),
        None => with(bytes, WINDOWS_1252),
    }
}

/// Returns the charset parameter of a media type.
fn charset(content_type: &str) -> Option<&[u8]> {
    let low = content_type.to_ascii_lowercase();
    let at = low.find("charset=")? + "charset=".len();
    let value = content_type.get(at..)?.trim_start_matches(['"', '\'', ' ']);
    let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).unwrap_or(value.len());
    value.get(..end).map(str::as_bytes).filter(|v| !v.is_empty())
}

/// Returns the encoding a page declares in `meta` or in its XML declaration. UTF-16 cannot be declared this way.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..bytes.len().min(PRESCAN)).unwrap_or(bytes);
    let text: String = start.iter().map(|b| char::from(b.to_ascii_lowercase())).collect();
    let xml = text.trim_start().starts_with("<?xml").then(|| text.split("?>").next()).flatten();
    let by_xml = xml.and_then(|x| x.split("encoding=").nth(1)).and_then(label);
    let by_meta = || {
        text.match_indices("<meta").find_map(|(at, _)| {
            let tag = text.get(at..)?.split('>').next()?;
            label(tag.split("charset=").nth(1)?)
        })
    };
    let found = by_meta().or(by_xml)?;
    Some(if found.name().starts_with("UTF-16") { UTF_8 } else { found })
}

fn label(value: &str) -> Option<&'static Encoding> {
    let value = value.trim_start_matches(['"', '\'', ' ']);
    let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).unwrap_or(value.len());
    Encoding::for_label(value.get(..end)?.as_bytes())
}

fn is_real_utf8(bytes: &[u8]) -> bool {
    !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok()
}

/// Returns whether nearly all that is not ASCII is UTF-8.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    bad == 0 || good > 8 * bad
}

fn with(bytes: &[u8], encoding: &'static Encoding) -> Decoded {
    if encoding == UTF_8 {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let (mut text, mut stray) = (String::with_capacity(bytes.len()), 0);
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                stray += chunk.invalid().len();
                text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
            }
        }
        return Decoded { text, encoding: UTF_8.name(), stray, doubled: 0 };
    }
    let (text, actual, bad) = encoding.decode(bytes);
    let stray = if bad { text.matches('\u{fffd}').count() } else { 0 };
    Decoded { text: text.into_owned(), encoding: actual.name(), stray, doubled: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_mark_header_and_meta_decides() {
        let of = |bytes: &[u8], header: Option<&str>| {
            let d = decode(bytes, header);
            (d.text, d.encoding)
        };
        assert_eq!(of(b"\xef\xbb\xbfcaf\xc3\xa9", Some("text/html; charset=iso-8859-1")), ("café".into(), "UTF-8"));
        assert_eq!(of(b"caf\xe9", Some("text/html; charset=\"ISO-8859-1\"")), ("café".into(), "windows-1252"));
        assert_eq!(of(b"<meta charset=koi8-r>\xc1", None), ("<meta charset=koi8-r>а".into(), "KOI8-R"));
        assert_eq!(
            of(b"<meta http-equiv=Content-Type content='text/html; charset=Shift_JIS'>\x82\xa0", None).1,
            "Shift_JIS"
        );
        assert_eq!(of(b"\xff\xfea\0", None), ("a".into(), "UTF-16LE"));
    }

    #[test]
    fn nothing_declared_is_utf8_or_windows_1252() {
        assert_eq!(decode("\u{201c}naïve\u{201d}".as_bytes(), None).text, "“naïve”");
        assert_eq!(decode(b"\x93na\xefve\x94", None).text, "“naïve”");
    }

    #[test]
    fn windows_1252_comes_in_the_clothes_of_iso_8859_1() {
        let of = |bytes: &[u8]| {
            let d = decode(bytes, None);
            (d.text.rsplit('>').next().unwrap_or_default().to_string(), d.encoding)
        };
        assert_eq!(of(b"<meta charset=iso-8859-1>\x93it\x92s\x94 \x80 5"), ("“it’s” € 5".into(), "windows-1252"));
        // What says so and is UTF-8 throughout was moved without being asked.
        assert_eq!(of("<meta charset=iso-8859-1>“it’s”".as_bytes()), ("“it’s”".into(), "UTF-8"));
        assert_eq!(of("<?xml version='1.0' encoding='iso-8859-2'?><p>\u{b1}".as_bytes()).1, "UTF-8");
        assert_eq!(of(b"<?xml version='1.0' encoding='iso-8859-2'?><p>\xb1"), ("ą".into(), "ISO-8859-2"));
    }

    #[test]
    fn what_was_encoded_twice_is_counted_and_left_as_it_is() {
        let of = |text: &str| {
            let d = decode(text.as_bytes(), None);
            assert_eq!(d.text, text);
            d.doubled
        };
        assert_eq!(of("cafÃ©, itâ€™s, â€œsoâ€\u{9d}"), 4);
        assert_eq!(of("café, it’s, “so”, Ão, âge, Ñandú, ça, ÄÖÜ"), 0);
    }

    #[test]
    fn a_stray_byte_leaves_the_rest_whole() {
        let mut bytes = b"<meta charset=utf-8>".to_vec();
        bytes.extend("caf\u{e9} ".as_bytes());
        bytes.extend(b"it\x92s");
        let d = decode(&bytes, None);
        assert_eq!((d.text.as_str(), d.stray), ("<meta charset=utf-8>café it’s", 1));
    }
}
