//! Kept pictures as readers can show them: copied where they can, converted where they cannot. What was converted lies
//! in the archive's cache, from where the next export takes it. It knows no post; it changes nothing that is kept.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageReader, imageops};

use super::probe::{Fault, Probe, probe};
use super::profile::Profile;
use crate::model::Digest;
use crate::store::Archive;

/// Pictures of more pixels are not decoded.
const MOST_PIXELS: u64 = 40_000_000;
/// Larger ones are decoded one at a time, so that memory does not grow with the cores.
const LARGE_PIXELS: u64 = 6_000_000;
/// Larger files are converted even when they could be shown.
const MOST_BYTES: u64 = 5_000_000;
const QUALITY: u8 = 85;
/// Changes when what is made changes: a new name in the cache.
const EDITION: &str = "1";

/// How pictures are made fit for the book.
#[derive(Debug)]
pub struct Convert {
    profile: Profile,
    /// Longest side in pixels; 0 leaves all sizes as they are.
    long_side: u32,
    cache: PathBuf,
    /// Holds the folder when the archive cannot be written to.
    _temporary: Option<tempfile::TempDir>,
    large: Mutex<()>,
    /// What was found out about a picture: posts share pictures, and one asks about the same more than once.
    known: Mutex<HashMap<Digest, Result<Ready, Fault>>>,
}

/// A file that can go into the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    pub path: PathBuf,
    pub mime: &'static str,
    pub ending: &'static str,
    /// No larger than a line or two of text: an icon, a smiley.
    pub small: bool,
}

impl Convert {
    /// Prepares for an archive. Its cache is used where it can be written to, else a folder that goes afterwards.
    pub fn of(archive: &Archive, profile: Profile, long_side: Option<u32>) -> std::io::Result<Convert> {
        let long_side = long_side.unwrap_or_else(|| profile.long_side());
        let cache = archive.cache("pictures");
        let usable = fs::create_dir_all(&cache).is_ok() && tempfile::tempfile_in(&cache).is_ok();
        let temporary = if usable { None } else { Some(tempfile::tempdir()?) };
        let cache = temporary.as_ref().map_or(cache, |t| t.path().to_path_buf());
        Ok(Convert { profile, long_side, cache, _temporary: temporary, large: Mutex::new(()), known: Mutex::default() })
    }

    /// Returns the file that stands for a kept picture: itself, or what it was converted to.
    pub fn ready(&self, path: &Path, digest: &Digest) -> Result<Ready, Fault> {
        let known = || self.known.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(known) = known().get(digest) {
            return known.clone();
        }
        let found = self.find(path, digest);
        known().insert(digest.clone(), found.clone());
        found
    }

    fn find(&self, path: &Path, digest: &Digest) -> Result<Ready, Fault> {
        let seen = probe(path)?;
        let Some(why) = self.reason(&seen) else {
            return Ok(Ready { path: path.into(), mime: seen.mime, ending: seen.ending, small: seen.small });
        };
        let name = format!("{}-{EDITION}-{}", digest.as_str().get(..40).unwrap_or_default(), self.shape(why));
        for (mime, ending) in [("image/jpeg", "jpg"), ("image/png", "png")] {
            let made = self.cache.join(format!("{name}.{ending}"));
            if made.is_file() {
                return Ok(Ready { path: made, mime, ending, small: seen.small });
            }
        }
        let gate = (seen.pixels() > LARGE_PIXELS).then(|| self.large.lock());
        // Decoders of formats this rich meet files that their authors did not think of.
        let made = catch_unwind(AssertUnwindSafe(|| self.convert(path, &seen))).unwrap_or(Err(Fault::Damaged))?;
        drop(gate);
        let (mime, ending) = if made.is_png { ("image/png", "png") } else { ("image/jpeg", "jpg") };
        let file = self.cache.join(format!("{name}.{ending}"));
        self.keep(&made.bytes, &file).map_err(|_| Fault::Missing)?;
        Ok(Ready { path: file, mime, ending, small: seen.small })
    }

    /// Whether a picture has to be converted; `true` where its size changes.
    fn reason(&self, seen: &Probe) -> Option<bool> {
        let moving =
            seen.moves && self.profile.moves() && seen.bytes <= super::traits::MOST_MOVING && seen.mime == "image/gif";
        if moving {
            return None;
        }
        let side = seen.width.max(seen.height);
        let large = self.long_side > 0 && side > self.long_side || seen.pixels() > self.area();
        let unfit = !self.profile.shows(seen.mime) || seen.see_through || seen.turn > 1 || seen.cmyk || seen.moves;
        (large || unfit || seen.bytes > MOST_BYTES).then_some(large)
    }

    fn area(&self) -> u64 {
        if self.long_side == 0 { MOST_PIXELS } else { self.profile.area() }
    }

    fn shape(&self, scaled: bool) -> String {
        if scaled { format!("{}-{}", self.long_side, self.area() / 100_000) } else { "0".into() }
    }

    fn keep(&self, bytes: &[u8], file: &Path) -> std::io::Result<()> {
        let mut temp = tempfile::NamedTempFile::new_in(&self.cache)?;
        BufWriter::new(temp.as_file_mut()).write_all(bytes)?;
        temp.persist(file).map(|_| ()).map_err(|e| e.error)
    }

