//! `mdarchive completions`: prints a completion script.

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};
use super::exit::Exit;
use super::report;
use crate::error::Result;

pub fn run(args: &CompletionsArgs) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "mdarchive", &mut script);
    report::bytes_out(&script);
    Ok(Exit::Whole)
}
