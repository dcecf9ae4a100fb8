//! `mdarchive stats`: archives in numbers.

use indicatif::DecimalBytes;

use super::args::StatsArgs;
use super::context::Context;
use super::exit::Exit;
use super::report::{self, clean, count};
use crate::error::Result;
use crate::ops::stats::{Stats, stats};

/// The longest bar.
const BAR: u64 = 40;

pub fn run(args: &StatsArgs, context: &Context) -> Result<Exit> {
    let selection = context.selection(&args.filter)?;
    let mut all = Vec::new();
    for archive in &context.open(&args.names)? {
        let events = context.events();
        all.push(stats(archive, &selection.of(archive.entries()?), &events)?);
    }
    if context.json {
        report::say_out(&format!("{}\n", serde_json::to_string_pretty(&all).unwrap_or_default()));
    } else {
        let texts: Vec<String> = all.iter().map(text).collect();
        report::say_out(&texts.join("\n"));
    }
    Ok(Exit::Whole)
}

fn text(stats: &Stats) -> String {
    let mut out = format!("{}\n", clean(&stats.archive));
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            let colon = if name.is_empty() { ' ' } else { ':' };
            out.push_str(&format!("{name:>11}{colon} {}\n", clean(&value)));
        }
    };
    let mut kept = vec![count(stats.posts, "post", "posts"), count(stats.pages, "page", "pages")];
    kept.push(count(stats.words, "word", "words"));
    line("kept", kept.join(", "));
    if let (Some(first), Some(last)) = (&stats.first, &stats.last) {
        line("from", format!("{first} to {last}"));
    }
    let most = stats.years.values().max().copied().unwrap_or(1).max(1);
    for (n, (year, posts)) in stats.years.iter().enumerate() {
        let bar = "#".repeat((posts * BAR).div_ceil(most) as usize);
        line(if n == 0 { "years" } else { "" }, format!("{year:<7} {posts:>6}  {bar}"));
    }
    let names =
        |list: &[(String, u64)]| list.iter().map(|(name, n)| format!("{name} ({n})")).collect::<Vec<_>>().join(", ");
    line("authors", names(&stats.authors));
    line("tags", names(&stats.tags));
    line("categories", names(&stats.categories));
    line("comments", stats.comments.to_string());
    line("captions", stats.captions.to_string());
    let mut media = vec![count(stats.media, "file", "files"), DecimalBytes(stats.media_bytes).to_string()];
    if stats.media_missing > 0 {
        media.push(format!("{} not had", stats.media_missing));
    }
    line("media", media.join(", "));
    let tally = |map: &std::collections::BTreeMap<String, u64>| {
        map.iter().map(|(name, n)| format!("{n} {name}")).collect::<Vec<_>>().join(", ")
    };
    line("links", tally(&stats.links));
    line("sources", tally(&stats.sources));
    line("versions", stats.versions.to_string());
    if stats.gone > 0 {
        line("gone", count(stats.gone, "post the blog no longer shows", "posts the blog no longer shows"));
    }
    let accepted =
        if stats.gaps_accepted > 0 { format!(", {} more accepted", stats.gaps_accepted) } else { String::new() };
    line("gaps", format!("{}{accepted}", stats.gaps));
    out
}