    fn convert(&self, path: &Path, seen: &Probe) -> Result<Made, Fault> {
        if seen.mime == "image/svg+xml" {
            let picture = super::vector::draw(path, self.long_side.clamp(200, 3000)).ok_or(Fault::Damaged)?;
            return encode(picture, true, None);
        }
        if seen.pixels() > MOST_PIXELS {
            return Err(Fault::Large);
        }
        let file = File::open(path).map_err(|_| Fault::Missing)?;
        let mut reader = ImageReader::new(BufReader::new(file)).with_guessed_format().map_err(|_| Fault::Damaged)?;
        let mut limits = image::Limits::default();
        limits.max_alloc = Some(MOST_PIXELS * 4);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|_| Fault::Damaged)?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_PIXELS * 4 {
            return Err(Fault::Large);
        }
        let turn = decoder.orientation().ok();
        let profile = decoder.icc_profile().ok().flatten();
        let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Fault::Damaged)?;
        if let Some(turn) = turn {
            picture.apply_orientation(turn);
        }
        let picture = self.scale(on_white(picture));
        // A colour profile belongs to pixels of the kind it was made for.
        let profile = profile.filter(|_| !seen.cmyk && picture.color().has_color() && seen.mime == "image/jpeg");
        encode(picture, !matches!(seen.mime, "image/jpeg"), profile)
    }

    fn scale(&self, picture: DynamicImage) -> DynamicImage {
        let (width, height) = (u64::from(picture.width()), u64::from(picture.height()));
        let side = if self.long_side == 0 { width.max(height) } else { u64::from(self.long_side) };
        let by_side = side as f64 / width.max(height).max(1) as f64;
        let by_area = (self.area() as f64 / (width * height).max(1) as f64).sqrt();
        let factor = by_side.min(by_area);
        if factor >= 1.0 {
            return picture;
        }
        let to = |n: u64| ((n as f64 * factor) as u32).max(1);
        let (w, h) = (to(width), to(height));
        // Far too large ones are first averaged down: that takes no memory beside the result.
        let near = if factor < 0.4 { picture.thumbnail_exact(w * 2, h * 2) } else { picture };
        near.resize_exact(w, h, imageops::FilterType::CatmullRom)
    }
}

struct Made {
    bytes: Vec<u8>,
    is_png: bool,
}

/// Lays what is transparent on white; gives eight bits a colour, grey or RGB.
fn on_white(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return if picture.color().has_color() { picture.into_rgb8().into() } else { picture.into_luma8().into() };
    }
    let mut rgba = picture.into_rgba8();
    let (width, height) = rgba.dimensions();
    let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.pixels_mut() {
        let [r, g, b, a] = pixel.0.map(u32::from);
        rgb.extend([r, g, b].map(|c| ((c * a + 255 * (255 - a) + 127) / 255) as u8));
    }
    image::RgbImage::from_raw(width, height, rgb).map(DynamicImage::from).unwrap_or_default()
}

/// Drawings and what was transparent become PNG, photographs JPEG.
fn encode(picture: DynamicImage, drawn: bool, profile: Option<Vec<u8>>) -> Result<Made, Fault> {
    let mut bytes = Vec::new();
    let color = picture.color().into();
    let few = drawn && has_few_colours(&picture);
    let done = if few {
        PngEncoder::new(&mut bytes).write_image(picture.as_bytes(), picture.width(), picture.height(), color)
    } else {
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        if let Some(profile) = profile {
            let _ = encoder.set_icc_profile(profile);
        }
        encoder.write_image(picture.as_bytes(), picture.width(), picture.height(), color)
    };
    done.map_err(|_| Fault::Damaged)?;
    Ok(Made { bytes, is_png: few })
}

/// Returns whether a picture is drawn rather than photographed: it has few colours for its size.
fn has_few_colours(picture: &DynamicImage) -> bool {
    const FEW: usize = 1024;
    let step = picture.color().bytes_per_pixel() as usize;
    let pixels = picture.as_bytes().chunks_exact(step.max(1));
    let every = (pixels.len() / 100_000).max(1);
    let mut seen = std::collections::HashSet::new();
    pixels.step_by(every).all(|p| {
        seen.len() < FEW && {
            seen.insert(p);
            true
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_transparent_is_laid_on_white() {
        let clear = image::RgbaImage::from_pixel(2, 1, image::Rgba([0, 0, 0, 0]));
        assert_eq!(on_white(clear.into()).as_bytes(), [255; 6]);
        let half = image::RgbaImage::from_pixel(1, 1, image::Rgba([0, 0, 0, 128]));
        assert_eq!(on_white(half.into()).as_bytes(), [127; 3]);
    }

    #[test]
    fn drawings_become_png_and_photographs_jpeg() {
        let flat = image::RgbImage::from_pixel(50, 50, image::Rgb([1, 2, 3]));
        assert!(encode(flat.into(), true, None).unwrap().is_png);
        let noise = image::RgbImage::from_fn(100, 100, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
        assert!(!encode(noise.into(), true, None).unwrap().is_png);
    }
}
