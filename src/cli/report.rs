//! What is said: results on stdout, talk on stderr. Whatever came from outside is cleaned before it meets a terminal.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::exit::Exit;
use crate::error::{Error, Result};
use crate::model::Gap;
use crate::store::Summary;

/// Missing things shown before "and N more".
const SHOWN: usize = 10;

/// Writes to stdout. A closed pipe ends the program as a success: the reader has what it wanted.
pub fn bytes_out(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    if let Err(e) = out.write_all(bytes).and_then(|()| out.flush()) {
        let exit = if e.kind() == ErrorKind::BrokenPipe { Exit::Whole } else { Exit::Failed };
        std::process::exit(exit as i32);
    }
}

pub fn say_out(text: &str) {
    bytes_out(text.as_bytes());
}

/// Says a line on stderr; there is nowhere to complain when that fails.
pub fn say_err(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Returns a text that cannot move the cursor, ring the bell or pass for another line.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) { '\u{fffd}' } else { c })
        .collect()
}

/// As [`clean`], for texts of several lines.
pub fn clean_lines(text: &str) -> String {
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

pub fn error(error: &Error) {
    let (red, off) = colour("31");
    say_err(&format!("{red}error:{off} {}", clean(&error.to_string())));
    if let Some(hint) = error.hint() {
        let (blue, off) = colour("36");
        say_err(&format!("{blue}hint:{off} {}", clean(&hint)));
    }
}

/// Gives an error as an object on stdout, for programs that asked for machine output.
pub fn error_object(error: &Error, exit: Exit) {
    let object = error_value(error, exit);
    say_out(&format!("{}\n", serde_json::to_string_pretty(&object).unwrap_or_default()));
}

/// Returns an error in the words of machine output: what, the exit code, what to do, the address where there is one.
pub fn error_value(error: &Error, exit: Exit) -> serde_json::Value {
    let url = if let Error::Fetch { url, .. } = error { Some(url) } else { None };
    serde_json::json!({"error": error.to_string(), "code": exit as i32, "hint": error.hint(), "url": url})
}

/// Returns the codes that set and end a colour, empty where colours are not wanted.
fn colour(code: &str) -> (String, &'static str) {
    let wanted = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    if wanted { (format!("\x1b[{code}m"), "\x1b[0m") } else { (String::new(), "") }
}

/// Returns a number with its noun.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Says what a run did: kept, new, changed, missing and why.
pub fn summary(summary: &Summary, seconds: f64, all: bool) {
    let mut parts = Vec::new();
    let mut add = |n: u64, words: String| {
        if n > 0 {
            parts.push(words);
        }
    };
    add(summary.new, format!("{} new", summary.new));
    add(summary.changed, format!("{} changed", summary.changed));
    add(summary.amended, format!("{} amended", summary.amended));
    add(summary.unchanged, format!("{} unchanged", summary.unchanged));
    add(summary.comments, count(summary.comments, "new comment", "new comments"));
    add(summary.media, count(summary.media, "new file of media", "new files of media"));
    if summary.new + summary.changed + summary.amended + summary.media + summary.comments == 0 {
        parts.insert(0, "nothing new".into());
    }
    let asked = if summary.requests > 0 {
        format!(", {}", count(summary.requests, "request", "requests"))
    } else {
        String::new()
    };
    say_err(&format!("{}: {} ({seconds:.1} s{asked})", clean(&summary.archive), parts.join(", ")));
    let counts = &summary.counts;
    say_err(&format!(
        "kept: {}, {}, {}, {}",
        count(counts.posts, "post", "posts"),
        count(counts.pages, "page", "pages"),
        count(counts.comments, "comment", "comments"),
        count(counts.media, "file of media", "files of media"),
    ));
    for note in summary.notes.iter().take(if all { usize::MAX } else { SHOWN }) {
        say_err(&format!("note: {}", clean(note)));
    }
    missing(&summary.gaps, summary.new_gaps, all);
    let earlier = summary.open_gaps.saturating_sub(summary.new_gaps);
    if earlier > 0 {
        say_err(&format!("still missing from earlier runs: {earlier} (see `mdarchive gaps`)"));
    }
    if summary.interrupted {
        say_err("interrupted: what was kept is whole; run the same command again to go on");
    }
}

/// Does a thing for each of several, says what came of each and how long it took, and gives the machine's summary. One
/// that fails stops no other; the only one is the command's own error.
pub fn each<T, R: serde::Serialize>(
    all: &[T],
    json: bool,
    work: impl Fn(&T) -> Result<R>,
    say: impl Fn(&R, Duration) -> Exit,
) -> Result<Exit> {
    let (mut exit, mut reports) = (Exit::Whole, Vec::new());
    for one in all {
        let started = Instant::now();
        match work(one) {
            Ok(done) => {
                exit = exit.worse(say(&done, started.elapsed()));
                reports.push(serde_json::to_value(&done).unwrap_or_default());
            }
            Err(failed) if all.len() == 1 => return Err(failed),
            Err(failed) => {
                exit = exit.worse(Exit::of(&failed));
                error(&failed);
                reports.push(error_value(&failed, Exit::of(&failed)));
            }
        }
    }
    machine(&reports, json, None)?;
    Ok(exit)
}

/// Says what is missing and nothing else.
pub fn gaps(summary: &Summary, all: bool) {
    if !summary.gaps.is_empty() {
        say_err(&clean(&summary.archive));
        missing(&summary.gaps, summary.new_gaps, all);
    }
}

/// Gives the machine's summary: on stdout when asked for, into a file when named.
pub fn machine(reports: &[serde_json::Value], stdout: bool, file: Option<&Path>) -> Result<()> {
    let text = format!("{}\n", serde_json::to_string_pretty(reports).unwrap_or_default());
    if stdout {
        say_out(&text);
    }
    file.map_or(Ok(()), |path| std::fs::write(path, &text).map_err(Error::io("write", path)))
}

fn missing(gaps: &[Gap], total: u64, all: bool) {
    if gaps.is_empty() {
        return;
    }
    say_err(&format!("missing: {total}"));
    let shown = if all { gaps.len() } else { SHOWN };
    for gap in gaps.iter().take(shown) {
        say_err(&format!("  {}", gap_line(gap)));
    }
    let more = total.saturating_sub(shown as u64);
    if more > 0 {
        say_err(&format!("  and {more} more (see `mdarchive gaps`)"));
    }
}

/// Returns a gap as a line: what, where, why.
pub fn gap_line(gap: &Gap) -> String {
    let detail = if gap.detail.is_empty() { String::new() } else { format!(" ({})", gap.detail) };
    clean(&format!("{:<8} {}: {}{detail}", gap.what, gap.url, gap.reason.words()))
}
