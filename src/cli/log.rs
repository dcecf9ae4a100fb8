//! `mdarchive log`: what changed and when; where sources disagree.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::args::LogArgs;
use super::context::Context;
use super::exit::Exit;
use super::pick;
use super::report::{self, clean, count};
use crate::error::Result;
use crate::model::PostId;
use crate::ops::history::{Conflict, Deed, Run, conflicts, conflicts_of, runs};
use crate::store::{Archive, Entry, archive_names};

/// Posts and conflicts shown of a run before "and N more".
const SHOWN: usize = 10;

pub fn run(args: &LogArgs, context: &Context) -> Result<Exit> {
    let names = archive_names(&context.archives)?;
    let (archives, post) = match &args.what {
        Some(name) if names.contains(name) => (context.open(std::slice::from_ref(name))?, None),
        Some(post) => {
            let (archive, entry) = pick::post(post, context)?;
            (vec![archive], Some(entry))
        }
        None => (context.open(&[])?, None),
    };
    let mut values = Vec::new();
    for archive in &archives {
        let mut runs = runs(archive)?;
        runs.reverse();
        if let Some(entry) = &post {
            runs.retain(|r| r.deed(&entry.id).is_some());
        }
        runs.truncate(args.limit.unwrap_or(usize::MAX));
        let conflicts = match &post {
            Some(entry) => conflicts_of(&archive.read(entry)?),
            None => conflicts(archive)?,
        };
        match (&post, context.json) {
            (Some(entry), true) => values.push(post_value(archive, entry, &runs, &conflicts)?),
            (None, true) => values.push(json!({"archive": archive.info.name, "runs": runs, "conflicts": conflicts})),
            (Some(entry), false) => report::say_out(&post_text(archive, entry, &runs, &conflicts)?),
            (None, false) => report::say_out(&archive_text(archive, &runs, &conflicts, context.verbose)?),
        }
    }
    if context.json {
        let value = if post.is_some() { values.pop().unwrap_or_default() } else { Value::Array(values) };
        report::say_out(&format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default()));
    }
    Ok(Exit::Whole)
}

