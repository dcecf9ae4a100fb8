//! The cover: an SVG template drawn to an opaque picture. No file and no address is opened for it.

use minijinja::context;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{self, ImageKind, Node, Options};

use super::tree::escape;
use super::vector::{offline, with_fonts_of_the_system};
use crate::error::{Error, Result};
use crate::export::template::Templates;

/// Where things stand, in pixels: the room for the title and its middle, the line under it, the names of authors.
struct Layout {
    room: (f32, f32),
    middle: f32,
    rule: i64,
    authors: f32,
    most_authors: usize,
}

const WORDS_ALONE: Layout =
    Layout { room: (1240.0, 900.0), middle: 760.0, rule: 1330, authors: 1500.0, most_authors: 4 };
const WITH_PICTURE: Layout =
    Layout { room: (1240.0, 460.0), middle: 1400.0, rule: 1690, authors: 1830.0, most_authors: 2 };

/// Room for the picture: left, top, width, height.
const FRAME: (f32, f32, f32, f32) = (200.0, 210.0, 1200.0, 880.0);
/// A small picture is not blown up further than this.
const MOST_ZOOM: f32 = 2.0;

const SIZES: [f32; 9] = [190.0, 170.0, 150.0, 132.0, 116.0, 100.0, 88.0, 76.0, 64.0];
const LINE: f32 = 1.22;
const MOST_WORDS: usize = 60;
const QUALITY: u8 = 88;

/// Ground and ink, both of good contrast; which one is taken follows from the archive's id.
const COLOURS: [(&str, &str); 8] = [
    ("#1f3044", "#f3ead6"),
    ("#3b1f2b", "#f4e7d3"),
    ("#20392f", "#efe9d2"),
    ("#402c1a", "#f5ead2"),
    ("#2d2a45", "#ece6f2"),
    ("#4a1d1d", "#f6e8d8"),
    ("#14363b", "#e8f0e4"),
    ("#2b2b2b", "#efece4"),
];

/// What stands on the cover.
#[derive(Debug, Default)]
pub struct Cover<'a> {
    pub title: &'a str,
    pub authors: &'a [String],
    pub years: Option<&'a str>,
    pub host: Option<&'a str>,
    pub id: &'a str,
    /// Bytes of a JPEG or PNG.
    pub picture: Option<Vec<u8>>,
}

/// A drawn cover.
pub struct Drawn {
    pub bytes: Vec<u8>,
    pub mime: &'static str,
    pub ending: &'static str,
}

/// Draws the cover: as JPEG with a picture on it, else as PNG. `note` is told when the font cannot write the title, which
/// then stands on the title page only.
pub fn draw(
    cover: Cover<'_>,
    (width, height): (u32, u32),
    templates: &Templates,
    note: &mut dyn FnMut(String),
) -> Result<Drawn> {
    let picture = cover.picture.and_then(Picture::of);
    let pictured = picture.is_some();
    let layout = if pictured { WITH_PICTURE } else { WORDS_ALONE };
    let mut options = offline();
    let mut title = fit(cover.title, layout.room, &options);
    if title.is_none() {
        // What the machine has decides then, and no longer the archive alone; so only then.
        let more = with_fonts_of_the_system();
        title = fit(cover.title, layout.room, &more);
        if title.is_some() {
            options = more;
        }
    }
    let title = title.unwrap_or_else(|| {
        let why = "neither the cover's font nor one of this machine has the script of the title";
        note(format!("{why}, which stands on the title page only"));
        (SIZES[0], Vec::new())
    });
    let (size, lines) = title;
    let top = layout.middle - LINE * size * (lines.len() as f32 - 1.0) / 2.0;
    let row =
        |n: usize, from: f32, step: f32, text: String| context! { y => (from + step * n as f32).round() as i64, text };
    let placed: Vec<_> = lines.into_iter().enumerate().map(|(n, t)| row(n, top, LINE * size, t)).collect();
    let authors = authors(cover.authors, layout.most_authors, &options);
    let authors: Vec<_> = authors.into_iter().enumerate().map(|(n, t)| row(n, layout.authors, 100.0, t)).collect();
    let writable = |text: Option<&str>| {
        text.filter(|t| widths(&[t], &options).first().is_some_and(|w| w.is_some())).map(String::from)
    };
    let colour = cover.id.bytes().fold(0usize, |n, b| n.wrapping_mul(31).wrapping_add(usize::from(b))) % COLOURS.len();
    let (ground, ink) = COLOURS[colour];
    let context = context! {
        cover => context! {
            ground, ink, size => size as i64, lines => placed, authors,
            years => writable(cover.years), host => writable(cover.host),
            picture => picture.as_ref().map(Picture::place), rule => layout.rule,
        },
    };
    let svg = templates.render("cover.svg", context)?;
    let fault = |why: String| Error::export("templates/epub/cover.svg", why).with_hint("check the cover template");
    if let Some(picture) = picture {
        // The one picture there is, whatever name the template gives it.
        options.image_href_resolver.resolve_string = Box::new(move |_, _| Some(picture.kind.clone()));
    }
    let tree = usvg::Tree::from_str(&svg, &options).map_err(|e| fault(e.to_string()))?;
    let mut pixels = Pixmap::new(width, height).ok_or_else(|| fault("no memory for it".into()))?;
    pixels.fill(paper(ground));
    // The drawing keeps its shape, in the middle of its own ground.
    let scale = (width as f32 / tree.size().width()).min(height as f32 / tree.size().height());
    let left = (width as f32 - tree.size().width() * scale) / 2.0;
    let top = (height as f32 - tree.size().height() * scale) / 2.0;
    resvg::render(&tree, Transform::from_scale(scale, scale).post_translate(left, top), &mut pixels.as_mut());
    let rgb = opaque(pixels.data());
    let (bytes, mime, ending) = match pictured {
        true => (jpeg(&rgb, width, height).map_err(|e| fault(e.to_string()))?, "image/jpeg", "jpg"),
        false => (png(&rgb, width, height).map_err(|e| fault(e.to_string()))?, "image/png", "png"),
    };
    Ok(Drawn { bytes, mime, ending })
}

