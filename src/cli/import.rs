//! `mdarchive import`.

use super::args::ImportArgs;
use super::context::Context;
use super::exit::Exit;
use crate::error::{Error, Result};

pub fn run(_args: ImportArgs, _context: &Context) -> Result<Exit> {
    Err(Error::usage("not wired yet"))
}
