//! Answers of Tumblr's API of today (`v2`), saved as files: posts in blocks
//! ([NPF](https://www.tumblr.com/docs/npf)), with what others wrote before in a reblog.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::json::{fault, items, leaf, text};
use super::report::{Found, Job, Report, Sink};
use super::{Head, parts};
use crate::error::{Error, Result};
use crate::event::Unit;
use crate::html;
use crate::input;
use crate::model::{Digest, Draft, Kind, Site, Source, Status};

/// The largest answer, the deepest list in a list, the most marks in one text.
const MAX_SIZE: u64 = 256 << 20;
const MAX_INDENT: u64 = 7;
const MAX_MARKS: usize = 400;

/// Returns whether a stream is such an answer.
pub fn fits(head: &Head) -> bool {
    let has = |key: &str| head.text.contains(&format!("\"{key}\""));
    head.text.starts_with(['{', '[']) && has("post_url") && has("blog_name")
}

/// Reads answers.
///
/// Errors: a stream cannot be read, or none of them holds a post.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let (mut report, mut sited) = (Report::default(), false);
    for stream in job.streams {
        job.events.check()?;
        let bytes = stream.read(MAX_SIZE)?;
        let digest = Digest::of(&bytes);
        let value: Value = serde_json::from_str(&input::decode(&bytes, None).0).map_err(|e| fault(stream, e))?;
        sink(Found::Original(stream, digest.clone()))?;
        let answer = value.get("response").unwrap_or(&value);
        let posts =
            if answer.is_array() { answer.as_array().into_iter().flatten().collect() } else { items(answer, "posts") };
        for post in posts.into_iter().filter(|p| p.get("post_url").is_some()) {
            if !std::mem::replace(&mut sited, true) {
                sink(Found::Site(site(job, answer.get("blog").or(post.get("blog")).unwrap_or(&Value::Null))))?;
            }
            let mut draft = adapt(post);
            let (uri, sha256) = (stream.name.clone(), Some(digest.clone()));
            draft.source = Source { kind: "tumblr-api".into(), uri, sha256, ..Source::default() };
            report.found += 1;
            job.events.done(Unit::Posts, 1);
            sink(Found::Draft(Box::new(draft)))?;
        }
    }
    if report.found == 0 {
        let shown = job.streams.first().map(|s| s.shown.as_str()).unwrap_or_default();
        return Err(Error::input(shown, "an answer of Tumblr without posts"));
    }
    Ok(report)
}

fn site(job: &Job, blog: &Value) -> Site {
    let told = text(blog, "url").filter(|u| parts::is_web(u)).map(str::to_string);
    Site {
        url: job.options.site.as_ref().map(ToString::to_string).or(told),
        title: html::plain_text(text(blog, "title").unwrap_or_default()),
        description: html::plain_text(text(blog, "description").unwrap_or_default()),
        generator: Some("Tumblr".into()),
        ..Site::default()
    }
}

