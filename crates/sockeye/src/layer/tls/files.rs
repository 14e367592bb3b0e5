//! What is made of files, and made anew once they have changed.
//!
//! Files are looked at before each handshake, which costs one system call each; nothing watches them
//! in between. What is read is read whole before anything is replaced.
//!
//! Invariant: files that cannot be used never take the place of ones that could. What was made before
//! stays, all of it, until all files fit together again.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, words};

/// Something that was made of files.
pub(super) struct OfFiles<T> {
    files: Vec<String>,
    make: Box<Make<T>>,
    current: Mutex<Current<T>>,
}

type Make<T> = dyn Fn() -> Result<T, Error> + Send + Sync;

struct Current<T> {
    made: T,
    /// What the files were when they were last read, usable or not.
    seen: Vec<Option<Stamp>>,
}

impl<T: Clone> OfFiles<T> {
    /// Makes it for the first time; `make` reads `files`.
    pub(super) fn new(
        files: Vec<String>,
        make: impl Fn() -> Result<T, Error> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        // Looked at before they are read: a change in between is seen by the next look.
        let seen = stamps(&files);
        let made = make()?;
        Ok(Self {
            files,
            make: Box::new(make),
            current: Mutex::new(Current { made, seen }),
        })
    }

    /// Returns it, made anew if a file has changed.
    pub(super) fn current(&self) -> T {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = stamps(&self.files);
        if seen != current.seen {
            current.seen = seen;
            match (self.make)() {
                Ok(made) => current.made = made,
                Err(why) => tracing::warn!("{why}; what was read before stays in use"),
            }
        }
        current.made.clone()
    }
}

impl<T> fmt::Debug for OfFiles<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfFiles")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

/// Reads a file whole.
pub(super) fn read(file: &str) -> Result<Vec<u8>, String> {
    let said = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => format!("{file}: no such file"),
        _ => format!("{file}: {}", words(&error)),
    };
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(said)?;
    opened
        .take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(said)?;
    match bytes.len() as u64 > FILE_BYTES_MAX {
        true => Err(format!("{file}: has more than {FILE_BYTES_MAX} bytes")),
        false => Ok(bytes),
    }
}

/// By what a change of a file shows: where it is, how long, and when it was written and changed.
type Stamp = (u64, u64, i64, i64, i64, i64);

fn stamps(files: &[String]) -> Vec<Option<Stamp>> {
    files.iter().map(|file| stamp(file)).collect()
}

/// Returns what shows changes; `None` for what is not there and for what can be read once only, such
/// as a pipe.
fn stamp(file: &str) -> Option<Stamp> {
    let found = fs::metadata(file).ok().filter(fs::Metadata::is_file)?;
    let (written, changed) = (found.mtime(), found.ctime());
    let (written_ns, changed_ns) = (found.mtime_nsec(), found.ctime_nsec());
    let (place, length) = (found.ino(), found.len());
    Some((place, length, written, written_ns, changed, changed_ns))
}

/// Largest file that is read, bytes: all authorities of a system take a quarter of a mebibyte.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
