//! `mdarchive extract`: pages in, a JSON line a page out, or what speaks for each field.

use serde_json::Value;

use super::args::ExtractArgs;
use super::context::Context;
use super::exit::Exit;
use super::report::{self, clean};
use crate::error::Result;
use crate::ops::extract::{ExtractRequest, extract, read_urls};

/// Most candidates of a field that are told.
const MOST: usize = 24;

pub fn run(args: &ExtractArgs, context: &Context) -> Result<Exit> {
    let request = ExtractRequest {
        paths: args.paths.clone(),
        urls: args.urls.as_deref().map(read_urls).transpose()?.unwrap_or_default(),
        full: args.full,
        explain: args.explain,
        jobs: args.jobs.unwrap_or(0),
    };
    let told = args.explain && !args.jsonl && !args.full && !context.json;
    let events = context.events();
    extract(&request, &events, &mut |line| {
        report::say_out(&if told { explain(&line) } else { format!("{line}\n") });
        Ok(())
    })?;
    Ok(Exit::Whole)
}

/// Returns for each field its value, then its candidates: where each stood, how much it weighs, why it was not taken.
fn explain(line: &Value) -> String {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
    let mut out = format!("{}\n", clean(&text(&line["id"])));
    if let Some(reason) = line["reason"].as_str() {
        return format!("{out}  no post: {}\n", clean(reason));
    }
    let all: Vec<&Value> = line["evidence"].as_array().into_iter().flatten().collect();
    for (field, key) in FIELDS {
        let mut of: Vec<&Value> = all.iter().filter(|e| e["field"] == field).copied().collect();
        let value = match &line[key] {
            Value::String(s) => s.clone(),
            Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
            _ => String::new(),
        };
        let shown = if value.is_empty() && key != "html" { "none" } else { &*value };
        out.push_str(&format!("  {field:<11} {}\n", clean(if key == "html" { "" } else { shown }).trim_end()));
        of.sort_by_key(|e| std::cmp::Reverse((e["chosen"].as_bool(), e["weight"].as_i64())));
        for e in of.iter().take(MOST) {
            let place = format!("{} {}", text(&e["source"]), text(&e["at"]));
            let mark = if e["chosen"] == true { '+' } else { '-' };
            let why = e["reason"].as_str().filter(|r| !r.is_empty()).map(|r| format!("  ({r})")).unwrap_or_default();
            let value: String = text(&e["value"]).chars().take(80).collect();
            out.push_str(&clean(&format!(
                "    {mark} {:>3}  {:<32} {value}{why}",
                e["weight"].as_i64().unwrap_or(0),
                place.trim_end()
            )));
            out.push('\n');
        }
        if of.len() > MOST {
            out.push_str(&format!("          and {} more\n", of.len() - MOST));
        }
    }
    out
}

/// The fields, as the evidence and as the flat line call them.
const FIELDS: [(&str, &str); 8] = [
    ("title", "title"),
    ("authors", "author"),
    ("published", "published"),
    ("updated", "updated"),
    ("tags", "tags"),
    ("categories", "categories"),
    ("language", "language"),
    ("html", "html"),
];
