//! Which standard streams this process was started with.
//!
//! The runtime of the language opens the null device in place of those that are closed, before `main`
//! begins, so that what is written there vanishes without an error. Who wants to know looks earlier.

use std::sync::atomic::{AtomicBool, Ordering};

/// Tells whether the process was started without a standard output; `false` where that cannot be known.
pub(crate) fn output_was_closed() -> bool {
    OUTPUT_WAS_CLOSED.load(Ordering::Relaxed)
}

static OUTPUT_WAS_CLOSED: AtomicBool = AtomicBool::new(false);

/// What the loader calls before the language's runtime begins (ELF gABI, "Initialization and
/// Termination Functions").
#[cfg(target_os = "linux")]
#[allow(
    unsafe_code,
    reason = "nothing but the loader runs early enough to see what is closed"
)]
#[used]
// SAFETY: the section holds pointers to functions that may ignore their arguments, as this one does.
#[unsafe(link_section = ".init_array")]
static LOOK: extern "C" fn() = {
    extern "C" fn look() {
        // SAFETY: fcntl(2) with F_GETFD changes nothing and reports when nothing is open there.
        let closed = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) } == -1;
        OUTPUT_WAS_CLOSED.store(closed, Ordering::Relaxed);
    }
    look
};
