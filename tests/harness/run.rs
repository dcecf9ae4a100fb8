//! Runs the program as a user does: words in, both streams and the exit code out.

use std::path::Path;
use std::process::{Command, Stdio};

/// What a run of the program gave.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The program with its words, in a folder; no settings of the user's reach it.
pub fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mdarchive"));
    command.args(words).current_dir(folder).env_remove("MDARCHIVE_ARCHIVES").stdin(Stdio::null());
    // No file of settings of whoever runs the tests.
    command.env("XDG_CONFIG_HOME", folder.join("no-settings"));
    command
}

pub fn mdarchive(folder: &Path, words: &[&str]) -> Ran {
    let output = command(folder, words).output().expect("the program runs");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