fn adapt(post: &Value) -> Draft {
    let id = leaf(post, "id_string").or_else(|| leaf(post, "id")).unwrap_or_default();
    let web = |key: &str| text(post, key).filter(|u| parts::is_web(u)).map(str::to_string);
    let seconds = post.get("timestamp").and_then(Value::as_i64);
    let mut draft = Draft {
        // The same as in an export: both tell of one post.
        key: Some(format!("tumblr:{id}")),
        url: web("post_url"),
        aliases: web("short_url").into_iter().collect(),
        kind: Kind::Post,
        status: match text(post, "state").unwrap_or("published") {
            "draft" => Status::Draft,
            "queue" | "queued" => Status::Scheduled,
            "private" => Status::Private,
            "submission" => Status::Pending,
            _ => Status::Published,
        },
        published: seconds.and_then(parts::from_seconds),
        tags: parts::terms(items(post, "tags").into_iter().filter_map(Value::as_str), "post_tag"),
        authors: text(post, "post_author").and_then(parts::author).into_iter().collect(),
        ..Draft::default()
    };
    let mut blocks = items(post, "content");
    let trail = items(post, "trail");
    let headed = trail.is_empty() && blocks.first().and_then(|b| text(b, "subtype")) == Some("heading1");
    draft.title = html::plain_text(&escape(text(post, "title").unwrap_or_default()));
    if headed && draft.title.is_empty() {
        draft.title = html::fold(text(blocks.remove(0), "text").unwrap_or_default());
    }
    let before: String = trail.into_iter().map(quoted).collect();
    draft.body = match post.get("content") {
        Some(_) => before + &rendered(&blocks, &items(post, "layout")),
        None => older(post),
    };
    let mut own = Map::new();
    for key in ["original_type", "slug", "reblogged_from_url", "reblogged_root_url", "source_url"] {
        own.extend(leaf(post, key).map(|v| (key.to_string(), json!(v))));
    }
    draft.extra.insert("tumblr".into(), Value::Object(own));
    draft
}

/// What somebody else wrote before, and who it was.
fn quoted(item: &Value) -> String {
    let blog = item.get("blog").unwrap_or(&Value::Null);
    let name = text(blog, "name").or(text(item, "broken_blog_name")).unwrap_or("somebody");
    let who = match (text(blog, "url"), item.get("post").and_then(|p| leaf(p, "id"))) {
        (Some(url), Some(id)) if parts::is_web(url) => {
            format!("<a href=\"{}/post/{}\">{}</a>", escape(url.trim_end_matches('/')), escape(&id), escape(name))
        }
        _ => escape(name),
    };
    let words = rendered(&items(item, "content"), &items(item, "layout"));
    format!("<p>{who}:</p>\n<blockquote>{words}</blockquote>\n")
}

/// Renders blocks one after the other: neighbours that are points of a list become one, those that belong to a question
/// are quoted.
fn rendered(blocks: &[&Value], layout: &[&Value]) -> String {
    let ask = layout.iter().find(|l| text(l, "type") == Some("ask"));
    let asked: Vec<u64> =
        ask.map(|l| items(l, "blocks").into_iter().filter_map(Value::as_u64).collect()).unwrap_or_default();
    let (mut out, mut question) = (String::new(), String::new());
    let mut lists: Vec<&str> = Vec::new();
    for (n, block) in blocks.iter().enumerate() {
        let to = if asked.contains(&(n as u64)) { &mut question } else { &mut out };
        let point = match text(block, "subtype") {
            Some("ordered-list-item") => Some("ol"),
            Some("unordered-list-item") => Some("ul"),
            _ => None,
        };
        let depth = point
            .map_or(0, |_| 1 + block.get("indent_level").and_then(Value::as_u64).unwrap_or(0).min(MAX_INDENT) as usize);
        while lists.len() > depth || lists.len() == depth && lists.last().copied() != point {
            let Some(open) = lists.pop() else { break };
            let _ = writeln!(to, "</{open}>");
        }
        if let Some(name) = point {
            while lists.len() < depth {
                let _ = write!(to, "<{name}>");
                lists.push(name);
            }
            let _ = writeln!(to, "<li>{}</li>", words(block));
        } else {
            let _ = writeln!(to, "{}", shown(block));
        }
    }
    while let Some(open) = lists.pop() {
        let _ = writeln!(out, "</{open}>");
    }
    if question.is_empty() {
        return out;
    }
    let who = ask.and_then(|a| a.get("attribution")?.get("blog")).and_then(|b| text(b, "name"));
    let who = who.map(|w| format!("<p>{}:</p>\n", escape(w))).unwrap_or_default();
    format!("{who}<blockquote>{question}</blockquote>\n{out}")
}

