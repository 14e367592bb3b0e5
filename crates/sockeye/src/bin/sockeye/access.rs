//! `--access-log`: a line for each session that has ended.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use sockeye::cli::visible;
use sockeye::io::ConnectionInfo;
use sockeye::{Error, ErrorKind};
use sockeye_proto::irc::history::time_text;

use crate::output::Output;
use crate::printer::Printer;

/// A file that grows by a line a session, written by a thread of its own.
#[derive(Debug)]
pub(crate) struct AccessLog {
    printer: Printer,
    path: PathBuf,
    output: Output,
}

/// A session that has ended.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) peer: &'a ConnectionInfo,
    pub(crate) to: &'a str,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    pub(crate) bytes_lost: u64,
    pub(crate) lasted: Duration,
    pub(crate) result: Result<(), &'a Error>,
}

impl AccessLog {
    /// Opens a file to write at its end.
    pub(crate) fn open(path: &Path, output: &Output) -> Result<Self, Error> {
        if path == Path::new("-") {
            let why = "standard output may be where the bytes go";
            let error = Error::new(ErrorKind::ConfigUsage, "--access-log", "-", why);
            return Err(error.with_hint("/dev/stderr shows the lines, ./- is a file of that name"));
        }
        let file = File::options().create(true).append(true).open(path);
        let file =
            file.map_err(|error| Error::new(ErrorKind::LocalWrite, "open", path.display(), error))?;
        let (failed, says, on) = (AtomicBool::new(false), output.clone(), path.to_owned());
        let write = move |line: &str| {
            // In one call, so that lines of several runs do not mix; a failure is said once.
            if let Err(why) = (&file).write_all(line.as_bytes())
                && !failed.swap(true, Ordering::Relaxed)
            {
                says.error(&unwritten(&on, why));
            }
        };
        let printer = Printer::start(write)
            .map_err(|error| Error::new(ErrorKind::LocalLimits, "start", "a thread", error))?;
        Ok(Self {
            printer,
            path: path.to_owned(),
            output: output.clone(),
        })
    }

    /// Adds a line soon; what comes faster than it is written is counted in the log instead.
    pub(crate) fn write(&self, entry: &Entry<'_>) {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let time = time_text(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX));
        let line = match self.output.json {
            true => format!("{}\n", entry.to_json(&time)),
            false => format!("{}\n", entry.in_words(&time)),
        };
        let left_out = |missing| self.output.left_out(missing);
        self.printer.print(line, left_out);
    }
}

impl Drop for AccessLog {
    fn drop(&mut self) {
        let lines = self.printer.finish(|missing| self.output.left_out(missing));
        if lines > 0 {
            let why = format!("too slow: {lines} lines were not written");
            self.output.error(&unwritten(&self.path, why));
        }
    }
}

/// Adds the peer's process to an object, where it is known.
pub(crate) fn with_process(mut object: Value, peer: &ConnectionInfo) -> Value {
    if let (Some(process), Some(keys)) = (peer.credentials, object.as_object_mut()) {
        keys.insert("pid".to_owned(), process.pid.into());
        keys.insert("uid".to_owned(), process.uid.into());
        keys.insert("gid".to_owned(), process.gid.into());
    }
    object
}

fn unwritten(path: &Path, why: impl fmt::Display) -> Error {
    Error::new(ErrorKind::LocalWrite, "write", path.display(), why)
}

impl Entry<'_> {
    fn in_words(&self, time: &str) -> String {
        let Self {
            peer,
            to,
            bytes_in,
            bytes_out,
            bytes_lost,
            lasted,
            result,
        } = self;
        let how = match result {
            Ok(()) => "ok".to_owned(),
            // An error may have lines of its own.
            Err(error) => error.to_string().replace('\n', " "),
        };
        let lasted = crate::show::seconds(*lasted);
        let (peer, to) = (visible(&peer.who().to_string()), visible(to));
        format!(
            "{time} {peer} {to} in {bytes_in} out {bytes_out} lost {bytes_lost} {lasted} s: {how}"
        )
    }

    fn to_json(&self, time: &str) -> Value {
        let object = json!({
            "event": "session",
            "time": time,
            "peer": self.peer.peer_text,
            "to": self.to,
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "bytes_lost": self.bytes_lost,
            "lasted_ms": u64::try_from(self.lasted.as_millis()).unwrap_or(u64::MAX),
            "error": self.result.err().map(ToString::to_string),
        });
        with_process(object, self.peer)
    }
}
