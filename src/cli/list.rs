//! `mdarchive list`: what is kept.

use serde_json::{Value, json};

use super::args::ListArgs;
use super::context::Context;
use super::exit::Exit;
use super::report::{self, clean};
use crate::error::Result;
use crate::model::Kind;
use crate::store::{Archive, Entry};

pub fn run(args: &ListArgs, context: &Context) -> Result<Exit> {
    let selection = context.selection(&args.filter)?;
    let archives = context.open(&args.names)?;
    if args.blogs {
        let mut lines = Vec::new();
        for archive in &archives {
            lines.push(if context.json {
                serde_json::to_value(&archive.info).unwrap_or_default()
            } else {
                blog_line(archive).into()
            });
        }
        print(lines, context.json);
        return Ok(Exit::Whole);
    }
    let several = archives.len() > 1;
    let mut lines: Vec<Value> = Vec::new();
    for archive in &archives {
        let entries = selection.of(archive.entries()?);
        if several && !context.json {
            lines.push(blog_line(archive).into());
        }
        for entry in &entries {
            lines.push(if context.json { as_json(entry, archive) } else { post_line(entry).into() });
        }
    }
    print(lines, context.json);
    Ok(Exit::Whole)
}

fn print(lines: Vec<Value>, json: bool) {
    if json {
        let mut text = serde_json::to_string_pretty(&Value::Array(lines)).unwrap_or_default();
        text.push('\n');
        report::say_out(&text);
    } else {
        let text: String = lines.iter().filter_map(Value::as_str).map(|l| format!("{l}\n")).collect();
        report::say_out(&text);
    }
}

fn blog_line(archive: &Archive) -> String {
    let c = &archive.info.counts;
    let title = if archive.info.site.title.is_empty() { "(no title)" } else { &archive.info.site.title };
    clean(&format!(
        "{}: {title}, {}, {}, {}",
        archive.info.name,
        report::count(c.posts, "post", "posts"),
        report::count(c.pages, "page", "pages"),
        report::count(c.comments, "comment", "comments"),
    ))
}

fn post_line(entry: &Entry) -> String {
    let day = entry.published.as_ref().map_or("undated", |d| d.text.get(..10).unwrap_or(&d.text));
    let title = if entry.title.is_empty() { "(no title)" } else { &entry.title };
    let page = if entry.kind == Kind::Page { "  [page]" } else { "" };
    let status = match entry.status {
        crate::model::Status::Published => String::new(),
        other => format!(
            "  [{}]",
            serde_json::to_value(other).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
        ),
    };
    let tags: Vec<&str> = entry.tags.iter().map(|t| t.label.as_str()).collect();
    let tags = if tags.is_empty() { String::new() } else { format!("  #{}", tags.join(" #")) };
    clean(&format!("{}  {day:<10}  {title}{page}{status}{tags}", entry.id.short()))
}

fn as_json(entry: &Entry, archive: &Archive) -> Value {
    let mut value = serde_json::to_value(entry).unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        map.insert("archive".into(), json!(archive.info.name));
        map.remove("media");
    }
    value
}
