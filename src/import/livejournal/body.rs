//! The markup of LiveJournal as HTML.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A body, and the words on its folds.
pub struct Made {
    pub html: String,
    pub cuts: Vec<String>,
}

/// Renders an entry. Newlines are breaks unless it was formatted before.
pub fn html(text: &str, preformatted: bool) -> Made {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)</?(lj-cut|lj-spoiler|lj-raw|lj-embed|lj-template|lj-poll|lj-like|lj-repost|lj-map|lj|user|cut)\b(-?\d*)((?:[^>"']|"[^"]*"|'[^']*')*)>"#).expect("a fixed pattern")
    });
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = if preformatted { text } else { breaks(&text) };
    let mut cuts = Vec::new();
    let html = TAG.replace_all(&text, |c: &Captures| {
        let group = |i: usize| c.get(i).map(|m| m.as_str()).unwrap_or_default();
        let (name, number, about) = (group(1).to_ascii_lowercase(), group(2).trim_start_matches('-'), group(3));
        let closing = group(0).starts_with("</");
        match name.as_str() {
            "lj-cut" | "cut" | "lj-spoiler" if !closing => {
                cuts.extend(attribute(about, "text").or_else(|| attribute(about, "title")));
                "<!--more-->".to_string()
            }
            "lj" | "user" if !closing => person(about).unwrap_or_else(|| group(0).to_string()),
            "lj-poll" if !closing && !number.is_empty() => {
                format!("<a class=\"embed\" href=\"https://www.livejournal.com/poll/?id={number}\">Poll {number}</a>")
            }
            _ => String::new(),
        }
    });
    Made { html: html.into_owned(), cuts }
}

/// Returns a link to a journal.
fn person(about: &str) -> Option<String> {
    let name = ["user", "comm", "name"].iter().find_map(|k| attribute(about, k))?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || !name.chars().all(fits) {
        return None;
    }
    let site = attribute(about, "site").filter(|s| s.contains('.') && s.chars().all(|c| fits(c) || c == '.'));
    let host = name.to_ascii_lowercase().replace('_', "-");
    Some(format!("<a href=\"https://{host}.{}/\">{name}</a>", site.unwrap_or_else(|| "livejournal.com".into())))
}

fn attribute(about: &str, name: &str) -> Option<String> {
    static PAIR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"([a-zA-Z]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#).expect("a fixed pattern")
    });
    let found = PAIR.captures_iter(about).find(|c| c.get(1).is_some_and(|m| m.as_str().eq_ignore_ascii_case(name)))?;
    [2, 3, 4].iter().find_map(|i| found.get(*i)).map(|m| crate::html::unescape(m.as_str()))
}

/// Makes breaks of newlines, but where they only lay out markup.
fn breaks(text: &str) -> String {
    static KEPT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)<(/?)(pre|table|ul|ol|dl|lj-raw|script|style|textarea)\b").expect("a fixed pattern")
    });
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let (mut depth, mut last) = (0usize, 0);
    let mut write = |part: &str, depth: usize| {
        if depth == 0 {
            out.push_str(&part.replace('\n', "<br />\n"));
        } else {
            out.push_str(part);
        }
    };
    for found in KEPT.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        write(text.get(last..whole.start()).unwrap_or_default(), depth);
        last = whole.start();
        let closing = found.get(1).is_some_and(|m| !m.as_str().is_empty());
        depth = if closing { depth.saturating_sub(1) } else { depth + 1 };
    }
    write(text.get(last..).unwrap_or_default(), depth);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_own_tags_become_html() {
        let made = html(
            "a\n<lj-cut text=\"more &amp; more\">\nb</lj-cut> <lj user=\"old_friend\"> <user name=x site=dreamwidth.org> <lj-poll-12>\n<ul>\n<li>c</li>\n</ul>",
            false,
        );
        assert_eq!(made.cuts, ["more & more"]);
        assert_eq!(
            made.html,
            "a<br />\n<!--more--><br />\nb <a href=\"https://old-friend.livejournal.com/\">old_friend</a> <a href=\"https://x.dreamwidth.org/\">x</a> <a class=\"embed\" href=\"https://www.livejournal.com/poll/?id=12\">Poll 12</a><br />\n<ul>\n<li>c</li>\n</ul>"
        );
        assert_eq!(html("a\nb", true).html, "a\nb");
    }
}
