//! Pictures with their words: captions old and new, galleries.

use std::sync::LazyLock;

use regex::Regex;

use super::super::shelf::Attachment;
use super::Work;
use super::shortcode::{Part, Shortcode, split};
use super::slots::Stands;

/// Shortcodes understood by name.
const KNOWN: [&str; 8] = ["caption", "wp_caption", "gallery", "playlist", "code", "sourcecode", "source", "latex"];

/// Shortcodes of plugins that are written down for a post, and how much of each.
const MAX_UNKNOWN: usize = 100;
const MAX_TYPED: usize = 400;

fn is_known(name: &str) -> bool {
    KNOWN.contains(&name) || super::embed::EMBEDS.contains(&name)
}

impl Work<'_> {
    /// Puts slots in place of the shortcodes of a text.
    pub(super) fn expand(&mut self, text: &str, depth: usize) -> String {
        if depth >= super::MAX_DEPTH {
            return text.to_string();
        }
        let mut out = String::with_capacity(text.len());
        for part in split(text, &is_known) {
            match part {
                Part::Text(words) => out.push_str(words),
                Part::Code(code) => out.push_str(&self.shortcode(&code, depth)),
            }
        }
        out
    }

    fn shortcode(&mut self, code: &Shortcode, depth: usize) -> String {
        let block = match code.name {
            "caption" | "wp_caption" => self.caption(code, depth),
            "gallery" => self.gallery(code),
            "playlist" => self.playlist(code),
            "code" | "sourcecode" | "source" => match code.content {
                Some(content) => listing(code, content),
                None => return code.source.to_string(),
            },
            "latex" => {
                let formula = escape(&crate::html::plain_text(code.content.unwrap_or_default()));
                return self.slots.put(format!("<code class=\"latex\">{formula}</code>"), Stands::Inline);
            }
            name if super::embed::EMBEDS.contains(&name) => match self.embed(code) {
                Some(link) => link,
                None => {
                    self.note("shortcodes that give no address left out", name);
                    return code.content.map(|c| self.expand(c, depth + 1)).unwrap_or_default();
                }
            },
            name => {
                let typed = code.source.split_inclusive(']').next().unwrap_or_default();
                if self.unknown.len() < MAX_UNKNOWN {
                    self.unknown.push(typed.chars().take(MAX_TYPED).collect());
                }
                return match code.content {
                    Some(content) => {
                        self.note("unknown shortcodes left out, the text in them kept", name);
                        self.expand(content, depth + 1)
                    }
                    None => {
                        self.note("unknown shortcodes left out", name);
                        String::new()
                    }
                };
            }
        };
        self.slots.put(block, Stands::Block)
    }

    /// `[caption]`: the words stand in an attribute (before WordPress 3.4) or after the picture.
    fn caption(&mut self, code: &Shortcode, depth: usize) -> String {
        static PICTURE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?is)^\s*((?:<a\s[^>]*>\s*)?<img\s[^>]*>(?:\s*</a>)?)(.*)$").expect("a fixed pattern")
        });
        let content = self.expand(code.content.unwrap_or_default(), depth + 1);
        let content = self.slots.fill(&content);
        let stated = code.get("caption").map(str::trim).filter(|c| !c.is_empty());
        let (picture, words) = match PICTURE.captures(&content) {
            Some(found) => {
                let group = |i| found.get(i).map_or("", |m| m.as_str().trim());
                (group(1).to_string(), stated.unwrap_or_else(|| group(2)).to_string())
            }
            // A film, or nothing at all: the words are known only where they stand apart.
            None => (content.clone(), stated.unwrap_or_default().to_string()),
        };
        if words.is_empty() {
            return content;
        }
        let align: String = code.get("align").unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
        format!(
            "<figure class=\"wp-caption {align}\">{picture}<figcaption class=\"wp-caption-text\">{words}</figcaption></figure>"
        )
    }

    /// `[gallery]`: the pictures named, else those uploaded to the post, each with the words of the media library.
    fn gallery(&mut self, code: &Shortcode) -> String {
        let figures: Vec<String> =
            self.attachments(code).into_iter().filter(|a| is_picture(&a.url)).map(figure).collect();
        if figures.is_empty() {
            self.note("galleries whose pictures are not in the export left out", "");
            return String::new();
        }
        let html = format!("<div class=\"gallery\">{}</div>", figures.concat());
        if self.grow(html.len()) { html } else { String::new() }
    }

    /// Returns the attachments that a gallery or playlist shows, in its order.
    pub(super) fn attachments(&mut self, code: &Shortcode) -> Vec<Attachment> {
        let survey = self.context.survey;
        let numbers = |text: &str| text.split(',').filter_map(|n| n.trim().parse::<u64>().ok()).collect::<Vec<u64>>();
        if let Some(ids) = code.get("ids").or_else(|| code.get("include")).map(numbers).filter(|ids| !ids.is_empty()) {
            let found: Vec<Attachment> = ids.iter().filter_map(|id| survey.attachment(*id)).collect();
            if found.len() < ids.len() {
                self.note("galleries of which the export lacks files", "");
            }
            return found;
        }
        let post = code.get("id").and_then(|id| id.trim().parse().ok()).unwrap_or(self.context.post);
        let left_out = code.get("exclude").map(numbers).unwrap_or_default();
        let mut found: Vec<Attachment> = survey.uploads(post);
        found.retain(|a| !left_out.contains(&a.id));
        if code.get("orderby").is_some_and(|o| o.eq_ignore_ascii_case("id")) {
            found.sort_by_key(|a| a.id);
        }
        if code.get("order").is_some_and(|o| o.eq_ignore_ascii_case("desc")) {
            found.reverse();
        }
        found
    }
}

fn figure(picture: Attachment) -> String {
    let words = picture.caption.trim();
    let caption = match words.is_empty() {
        true => String::new(),
        false => format!("<figcaption class=\"wp-caption-text gallery-caption\">{words}</figcaption>"),
    };
    let (src, alt) = (escape(&picture.url), escape(&crate::html::unescape(&picture.alt)));
    format!(
        "<figure class=\"gallery-item\"><img class=\"wp-image-{}\" src=\"{src}\" alt=\"{alt}\" />{caption}</figure>",
        picture.id
    )
}

/// `[code]`: what is in it is shown as it is. Editors store it with its markup escaped or not.
fn listing(code: &Shortcode, content: &str) -> String {
    let content = content.trim_matches(['\n', '\r']);
    let text = if content.contains('<') { escape(content) } else { content.to_string() };
    let language: String = code
        .get("language")
        .or_else(|| code.get("lang"))
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let class = if language.is_empty() { String::new() } else { format!(" class=\"language-{language}\"") };
    format!("<pre><code{class}>{text}</code></pre>")
}

/// Returns whether an address is that of a picture, by its ending.
pub(super) fn is_picture(url: &str) -> bool {
    const ENDINGS: [&str; 10] = ["jpg", "jpeg", "png", "gif", "webp", "bmp", "svg", "avif", "heic", "ico"];
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    // Without an ending it came from a service that has none.
    name.rsplit_once('.').is_none_or(|(_, e)| ENDINGS.contains(&e.to_ascii_lowercase().as_str()))
}

/// Escapes the characters that mean something in HTML text and attributes.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
