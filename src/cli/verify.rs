//! `mdarchive verify`.

use super::args::VerifyArgs;
use super::context::Context;
use super::exit::Exit;
use crate::error::{Error, Result};

pub fn run(_args: &VerifyArgs, _context: &Context) -> Result<Exit> {
    Err(Error::usage("not wired yet"))
}
