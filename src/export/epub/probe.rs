//! What a kept picture is, by its first bytes, and whether readers can begin to show it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use imagesize::ImageType;

/// Why a kept picture is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Missing,
    Format,
    Damaged,
}

/// A picture that every EPUB 3.3 reader shows ("core media types").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    pub mime: &'static str,
    pub ending: &'static str,
    /// No larger than a line or two of text: an icon, a smiley.
    pub small: bool,
}

/// Enough for a picture's head with what cameras write in front of it.
const HEAD: u64 = 512 << 10;

/// Looks at a file.
pub fn probe(path: &Path) -> Result<Probe, Fault> {
    let mut head = Vec::new();
    let file = File::open(path).map_err(|_| Fault::Missing)?;
    file.take(HEAD).read_to_end(&mut head).map_err(|_| Fault::Damaged)?;
    look(&head)
}

fn look(head: &[u8]) -> Result<Probe, Fault> {
    // More than the size is looked at: EPUBCheck refuses a book for a picture that breaks off or goes astray before
    // its first line, and readers show nothing for it.
    let (mime, ending, begins) = match imagesize::image_type(head) {
        Ok(ImageType::Jpeg) => ("image/jpeg", "jpg", jpeg_begins(head)),
        Ok(ImageType::Png) => ("image/png", "png", head.len() > 33),
        Ok(ImageType::Gif) => ("image/gif", "gif", gif_begins(head)),
        Ok(ImageType::Webp) => ("image/webp", "webp", true),
        _ => return Err(Fault::Format),
    };
    match imagesize::blob_size(head) {
        Ok(size) if begins && size.width > 0 && size.height > 0 => {
            Ok(Probe { mime, ending, small: size.height <= 40 && size.width <= 200 })
        }
        _ => Err(Fault::Damaged),
    }
}

/// Returns whether a first block follows the head of a GIF and its colours (GIF89a, sections 17 to 20).
fn gif_begins(head: &[u8]) -> bool {
    let packed = head.get(10).copied().unwrap_or_default();
    let colours = if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) };
    head.get(13 + colours).is_some_and(|block| matches!(block, 0x21 | 0x2c))
}

/// Returns whether the segments of a JPEG lead to its first scan (ITU-T T.81, annex B). Where they go on beyond what
/// was read, as they may after a large profile, they are taken to.
fn jpeg_begins(head: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // Fill bytes may stand before a marker.
        while head.get(at) == Some(&0xff) && head.get(at + 1) == Some(&0xff) {
            at += 1;
        }
        match (head.get(at), head.get(at + 1)) {
            (Some(0xff), Some(0xda)) => return true,
            (Some(0xff), Some(0xc0..=0xd7 | 0xdb..=0xfe)) => {
                let (Some(high), Some(low)) = (head.get(at + 2), head.get(at + 3)) else { return false };
                let length = usize::from(*high) << 8 | usize::from(*low);
                if length < 2 {
                    return false;
                }
                at += 2 + length;
            }
            (Some(_), Some(_)) => return false,
            _ => return head.len() as u64 == HEAD,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        assert_eq!(look(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Err(Fault::Format));
        assert_eq!(look(b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0"), Err(Fault::Format));
        assert_eq!(look(b""), Err(Fault::Format));
        let gif = b"GIF89a\x50\0\x50\0\x80\0\0\0\0\0\xff\xff\xff\x2c";
        assert_eq!(look(gif).map(|p| (p.mime, p.small)), Ok(("image/gif", false)));
        assert_eq!(look(&gif[..19]), Err(Fault::Damaged));
    }

    #[test]
    fn a_jpeg_has_to_reach_its_first_scan() {
        let size = b"\xff\xd8\xff\xe0\0\x04xx\xff\xc0\0\x0b\x08\0\x10\0\x10\x01\x01\x11\0";
        let with = |rest: &[u8]| look(&[size.as_slice(), rest].concat()).map(|p| p.small);
        assert_eq!(with(b"\xff\xff\xda\0\x08"), Ok(true));
        assert_eq!(with(b"garbage"), Err(Fault::Damaged));
        assert_eq!(with(b"\xff\xc4\0\x01"), Err(Fault::Damaged));
        assert_eq!(with(b""), Err(Fault::Damaged));
    }
}
