//! Pictures of every kind: shown as they are, converted, or told of in a frame.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use mdarchive::export::{Epub, Profile, Selection};
use mdarchive::model::{Media, Post};

use super::book::{Blog, Made, media, post};

fn bytes(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image.into().write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn photo(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, (x * y / 7) as u8]))
}

/// A moving GIF of two frames.
fn moving() -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut out);
    for shade in [0, 200] {
        let frame = image::Frame::new(RgbaImage::from_pixel(60, 60, Rgba([shade, 0, 0, 255])));
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    out
}

/// A JPEG that EXIF turns by a quarter.
fn turned() -> Vec<u8> {
    let plain = bytes(photo(80, 60), ImageFormat::Jpeg);
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut out = plain[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend(((exif.len() + 2) as u16).to_be_bytes());
    out.extend(exif);
    out.extend(&plain[2..]);
    out
}

struct Shown {
    book: Made,
    chapter: String,
}

impl Shown {
    /// Type and size of the only picture beside the cover.
    fn one(&self) -> (String, u32, u32) {
        let names: Vec<&str> = self.book.names().filter(|n| n.starts_with("OEBPS/images/i")).collect();
        let [name] = names.as_slice() else { panic!("{names:?} in {}", self.chapter) };
        let image = image::load_from_memory(&self.book.files[*name]).unwrap();
        (name.rsplit('.').next().unwrap().to_string(), image.width(), image.height())
    }
}

fn blog(name: &'static str, picture: &[u8], mime: &str) -> Blog {
    let body =
        "<figure><img src=\"http://blog.example/x\" alt=\"\"><figcaption>Seen from the quay</figcaption></figure>";
    let one = Post {
        media: vec![Media { mime: Some(mime.into()), ..media("http://blog.example/x", picture) }],
        ..post(1, "Photo", "2007-04-23", body)
    };
    Blog::new(name).with_media([("", picture.to_vec())]).with([one])
}

fn shown(name: &'static str, picture: &[u8], mime: &str, profile: Profile) -> Shown {
    let book = blog(name, picture, mime).book_with(|e| e.profile = profile);
    let chapter = book.chapter("Photo").replace('\n', "");
    Shown { book, chapter }
}

#[test]
fn what_readers_cannot_show_is_converted() {
    let clear = RgbaImage::from_pixel(50, 40, Rgba([200, 0, 0, 90]));
    let generic = Profile::Generic;
    let kind = |name, picture: &[u8], mime, profile| shown(name, picture, mime, profile).one();
    assert_eq!(
        kind("webp", &bytes(photo(300, 200), ImageFormat::WebP), "image/webp", generic),
        ("jpg".into(), 300, 200)
    );
    assert_eq!(kind("bmp", &bytes(photo(300, 200), ImageFormat::Bmp), "image/bmp", generic), ("jpg".into(), 300, 200));
    assert_eq!(
        kind("tiff", &bytes(photo(300, 200), ImageFormat::Tiff), "image/tiff", generic),
        ("jpg".into(), 300, 200)
    );
    assert_eq!(kind("clear", &bytes(clear, ImageFormat::Png), "image/png", generic), ("png".into(), 50, 40));
    assert_eq!(kind("turned", &turned(), "image/jpeg", generic), ("jpg".into(), 60, 80));
    assert_eq!(
        kind("wide", &bytes(photo(3300, 100), ImageFormat::Jpeg), "image/jpeg", generic),
        ("jpg".into(), 1600, 48)
    );
    assert_eq!(
        kind("paper", &bytes(photo(3300, 100), ImageFormat::Jpeg), "image/jpeg", Profile::Print),
        ("jpg".into(), 3000, 90)
    );
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'><script>x</script><rect width='20' height='10' fill='#c00'/><image href='file:///etc/passwd'/></svg>";
    assert_eq!(kind("svg", svg, "image/svg+xml", generic), ("png".into(), 800, 400));
}

#[test]
fn what_readers_can_show_stays_as_it_is() {
    for (name, picture, mime) in [
        ("kept-jpeg", bytes(photo(900, 700), ImageFormat::Jpeg), "image/jpeg"),
        ("kept-png", bytes(photo(90, 70), ImageFormat::Png), "image/png"),
        ("kept-gif", moving(), "image/gif"),
    ] {
        let shown = shown(name, &picture, mime, Profile::Generic);
        assert!(shown.book.files.values().any(|f| *f == picture), "{name}");
    }
    assert!(
        shown("hazard", &moving(), "image/gif", Profile::Generic)
            .book
            .text("OEBPS/package.opf")
            .contains("Hazard\">unknown<")
    );
}

#[test]
fn each_family_of_readers_gets_what_it_shows() {
    let still = shown("kindle", &moving(), "image/gif", Profile::Kindle);
    assert_eq!(still.one().0, "png");
    assert!(!still.book.spine().contains(&"cover".to_string()));
    assert!(still.book.text("OEBPS/package.opf").contains("properties=\"cover-image\""));
    let cover = |book: &Made| image::load_from_memory(&book.files["OEBPS/images/cover-image.png"]).unwrap().height();
    assert_eq!(cover(&still.book), 2560);
    let kobo = shown("kobo", &moving(), "image/gif", Profile::Kobo);
    assert_eq!((kobo.one().0.as_str(), cover(&kobo.book)), ("png", 2134));
}

#[test]
fn what_cannot_be_shown_is_a_frame_with_caption_and_address() {
    let mut lies = bytes(photo(60, 60), ImageFormat::Png);
    lies[18] = 0x70;
    let mut huge = b"BM".to_vec();
    huge.extend([0u8; 8]);
    huge.extend([54, 0, 0, 0, 40, 0, 0, 0]);
    huge.extend(10_000u32.to_le_bytes());
    huge.extend(10_000u32.to_le_bytes());
    huge.extend([1, 0, 24, 0]);
    huge.extend([0u8; 40]);
    let avif = b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B".to_vec();
    for (name, picture, mime, why) in [
        ("lies", lies, "image/png", "Picture damaged"),
        ("huge", huge, "image/bmp", "Picture too large to show"),
        ("avif", avif, "image/avif", "Picture of a kind that books cannot show"),
        ("cut", bytes(photo(60, 60), ImageFormat::WebP)[..60].to_vec(), "image/webp", "Picture damaged"),
    ] {
        let shown = shown(name, &picture, mime, Profile::Generic);
        assert!(!shown.book.names().any(|n| n.starts_with("OEBPS/images/i")), "{name}");
        let frame = format!(
            "<p>{why}</p><p><a href=\"http://blog.example/x\">http://blog.example/x</a></p><figcaption><p>Seen from the quay</p>"
        );
        assert!(shown.chapter.contains(&frame), "{name}: {}", shown.chapter);
    }
}

#[test]
fn a_second_export_takes_converted_pictures_from_the_cache() {
    let kept = blog("cache", &bytes(photo(300, 200), ImageFormat::WebP), "image/webp").keep(false);
    let make = || kept.make(&Epub::default(), &Selection::default()).unwrap();
    let first = make();
    let cache = kept.archive.root.join(".cache/pictures");
    let files: Vec<_> = std::fs::read_dir(&cache).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let made = std::fs::metadata(&files[0]).unwrap().modified().unwrap();
    assert!(first.bytes == make().bytes);
    assert_eq!(std::fs::metadata(&files[0]).unwrap().modified().unwrap(), made);
    // It can be rebuilt at any time.
    std::fs::remove_dir_all(&cache).unwrap();
    assert!(first.bytes == make().bytes);
}

#[test]
fn an_archive_that_cannot_be_written_to_gives_the_same_book() {
    let kept = blog("read-only", &bytes(photo(300, 200), ImageFormat::WebP), "image/webp").keep(false);
    let first = kept.make(&Epub::default(), &Selection::default()).unwrap();
    let cache = kept.archive.root.join(".cache");
    std::fs::remove_dir_all(&cache).unwrap();
    // A file in the place of the folder: nothing can be put there, even by root.
    std::fs::write(&cache, "").unwrap();
    assert!(first.bytes == kept.make(&Epub::default(), &Selection::default()).unwrap().bytes);
}
