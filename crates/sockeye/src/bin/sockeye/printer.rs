//! A thread that writes lines, for runs that report of many sessions: standard error may be read
//! slowly or not at all, a log may be on a slow disk, and no session, and no signal, is to wait for
//! that.
//!
//! Invariant: a line that is not written is counted, and the count is written or returned.

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Writes what it is given, in order, as fast as that can be done.
pub(crate) struct Printer {
    write: Arc<Sink>,
    /// Taken at the end, which ends the thread.
    queue: Mutex<Option<SyncSender<String>>>,
    waiting: Arc<Waiting>,
    /// Texts that found the queue full and were not mentioned yet.
    left_out: AtomicU64,
    /// Disconnected when everything is written.
    written: Mutex<Receiver<()>>,
}

/// Writes whole lines.
type Sink = dyn Fn(&str) + Send + Sync;

/// What is in the queue or being written.
#[derive(Debug, Default)]
struct Waiting {
    texts: AtomicUsize,
    bytes: AtomicUsize,
}

impl Printer {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn start(write: impl Fn(&str) + Send + Sync + 'static) -> io::Result<Self> {
        let (queue, queued) = sync_channel::<String>(QUEUED_MAX);
        let (end, written) = sync_channel(0);
        let (write, waiting) = (Arc::new(write), Arc::new(Waiting::default()));
        let (writes, done) = (Arc::clone(&write), Arc::clone(&waiting));
        thread::Builder::new()
            .name("printer".into())
            .spawn(move || {
                for text in queued {
                    writes(&text);
                    done.add(&text, usize::wrapping_sub);
                }
                drop(end);
            })?;
        Ok(Self {
            write,
            queue: Mutex::new(Some(queue)),
            waiting,
            left_out: AtomicU64::new(0),
            written: Mutex::new(written),
        })
    }

    /// Writes whole lines soon, or leaves them out where too many wait; `left_out` words that.
    pub(crate) fn print(&self, lines: String, left_out: impl Fn(u64) -> String) {
        let missing = self.left_out.swap(0, Relaxed);
        let room = missing == 0 || self.queue_up(left_out(missing));
        if !room || !self.queue_up(lines) {
            let more = if room { 1 } else { missing + 1 };
            self.left_out.fetch_add(more, Relaxed);
        }
    }

    /// Waits until all is written, but not for long; what comes later is written at once. Returns how
    /// many texts were not written.
    pub(crate) fn finish(&self, left_out: impl Fn(u64) -> String) -> usize {
        drop(self.queue().take());
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        // Either outcome ends the wait.
        let _ = written.recv_timeout(WRITING_MAX);
        let unwritten = self.waiting.texts.load(Relaxed);
        let missing = self.left_out.swap(0, Relaxed);
        if unwritten == 0 && missing > 0 {
            (self.write)(&left_out(missing));
        }
        unwritten
    }

    /// Returns whether there was room.
    fn queue_up(&self, lines: String) -> bool {
        let Some(queue) = &*self.queue() else {
            (self.write)(&lines);
            return true;
        };
        let waiting = self.waiting.bytes.load(Relaxed);
        if waiting > 0 && waiting + lines.len() > QUEUED_BYTES_MAX {
            return false;
        }
        self.waiting.add(&lines, usize::wrapping_add);
        match queue.try_send(lines) {
            Err(TrySendError::Full(lines)) => {
                self.waiting.add(&lines, usize::wrapping_sub);
                false
            }
            _ => true,
        }
    }

    fn queue(&self) -> MutexGuard<'_, Option<SyncSender<String>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add(&self, text: &str, sum: fn(usize, usize) -> usize) {
        for (number, change) in [(&self.texts, 1), (&self.bytes, text.len())] {
            // The closure never refuses.
            let _ = number.fetch_update(Relaxed, Relaxed, |now| Some(sum(now, change)));
        }
    }
}

impl fmt::Debug for Printer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Printer")
            .field("waiting", &self.waiting)
            .finish_non_exhaustive()
    }
}

/// Writes to standard error in one call, so that lines of several processes do not mix.
///
/// Where nobody reads it, nobody is left to tell.
pub(crate) fn print_now(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Texts that wait to be written: a burst of failures, some 100 KiB.
const QUEUED_MAX: usize = 1_024;
/// What they may hold, bytes: `--hex` of a few MiB. A longer text waits alone.
const QUEUED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How long the end of a run waits for what is not written yet.
const WRITING_MAX: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a printer that waits with each text until it is let go on.
    fn waiting() -> (Printer, SyncSender<()>, Arc<Mutex<String>>) {
        let (go_on, told) = sync_channel(QUEUED_MAX * 4);
        let (told, written) = (Mutex::new(told), Arc::new(Mutex::new(String::new())));
        let paper = Arc::clone(&written);
        let write = move |text: &str| {
            // Nobody to wait for is as good as a word.
            let _ = told.lock().unwrap().recv();
            *paper.lock().unwrap() += text;
        };
        (Printer::start(write).unwrap(), go_on, written)
    }

    fn left_out(missing: u64) -> String {
        format!("{missing} left out\n")
    }

    #[test]
    fn each_line_is_written_or_counted() {
        let (printer, go_on, written) = waiting();
        for n in 0..3 * QUEUED_MAX {
            printer.print(format!("{n}\n"), left_out);
        }
        drop(go_on);
        assert_eq!(printer.finish(left_out), 0);
        let mut next = 0;
        for line in written.lock().unwrap().lines() {
            match line.strip_suffix(" left out") {
                Some(missing) => next += missing.parse::<usize>().unwrap(),
                None => {
                    assert_eq!(line, next.to_string());
                    next += 1;
                }
            }
        }
        assert_eq!(next, 3 * QUEUED_MAX);
    }

    #[test]
    fn long_texts_wait_in_bounds() {
        let (printer, go_on, written) = waiting();
        let long = "x".repeat(QUEUED_BYTES_MAX / 3);
        for _ in 0..10 {
            printer.print(long.clone(), left_out);
        }
        drop(go_on);
        assert_eq!(printer.finish(left_out), 0);
        let written = written.lock().unwrap();
        assert_eq!(written.len(), 3 * long.len() + "7 left out\n".len());
        assert!(written.ends_with("7 left out\n"));
    }

    #[test]
    fn what_is_not_written_in_time_is_counted() {
        let (printer, _go_on, _) = waiting();
        printer.print("one\n".to_owned(), left_out);
        printer.print("two\n".to_owned(), left_out);
        assert_eq!(printer.finish(left_out), 2);
    }
}
