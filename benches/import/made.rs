//! Made-up blogs of any size, written as they are made. Nothing in them is anybody's.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

const WORDS: &str = "the lamp was lit at dusk and burned till the morning watch while rain came over the quay in long grey \
    lines that nobody on the pier could count or name; a boat lay at low water with its nets out, its keel dry, and the \
    harbour master wrote down wind, tide, light and every sail that passed between the two bells of the day";

/// Writes the files of a blog of about so many bytes.
pub fn make(kind: &str, size: u64, dir: &Path) -> Vec<PathBuf> {
    let maker = Maker { state: 7, words: WORDS.split_whitespace().collect() };
    match kind {
        "wxr" => wxr(maker, size, dir),
        "mt" => mt(maker, size, dir),
        _ => warc(maker, size, dir),
    }
}

/// What stands before and after a body.
pub fn body_marks(kind: &str) -> (&'static str, &'static str) {
    if kind == "wxr" { ("<content:encoded><![CDATA[", "]]></content:encoded>") } else { ("BODY:", "-----") }
}

struct Maker {
    state: u64,
    words: Vec<&'static str>,
}

impl Maker {
    fn number(&mut self, below: u64) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % below
    }

    fn sentence(&mut self, words: u64) -> String {
        let all = self.words.len() as u64;
        let picked: Vec<u64> = (0..words).map(|_| self.number(all)).collect();
        picked.iter().map(|n| self.words[*n as usize]).collect::<Vec<_>>().join(" ")
    }

    /// A body with links to other posts, pictures and now and then markup.
    fn body(&mut self, n: u64, classic: bool) -> String {
        let mut out = String::new();
        for at in 0..6 + self.number(10) {
            let words = 30 + self.number(60);
            let text = self.sentence(words);
            let other = self.number(n + 50);
            let text = match at % 4 {
                1 => format!("{text} <a href=\"http://made.example/post-{other}/\">an earlier note</a> {text}"),
                2 => format!("<em>{text}</em> {text} <strong>and more</strong>."),
                _ => text,
            };
            out.push_str(&if classic { format!("{text}\n\n") } else { format!("<p>{text}</p>\n") });
        }
        out
    }

    fn picture(&mut self, id: u64, classic: bool) -> String {
        let img = format!(
            "<img class=\"alignnone size-medium wp-image-{id}\" src=\"http://made.example/wp-content/uploads/{id}-300x200.jpg\" alt=\"quay\" width=\"300\" height=\"200\" />"
        );
        let caption = self.sentence(8);
        if classic {
            format!("[caption id=\"attachment_{id}\" width=\"300\"]{img} {caption}[/caption]\n\n")
        } else {
            format!("<figure>{img}<figcaption>{caption}</figcaption></figure>\n")
        }
    }
}

fn date(n: u64) -> (String, String) {
    let (year, month, day) = (2004 + n / 30_000 % 20, n / 2_500 % 12 + 1, n / 90 % 28 + 1);
    let clock = format!("{:02}:{:02}:{:02}", n % 24, n % 60, n * 7 % 60);
    (format!("{year:04}-{month:02}-{day:02} {clock}"), format!("{month:02}/{day:02}/{year:04} {clock}"))
}

fn wxr_head(out: &mut impl Write) {
    write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:wp=\"http://wordpress.org/export/1.2/\">\n<channel>\n<title>Made</title>\n<link>http://made.example</link>\n<wp:wxr_version>1.2</wp:wxr_version>\n<wp:base_site_url>http://made.example</wp:base_site_url>\n<wp:base_blog_url>http://made.example</wp:base_blog_url>\n"
    )
    .expect("written");
}

fn attachment(out: &mut impl Write, maker: &mut Maker, id: u64, parent: u64) {
    let caption = maker.sentence(8);
    writeln!(
        out,
        "<item><title>Picture {id}</title><link>http://made.example/?attachment_id={id}</link><wp:post_id>{id}</wp:post_id><wp:post_parent>{parent}</wp:post_parent><wp:post_type>attachment</wp:post_type><wp:status>inherit</wp:status><excerpt:encoded><![CDATA[{caption}]]></excerpt:encoded><wp:attachment_url>http://made.example/wp-content/uploads/{id}.jpg</wp:attachment_url></item>"
    )
    .expect("written");
}