fn when(run: &Run) -> String {
    let time = run.started.or(run.finished);
    time.map_or_else(|| run.run.clone(), |t| t.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

fn archive_text(archive: &Archive, runs: &[Run], conflicts: &[Conflict], all: bool) -> Result<String> {
    let titles: HashMap<PostId, String> = archive
        .entries()?
        .into_iter()
        .map(|e| (e.id, if e.title.is_empty() { "(no title)".into() } else { e.title }))
        .collect();
    let shown = if all { usize::MAX } else { SHOWN };
    let mut out = format!("{}\n", clean(&archive.info.name));
    for run in runs {
        out.push_str(&format!("{}  {:<7}  {}\n", when(run), clean(&run.command), sum(run)));
        let listed = [("new", &run.new), ("changed", &run.changed), ("amended", &run.amended)];
        let mut left = shown;
        for (what, ids) in listed {
            for id in ids.iter().take(left) {
                let title = titles.get(id).map_or("(joined into another post)", String::as_str);
                out.push_str(&format!("    {what:<8} {}  {}\n", id.short(), clean(title)));
            }
            left = left.saturating_sub(ids.len());
        }
        let total = run.new.len() + run.changed.len() + run.amended.len();
        if total > shown {
            out.push_str(&format!("    and {} more (-v shows them)\n", total - shown));
        }
    }
    if !conflicts.is_empty() {
        out.push_str(&format!("conflicts: {}\n", conflicts.len()));
        conflicts.iter().take(shown).for_each(|c| {
            out.push_str(&format!("    {}  {}\n", c.post.short(), clean(&c.title)));
            out.push_str(&conflict_lines(c, "      "));
        });
        if conflicts.len() > shown {
            out.push_str(&format!("    and {} more (-v shows them)\n", conflicts.len() - shown));
        }
    }
    Ok(out)
}

fn sum(run: &Run) -> String {
    let numbers = [
        (run.new.len() as u64, "new"),
        (run.changed.len() as u64, "changed"),
        (run.amended.len() as u64, "amended"),
        (run.unchanged, "unchanged"),
        (run.removed.len() as u64, "removed"),
        (run.closed, "filled"),
    ];
    let mut parts: Vec<String> =
        numbers.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    if run.gaps > 0 {
        parts.push(count(run.gaps, "gap", "gaps"));
    }
    if run.interrupted {
        parts.push("interrupted".into());
    }
    if parts.is_empty() { "nothing new".into() } else { parts.join(", ") }
}

fn conflict_lines(conflict: &Conflict, indent: &str) -> String {
    let say = |value: &Value| match value {
        Value::Null => "other words".to_string(),
        Value::String(s) if s.starts_with("sha256:") => "other words".to_string(),
        Value::Object(map) if map.contains_key("text") => map["text"].as_str().unwrap_or_default().to_string(),
        Value::Array(list) => {
            let word = |v: &Value| {
                ["label", "name"].iter().find_map(|k| v[*k].as_str()).map_or_else(|| v.to_string(), str::to_string)
            };
            if list.is_empty() { "none".into() } else { list.iter().map(word).collect::<Vec<_>>().join(", ") }
        }
        Value::String(s) => s.clone(),
        other => other.to_string(),
    };
    let stands = if conflict.value.is_null() { String::new() } else { format!(" {}", say(&conflict.value)) };
    let mut out = format!("{indent}{}: {}{} stands\n", conflict.field, conflict.source, stands);
    for one in &conflict.against {
        let later = if one.later { " (captured later)" } else { "" };
        out.push_str(&format!("{indent}  {} has {}{later}\n", one.source, say(&one.value)));
    }
    clean_each(&out)
}

fn clean_each(text: &str) -> String {
    text.split_inclusive('\n').map(|l| clean(l.trim_end_matches('\n')) + "\n").collect()
}

/// What happened to a post in a run: the deed, and the numbers of the earlier texts put aside then.
fn deeds<'a>(archive: &Archive, entry: &Entry, runs: &'a [Run]) -> Result<Vec<(&'a Run, Deed, Vec<usize>)>> {
    let files = archive.versions(&entry.id)?;
    let number =
        |hash: &String| files.iter().position(|f| f.file_stem().is_some_and(|s| s == hash.as_str())).map(|n| n + 1);
    let of = |run: &'a Run| {
        let versions = run.versions.get(&entry.id).into_iter().flatten().filter_map(number).collect();
        run.deed(&entry.id).map(|deed| (run, deed, versions))
    };
    Ok(runs.iter().filter_map(of).collect())
}

fn post_text(archive: &Archive, entry: &Entry, runs: &[Run], conflicts: &[Conflict]) -> Result<String> {
    let mut out = format!("{}  {}\n", entry.id, clean(&entry.title));
    for (run, deed, versions) in deeds(archive, entry, runs)? {
        let word = match deed {
            Deed::New => "new",
            Deed::Changed => "changed",
            Deed::Amended => "amended",
            Deed::Older => "an older text came in",
        };
        let kept: Vec<String> = versions.iter().map(|n| format!("version {n}")).collect();
        let kept = if kept.is_empty() { String::new() } else { format!(" ({} put aside)", kept.join(", ")) };
        out.push_str(&format!("{}  {:<7}  {word}{kept}\n", when(run), clean(&run.command)));
    }
    if !conflicts.is_empty() {
        out.push_str("conflicts\n");
        conflicts.iter().for_each(|c| out.push_str(&conflict_lines(c, "  ")));
    }
    Ok(out)
}

fn post_value(archive: &Archive, entry: &Entry, runs: &[Run], conflicts: &[Conflict]) -> Result<Value> {
    let history: Vec<Value> = deeds(archive, entry, runs)?
        .into_iter()
        .map(|(run, deed, versions)| {
            json!({"run": run.run, "command": run.command, "started": run.started, "finished": run.finished,
                "what": deed, "versions": versions})
        })
        .collect();
    Ok(
        json!({"archive": archive.info.name, "post": entry.id, "title": entry.title, "history": history, "conflicts": conflicts}),
    )
}
