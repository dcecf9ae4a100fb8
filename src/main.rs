//! The `mdarchive` command: runs the command line and returns its verdict.

use std::process::ExitCode;

fn main() -> ExitCode {
    mdarchive::cli::run(std::env::args_os())
}