/// The picture on the cover.
struct Picture {
    kind: ImageKind,
    size: (f32, f32),
}

impl Picture {
    fn of(bytes: Vec<u8>) -> Option<Picture> {
        let size = imagesize::blob_size(&bytes).ok().filter(|s| s.width > 0 && s.height > 0)?;
        let kind = match imagesize::image_type(&bytes).ok()? {
            imagesize::ImageType::Jpeg => ImageKind::JPEG(bytes.into()),
            imagesize::ImageType::Png => ImageKind::PNG(bytes.into()),
            _ => return None,
        };
        Some(Picture { kind, size: (size.width as f32, size.height as f32) })
    }

    /// Whole, in the middle of its frame.
    fn place(&self) -> minijinja::Value {
        let (left, top, width, height) = FRAME;
        let zoom = (width / self.size.0).min(height / self.size.1).min(MOST_ZOOM);
        let (w, h) = (self.size.0 * zoom, self.size.1 * zoom);
        let whole = |n: f32| n.round() as i64;
        context! {
            x => whole(left + (width - w) / 2.0), y => whole(top + (height - h) / 2.0),
            width => whole(w), height => whole(h),
        }
    }
}

/// Returns a colour written as `#1f3044`; white for anything else.
fn paper(hex: &str) -> Color {
    let part = |at: usize| hex.get(at..at + 2).and_then(|h| u8::from_str_radix(h, 16).ok());
    match (part(1), part(3), part(5)) {
        (Some(r), Some(g), Some(b)) => Color::from_rgba8(r, g, b, 255),
        _ => Color::WHITE,
    }
}

/// Returns opaque RGBA pixels as RGB: some readers refuse or blacken what may be transparent.
fn opaque(rgba: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.chunks_exact(4) {
        rgb.extend_from_slice(pixel.get(..3).unwrap_or_default());
    }
    rgb
}

fn jpeg(rgb: &[u8], width: u32, height: u32) -> image::ImageResult<Vec<u8>> {
    let mut out = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, QUALITY);
    image::ImageEncoder::write_image(encoder, rgb, width, height, image::ExtendedColorType::Rgb8)?;
    Ok(out)
}

fn png(rgb: &[u8], width: u32, height: u32) -> std::result::Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Rows of a drawing are mostly like the row above; trying all filters on each costs more than it saves.
    encoder.set_filter(png::Filter::Up);
    encoder.write_header()?.write_image_data(rgb)?;
    Ok(out)
}