/// Renders one block.
fn shown(block: &Value) -> String {
    let get = |key: &str| escape(text(block, key).unwrap_or_default());
    match text(block, "type").unwrap_or("text") {
        "image" => {
            let width = |m: &&Value| m.get("width").and_then(Value::as_u64).unwrap_or(0);
            let src =
                items(block, "media").into_iter().max_by_key(width).and_then(|m| text(m, "url")).unwrap_or_default();
            figure(&format!("<img src=\"{}\" alt=\"{}\">", escape(src), get("alt_text")), block)
        }
        "link" => {
            let title = text(block, "title").or(text(block, "display_url")).or(text(block, "url")).unwrap_or_default();
            let more = text(block, "description").map(|d| format!("\n<p>{}</p>", escape(d))).unwrap_or_default();
            format!("<p><a href=\"{}\">{}</a></p>{more}", get("url"), escape(title))
        }
        "audio" | "video" => {
            let own = block.get("media").and_then(|m| m.get(0).or(Some(m))).and_then(|m| text(m, "url"));
            let url = text(block, "url").or(own).or(text(block, "embed_url")).unwrap_or_default();
            let words =
                [text(block, "title"), text(block, "artist")].into_iter().flatten().collect::<Vec<_>>().join(", ");
            let words = if words.is_empty() { url } else { &words };
            figure(&format!("<p><a class=\"embed\" href=\"{}\">{}</a></p>", escape(url), escape(words)), block)
        }
        "poll" => {
            let answers = items(block, "answers").into_iter().filter_map(|a| text(a, "answer_text"));
            let answers: String = answers.map(|a| format!("<li>{}</li>", escape(a))).collect();
            format!("<p>{}</p>\n<ul>{answers}</ul>", get("question"))
        }
        "text" => {
            let words = words(block);
            match text(block, "subtype") {
                Some("heading1") => format!("<h2>{words}</h2>"),
                Some("heading2") => format!("<h3>{words}</h3>"),
                Some("quote" | "indented") => format!("<blockquote><p>{words}</p></blockquote>"),
                Some("chat") => format!("<p class=\"chat\">{words}</p>"),
                _ => format!("<p>{words}</p>"),
            }
        }
        _ => text(block, "url").map(|u| format!("<p><a href=\"{0}\">{0}</a></p>", escape(u))).unwrap_or_default(),
    }
}

fn figure(shown: &str, block: &Value) -> String {
    let caption = text(block, "caption").map(|c| format!("<figcaption>{}</figcaption>", escape(c)));
    format!("<figure>{shown}{}</figure>", caption.unwrap_or_default())
}

