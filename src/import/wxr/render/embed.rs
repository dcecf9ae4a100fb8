//! Things shown in place that are not pictures: films, sound, posts of other sites. All that can be kept is the link.

use super::shortcode::Shortcode;
use super::slots::{Slots, Stands};
use super::{Work, figure::escape};
use crate::html;

/// Shortcodes that show something found under an address, of WordPress, WordPress.com and common plugins.
pub const EMBEDS: [&str; 31] = [
    "embed",
    "audio",
    "video",
    "youtube",
    "vimeo",
    "dailymotion",
    "soundcloud",
    "instagram",
    "twitter",
    "tweet",
    "gist",
    "flickr",
    "googlevideo",
    "blip.tv",
    "ted",
    "vine",
    "spotify",
    "bandcamp",
    "wpvideo",
    "videopress",
    "slideshare",
    "scribd",
    "archiveorg",
    "facebook",
    "googlemaps",
    "polldaddy",
    "kickstarter",
    "getty",
    "pinterest",
    "issuu",
    "mixcloud",
];

/// Shortcodes that may name what they show by a number or a word: under which names, and what stands before it.
const BY_ID: [(&str, &[&str], &str); 9] = [
    ("vimeo", &["id", "clip_id"], "https://vimeo.com/"),
    ("youtube", &["id"], "https://www.youtube.com/watch?v="),
    ("dailymotion", &["id"], "https://www.dailymotion.com/video/"),
    ("wpvideo", &["id"], "https://videopress.com/v/"),
    ("videopress", &["id"], "https://videopress.com/v/"),
    ("gist", &["id"], "https://gist.github.com/"),
    ("ted", &["id"], "https://www.ted.com/talks/"),
    ("scribd", &["id"], "https://www.scribd.com/document/"),
    ("polldaddy", &["poll"], "https://poll.fm/"),
];

/// Puts links in place of the addresses that stand alone on their line: WordPress shows what is behind them.
pub fn lines(text: &str, slots: &mut Slots) -> String {
    let mut out = String::with_capacity(text.len());
    let mut verbatim = false;
    for line in text.split_inclusive('\n') {
        // Most lines hold nothing of the kind.
        let marked = memchr::memchr2(b'<', b'[', line.as_bytes()).is_some();
        let lower = if marked { line.to_ascii_lowercase() } else { String::new() };
        let marked = ["pre", "code", "source"].iter().any(|word| lower.contains(word));
        let lower = if marked { lower } else { String::new() };
        let opened = lower.rfind("<pre").max(lower.rfind("[code")).max(lower.rfind("[source"));
        let closed = lower.rfind("</pre").max(lower.rfind("[/code")).max(lower.rfind("[/source"));
        let word = line.trim();
        let web = word.starts_with("http://") || word.starts_with("https://");
        if web && !verbatim && !word.contains([' ', '\t', '<', '>', '"', '[']) {
            let end = line.len() - line.trim_end().len();
            out.push_str(&slots.put(link(&html::unescape(word), None), Stands::Inline));
            out.push_str(line.get(line.len() - end..).unwrap_or_default());
        } else {
            out.push_str(line);
        }
        verbatim = if opened != closed { opened > closed } else { verbatim };
    }
    out
}

/// Writes a link that stands for what was shown.
pub fn link(url: &str, words: Option<&str>) -> String {
    format!("<a class=\"embed\" href=\"{}\">{}</a>", escape(url), escape(words.unwrap_or(url)))
}

impl Work<'_> {
    /// Makes a link of a shortcode that shows something; none where nobody can tell what.
    pub(super) fn embed(&self, code: &Shortcode) -> Option<String> {
        let fits = |id: &&str| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        let by_id = || {
            let (_, keys, before) = BY_ID.iter().find(|(name, ..)| *name == code.name)?;
            let bare = code.attributes.split([' ', '=']).find(|w| w.len() >= 4 && !keys.contains(w) && fits(w));
            let id = keys.iter().find_map(|k| code.get(k)).filter(fits).or(bare)?;
            Some(format!("{before}{id}"))
        };
        let url = code.address().or_else(|| match code.name {
            "audio" | "video" => self.first_upload(code.name),
            _ => by_id(),
        })?;
        Some(format!("<p>{}</p>", link(&url, None)))
    }

    /// `[audio]` without an address plays the first sound uploaded to the post.
    fn first_upload(&self, what: &str) -> Option<String> {
        let endings: &[&str] = if what == "audio" {
            &["mp3", "m4a", "ogg", "wav", "flac"]
        } else {
            &["mp4", "m4v", "webm", "ogv", "mov", "wmv", "flv"]
        };
        let fits = |url: &str| endings.iter().any(|e| url.to_ascii_lowercase().ends_with(&format!(".{e}")));
        self.context.survey.uploads(self.context.post).into_iter().map(|a| a.url).find(|u| fits(u))
    }

    /// `[playlist]`: the titles, each with the address of its sound.
    pub(super) fn playlist(&mut self, code: &Shortcode) -> String {
        let items: Vec<String> = self
            .attachments(code)
            .into_iter()
            .filter(|a| !super::figure::is_picture(&a.url))
            .map(|a| format!("<li><a href=\"{}\">{}</a></li>", escape(&a.url), escape(&html::plain_text(&a.title))))
            .collect();
        if items.is_empty() {
            self.note("playlists whose recordings are not in the export left out", "");
            return String::new();
        }
        format!("<ol class=\"playlist\">{}</ol>", items.concat())
    }
}
