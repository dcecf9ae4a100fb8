//! `mdarchive lint`: is a finished book one that every reader shows?

use super::args::LintArgs;
use super::context::Context;
use super::exit::Exit;
use super::report::{self, clean};
use crate::error::Result;
use crate::export::{Fault, RULES, Strictness, lint};
use crate::store::Archive;

pub fn run(args: &LintArgs, context: &Context) -> Result<Exit> {
    if args.rules {
        let lines = RULES.iter().map(|r| format!("{:2} {}: {}\n", r.number, r.name, r.asks));
        report::say_out(&lines.collect::<String>());
        return Ok(Exit::Whole);
    }
    let archives = args.against.iter().map(String::from).collect::<Vec<_>>();
    let archives = if archives.is_empty() { Vec::new() } else { context.open(&archives)? };
    let strictness = Strictness { profile: args.profile.into(), against: archives.first() as Option<&Archive> };
    let mut exit = Exit::Whole;
    let mut values = Vec::new();
    for book in &args.books {
        let faults = lint(book, strictness)?;
        let grave = faults.iter().filter(|f| !f.advice).count() as u64;
        if grave > 0 {
            exit = Exit::Damage;
        }
        let name = clean(&book.display().to_string());
        if context.json {
            let ok = grave == 0;
            values.push(serde_json::json!({ "book": name, "ok": ok, "faults": faults }));
            continue;
        }
        faults.iter().filter(|f| !f.advice || !context.quiet).for_each(|f| say(&name, f));
        if !context.quiet {
            let verdict = match grave {
                0 => "no fault".to_string(),
                n => report::count(n, "fault", "faults"),
            };
            report::say_err(&format!("{name}: {verdict} by {} rules", RULES.len()));
        }
    }
    if context.json {
        report::say_out(&format!("{}\n", serde_json::to_string_pretty(&values).unwrap_or_default()));
    }
    Ok(exit)
}

/// One line a fault, as compilers write them: where, rule, what.
fn say(book: &str, fault: &Fault) {
    let rule = RULES.iter().find(|r| r.number == fault.rule).map_or("", |r| r.name);
    let mut place = String::from(book);
    if !fault.file.is_empty() {
        place.push_str(&format!(":{}", fault.file));
    }
    if fault.line > 0 {
        place.push_str(&format!(":{}", fault.line));
    }
    let kind = if fault.advice { "advice" } else { "fault" };
    report::say_out(&clean(&format!("{place}: {kind} {} ({rule}): {}", fault.rule, fault.what)));
    report::say_out("\n");
}
