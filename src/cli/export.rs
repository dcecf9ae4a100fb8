//! `mdarchive export`.

use super::args::ExportArgs;
use super::context::Context;
use super::exit::Exit;
use crate::error::{Error, Result};

pub fn run(_args: ExportArgs, _context: &Context) -> Result<Exit> {
    Err(Error::usage("not wired yet"))
}
