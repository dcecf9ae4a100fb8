//! `mdarchive man`: the manual page.

use clap::CommandFactory;

use super::args::{Cli, ManArgs};
use super::exit::Exit;
use super::report;
use crate::error::{Error, Result};

pub fn run(args: &ManArgs) -> Result<Exit> {
    let command = Cli::command();
    match &args.output {
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
            clap_mangen::generate_to(command, folder).map_err(Error::io("write", folder))?;
            report::say_out(&format!("{}\n", folder.display()));
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page).map_err(Error::io("write", "stdout"))?;
            report::bytes_out(&page);
        }
    }
    Ok(Exit::Whole)
}
