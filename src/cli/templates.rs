//! `mdarchive templates`: the built-in templates as files, to begin one's own from.

use std::fs;

use super::args::{TemplatesArgs, TemplatesCommand};
use super::exit::Exit;
use super::report;
use crate::error::{Error, Result};
use crate::export::TEMPLATES;

pub fn run(args: &TemplatesArgs) -> Result<Exit> {
    let TemplatesCommand::Copy { folder, force } = &args.command;
    let files: Vec<_> = TEMPLATES.iter().map(|(name, text)| (folder.join("epub").join(name), *text)).collect();
    // All or nothing: what somebody has changed is not lost.
    if let Some((path, _)) = files.iter().find(|(path, text)| !force && differs(path, text)) {
        return Err(Error::export(path.display(), "a file is there that is not the built-in template")
            .with_hint("choose another folder, or replace it with --force"));
    }
    for (path, text) in &files {
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
        fs::write(path, text).map_err(Error::io("write", path))?;
        report::say_out(&format!("{}\n", path.display()));
    }
    Ok(Exit::Whole)
}

fn differs(path: &std::path::Path, text: &str) -> bool {
    path.exists() && fs::read(path).ok().as_deref() != Some(text.as_bytes())
}
