//! `mdarchive diff`: what an earlier text of a post said otherwise.

use super::args::DiffArgs;
use super::context::Context;
use super::exit::Exit;
use super::pick;
use super::report::{self, clean};
use crate::error::{Error, Result};
use crate::ops::history::{Change, Difference, Sign, difference};

pub fn run(args: &DiffArgs, context: &Context) -> Result<Exit> {
    let (archive, entry) = pick::post(&args.post, context)?;
    let last = archive.versions(&entry.id)?.len();
    if last == 0 {
        return Err(Error::usage(format!("{} has no earlier texts", entry.id.short()))
            .with_hint("see when it came in with `mdarchive log POST`"));
    }
    let wanted = args.version.clone().unwrap_or_else(|| last.to_string());
    let version = pick::version(&archive, &entry, &wanted)?;
    let current = archive.read(&entry)?;
    let found = difference(&version.post, &current);
    if context.json {
        let value = serde_json::json!({
            "archive": archive.info.name, "post": entry.id, "version": version.number,
            "content_hash": version.post.content_hash, "fields": found.fields, "text": found.text,
        });
        report::say_out(&format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default()));
    } else {
        report::say_out(&text(&entry.id.to_string(), version.number, &current.label(), &found));
    }
    Ok(Exit::Whole)
}

fn text(id: &str, version: usize, title: &str, found: &Difference) -> String {
    let mut out = format!("{id}  {}\n- version {version}\n+ as it stands\n", clean(title));
    for Change { field, removed, added } in &found.fields {
        out.push_str(&format!("\n{field}\n"));
        removed.iter().for_each(|v| out.push_str(&format!("- {}\n", clean(v))));
        added.iter().for_each(|v| out.push_str(&format!("+ {}\n", clean(v))));
    }
    if !found.text.is_empty() {
        out.push_str("\ntext\n");
    }
    for line in &found.text {
        let sign = match line.sign {
            Sign::Same => ' ',
            Sign::Removed => '-',
            Sign::Added => '+',
        };
        out.push_str(&format!("{sign} {}\n", clean(&line.text)));
    }
    if found.is_empty() {
        out.push_str("\nno difference in what people read\n");
    }
    out
}
