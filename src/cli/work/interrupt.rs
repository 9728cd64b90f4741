//! Ending early, in order.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::examiner::Control;

/// Has what is written beyond a limit of the system end as an error, as on a full medium, and not the program.
#[cfg(unix)]
pub(in crate::cli) fn survive_limits() -> io::Result<()> {
    flag::register(signal_hook::consts::SIGXFSZ, Arc::default()).map(drop)
}

/// No signal says so here.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "other systems have a signal to be caught")]
pub(in crate::cli) fn survive_limits() -> io::Result<()> {
    Ok(())
}

/// What the system is told of a program that was interrupted: 128 and the number of SIGINT.
const INTERRUPTED: i32 = 130;

/// Whether somebody wants the program to end.
pub(in crate::cli) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches for Ctrl-C and for what the system sends before it shuts down. The first one is a wish, the second one
    /// ends the program at once.
    pub(in crate::cli) fn watch() -> io::Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&flag))?;
            flag::register(signal, Arc::clone(&flag))?;
        }
        Ok(Self(flag))
    }
}

impl Control for Interrupt {
    fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
