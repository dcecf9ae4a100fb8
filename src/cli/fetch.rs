//! `mdarchive fetch`.

use super::args::FetchArgs;
use super::context::Context;
use super::exit::Exit;
use crate::error::{Error, Result};

pub fn run(_args: FetchArgs, _context: &Context) -> Result<Exit> {
    Err(Error::usage("not wired yet"))
}