/// Two files: posts with most of their attachments after them, and one that holds the attachments of every fourth post.
fn wxr(mut maker: Maker, size: u64, dir: &Path) -> Vec<PathBuf> {
    let (first, second) = (dir.join("made.000.xml"), dir.join("made.001.xml"));
    let mut out = BufWriter::new(File::create(&first).expect("a file"));
    let (mut written, mut n) = (0, 0u64);
    wxr_head(&mut out);
    while written < size {
        n += 1;
        let (id, classic) = (n * 2, n % 2 == 0);
        let mut body = maker.body(n, classic);
        body.push_str(&maker.picture(id + 1, classic));
        if n % 10 == 0 && classic {
            body.push_str("[gallery]\n");
        }
        if !classic {
            body = body.replace("<p>", "<!-- wp:paragraph -->\n<p>").replace("</p>", "</p>\n<!-- /wp:paragraph -->");
        }
        let (when, title) = (date(n).0, maker.sentence(5));
        let mut item = format!(
            "<item>\n<title>{title} {n}</title>\n<link>http://made.example/post-{n}/</link>\n<dc:creator>keeper</dc:creator>\n<guid isPermaLink=\"false\">http://made.example/?p={id}</guid>\n<content:encoded><![CDATA[{body}]]></content:encoded>\n<excerpt:encoded><![CDATA[]]></excerpt:encoded>\n<wp:post_id>{id}</wp:post_id>\n<wp:post_date>{when}</wp:post_date>\n<wp:post_date_gmt>{when}</wp:post_date_gmt>\n<wp:post_name>post-{n}</wp:post_name>\n<wp:status>publish</wp:status>\n<wp:post_type>post</wp:post_type>\n<category domain=\"category\" nicename=\"quay\"><![CDATA[Quay]]></category>\n<category domain=\"post_tag\" nicename=\"t{0}\"><![CDATA[T{0}]]></category>\n",
            n % 300
        );
        for c in 0..n % 4 {
            let words = maker.sentence(25);
            item.push_str(&format!(
                "<wp:comment><wp:comment_id>{}</wp:comment_id><wp:comment_author>R{c}</wp:comment_author><wp:comment_author_email>r@made.example</wp:comment_author_email><wp:comment_date_gmt>{when}</wp:comment_date_gmt><wp:comment_content><![CDATA[{words}]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_parent>0</wp:comment_parent></wp:comment>\n",
                n * 4 + c
            ));
        }
        item.push_str("</item>\n");
        written += item.len() as u64;
        out.write_all(item.as_bytes()).expect("written");
    }
    let mut other = BufWriter::new(File::create(&second).expect("a file"));
    wxr_head(&mut other);
    for m in 1..=n {
        let id = m * 2 + 1;
        if m % 4 == 0 {
            attachment(&mut other, &mut maker, id, m * 2);
        } else {
            attachment(&mut out, &mut maker, id, m * 2);
        }
    }
    for mut file in [out, other] {
        file.write_all(b"</channel></rss>\n").and_then(|()| file.flush()).expect("written");
    }
    vec![first, second]
}

fn mt(mut maker: Maker, size: u64, dir: &Path) -> Vec<PathBuf> {
    let path = dir.join("made.txt");
    let mut out = BufWriter::new(File::create(&path).expect("a file"));
    let (mut written, mut n) = (0, 0u64);
    while written < size {
        n += 1;
        let (when, title) = (date(n).1, maker.sentence(5));
        let body = maker.body(n, false) + &maker.picture(n, false);
        let words = maker.sentence(25);
        let entry = format!(
            "AUTHOR: Keeper\nTITLE: {title} {n}\nBASENAME: post_{n}\nUNIQUE URL: http://made.example/post-{n}/\nSTATUS: Publish\nCONVERT BREAKS: 0\nCATEGORY: Quay\nDATE: {when}\nTAGS: t{}\n-----\nBODY:\n{body}-----\nCOMMENT:\nAUTHOR: Reader\nEMAIL: r@made.example\nDATE: {when}\n{words}\n-----\n--------\n",
            n % 300
        );
        written += entry.len() as u64;
        out.write_all(entry.as_bytes()).expect("written");
    }
    out.flush().expect("written");
    vec![path]
}

/// Pages of a common design and the pictures they show, one gzip member a record. The size is that of the records.
fn warc(mut maker: Maker, size: u64, dir: &Path) -> Vec<PathBuf> {
    let path = dir.join("made.warc.gz");
    let mut out = BufWriter::new(File::create(&path).expect("a file"));
    let (mut written, mut n) = (0, 0u64);
    let mut record = |uri: &str, mime: &str, n: u64, body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {mime}\r\nContent-Length: {}\r\n\r\n", body.len());
        let when = date(n).0.replace(' ', "T");
        let mut member = GzEncoder::new(&mut out, Compression::fast());
        write!(
            member,
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{n:032x}>\r\nWARC-Target-URI: {uri}\r\nWARC-Date: {when}Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n{head}",
            head.len() + body.len()
        )
        .and_then(|()| member.write_all(body))
        .and_then(|()| member.write_all(b"\r\n\r\n"))
        .and_then(|()| member.finish().map(|_| ()))
        .expect("written");
        (head.len() + body.len() + 300) as u64
    };
    while written < size {
        n += 1;
        let (title, when) = (maker.sentence(5), date(n).0);
        let body = maker.body(n, false);
        let nav: String = (0..40).map(|m| format!("<li><a href=\"/page/{m}/\">{}</a></li>", maker.words[m])).collect();
        let script = "var x = 1; function f(a) { return a + x; }\n".repeat(180);
        let page = format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} {n} – Made</title><link rel=\"canonical\" href=\"http://made.example/post-{n}/\"><meta property=\"article:published_time\" content=\"{}Z\"><script>{script}</script></head><body class=\"single single-post\"><header><h1 class=\"site-title\">Made</h1><nav><ul>{nav}</ul></nav></header><main><article class=\"post hentry\"><h1 class=\"entry-title\">{title} {n}</h1><p class=\"byline\">by <span class=\"author vcard\"><a class=\"fn\" href=\"/author/keeper/\">Keeper</a></span></p><div class=\"entry-content\">{body}<p><img src=\"/uploads/{n}.png\" alt=\"\"></p></div><footer>Filed under <a rel=\"tag\" href=\"/tag/t/\">t</a></footer></article></main><aside><ul>{nav}</ul></aside></body></html>",
            when.replace(' ', "T")
        );
        written += record(&format!("http://made.example/post-{n}/"), "text/html; charset=utf-8", n, page.as_bytes());
        if n % 3 == 0 {
            let mut picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x02\0\0\0".to_vec();
            picture.extend((0..40_000 / 8).flat_map(|_| maker.number(u64::MAX).to_le_bytes()));
            written += record(&format!("http://made.example/uploads/{n}.png"), "image/png", n, &picture);
        }
    }
    out.flush().expect("written");
    vec![path]
}
