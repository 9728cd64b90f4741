//! `catalog9 man` and `catalog9 completions`: what packages install beside the program.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::args::Args;
use crate::cli::output::{Exit, Output};

/// Writes the man pages: one page for each command into a folder, or the one of the program to standard output.
pub(in crate::cli) fn man(folder: Option<&Path>, output: &mut Output) -> io::Result<Exit> {
    let command = Args::command().disable_help_subcommand(true);
    match folder {
        Some(folder) => {
            fs::create_dir_all(folder)?;
            clap_mangen::generate_to(command, folder)?;
        }
        None => Man::new(command).render(output)?,
    }
    Ok(Exit::Clean)
}

/// Prints the completions of a shell.
pub(in crate::cli) fn completions(shell: Shell, output: &mut Output) -> io::Result<Exit> {
    // clap_complete panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "catalog9", &mut script);
    output.write_all(&script)?;
    Ok(Exit::Clean)
}
