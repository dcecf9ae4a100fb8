//! `mdarchive reextract`: posts made anew from the answers that are kept with them.

use super::args::ReextractArgs;
use super::context::Context;
use super::exit::Exit;
use super::report::{self, clean, count};
use crate::error::Result;
use crate::ops::reextract::{Reextracted, reextract};
use crate::store::Archive;

/// Posts shown before "and N more".
const SHOWN: usize = 20;

pub fn run(args: &ReextractArgs, context: &Context) -> Result<Exit> {
    let work = |archive: &Archive| reextract(&archive.root, args.dry_run, &context.events(), context.clock.clone());
    let tell = |done: &Reextracted, took| {
        if !context.json {
            say(done, context.verbose, context.quiet);
        }
        context.summary(&done.summary, took);
        Exit::of_summary(&done.summary)
    };
    report::each(&context.open(&args.names)?, context.json, work, tell)
}

/// Says which posts are not as they were, and what stays as it is.
fn say(done: &Reextracted, all: bool, quiet: bool) {
    let mut text = String::new();
    let shown = if all || done.dry { usize::MAX } else { SHOWN };
    for one in done.different.iter().take(shown) {
        let fields: Vec<&str> = one.fields.iter().map(String::as_str).collect();
        let label = if one.title.is_empty() { one.url.as_deref().unwrap_or_default() } else { &one.title };
        text.push_str(&format!("{}  {}: {}\n", one.id.short(), clean(label), fields.join(", ")));
    }
    if done.different.len() > shown {
        text.push_str(&format!("and {} more (-v shows all)\n", done.different.len() - shown));
    }
    report::say_out(&text);
    if quiet {
        return;
    }
    for (why, n) in &done.left {
        report::say_err(&format!(
            "{} left as {}: {why}",
            count(*n, "post", "posts"),
            if *n == 1 { "it is" } else { "they are" }
        ));
    }
    if done.dry {
        report::say_err("nothing was written: this was a dry run");
    }
}
