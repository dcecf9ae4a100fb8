//! Sitemaps ([protocol](https://www.sitemaps.org/protocol.html)): indexes and lists of addresses, in XML or as text.
//! It knows no network: what an address is for is the caller's to say.

use crate::input::Named;

use super::element::Element;
use super::xml::{Fault, Token, Xml};

/// Addresses of one document; the protocol allows 50,000.
const MOST: usize = 200_000;

/// The largest document, unpacked; the protocol allows 50 MB.
const LARGEST: u64 = 128 << 20;

/// One address of a sitemap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub url: String,
    /// `lastmod`, as written.
    pub changed: Option<String>,
    /// `news:publication_date`, as written.
    pub published: Option<String>,
}

/// A document as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sitemap {
    /// Further sitemaps.
    pub maps: Vec<Place>,
    pub pages: Vec<Place>,
    /// It ends before its end, or is damaged there.
    pub cut: Option<String>,
}

/// Reads a sitemap; gzip is undone.
///
/// Errors, as words that follow the address: it is no sitemap.
pub fn parse(name: &str, bytes: &[u8]) -> Result<Sitemap, String> {
    let stream = Named::held(name, bytes);
    let head = stream.head().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&head);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if !start.starts_with('<') {
        let whole = stream.read(LARGEST).map_err(|e| e.to_string())?;
        return lines(&String::from_utf8_lossy(&whole));
    }
    if !start.contains("urlset") && !start.contains("sitemapindex") {
        return Err("not a sitemap".into());
    }
    let mut xml = Xml::open(stream.open().map_err(|e| e.to_string())?, false, &[]).map_err(|e| e.to_string())?;
    let mut map = Sitemap::default();
    loop {
        let taken = match xml.next() {
            Ok(Token::Open) if matches!(local(xml.name()), "url" | "sitemap") => Element::read(&mut xml).map(Some),
            Ok(Token::End) => return Ok(map),
            Ok(_) => continue,
            Err(fault) => Err(fault),
        };
        match taken {
            Ok(Some(element)) if map.pages.len() + map.maps.len() < MOST => take(&mut map, &element),
            Ok(_) => return Ok(Sitemap { cut: Some(format!("more than {MOST} addresses")), ..map }),
            Err(fault) => return Ok(Sitemap { cut: Some(words(&fault)), ..map }),
        }
    }
}

fn take(map: &mut Sitemap, element: &Element) {
    let own = |name: &str| {
        // `image:loc` and its kin stand deeper; in a document of mixed prefixes any prefix is the right one here.
        let child = element.children.iter().find(|c| local(&c.name) == name)?;
        Some(child.text.trim().to_string()).filter(|t| !t.is_empty())
    };
    let news = element.children.iter().find(|c| local(&c.name) == "news");
    let published = news.and_then(|n| n.children.iter().find(|c| local(&c.name) == "publication_date"));
    // Some indexes leave `loc` out and write the address as it is.
    let bare = || Some(element.text.trim().to_string()).filter(|t| t.contains("://"));
    let Some(url) = own("loc").or_else(bare) else { return };
    let published = published.map(|p| p.text.trim().to_string());
    let place = Place { url, changed: own("lastmod"), published };
    if local(&element.name) == "sitemap" { map.maps.push(place) } else { map.pages.push(place) }
}

/// A text sitemap: an address a line.
fn lines(text: &str) -> Result<Sitemap, String> {
    let all: Vec<&str> = text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let web = |l: &&&str| l.starts_with("http://") || l.starts_with("https://");
    if all.is_empty() || all.iter().filter(web).count() * 2 < all.len() {
        return Err("not a sitemap".into());
    }
    let place = |l: &&str| Place { url: l.to_string(), ..Place::default() };
    Ok(Sitemap { pages: all.iter().filter(web).take(MOST).map(place).collect(), ..Sitemap::default() })
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn words(fault: &Fault) -> String {
    match fault {
        Fault::IllFormed { line, why } => format!("damaged in line {line}: {why}"),
        Fault::Refused { line, why } => format!("{why} (line {line})"),
        Fault::Cut { line } => format!("cut short in line {line}"),
        Fault::Io(cause) => cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn urls(bytes: &[u8]) -> Vec<String> {
        parse("s", bytes).unwrap().pages.into_iter().map(|p| p.url).collect()
    }

    #[test]
    fn prefixes_pictures_and_news_do_not_confuse() {
        let text = r#"<?xml version="1.0"?><s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="i">
            <s:url><s:loc> http://a.example/x?a=1&amp;b=2 </s:loc><image:image><image:loc>http://a.example/p.jpg</image:loc></image:image>
            <s:lastmod>2008-12-12T08:28:21Z</s:lastmod></s:url></s:urlset>"#;
        let place = parse("s", text.as_bytes()).unwrap().pages.remove(0);
        assert_eq!(place.url, "http://a.example/x?a=1&b=2");
        assert_eq!(place.changed.as_deref(), Some("2008-12-12T08:28:21Z"));
        let news = "<urlset><url><loc>http://a.example/n</loc><news:news><news:publication_date>2008-12-23</news:publication_date></news:news></url></urlset>";
        assert_eq!(parse("s", news.as_bytes()).unwrap().pages[0].published.as_deref(), Some("2008-12-23"));
    }

    #[test]
    fn an_index_a_text_and_a_gzipped_one_are_read() {
        let index = "<sitemapindex><sitemap><loc>http://a.example/1.xml</loc></sitemap><sitemap>\nhttp://a.example/2.xml\n</sitemap></sitemapindex>";
        let maps: Vec<String> = parse("s", index.as_bytes()).unwrap().maps.into_iter().map(|m| m.url).collect();
        assert_eq!(maps, ["http://a.example/1.xml", "http://a.example/2.xml"]);
        let text = "\u{feff}http://a.example/1\r\nhttp://a.example/2\n";
        assert_eq!(urls(text.as_bytes()), ["http://a.example/1", "http://a.example/2"]);
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(b"<urlset><url><loc>http://a.example/z</loc></url></urlset>").unwrap();
        assert_eq!(urls(&gz.finish().unwrap()), ["http://a.example/z"]);
    }

    #[test]
    fn a_cut_one_gives_what_it_has_and_a_page_is_none() {
        let cut = parse("s", b"<urlset><url><loc>http://a.example/1</loc></url><url><loc>http://a.ex").unwrap();
        assert_eq!((cut.pages.len(), cut.cut.is_some()), (1, true));
        assert!(parse("s", b"<!doctype html><title>Not found</title>").is_err());
        assert!(parse("s", b"not found\n").is_err());
    }
}