/// Renders a text with its marks, which say from which character to which they go.
fn words(block: &Value) -> String {
    let chars: Vec<char> = text(block, "text").unwrap_or_default().chars().collect();
    let mut marks: Vec<(usize, usize, String, &str)> = Vec::new();
    for mark in items(block, "formatting").into_iter().take(MAX_MARKS) {
        let at = |key: &str| mark.get(key).and_then(Value::as_u64).map_or(0, |n| (n as usize).min(chars.len()));
        let link = |url: Option<&str>| Some((format!("<a href=\"{}\">", escape(url?)), "</a>"));
        let made = match text(mark, "type") {
            Some("bold") => Some(("<strong>".to_string(), "</strong>")),
            Some("italic") => Some(("<em>".to_string(), "</em>")),
            Some("strikethrough") => Some(("<s>".to_string(), "</s>")),
            Some("small") => Some(("<small>".to_string(), "</small>")),
            Some("link") => link(text(mark, "url")),
            Some("mention") => link(mark.get("blog").and_then(|b| text(b, "url"))),
            _ => None,
        };
        if let Some((open, close)) = made.filter(|_| at("start") < at("end")) {
            marks.push((at("start"), at("end"), open, close));
        }
    }
    let mut cuts: Vec<usize> = marks.iter().flat_map(|(from, to, ..)| [*from, *to]).chain([0, chars.len()]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut out = String::new();
    for piece in cuts.windows(2) {
        let &[from, to] = piece else { continue };
        let over: Vec<_> = marks.iter().filter(|(a, b, ..)| *a <= from && to <= *b).collect();
        over.iter().for_each(|(.., open, _)| out.push_str(open));
        out.push_str(&escape(&chars.get(from..to).unwrap_or_default().iter().collect::<String>()));
        over.iter().rev().for_each(|(.., close)| out.push_str(close));
    }
    out.replace('\n', "<br>\n")
}

/// The body of a post in the form that the API had before blocks: texts under names, already HTML.
fn older(post: &Value) -> String {
    let get = |key: &str| text(post, key).unwrap_or_default();
    let picture = |p: &Value| {
        let src = p.get("original_size").and_then(|o| text(o, "url")).unwrap_or_default();
        figure(&format!("<img src=\"{}\" alt=\"\">", escape(src)), p)
    };
    let photos: String = items(post, "photos").into_iter().map(picture).collect();
    let talk: String = items(post, "dialogue")
        .into_iter()
        .map(|l| {
            format!(
                "<li><strong>{}</strong> {}</li>",
                escape(text(l, "label").unwrap_or_default()),
                escape(text(l, "phrase").unwrap_or_default())
            )
        })
        .collect();
    let talk = if talk.is_empty() { talk } else { format!("<ul>{talk}</ul>") };
    let played = ["permalink_url", "audio_source_url", "video_url"].into_iter().find_map(|k| text(post, k));
    let played =
        played.map(|u| format!("<p><a class=\"embed\" href=\"{0}\">{0}</a></p>", escape(u))).unwrap_or_default();
    match get("type") {
        "photo" | "audio" | "video" if !get("caption").is_empty() => {
            format!("<figure>{photos}{played}<figcaption>{}</figcaption></figure>", get("caption"))
        }
        "quote" if get("source").is_empty() => format!("<blockquote>{}</blockquote>", get("text")),
        "quote" => format!("<blockquote>{}</blockquote>\n<p>— {}</p>", get("text"), get("source")),
        "link" => format!("<p><a href=\"{0}\">{0}</a></p>\n{1}", escape(get("url")), get("description")),
        "answer" => format!("<blockquote><p>{}</p></blockquote>\n{}", get("question"), get("answer")),
        _ => format!("{photos}{played}{talk}{}", get("body")),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_from_character_to_character_and_may_cross() {
        let block = json!({"type": "text", "text": "Ébb & flow", "formatting": [
            {"start": 0, "end": 3, "type": "bold"},
            {"start": 2, "end": 7, "type": "italic"},
            {"start": 6, "end": 900, "type": "link", "url": "http://a.example/?a=1&b=2"},
            {"start": 9, "end": 1, "type": "bold"},
        ]});
        let made = "<strong>Éb</strong><strong><em>b</em></strong><em> &amp; </em>\
            <em><a href=\"http://a.example/?a=1&amp;b=2\">f</a></em><a href=\"http://a.example/?a=1&amp;b=2\">low</a>";
        assert_eq!(words(&block), made);
    }

    #[test]
    fn points_stand_in_lists_and_lists_in_lists() {
        let point = |kind: &str, level: u64, words: &str| json!({"type": "text", "subtype": format!("{kind}ordered-list-item"), "indent_level": level, "text": words});
        let blocks =
            [point("un", 0, "a"), point("", 1, "b"), point("un", 0, "c"), json!({"type": "text", "text": "d"})];
        let made = rendered(&blocks.iter().collect::<Vec<_>>(), &[]).replace('\n', "");
        assert_eq!(made, "<ul><li>a</li><ol><li>b</li></ol><li>c</li></ul><p>d</p>");
        let deep: Vec<Value> = (0..2_000).map(|n| point("un", n, "x")).collect();
        assert!(rendered(&deep.iter().collect::<Vec<_>>(), &[]).matches("<ul>").count() < 10);
    }
}
