//! The net around each piece of evidence: a fault of this program ends that piece and nothing else.
//!
//! The library does not panic on evidence. What may is a fault that nobody knows of yet, a decoder of archives, or a
//! reader whose bytes another process changes while they are mapped.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::path::Path;
use std::sync::Once;

use catalog9::catalog::Text;
use miette::Diagnostic;
use thiserror::Error;

/// A fault of this program.
#[derive(Debug, Error, Diagnostic)]
#[error("expected an examination, found an internal error: {0}")]
#[diagnostic(code(catalog9::fault), help("please report it; examine the file alone to check whether it is the cause"))]
pub(in crate::cli) struct Fault(String);

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
    static FAULT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Does work on evidence; a panic becomes an error. Its message may quote the evidence, so the hook of the process
/// does not print it; panics outside of such work are left to the hook that was there before.
pub(in crate::cli) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if IS_GUARDED.get() {
                FAULT.set(Some(described(info)));
            } else {
                previous(info);
            }
        }));
    });
    let was_guarded = IS_GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(was_guarded);
    result.map_err(|_| Fault(FAULT.take().unwrap_or_default()))
}

/// What a panic says, and where in the sources it happened.
fn described(info: &PanicHookInfo<'_>) -> String {
    let message = Text::from(info.payload_as_str().unwrap_or("no message")).shortened(200);
    match info.location() {
        Some(place) => {
            let file = Path::new(place.file()).file_name().unwrap_or_default().to_string_lossy();
            format!("{message} ({file}, line {})", place.line())
        }
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_that_shows_what_and_where() {
        let fault = guarded(|| panic!("attempt to \u{1b}[2J")).unwrap_err().to_string();
        let expected = r"expected an examination, found an internal error: attempt to \u{1b}[2J (net.rs, line ";
        assert!(fault.starts_with(expected), "{fault}");
    }

    #[test]
    fn work_within_work_keeps_the_net_of_the_outer() {
        let outer = guarded(|| {
            assert!(guarded(|| panic!("inner")).is_err());
            panic!("outer")
        });
        assert!(outer.unwrap_err().to_string().contains("error: outer ("));
    }
}
