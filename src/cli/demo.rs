//! `mdarchive demo`.

use super::args::DemoArgs;
use super::context::Context;
use super::exit::Exit;
use crate::error::{Error, Result};

pub fn run(_args: &DemoArgs, _context: &Context) -> Result<Exit> {
    Err(Error::usage("not wired yet"))
}
