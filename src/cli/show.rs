//! `mdarchive show`: one post, as text, as it is kept, or explained.

use super::args::ShowArgs;
use super::context::Context;
use super::exit::Exit;
use super::pick;
use super::report::{self, clean, clean_lines};
use crate::error::Result;
use crate::model::{Certainty, Post, pretty_json};
use crate::store::{Archive, Entry};

pub fn run(args: &ShowArgs, context: &Context) -> Result<Exit> {
    let (archive, entry) = pick::post(&args.post, context)?;
    if args.versions {
        versions(&archive, &entry, context)?;
        return Ok(Exit::Whole);
    }
    let post = match &args.version {
        Some(which) => pick::version(&archive, &entry, which)?.post,
        None => archive.read(&entry)?,
    };
    if args.explain && !context.json {
        report::say_out(&explain(&post));
    } else if args.html {
        report::say_out(&format!("{}\n", post.html));
    } else if context.json {
        report::bytes_out(&pretty_json(&post));
    } else {
        report::say_out(&text(&post));
    }
    Ok(Exit::Whole)
}

fn versions(archive: &Archive, entry: &Entry, context: &Context) -> Result<()> {
    let files = archive.versions(&entry.id)?;
    let mut list = Vec::new();
    for (n, path) in files.iter().enumerate() {
        let hash = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let post = pick::read_version(path)?;
        let changed = post.updated.or(post.published).map(|d| d.text).unwrap_or_default();
        if context.json {
            list.push(
                serde_json::json!({"version": n + 1, "content_hash": hash, "updated": changed, "title": post.title}),
            );
        } else {
            report::say_out(&format!(
                "{}  {}  {changed:<19}  {}\n",
                n + 1,
                &hash[..12.min(hash.len())],
                clean(&post.title)
            ));
        }
    }
    if context.json {
        report::say_out(&format!("{}\n", serde_json::to_string_pretty(&list).unwrap_or_default()));
    } else if files.is_empty() {
        report::say_err("no earlier texts");
    }
    Ok(())
}

/// Returns the post for reading.
fn text(post: &Post) -> String {
    let mut out = format!("{}\n", clean(&post.label()));
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            out.push_str(&format!("{name:>10}: {}\n", clean(&value)));
        }
    };
    let terms = |t: &[crate::model::Term]| t.iter().map(|t| t.label.as_str()).collect::<Vec<_>>().join(", ");
    line("date", post.published.as_ref().map(|d| d.text.replace('T', " ")).unwrap_or_default());
    line("author", post.authors.iter().map(|a| a.name.as_str()).collect::<Vec<_>>().join(", "));
    line("series", post.series.clone().unwrap_or_default());
    line("tags", terms(&post.tags));
    line("categories", terms(&post.categories));
    line("address", post.url.clone().unwrap_or_default());
    line("id", post.id.to_string());
    for caption in &post.captions {
        line("caption", caption.text.clone());
    }
    out.push_str(&format!("\n{}\n", clean_lines(&post.text)));
    let related: Vec<_> = post.links.iter().filter(|l| l.kind == crate::model::LinkKind::Related).collect();
    if !related.is_empty() {
        out.push_str("\nRelated:\n");
        for link in related {
            let to = link.target.as_deref().or(link.url.as_deref()).map(|t| format!("  → {t}")).unwrap_or_default();
            out.push_str(&format!("  {}{}\n", clean(&link.text), clean(&to)));
        }
    }
    if !post.comments.is_empty() {
        out.push_str(&format!("\n{}:\n", report::count(post.comments.len() as u64, "comment", "comments")));
        for c in &post.comments {
            let when = c.published.as_ref().map(|d| d.text.replace('T', " ")).unwrap_or_default();
            let to = c.parent.as_deref().map(|p| format!(", in reply to {p}")).unwrap_or_default();
            out.push_str(&format!(
                "\n{} {}, {when}{}\n{}\n",
                clean(&c.id),
                clean(&c.author),
                clean(&to),
                clean_lines(&c.text)
            ));
        }
    }
    out
}

/// Returns a line for each field: where it came from, how, and what it won against.
fn explain(post: &Post) -> String {
    let mut out = format!("{}  {}\n\nsources\n", post.id, clean(&post.label()));
    for s in &post.sources {
        let digest = s.sha256.as_ref().map(|d| format!("  sha256 {d}")).unwrap_or_default();
        out.push_str(&format!("  {:<10} {}{digest}\n", clean(&s.kind), clean(&s.uri)));
    }
    out.push_str("\nfields\n");
    let values = serde_json::to_value(post).unwrap_or_default();
    for (name, field) in &post.fields {
        let sure = if field.certainty == Certainty::Stated { "stated" } else { "guessed" };
        let how = if field.how.is_empty() { String::new() } else { format!(" ({})", field.how) };
        out.push_str(&clean(&format!("  {name:<11} {:<8} {sure:<7} {}{how}", field.source, brief(&values[name]))));
        out.push('\n');
        if !field.also.is_empty() {
            let all: Vec<&str> = field.also.iter().map(|a| a.source.as_str()).collect();
            out.push_str(&clean(&format!("  {:<11} also so in {}", "", all.join(", "))));
            out.push('\n');
        }
        for lost in &field.rejected {
            let why = if lost.why.is_empty() { String::new() } else { format!("  ({})", lost.why) };
            let also: String = lost.also.iter().map(|a| format!(", {}", a.source)).collect();
            let line = format!("  {:<11} {:<8} {:<7} {}{why}{also}", "", lost.source, "lost", brief(&lost.value));
            out.push_str(&clean(&line));
            out.push('\n');
        }
    }
    out
}

/// Returns a value in at most some eighty characters.
fn brief(value: &serde_json::Value) -> String {
    let text = match value {
        serde_json::Value::String(s) => s.clone(),
        serde_json::Value::Array(list) if list.len() > 3 => format!("{} entries", list.len()),
        other => other.to_string(),
    };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 80 { line.chars().take(79).collect::<String>() + "…" } else { line }
}
