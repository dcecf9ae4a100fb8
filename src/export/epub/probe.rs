//! What a kept picture is, by its first bytes, and whether readers can begin to show it.

use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use imagesize::ImageType;

use super::traits::{components, is_see_through, moves, turn};

/// Why a kept picture is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Missing,
    /// Of a kind that no reader shows and this program does not convert.
    Format,
    Damaged,
    /// Of more pixels than are decoded.
    Large,
}

/// What a picture is, by its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    pub mime: &'static str,
    pub ending: &'static str,
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
    /// No larger than a line or two of text: an icon, a smiley.
    pub small: bool,
    pub moves: bool,
    pub see_through: bool,
    pub turn: u8,
    pub cmyk: bool,
}

impl Probe {
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// Enough for most heads.
const BEGINNING: u64 = 32 << 10;
/// Enough for a picture's head with what cameras write in front of it.
const HEAD: u64 = 512 << 10;

thread_local! {
    /// Room for a head, taken once: a block of this size for each picture, between small ones that stay, would leave
    /// holes in memory that grow with their number.
    static ROOM: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(HEAD as usize + 1));
}

/// Looks at a file.
pub fn probe(path: &Path) -> Result<Probe, Fault> {
    ROOM.with_borrow_mut(|head| {
        head.clear();
        probe_into(path, head)
    })
}

fn probe_into(path: &Path, head: &mut Vec<u8>) -> Result<Probe, Fault> {
    let mut file = File::open(path).map_err(|_| Fault::Missing)?;
    let bytes = file.metadata().map_err(|_| Fault::Missing)?.len();
    file.by_ref().take(BEGINNING).read_to_end(head).map_err(|_| Fault::Damaged)?;
    // The frames of a GIF are all over it, and a camera may have written much in front of the size.
    let cut = head.starts_with(b"\x89PNG") && !head.windows(4).any(|w| w == b"IDAT");
    let more = head.starts_with(b"GIF8") || cut || look(head, bytes).is_err();
    if more && bytes > BEGINNING {
        file.by_ref().take(HEAD - BEGINNING).read_to_end(head).map_err(|_| Fault::Damaged)?;
    }
    let seen = look(head, bytes)?;
    if seen.mime == "image/png" && !png_is_true(&mut file, head, bytes) {
        return Err(Fault::Damaged);
    }
    Ok(seen)
}

fn look(head: &[u8], bytes: u64) -> Result<Probe, Fault> {
    // More than the size is looked at: EPUBCheck refuses a book for a picture that breaks off or goes astray before
    // its first line, and readers show nothing for it.
    let (mime, ending, begins) = match imagesize::image_type(head) {
        Ok(ImageType::Jpeg) => ("image/jpeg", "jpg", jpeg_begins(head)),
        Ok(ImageType::Png) => ("image/png", "png", head.len() > 33),
        Ok(ImageType::Gif) => ("image/gif", "gif", gif_begins(head)),
        Ok(ImageType::Webp) => ("image/webp", "webp", true),
        Ok(ImageType::Bmp) => ("image/bmp", "bmp", true),
        Ok(ImageType::Tiff) => ("image/tiff", "tif", true),
        _ if is_svg(head) => return Ok(vector(bytes)),
        _ => return Err(Fault::Format),
    };
    let size = imagesize::blob_size(head).ok().filter(|s| begins && s.width > 0 && s.height > 0);
    let size = size.or_else(|| (mime == "image/tiff").then_some(imagesize::ImageSize { width: 1, height: 1 }));
    let size = size.ok_or(Fault::Damaged)?;
    let side = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Probe {
        mime,
        ending,
        width: side(size.width),
        height: side(size.height),
        bytes,
        small: mime != "image/tiff" && size.height <= 40 && size.width <= 200,
        moves: moves(head),
        see_through: is_see_through(head),
        turn: turn(head),
        cmyk: mime == "image/jpeg" && components(head) == Some(4),
    })
}

