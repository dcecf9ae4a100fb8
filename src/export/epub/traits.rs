//! What the head of a picture says beyond its type and size: whether it is turned, moves, or lets the page shine
//! through. It decodes no pixel.

/// Animated pictures of at most so many bytes stay as they are.
pub const MOST_MOVING: u64 = 1_000_000;

/// Returns the orientation that EXIF data give, 1 to 8 (EXIF 2.32, section 4.6.4 A); 1 where they give none.
pub fn turn(head: &[u8]) -> u8 {
    exif(head).and_then(orientation).unwrap_or(1)
}

/// Returns the EXIF block of a JPEG.
fn exif(head: &[u8]) -> Option<&[u8]> {
    if !head.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    let mut at = 2;
    loop {
        let (0xff, marker) = (*head.get(at)?, *head.get(at + 1)?) else { return None };
        if marker == 0xda {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([*head.get(at + 2)?, *head.get(at + 3)?]));
        let block = head.get(at + 4..at + 2 + length.max(2))?;
        if marker == 0xe1
            && let Some(exif) = block.strip_prefix(b"Exif\0\0")
        {
            return Some(exif);
        }
        at += 2 + length.max(2);
    }
}

fn orientation(tiff: &[u8]) -> Option<u8> {
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let two = |at: usize| {
        let b = [*tiff.get(at)?, *tiff.get(at + 1)?];
        Some(if big { u16::from_be_bytes(b) } else { u16::from_le_bytes(b) })
    };
    let four = |at: usize| {
        let (a, b) = (u32::from(two(at)?), u32::from(two(at + 2)?));
        Some(if big { a << 16 | b } else { b << 16 | a })
    };
    let first = four(4)? as usize;
    let entries = usize::from(two(first)?);
    let entry = (0..entries).map(|n| first + 2 + 12 * n).find(|at| two(*at) == Some(0x0112))?;
    let value = two(entry + 8)?;
    (1..=8).contains(&value).then_some(value as u8)
}

/// Returns the number of colours of a JPEG (ITU-T T.81, B.2.2).
pub fn components(head: &[u8]) -> Option<u8> {
    let mut at = 2;
    loop {
        let (0xff, marker) = (*head.get(at)?, *head.get(at + 1)?) else { return None };
        let length = usize::from(*head.get(at + 2)?) << 8 | usize::from(*head.get(at + 3)?);
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return head.get(at + 9).copied();
        }
        at += 2 + length.max(2);
    }
}

/// Returns whether a picture has more than one frame (GIF89a; APNG's `acTL`; WebP's `ANIM`).
pub fn moves(head: &[u8]) -> bool {
    if head.starts_with(b"GIF8") {
        return gif_frames(head) > 1;
    }
    if head.starts_with(b"\x89PNG") {
        return chunks(head).any(|(name, _)| name == b"acTL");
    }
    head.starts_with(b"RIFF") && head.get(12..16) == Some(b"VP8X") && head.get(20).is_some_and(|f| f & 2 != 0)
}

/// Returns whether the page may shine through a PNG.
pub fn is_see_through(head: &[u8]) -> bool {
    head.starts_with(b"\x89PNG")
        && (head.get(25).is_some_and(|kind| matches!(kind, 4 | 6)) || chunks(head).any(|(name, _)| name == b"tRNS"))
}

/// The chunks of a PNG before its pixels.
fn chunks(head: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut at = 8;
    std::iter::from_fn(move || {
        let length = u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?) as usize;
        let name = head.get(at + 4..at + 8)?;
        if name == b"IDAT" {
            return None;
        }
        let data = head.get(at + 8..(at + 8).saturating_add(length).min(head.len()))?;
        at = at.checked_add(length)?.checked_add(12)?;
        Some((name, data))
    })
}

/// Counts the frames of a GIF, up to two.
fn gif_frames(head: &[u8]) -> usize {
    let table = |packed: u8| if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) };
    let mut at = 13 + table(head.get(10).copied().unwrap_or_default());
    let mut frames = 0;
    while frames < 2 {
        match head.get(at) {
            Some(0x21) => at += 2,
            Some(0x2c) => {
                frames += 1;
                at += 11 + table(head.get(at + 9).copied().unwrap_or_default());
            }
            _ => break,
        }
        // Sub-blocks up to the empty one.
        while let Some(n) = head.get(at).filter(|n| **n > 0) {
            at += 1 + usize::from(*n);
        }
        at += 1;
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_turn_of_a_photo_is_read_in_both_orders_of_bytes() {
        let jpeg = |tiff: &[u8]| {
            let length = (8 + tiff.len()) as u16;
            [&[0xff, 0xd8, 0xff, 0xe1][..], &length.to_be_bytes(), b"Exif\0\0", tiff].concat()
        };
        assert_eq!(turn(&jpeg(b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0")), 6);
        assert_eq!(turn(&jpeg(b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0")), 8);
        assert_eq!(turn(&jpeg(b"II*\0\xff\xff\xff\xff")), 1);
        assert_eq!(turn(b"\xff\xd8\xff\xe1\xff\xff"), 1);
    }

    #[test]
    fn frames_of_a_gif_are_counted_without_decoding() {
        let frame = b"\x21\xf9\x04\0\0\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
        let still = [b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff", &frame[..], b";"].concat();
        let moving = [b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff", &frame[..], &frame[..], b";"].concat();
        assert!(!moves(&still) && moves(&moving));
    }

    #[test]
    fn a_png_with_alpha_is_see_through() {
        let png =
            |kind: u8| [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08".as_slice(), &[kind, 0, 0, 0]].concat();
        assert!(is_see_through(&png(6)) && !is_see_through(&png(2)));
    }
}
