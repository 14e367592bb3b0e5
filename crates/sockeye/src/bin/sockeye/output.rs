//! What a run says: listening lines, `ready`, notes, errors; in words or as JSON.
//!
//! All of it goes to standard error: standard output carries bytes, or the answer that was asked
//! for.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use sockeye::engine::Session;
use sockeye::{Error, ErrorKind, cli};

use crate::args::Shared;
use crate::tally::Stats;

/// Where a run reports to; clones report to the same place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Output {
    quiet: bool,
    /// Whether answers are JSON.
    pub(crate) json: bool,
    ready: Arc<Mutex<Option<File>>>,
}

impl Output {
    /// Takes over what the flags name; called before anything else opens descriptors.
    pub(crate) fn new(flags: &Shared) -> Result<Self, Error> {
        let ready = flags.ready_fd.map(cli::ready_descriptor).transpose()?;
        Ok(Self {
            quiet: flags.quiet,
            json: flags.json,
            ready: Arc::new(Mutex::new(ready)),
        })
    }

    /// Says that connections are accepted at an address.
    pub(crate) fn listening(&self, address: &dyn fmt::Display) {
        let address = address.to_string();
        self.report(
            format_args!("listening on {address}"),
            json!({"event": "listening", "address": address}),
        );
    }

    /// Says that everything is ready, here and to whoever waits for it.
    pub(crate) fn ready(&self) -> Result<(), Error> {
        self.report(format_args!("ready"), json!({"event": "ready"}));
        self.tell_ready()
    }

    /// Tells whoever waits for it that everything is ready.
    pub(crate) fn tell_ready(&self) -> Result<(), Error> {
        let told = match self
            .ready
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
        {
            Some(mut file) => file.write_all(b"ready\n"),
            None => Ok(()),
        };
        told.map_err(|error| Error::new(ErrorKind::LocalWrite, "start", "--ready-fd", error))?;
        cli::notify_ready()
    }

    /// Says something in passing.
    pub(crate) fn note(&self, text: impl fmt::Display) {
        let text = text.to_string();
        self.report(
            format_args!("{text}"),
            json!({"event": "note", "text": text}),
        );
    }

    /// Says what the run has moved; `--quiet` does not silence what was asked for.
    pub(crate) fn stats(&self, stats: Stats) {
        match self.json {
            true => line(stats.to_json()),
            false => line(stats),
        }
    }

    /// Says how a session ended badly.
    pub(crate) fn session_error(&self, session: &Session, error: &Error) {
        let peer = &session.info().peer_text;
        self.report(
            format_args!("error: session {} from {peer}: {error}", session.id()),
            json!({
                "event": "session_error",
                "session": session.id(),
                "peer": peer,
                "error": error.to_string(),
                "hint": error.hint(),
            }),
        );
    }

    /// Says what did not work; `--quiet` does not silence it.
    pub(crate) fn error(&self, error: &Error) {
        let code = error.kind().exit_code();
        match self.json {
            true => line(json!({
                "event": "error",
                "error": error.to_string(),
                "hint": error.hint(),
                "exit_code": code,
            })),
            false => {
                line(format_args!("error: {error}"));
                if let Some(hint) = error.hint() {
                    line(format_args!("hint: {hint}"));
                }
            }
        }
    }

    /// Says what did not work and returns what the shell sees.
    pub(crate) fn fail(&self, error: &Error) -> ExitCode {
        self.error(error);
        ExitCode::from(error.kind().exit_code())
    }

    /// Writes the answer that was asked for to standard output, in words or as an object; a reader
    /// that has gone away is no error.
    pub(crate) fn answer(&self, words: impl fmt::Display, object: &Value) -> Result<(), Error> {
        let text = match self.json {
            true => format!("{object}\n"),
            false => format!("{words}\n"),
        };
        match io::stdout().write_all(text.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::new(
                ErrorKind::LocalWrite,
                "write",
                "standard output",
                error,
            )),
            _ => Ok(()),
        }
    }

    /// Reports in words or, for programs, as an object; `--quiet` silences both.
    pub(crate) fn report(&self, words: impl fmt::Display, object: Value) {
        match (self.quiet, self.json) {
            (true, _) => {}
            (false, true) => line(object),
            (false, false) => line(words),
        }
    }
}

/// Writes a line to standard error in one call, so that lines of several processes do not mix.
///
/// Where nobody reads it, nobody is left to tell.
fn line(text: impl fmt::Display) {
    let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
}