fn vector(bytes: u64) -> Probe {
    Probe {
        mime: "image/svg+xml",
        ending: "svg",
        width: 0,
        height: 0,
        bytes,
        small: false,
        moves: false,
        see_through: true,
        turn: 1,
        cmyk: false,
    }
}

fn is_svg(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head.get(..head.len().min(4096)).unwrap_or_default());
    text.trim_start_matches('\u{feff}').trim_start().starts_with('<') && text.contains("<svg")
}

/// Returns whether the pixels that a PNG announces can be in it: deflate makes at most a thousandth of them, and never
/// more than they are. Only the heads of its parts are read.
fn png_is_true(file: &mut File, head: &[u8], bytes: u64) -> bool {
    let number = |at: usize| head.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes);
    let (width, height) = (u64::from(number(16)), u64::from(number(20)));
    let (depth, kind) = (u64::from(head.get(24).copied().unwrap_or(8)), head.get(25).copied().unwrap_or(2));
    let channels = match kind {
        2 => 3,
        4 => 2,
        6 => 4,
        _ => 1,
    };
    let raw = height.saturating_mul(1 + (width * channels * depth).div_ceil(8));
    let (mut at, mut packed, mut ended) = (8u64, 0u64, false);
    // A file of empty parts must not keep us.
    for _ in 0..100_000 {
        let mut part = [0u8; 8];
        if at + 8 > bytes || file.seek(SeekFrom::Start(at)).is_err() || file.read_exact(&mut part).is_err() {
            break;
        }
        let [a, b, c, d, name @ ..] = part;
        let length = u64::from(u32::from_be_bytes([a, b, c, d]));
        match &name {
            b"IDAT" => packed += length,
            b"IEND" => {
                ended = true;
                break;
            }
            _ => {}
        }
        at += length + 12;
    }
    // Seven interlaced passes have more, shorter lines; packing may add a little.
    ended && packed.saturating_mul(1100) >= raw && packed <= raw + raw / 4 + 70_000
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
        assert_eq!(look(b"<svg xmlns='http://www.w3.org/2000/svg'/>", 9).map(|p| p.mime), Ok("image/svg+xml"));
        let bmp = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0";
        assert_eq!(look(bmp, 9).map(|p| p.mime), Ok("image/bmp"));
        assert_eq!(look(b"", 0), Err(Fault::Format));
        let gif = b"GIF89a\x50\0\x50\0\x80\0\0\0\0\0\xff\xff\xff\x2c";
        assert_eq!(look(gif, 9).map(|p| (p.mime, p.small)), Ok(("image/gif", false)));
        assert_eq!(look(&gif[..19], 9), Err(Fault::Damaged));
    }

    #[test]
    fn a_png_that_lies_about_its_size_is_damaged() {
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, 60, 60);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header().unwrap().write_image_data(&[7; 3600]).unwrap();
        let judged = |bytes: &[u8]| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            probe(file.path()).map(|p| p.width)
        };
        assert_eq!(judged(&png), Ok(60));
        png[18] = 0xf0;
        assert_eq!(judged(&png), Err(Fault::Damaged));
        assert_eq!(judged(&png[..png.len() - 12]), Err(Fault::Damaged));
    }

    #[test]
    fn a_jpeg_has_to_reach_its_first_scan() {
        let size = b"\xff\xd8\xff\xe0\0\x04xx\xff\xc0\0\x0b\x08\0\x10\0\x10\x01\x01\x11\0";
        let with = |rest: &[u8]| look(&[size.as_slice(), rest].concat(), 9).map(|p| p.small);
        assert_eq!(with(b"\xff\xff\xda\0\x08"), Ok(true));
        assert_eq!(with(b"garbage"), Err(Fault::Damaged));
        assert_eq!(with(b"\xff\xc4\0\x01"), Err(Fault::Damaged));
        assert_eq!(with(b""), Err(Fault::Damaged));
    }
}
