//! The cover: the words on it, and the picture.

use image::{ImageFormat, Rgb, RgbImage};
use mdarchive::export::Order;
use mdarchive::model::Post;

use super::book::{Blog, Made, media, picture, post};

fn painted(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(width, height, Rgb(colour)).write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

fn with_picture(n: u32, day: &str, bytes: &[u8]) -> Post {
    let url = format!("http://blog.example/{n}.png");
    let mut post = post(n, &format!("Post {n}"), day, &format!("<p><img src=\"{url}\" alt=\"\"></p>"));
    post.media = vec![media(&url, bytes)];
    post
}

/// The colour in the middle of the picture's place.
fn colour(book: &Made) -> Option<[u8; 3]> {
    let cover = image::load_from_memory(book.files.get("OEBPS/images/cover-image.jpg")?).unwrap().into_rgb8();
    Some(cover.get_pixel(800, 650).0)
}

fn near(colour: Option<[u8; 3]>, to: [u8; 3]) -> bool {
    colour.is_some_and(|c| c.iter().zip(to).all(|(a, b)| a.abs_diff(b) < 8))
}

#[test]
fn the_first_picture_that_serves_is_on_the_cover_whatever_the_order() {
    let (green, red) = ([20, 160, 60], [190, 30, 30]);
    let files = [picture(1200, 60), picture(90, 70), painted(600, 450, green), painted(700, 500, red)];
    let days = ["2007-04-01", "2007-04-02", "2007-05-01", "2007-06-01"];
    let posts: Vec<Post> =
        (1..).zip(days.iter().zip(&files)).map(|(n, (day, file))| with_picture(n, day, file)).collect();
    let blog = Blog::new("cover").with_media(files.iter().map(|f| ("", f.clone()))).with(posts);
    let book = blog.book();
    assert!(near(colour(&book), green), "{:?}", colour(&book));
    assert_eq!(book.spine()[..2], ["cover", "title"]);
    assert!(book.text("OEBPS/text/cover.xhtml").contains("../images/cover-image.jpg"));
    assert!(near(colour(&blog.book_with(|e| e.order = Order::Newest)), green));
    let plain = blog.book_with(|e| e.without.cover_picture = true);
    assert!(colour(&plain).is_none() && plain.files.contains_key("OEBPS/images/cover-image.png"));
}

#[test]
fn a_title_the_cover_cannot_write_stands_on_the_title_page() {
    // Linear A: nobody reads it, and hardly a machine has a font for it.
    let blog = Blog::titled("lost-script", "𐘀𐘁𐘂").with([post(1, "One", "2007-04-23", "<p>a</p>")]);
    let book = blog.book();
    assert!(book.notes.iter().any(|n| n.contains("cover")), "{:?}", book.notes);
    assert!(book.text("OEBPS/text/title.xhtml").contains("<h1>𐘀𐘁𐘂</h1>"));
    let long = Blog::titled("long-title", &"A rather long title for a blog about harbours ".repeat(12)).with([post(
        1,
        "One",
        "2007-04-23",
        "<p>a</p>",
    )]);
    assert!(long.book().notes.is_empty());
}
