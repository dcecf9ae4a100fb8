//! `mdarchive extract`.

use super::args::ExtractArgs;
use super::context::Context;
use super::exit::Exit;
use crate::error::{Error, Result};

pub fn run(_args: &ExtractArgs, _context: &Context) -> Result<Exit> {
    Err(Error::usage("not wired yet"))
}
