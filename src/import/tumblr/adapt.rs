//! A post of any type as a draft: its parts become the body, in the order in which Tumblr shows them.

use serde_json::{Map, Value, json};

use super::post::{Photo, Post};
use crate::html;
use crate::import::{date, markdown, parts};
use crate::input::Named;
use crate::model::{Date, Draft, Kind, Media, Status};

pub fn draft(post: &Post) -> Draft {
    let mut draft = Draft {
        key: Some(format!("tumblr:{}", post.id)),
        url: post.about("url-with-slug").or(post.about("url")).filter(|u| parts::is_web(u)).map(str::to_string),
        aliases: post.about("url").filter(|u| parts::is_web(u)).map(str::to_string).into_iter().collect(),
        kind: Kind::Post,
        tags: parts::terms(&post.tags, "post_tag"),
        published: published(post),
        ..Draft::default()
    };
    draft.status = match post.about("state") {
        Some("draft") => Status::Draft,
        Some("queue" | "queued") => Status::Scheduled,
        Some("private") => Status::Private,
        Some("submission") => Status::Pending,
        _ => Status::Published,
    };
    let titles = ["regular-title", "conversation-title", "link-text", "title"];
    draft.title = titles.iter().find_map(|k| post.get(k)).map(html::plain_text).unwrap_or_default();
    if draft.title.is_empty() && post.kind == "answer" {
        draft.title = html::plain_text(post.get("question").unwrap_or_default()).chars().take(120).collect();
        draft.guessed.insert("title", "the question that is answered".into());
    }
    draft.body = body(post);
    draft.extra.insert("tumblr".into(), Value::Object(extra(post)));
    draft
}

/// The instant is stated in GMT, the local time beside it.
fn published(post: &Post) -> Option<Date> {
    let gmt = post.about("date-gmt").map(|d| d.trim_end_matches(" GMT")).and_then(|d| d.parse().ok());
    let local = post.about("date").and_then(|d| date::rfc2822(&format!("{d} +0000"))).and_then(|d| d.local());
    match (gmt, post.about("unix-timestamp").and_then(|s| s.parse().ok())) {
        (Some(gmt), _) => Date::from_local_and_utc(local, Some(gmt)),
        (None, Some(seconds)) => parts::from_seconds(seconds),
        (None, None) => local.and_then(Date::from_local).or_else(|| date::parse(post.about("date")?)),
    }
}

/// Renders a text of the post as its format says.
fn text(post: &Post, name: &str) -> String {
    let text = post.get(name).unwrap_or_default();
    if post.about("format") == Some("markdown") && !text.trim_start().starts_with('<') {
        markdown::html(text)
    } else {
        text.to_string()
    }
}

fn body(post: &Post) -> String {
    let get = |name: &str| post.get(name).unwrap_or_default();
    let link = |url: &str, words: &str| format!("<a href=\"{}\">{words}</a>", escape(url));
    match post.kind.as_str() {
        "photo" => {
            let shown: String = post.photos.iter().map(|p| figure(p, get("photo-link-url"))).collect();
            match post.photos.as_slice() {
                [one] if one.caption.is_empty() => {
                    captioned(&image(one, get("photo-link-url")), &text(post, "photo-caption"))
                }
                // The caption of a set is that of all its photos together.
                _ => captioned(&shown, &text(post, "photo-caption")),
            }
        }
        "quote" => {
            let source = text(post, "quote-source");
            let source = if source.is_empty() { source } else { format!("\n<p>— {source}</p>") };
            format!("<blockquote>{}</blockquote>{source}", text(post, "quote-text"))
        }
        "link" => {
            let words =
                if get("link-text").is_empty() { escape(get("link-url")) } else { get("link-text").to_string() };
            format!("<p>{}</p>\n{}", link(get("link-url"), &words), text(post, "link-description"))
        }
        "conversation" | "chat" => {
            if post.lines.is_empty() {
                return parts::paragraphs(get("conversation-text"));
            }
            let line = |(who, what): &(String, String)| {
                format!("<li><strong>{}</strong> {}</li>\n", escape(who), escape(what))
            };
            format!("<ul>\n{}</ul>", post.lines.iter().map(line).collect::<String>())
        }
        "audio" => captioned(&embed(get("audio-player"), get("audio-source")), &text(post, "audio-caption")),
        "video" => captioned(&embed(get("video-player"), get("video-source")), &text(post, "video-caption")),
        "answer" => format!("<blockquote><p>{}</p></blockquote>\n{}", get("question"), text(post, "answer")),
        _ => text(post, "regular-body"),
    }
}

/// Returns the player, or a link where there is only an address.
fn embed(player: &str, source: &str) -> String {
    match (player.trim(), source) {
        ("", url) if parts::is_web(url) => format!("<p><a class=\"embed\" href=\"{0}\">{0}</a></p>", escape(url)),
        ("" | "false", markup) => markup.to_string(),
        (player, _) => player.to_string(),
    }
}

fn image(photo: &Photo, link: &str) -> String {
    let image = format!("<img src=\"{}\" />", escape(&photo.src));
    if link.is_empty() { image } else { format!("<a href=\"{}\">{image}</a>", escape(link)) }
}

/// Puts a caption under what is shown; without one, what is shown stands alone.
fn captioned(shown: &str, caption: &str) -> String {
    if caption.trim().is_empty() {
        return shown.to_string();
    }
    format!("<figure>{shown}<figcaption>{caption}</figcaption></figure>\n")
}

fn figure(photo: &Photo, link: &str) -> String {
    let caption =
        if photo.caption.is_empty() { String::new() } else { format!("<figcaption>{}</figcaption>", photo.caption) };
    format!("<figure>{}{caption}</figure>\n", image(photo, link))
}

/// Ties files that came with a post to the pictures it shows: in order, the photos first, then the pictures of its text.
pub fn pair<'a>(post: &Post, draft: &mut Draft, files: &[&'a Named]) -> Vec<(String, &'a Named)> {
    let mut places: Vec<String> = post.photos.iter().map(|p| p.src.clone()).collect();
    for piece in draft.body.split("src=\"").skip(1) {
        let src = html::unescape(piece.split('"').next().unwrap_or_default());
        if src.contains("tumblr.com/") && !places.contains(&src) {
            places.push(src);
        }
    }
    let mut out = Vec::new();
    for (n, file) in files.iter().enumerate() {
        let own = file.name.rsplit('/').next().unwrap_or(&file.name);
        let place = match places.get(n) {
            Some(place) => place.clone(),
            None => {
                let place = format!("media/{own}");
                draft.media.push(Media { url: place.clone(), role: "attachment".into(), ..Media::default() });
                place
            }
        };
        out.push((place, *file));
    }
    out
}

fn extra(post: &Post) -> Map<String, Value> {
    let mut own = Map::new();
    own.insert("type".into(), json!(post.kind));
    for key in ["slug", "reblogged-from-url", "reblogged-from-name", "reblogged_from_url", "reblogged_root_url"] {
        own.extend(post.about(key).map(|v| (key.to_string(), json!(v))));
    }
    if post.about("is_reblog") == Some("true") {
        own.insert("is_reblog".into(), json!(true));
    }
    own
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
