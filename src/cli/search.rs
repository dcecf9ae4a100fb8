//! `mdarchive search`: kept posts by the words in them.

use std::io::IsTerminal;

use super::args::SearchArgs;
use super::context::Context;
use super::exit::Exit;
use super::report::{self, clean};
use crate::error::Result;
use crate::export::Selection;
use crate::ops::search::{Hit, Words, search, sort};

pub fn run(args: &SearchArgs, context: &Context) -> Result<Exit> {
    let words = Words::parse(&args.words)?;
    // The limit is one of posts found, not of posts looked into.
    let selection = Selection { limit: None, ..context.selection(&args.filter)? };
    let archives = context.open(&args.names)?;
    let events = context.events();
    let mut hits = Vec::new();
    for archive in &archives {
        hits.extend(search(archive, &selection.of(archive.entries()?), &words, &events)?);
    }
    drop(events);
    sort(&mut hits);
    hits.truncate(args.filter.limit.unwrap_or(usize::MAX));
    if context.json {
        report::say_out(&format!("{}\n", serde_json::to_string_pretty(&hits).unwrap_or_default()));
        return Ok(Exit::Whole);
    }
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let text: String = hits.iter().map(|hit| lines(hit, archives.len() > 1, colour)).collect();
    report::say_out(&text);
    if hits.is_empty() && !context.quiet {
        report::say_err("nothing found");
    }
    Ok(Exit::Whole)
}

/// Returns a post that was found in two lines: what `list` says of it, and a piece of it.
fn lines(hit: &Hit, several: bool, colour: bool) -> String {
    let day = hit.published.as_deref().map_or("undated", |d| d.get(..10).unwrap_or(d));
    let title = if hit.title.is_empty() { "(no title)" } else { &hit.title };
    let archive = if several { format!("  [{}]", hit.archive) } else { String::new() };
    let head = clean(&format!("{}  {day:<10}  {title}{archive}", hit.id.short()));
    if hit.snippet.trim().is_empty() {
        return format!("{head}\n");
    }
    let (mut piece, mut done) = (String::new(), 0);
    for (from, to) in hit.marks.iter().filter(|_| colour) {
        let part = |a: usize, b: usize| clean(hit.snippet.get(a..b).unwrap_or_default());
        piece.push_str(&format!("{}\x1b[1m{}\x1b[0m", part(done, *from), part(*from, *to)));
        done = *to;
    }
    piece.push_str(&clean(hit.snippet.get(done..).unwrap_or_default()));
    format!("{head}\n          {piece}\n")
}
