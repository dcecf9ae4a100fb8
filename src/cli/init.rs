//! `mdarchive init`: what a nightly backup needs, for those who only installed the program.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::args::InitArgs;
use super::context::Context;
use super::exit::Exit;
use super::report;
use super::settings::{self, FILE};
use crate::error::{Error, Result};

/// Recipes for the program as it is installed.
const JUSTFILE: &str = include_str!("../../templates/just/justfile");

pub fn run(args: &InitArgs, context: &Context) -> Result<Exit> {
    let archives = args.folder.join("archives");
    std::fs::create_dir_all(&archives).map_err(Error::io("create", &archives))?;
    let files = [(archives.join(FILE), settings::example()), (args.folder.join("justfile"), JUSTFILE.to_string())];
    let mut made = false;
    for (path, text) in &files {
        if path.exists() {
            report::say_err(&format!("{} is there already; left as it is", path.display()));
            continue;
        }
        write_new(path, text)?;
        made = true;
        report::say_out(&format!("{}\n", path.display()));
    }
    if made && !context.quiet {
        report::say_err(
            "next: name your blogs in the first file, then `mdarchive fetch`; `just schedule` does it every night",
        );
    }
    Ok(Exit::Whole)
}

/// Writes a file that is not there yet.
pub(super) fn write_new(path: &Path, text: &str) -> Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => Error::usage(format!("{} is there already", path.display()))
            .with_hint("it is left as it is; remove it first to begin anew"),
        _ => Error::io("write", path)(e),
    })?;
    file.write_all(text.as_bytes()).map_err(Error::io("write", path))
}
