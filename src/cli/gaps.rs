//! `mdarchive gaps`: what is missing and why.

use super::args::GapsArgs;
use super::context::Context;
use super::exit::Exit;
use super::report;
use crate::error::Result;
use crate::store::accept_gaps;

pub fn run(args: &GapsArgs, context: &Context) -> Result<Exit> {
    let archives = context.open(&args.names)?;
    if args.accept || !args.accept_url.is_empty() {
        for archive in &archives {
            let n = accept_gaps(&archive.root, &args.accept_url, &context.clock)?;
            report::say_err(&format!(
                "{}: {} accepted",
                report::clean(&archive.info.name),
                report::count(n as u64, "gap", "gaps")
            ));
        }
    }
    let mut values = Vec::new();
    let mut open = 0;
    for archive in &archives {
        let gaps = archive.gaps()?;
        open += gaps.iter().filter(|g| !g.accepted).count();
        for gap in gaps {
            if context.json {
                let mut value = serde_json::to_value(&gap).unwrap_or_default();
                value["archive"] = archive.info.name.clone().into();
                values.push(value);
            } else {
                let since = gap.since.map(|t| t.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
                let accepted = if gap.accepted { "  [accepted]" } else { "" };
                report::say_out(&format!("{since}  {}{accepted}\n", report::gap_line(&gap.gap)));
            }
        }
    }
    if context.json {
        report::say_out(&format!("{}\n", serde_json::to_string_pretty(&values).unwrap_or_default()));
    }
    Ok(if open > 0 { Exit::Gaps } else { Exit::Whole })
}
