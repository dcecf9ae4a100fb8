//! Flags in, words out: the only room that prints. One file a subcommand; what they share is in `context` and `report`.

mod args;
mod audit;
mod book;
mod completions;
mod config;
mod context;
mod demo;
mod detect;
mod diff;
mod exit;
mod export;
mod extract;
mod fetch;
mod gaps;
mod import;
mod init;
mod lint;
mod list;
mod log;
mod man;
mod pick;
mod progress;
mod reextract;
mod report;
mod revert;
mod search;
mod settings;
mod show;
mod stats;
mod stop;
mod templates;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use self::args::{Cli, Command};
use self::context::Context;
pub use self::exit::Exit;
use crate::error::{Error, Result};

/// Runs the command line; prints results, talk and errors where they belong.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if args.len() <= 1 {
        report::say_out(args::FIRST_STEPS);
        return Exit::Whole.into();
    }
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return refuse(&args, &error).into(),
    };
    // With export `--json` is a format, not the form of what is said.
    let machine = cli.global.json && !matches!(cli.command, Command::Export(_));
    let context = match Context::new(&cli) {
        Ok(context) => context,
        Err(error) => {
            report::error(&error);
            return Exit::of(&error).into();
        }
    };
    match dispatch(cli.command, &context) {
        Ok(exit) => exit.into(),
        Err(error) => {
            context.error(&error);
            let exit = Exit::of(&error);
            if machine {
                report::error_object(&error, exit);
            }
            exit.into()
        }
    }
}

fn dispatch(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Fetch(args) => fetch::run(args, context),
        Command::Detect(args) => detect::run(&args, context),
        Command::Audit(args) => audit::run(&args, context),
        Command::Import(args) => import::run(args, context),
        Command::Export(args) => export::run(args, context),
        Command::List(args) => list::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Search(args) => search::run(&args, context),
        Command::Stats(args) => stats::run(&args, context),
        Command::Log(args) => log::run(&args, context),
        Command::Diff(args) => diff::run(&args, context),
        Command::Reextract(args) => reextract::run(&args, context),
        Command::Revert(args) => revert::run(&args, context),
        Command::Verify(args) => verify::run(&args, context),
        Command::Gaps(args) => gaps::run(&args, context),
        Command::Extract(args) => extract::run(&args, context),
        Command::Lint(args) => lint::run(&args, context),
        Command::Templates(args) => templates::run(&args),
        Command::Init(args) => init::run(&args, context),
        Command::Config(args) => config::run(&args, context),
        Command::Demo(args) => demo::run(&args, context),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}

/// Words that are no command line: help and version go out as asked, an address or a file gets the command it wants.
fn refuse(args: &[OsString], error: &clap::Error) -> Exit {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        report::say_out(&error.render().to_string());
        return Exit::Whole;
    }
    let first = args.get(1).map(|a| a.to_string_lossy().into_owned()).unwrap_or_default();
    if error.kind() == ErrorKind::InvalidSubcommand {
        let verb = if first.starts_with("http://") || first.starts_with("https://") {
            Some("fetch")
        } else if std::path::Path::new(&first).exists() {
            Some("import")
        } else {
            None
        };
        if let Some(verb) = verb {
            let what = if verb == "fetch" { "an address" } else { "a file" };
            report::error(
                &Error::usage(format!("{first} is {what}, not a command"))
                    .with_hint(format!("mdarchive {verb} {first}")),
            );
            return Exit::Usage;
        }
    }
    report::say_err(error.render().to_string().trim_end());
    Exit::Usage
}
