//! The command line: the only room that knows arguments, files, streams and exit codes.

mod args;
mod command;
mod intake;
mod output;
mod shorthand;
mod work;

use std::io;
use std::process::ExitCode;

use self::args::{Args, Command};
use self::command::{compare, examine, explain, man, merge, repair, scan};
use self::output::{Exit, Output, complain};
use self::work::{interrupt, process};

/// Exit code of a program that a closed pipe ends: 128 and the number of SIGPIPE.
const CLOSED_PIPE: u8 = 141;

/// Runs the command that the arguments ask for.
pub(super) fn run() -> ExitCode {
    let args = match Args::read(shorthand::spelled_out(std::env::args_os().collect())) {
        Ok(args) => args,
        Err(error) => return output::refuse_arguments(&error),
    };
    // Standard error follows it, too.
    args.color.write_global();
    let mut output = Output::new(args.color);
    // Where it cannot be done, a limit ends the program as it always did.
    let _ = interrupt::survive_limits();
    let result = match args.command {
        Command::Examine(arguments) => examine::run(&arguments, &mut output),
        Command::Scan(arguments) => scan::run(&arguments, &mut output),
        Command::Compare(arguments) => compare::run(&arguments, &mut output),
        Command::Repair(arguments) => repair::run(&arguments, &mut output),
        Command::Merge(arguments) => merge::run(&arguments, &mut output),
        Command::Explain { question } => explain::explain(&question.join(" "), &mut output),
        Command::Worker => process::serve().map(|()| Exit::Clean),
        Command::Rules { format } => explain::list(format, &mut output),
        Command::Schema { of, version } => examine::schema(of, version, &mut output),
        Command::Completions { shell } => man::completions(shell, &mut output),
        Command::Man { folder } => man::man(folder.as_deref(), &mut output),
    };
    match result.and_then(|exit| output.finish().map(|()| exit)) {
        Ok(exit) => exit.code(),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(CLOSED_PIPE),
        Err(error) => {
            complain(&miette::miette!(code = "catalog9::output", "the output could not be written: {error}"));
            Exit::Failed.code()
        }
    }
}
