//! The program: arguments, one command, an exit code.

mod cli;

use std::process::ExitCode;

// With that of musl a scan takes twice the time of the processor.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
