//! One hub a data directory: an advisory lock on `DATA/lock`, which also names its holder.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::error::{self, Error, ErrorKind};

/// Holds a data directory for this process; dropping it, or dying, lets go.
#[derive(Debug)]
pub(super) struct DataLock {
    _file: File,
}

impl DataLock {
    /// Takes the lock and writes this process's id into it.
    ///
    /// # Errors
    /// When another process holds it, naming that process; when the file cannot be written.
    pub(super) fn take(dir: &Path) -> Result<Self, Error> {
        let path = dir.join("lock");
        let unwritable = |e| {
            Error::new(
                ErrorKind::LocalWrite,
                "open",
                path.display(),
                error::words(&e),
            )
        };
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(unwritable)?;
        if let Err(e) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            return match e {
                rustix::io::Errno::WOULDBLOCK => Err(held(dir, &mut file)),
                e => Err(unwritable(e.into())),
            };
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(unwritable)?;
        Ok(Self { _file: file })
    }
}

fn held(dir: &Path, file: &mut File) -> Error {
    let mut holder = String::new();
    let known = file.take(PID_LEN_MAX).read_to_string(&mut holder).is_ok();
    let by = match holder.trim() {
        pid if known && !pid.is_empty() => format!("process {pid}"),
        _ => "another process".to_owned(),
    };
    Error::new(
        ErrorKind::ConfigUsage,
        "open",
        dir.display(),
        format_args!("in use by {by}"),
    )
    .with_hint("one hub a data directory: stop that one, or choose another with --data")
}

/// Longest text of a process id, bytes: 10 digits and a line feed.
const PID_LEN_MAX: u64 = 11;