/// Returns the largest size at which a title fits and its lines; none when the font cannot write it.
fn fit(title: &str, room: (f32, f32), options: &Options<'_>) -> Option<(f32, Vec<String>)> {
    // Signs the font lacks may go (an emoji), letters may not.
    let mut words: Vec<String> = Vec::new();
    for word in title.split_whitespace().take(MOST_WORDS) {
        match widths(&[word], options).first().copied().flatten() {
            Some(_) => words.push(word.to_string()),
            None if word.chars().any(char::is_alphanumeric) => {
                let kept: String = word.chars().filter(|c| c.is_alphanumeric() || c.is_ascii()).collect();
                widths(&[&kept], options).first().copied().flatten()?;
                words.push(kept);
            }
            None => {}
        }
    }
    if words.is_empty() {
        return None;
    }
    if title.split_whitespace().nth(MOST_WORDS).is_some() {
        words.push("…".into());
    }
    let named: Vec<&str> = words.iter().map(String::as_str).collect();
    let widths: Vec<f32> = widths(&named, options).into_iter().map(|w| w.unwrap_or(0.0)).collect();
    let tries = SIZES.iter().map(|size| (*size, wrap(&words, &widths, room.0, *size)));
    let last = SIZES[SIZES.len() - 1];
    let mut fitting = tries.filter(|(size, lines)| {
        lines.len() as f32 * LINE * size <= room.1 && widths.iter().all(|w| w * size <= room.0 || *size <= last)
    });
    fitting.next().or_else(|| {
        let mut lines = wrap(&words, &widths, room.0, last);
        lines.truncate((room.1 / (LINE * last)) as usize);
        if let Some(end) = lines.last_mut() {
            end.push_str(" …");
        }
        Some((last, lines))
    })
}

fn wrap(words: &[String], widths: &[f32], room: f32, size: f32) -> Vec<String> {
    const SPACE: f32 = 0.24;
    let mut lines: Vec<(f32, String)> = Vec::new();
    for (word, width) in words.iter().zip(widths) {
        match lines.last_mut() {
            Some((filled, line)) if (*filled + SPACE + width) * size <= room => {
                *filled += SPACE + width;
                line.push(' ');
                line.push_str(word);
            }
            // A word that fits no line is cut: letters in proportion to its width.
            _ if width * size > room => {
                let n = word.chars().count();
                let fits = ((room / (width * size)) * n as f32 * 0.95) as usize;
                let letters: Vec<char> = word.chars().collect();
                lines.extend(letters.chunks(fits.max(1)).map(|c| (room, c.iter().collect())));
            }
            _ => lines.push((*width, word.clone())),
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

fn authors(names: &[String], most: usize, options: &Options<'_>) -> Vec<String> {
    let fits =
        |n: &&String| widths(&[n], options).first().copied().flatten().is_some_and(|w| w * 72.0 <= WORDS_ALONE.room.0);
    let mut shown: Vec<String> = names.iter().filter(fits).take(most).cloned().collect();
    if names.len() > most {
        shown.truncate(most - 1);
        shown.push("…".into());
    }
    shown
}

/// Returns the width of each text at size 1; none for one that the font cannot write.
fn widths(texts: &[&str], options: &Options<'_>) -> Vec<Option<f32>> {
    let mut svg = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1000\" height=\"1000\">");
    for (n, text) in texts.iter().enumerate() {
        svg.push_str(&format!("<text id=\"t{n}\" y=\"100\" font-family=\"Vollkorn\" font-size=\"100\">"));
        escape(&mut svg, text);
        svg.push_str("</text>");
    }
    svg.push_str("</svg>");
    let mut out = vec![None; texts.len()];
    let Ok(tree) = usvg::Tree::from_str(&svg, options) else { return out };
    for node in tree.root().children() {
        let Node::Text(text) = node else { continue };
        let spans = text.layouted();
        let glyphs: usize = spans.iter().map(|s| s.positioned_glyphs.len()).sum();
        let lacking = spans.iter().flat_map(|s| &s.positioned_glyphs).any(|g| g.id.0 == 0);
        let place = text.id().strip_prefix('t').and_then(|n| n.parse::<usize>().ok());
        if let Some(width) = place.and_then(|n| out.get_mut(n))
            && glyphs > 0
            && !lacking
        {
            *width = Some(text.bounding_box().width() / 100.0);
        }
    }
    out
}
