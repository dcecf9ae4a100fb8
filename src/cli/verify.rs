//! `mdarchive verify`: is all that was kept as it was kept?

use super::args::VerifyArgs;
use super::context::Context;
use super::exit::Exit;
use super::report::{self, clean};
use crate::error::Result;
use crate::store::{Report, verify};

pub fn run(args: &VerifyArgs, context: &Context) -> Result<Exit> {
    let mut exit = Exit::Whole;
    let mut values = Vec::new();
    for (name, path) in context.places(&args.what)? {
        let events = context.events();
        let started = std::time::Instant::now();
        let report = verify(&path, &events)?;
        drop(events);
        if !report.damage.is_empty() {
            exit = exit.worse(Exit::Damage);
        }
        if context.json {
            let mut value = serde_json::to_value(&report).unwrap_or_default();
            value["archive"] = name.into();
            values.push(value);
        } else {
            say(&name, &report, started.elapsed().as_secs_f64(), context.quiet);
        }
    }
    if context.json {
        report::say_out(&format!("{}\n", serde_json::to_string_pretty(&values).unwrap_or_default()));
    }
    Ok(exit)
}

fn say(name: &str, found: &Report, seconds: f64, quiet: bool) {
    for damage in &found.damage {
        let detail = if damage.detail.is_empty() { String::new() } else { format!(": {}", damage.detail) };
        report::say_out(&clean(&format!("{} {}{detail}", damage.path, damage.what.words())));
        report::say_out("\n");
    }
    if found.damage.is_empty() && !quiet {
        let files = report::count(found.files, "file", "files");
        let megabytes = found.bytes as f64 / 1e6;
        report::say_err(&format!("{}: sound, {files}, {megabytes:.1} MB ({seconds:.1} s)", clean(name)));
    } else if !found.damage.is_empty() {
        report::say_err(&format!(
            "{}: {} damaged of {}; restore them from a snapshot, or fetch or import again",
            clean(name),
            found.damage.len(),
            report::count(found.files, "file", "files")
        ));
    }
}
