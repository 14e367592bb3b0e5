//! A child process at the other end of a stream.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;

/// A child process at the other end of a stream; clones are handles on the same child.
#[derive(Debug, Clone)]
pub struct ChildProcess {
    child: Arc<Mutex<Child>>,
}

impl ChildProcess {
    pub(crate) fn new(child: Child) -> Self {
        Self {
            child: Arc::new(Mutex::new(child)),
        }
    }

    /// Waits until the child has ended and returns its status as a shell has it: what it returned,
    /// or 128 and the number of the signal that ended it.
    ///
    /// # Errors
    /// What the system says of a child that it does not know.
    pub async fn status(&self) -> io::Result<u8> {
        // Waiting for a child forgets nothing when it is dropped and begun again, so that the lock
        // is held for each look only.
        let ended = std::future::poll_fn(|cx| {
            let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
            pin!(child.wait()).poll(cx)
        })
        .await?;
        let code = ended
            .code()
            .or_else(|| ended.signal().map(|signal| SIGNAL_BASE + signal));
        Ok(code
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(u8::MAX))
    }

    /// Tells whether the child has ended.
    pub(crate) fn has_ended(&self) -> bool {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        !matches!(child.try_wait(), Ok(None))
    }

    /// Asks the child to end, unless it has ended already.
    pub(crate) fn terminate(&self) {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // Until it was waited for, which takes its id away, no other process has its number.
        let id = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let Some(id) = id {
            let _ = kill_process(id, Signal::TERM);
        }
    }
}

/// What a shell adds to the number of the signal that ended a command.
const SIGNAL_BASE: i32 = 128;
