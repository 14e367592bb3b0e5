//! A copy of the store in one file, while a hub uses it or not.
//!
//! ```text
//!  sockeye.db ──one read transaction, in steps──▶ FILE.part ──fsync──▶ FILE
//! ```
//!
//! The copy is made by the process that asks for it, as one more reader of the database: the hub does
//! nothing for it, and one that is killed leaves nothing behind but `FILE.part`, which the next one
//! takes over. What it reads is of one moment. The write-ahead log cannot start over meanwhile, so it
//! grows by what is written until the copy is done.

#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use rustix::fs::{FlockOperation, flock};

use super::{DATABASE, append, connection};
use crate::error::{self, Error, ErrorKind};
use crate::state::LogError;

/// Copies the store of a data directory into a file, which is there once it is whole and on the disk;
/// `replace`: also in the place of a file. Returns how many bytes it has.
///
/// # Errors
/// When there is no store, it cannot be read or is damaged, the file is there already or cannot be
/// written, or another copy is on its way to it.
pub fn back_up(dir: &Path, to: &Path, replace: bool) -> Result<u64, Error> {
    if !replace && to.symlink_metadata().is_ok() {
        return Err(exists(to));
    }
    let part = Part::make(to)?;
    let path = dir.join(DATABASE);
    if !path.is_file() {
        let cause = "there is no store";
        return Err(Error::new(
            ErrorKind::LocalRead,
            "read",
            path.display(),
            cause,
        ));
    }
    copy(&path, &part.path).map_err(|e| match e {
        Refused::Source(e) => Error::new(ErrorKind::LocalRead, "read", path.display(), e),
        Refused::Copy(e) => Error::new(ErrorKind::LocalWrite, "write", to.display(), e),
    })?;
    part.put(to, replace)
}

/// Which of the two files was the trouble.
enum Refused {
    Source(LogError),
    Copy(LogError),
}

fn copy(from: &Path, part: &Path) -> Result<(), Refused> {
    let source = |e: rusqlite::Error| Refused::Source(e.into());
    let target = |e: rusqlite::Error| Refused::Copy(e.into());
    let from = connection::open_reader(from).map_err(Refused::Source)?;
    let moment = from.unchecked_transaction().map_err(source)?;
    append::check_newest(&moment).map_err(Refused::Source)?;
    let mut copy = Connection::open(part).map_err(target)?;
    // Until it has its name nobody relies on it, and it is brought to the disk as a whole.
    copy.pragma_update(None, "synchronous", "OFF")
        .and_then(|()| copy.pragma_update(None, "journal_mode", "OFF"))
        .map_err(target)?;
    let backup = Backup::new(&moment, &mut copy).map_err(target)?;
    loop {
        match backup.step(STEP_PAGES).map_err(target)? {
            StepResult::Done => break,
            StepResult::More => {}
            // Nobody else knows the copy, and readers are not kept from reading.
            _ => return Err(Refused::Source(LogError::Unreadable("it is locked".into()))),
        }
    }
    drop(backup);
    copy.close().map_err(|(_, e)| target(e))
}

/// The file until it is whole; goes when dropped.
struct Part {
    path: PathBuf,
    /// Holds the lock that tells it from one that was left behind.
    file: File,
}

impl Part {
    /// Makes the file beside the one that it becomes, for its owner alone.
    fn make(to: &Path) -> Result<Self, Error> {
        let Some(name) = to.file_name() else {
            let cause = "the name of a file is needed";
            return Err(Error::new(
                ErrorKind::ConfigUsage,
                "write",
                to.display(),
                cause,
            ));
        };
        let mut part = name.to_owned();
        part.push(".part");
        let path = to.with_file_name(part);
        let unwritable = |e: io::Error| unwritable(&path, &e);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        let file = options.open(&path).map_err(unwritable)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let cause = "another backup is being written there";
            return Err(Error::new(
                ErrorKind::LocalWrite,
                "write",
                path.display(),
                cause,
            ));
        }
        let own = file.metadata().map_err(unwritable)?;
        let named = path.metadata().map_err(unwritable)?;
        if (own.dev(), own.ino()) != (named.dev(), named.ino()) {
            // The one before has just given it its name.
            return Err(exists(to));
        }
        file.set_len(0).map_err(unwritable)?;
        Ok(Self { path, file })
    }

    /// Brings it to the disk and gives it its name.
    fn put(self, to: &Path, replace: bool) -> Result<u64, Error> {
        let put = || {
            self.file.sync_all()?;
            match replace {
                true => std::fs::rename(&self.path, to)?,
                // Unlike a rename it does not take the place of a file that has come meanwhile.
                false => std::fs::hard_link(&self.path, to)?,
            }
            let folder = match to.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            File::open(folder)?.sync_all()?;
            Ok(self.file.metadata()?.len())
        };
        put().map_err(|e: io::Error| match e.kind() {
            io::ErrorKind::AlreadyExists => exists(to),
            _ => unwritable(to, &e),
        })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It is not there any more where it was renamed.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn exists(to: &Path) -> Error {
    let cause = "there is such a file already";
    Error::new(ErrorKind::ConfigUsage, "write", to.display(), cause)
        .with_hint("--replace puts the backup in its place")
}

fn unwritable(path: &Path, e: &io::Error) -> Error {
    let cause = error::words(e);
    Error::new(ErrorKind::LocalWrite, "write", path.display(), cause)
}

/// Pages of 4,096 bytes that are copied at a time: 4 MiB.
const STEP_PAGES: i32 = 1_024;
