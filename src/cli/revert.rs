//! `mdarchive revert`: an earlier text of a post put back.

use super::args::RevertArgs;
use super::context::Context;
use super::exit::Exit;
use super::pick;
use super::report::{self, clean};
use crate::error::Result;
use crate::ops::revert;

pub fn run(args: &RevertArgs, context: &Context) -> Result<Exit> {
    let (archive, entry) = pick::post(&args.post, context)?;
    let version = pick::version(&archive, &entry, &args.version)?;
    let from = version.path.strip_prefix(&archive.root).unwrap_or(&version.path).to_string_lossy().replace('\\', "/");
    let earlier = crate::model::Post { id: entry.id.clone(), ..version.post };
    let done = revert(&archive.root, &earlier, &from, context.clock.clone())?;
    if context.json {
        let value = serde_json::json!({
            "archive": archive.info.name, "post": entry.id, "version": version.number, "changed": done.is_some(),
        });
        report::say_out(&format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default()));
    } else if done.is_some() {
        let title = clean(&earlier.label());
        report::say_err(&format!("{}  {title}: version {} stands again", entry.id.short(), version.number));
        report::say_err("what stood before is a version now: see `mdarchive show POST --versions`");
    } else {
        report::say_err(&format!("{}: version {} says what stands already", entry.id.short(), version.number));
    }
    Ok(Exit::Whole)
}
