//! A thread that prints, for runs that report of many sessions: standard error may be read slowly or
//! not at all, and no session, and no signal, is to wait for that.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Prints what it is given, in order, as far as it is read.
#[derive(Debug)]
pub(crate) struct Printer {
    /// Taken at the end, which ends the thread.
    queue: Mutex<Option<SyncSender<String>>>,
    /// Texts that found the queue full and were not mentioned yet.
    left_out: AtomicU64,
    /// Disconnected when everything is printed.
    printed: Mutex<Receiver<()>>,
}

impl Printer {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn start() -> io::Result<Self> {
        let (queue, queued) = sync_channel::<String>(QUEUED_MAX);
        let (end, printed) = sync_channel(0);
        thread::Builder::new()
            .name("printer".into())
            .spawn(move || {
                queued.iter().for_each(|text| print_now(&text));
                drop(end);
            })?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            left_out: AtomicU64::new(0),
            printed: Mutex::new(printed),
        })
    }

    /// Prints whole lines soon, or leaves them out where too many wait; `left_out` words that.
    pub(crate) fn print(&self, lines: String, left_out: impl Fn(u64) -> String) {
        let missing = self.left_out.swap(0, Relaxed);
        let room = missing == 0 || self.queue_up(left_out(missing));
        if !room || !self.queue_up(lines) {
            let more = if room { 1 } else { missing + 1 };
            self.left_out.fetch_add(more, Relaxed);
        }
    }

    /// Waits until all is printed, or until it is clear that nobody reads; what comes later is
    /// printed at once.
    pub(crate) fn finish(&self) {
        drop(self.queue().take());
        let printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        // Either outcome ends the wait.
        let _ = printed.recv_timeout(PRINTING_MAX);
    }

    /// Returns whether there was room.
    fn queue_up(&self, lines: String) -> bool {
        match &*self.queue() {
            Some(queue) => !matches!(queue.try_send(lines), Err(TrySendError::Full(_))),
            None => {
                print_now(&lines);
                true
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Option<SyncSender<String>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes to standard error in one call, so that lines of several processes do not mix.
///
/// Where nobody reads it, nobody is left to tell.
pub(crate) fn print_now(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Texts that wait to be printed: a burst of failures, some 100 KiB.
const QUEUED_MAX: usize = 1_024;

/// How long the end of a run waits for what is not printed yet.
const PRINTING_MAX: Duration = Duration::from_secs(1);
