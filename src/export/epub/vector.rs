//! A drawing (SVG) as pixels. No file and no address is opened for it, and no script is in the drawer.

use std::path::Path;
use std::sync::Arc;

use image::DynamicImage;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{self, ImageHrefResolver, Options};

/// Vollkorn, under the SIL Open Font License (its text lies beside it): Latin, Greek and Cyrillic.
pub const FONT: &[u8] = include_bytes!("../../../templates/epub/fonts/Vollkorn-Regular.ttf");

/// Larger files, and those with more of what multiplies work, are not drawn.
const MOST_BYTES: u64 = 1 << 20;
const MOST_USES: usize = 200;

/// Options under which nothing outside is opened.
pub fn offline() -> Options<'static> {
    let mut options = Options { font_family: "Vollkorn".into(), ..Options::default() };
    // The library's own resolver opens files.
    options.image_href_resolver =
        ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(FONT.to_vec());
    options.fontdb = Arc::new(fonts);
    options
}

/// As [`offline()`], with the fonts of the machine for scripts that ours lacks.
pub fn with_fonts_of_the_system() -> Options<'static> {
    let mut options = offline();
    Arc::make_mut(&mut options.fontdb).load_system_fonts();
    options
}

/// Draws a file on white, its longer side as long as asked at most; none where it is none or too costly.
pub fn draw(path: &Path, long_side: u32) -> Option<DynamicImage> {
    if std::fs::metadata(path).ok()?.len() > MOST_BYTES {
        return None;
    }
    let source = std::fs::read_to_string(path).ok()?;
    // Entities, references to references, filters and patterns let a short text ask for endless work.
    let costly =
        ["<use", "<filter", "<pattern", "<mask", ":use"].iter().map(|w| source.matches(w).count()).sum::<usize>();
    if source.contains("<!ENTITY") || costly > MOST_USES {
        return None;
    }
    let tree = usvg::Tree::from_str(&source, &offline()).ok()?;
    let size = tree.size();
    let longest = size.width().max(size.height());
    if !longest.is_finite() || longest <= 0.0 {
        return None;
    }
    let side = (longest.max(800.0)).min(long_side as f32);
    let scale = side / longest;
    let to = |n: f32| ((n * scale).round() as u32).max(1);
    let mut pixels = Pixmap::new(to(size.width()), to(size.height()))?;
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    let rgb = pixels.data().chunks_exact(4).flat_map(|p| p.get(..3).unwrap_or_default().to_vec()).collect();
    image::RgbImage::from_raw(pixels.width(), pixels.height(), rgb).map(DynamicImage::from)
}
