//! What a run says: listening lines, `ready`, notes, errors; in words or as JSON.
//!
//! All of it goes to standard error: standard output carries bytes, or the answer that was asked
//! for.

use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use clap::ColorChoice;
use serde_json::{Map, Value as Json, json};
use sockeye::cli::visible_lines;
use sockeye::endpoint::{Address, Endpoint, Value};
use sockeye::engine::{Listening, Session};
use sockeye::{Error, ErrorKind, cli};

use crate::access::with_process;
use crate::answer;
use crate::args::Shared;
use crate::printer::{Printer, print_now};
use crate::show::seconds;
use crate::signals::Asked;
use crate::tally::Stats;

/// Where a run reports to; clones report to the same place.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    quiet: bool,
    /// Whether answers are JSON.
    pub(crate) json: bool,
    explain: bool,
    color: bool,
    /// Whether standard error is a terminal.
    terminal: bool,
    started: Instant,
    /// Whether the last line on the terminal is one that the next replaces.
    passing: Arc<AtomicBool>,
    /// Set for runs that report of many sessions.
    printer: Arc<OnceLock<Printer>>,
    ready: Arc<Mutex<Option<File>>>,
}

impl Default for Output {
    fn default() -> Self {
        let terminal = io::stderr().is_terminal();
        Self {
            quiet: false,
            json: false,
            explain: false,
            color: terminal && no_color().is_none(),
            terminal,
            started: Instant::now(),
            passing: Arc::default(),
            printer: Arc::default(),
            ready: Arc::default(),
        }
    }
}

impl Output {
    /// Takes over what the flags name; called before anything else opens descriptors.
    pub(crate) fn new(flags: &Shared) -> Result<Self, Error> {
        let ready = flags.ready_fd.map(cli::ready_descriptor).transpose()?;
        let default = Self::default();
        Ok(Self {
            quiet: flags.quiet,
            json: flags.json,
            explain: flags.explain || flags.verbose,
            color: match flags.color {
                ColorChoice::Always => true,
                ColorChoice::Never => false,
                ColorChoice::Auto => default.color,
            },
            ready: Arc::new(Mutex::new(ready)),
            ..default
        })
    }

    /// From now on prints in a thread of its own, so that nobody here waits for a reader.
    ///
    /// # Errors
    /// [`ErrorKind::LocalLimits`] when the system has no thread left.
    pub(crate) fn print_apart(&self) -> Result<(), Error> {
        if self.printer.get().is_some() {
            return Ok(());
        }
        let printer = Printer::start(print_now)
            .map_err(|error| Error::new(ErrorKind::LocalLimits, "start", "a thread", error))?;
        // A second one would have nothing to print.
        let _ = self.printer.set(printer);
        Ok(())
    }

    /// Waits until what was said is printed, as far as it is read.
    pub(crate) fn finish(&self) {
        if let Some(printer) = self.printer.get() {
            // What nobody reads, nobody misses.
            let _ = printer.finish(|missing| self.left_out(missing));
        }
    }

    /// Tells whether each step is told.
    pub(crate) fn explains(&self) -> bool {
        self.explain
    }

    /// Tells whether a line that changes can be seen.
    pub(crate) fn shows_progress(&self) -> bool {
        self.terminal && !self.json
    }

    /// Returns how long the run has lasted.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Tells a step that has happened, where that was asked for.
    pub(crate) fn step(&self, text: &str) {
        self.step_with(text, Map::new());
    }

    /// Tells a step of which there are `fields` to tell to programs.
    pub(crate) fn step_with(&self, text: &str, fields: Map<String, Json>) {
        if !self.explain {
            return;
        }
        let at = self.elapsed();
        let mut object = json!({
            "event": "step",
            "text": text,
            "elapsed_ms": u64::try_from(at.as_millis()).unwrap_or(u64::MAX),
        });
        if let Json::Object(object) = &mut object {
            object.extend(fields);
        }
        self.asked_for(format_args!("[{}] {text}", seconds(at)), object);
    }

    /// Shows how far a run is, in a line that the next one replaces.
    pub(crate) fn progress(&self, stats: Stats) {
        self.print(format!("{CLEAR_LINE}{stats}"));
        self.passing.store(true, Ordering::Relaxed);
    }

    /// Says where connections are accepted for an endpoint, after what is to be known of it.
    pub(crate) fn accepting(&self, listening: &Listening, endpoint: &Endpoint) {
        for note in listening.notes() {
            self.note(note);
        }
        let layers: Vec<_> = endpoint.layers().map(|word| word.row().name).collect();
        for address in listening.addresses() {
            self.listening(address, &layers);
        }
    }

    /// Says that connections are accepted at an address, under these layers.
    pub(crate) fn listening(&self, address: &Address, layers: &[&str]) {
        let address = address.to_string();
        let words: String = layers.iter().map(|layer| format!(" +{layer}")).collect();
        self.report(
            format_args!("listening on {address}{words}"),
            json!({"event": "listening", "address": address, "layers": layers}),
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

    /// Says that what is open may finish, for so long.
    pub(crate) fn draining(&self, limit: Duration) {
        let limit = Value::Duration(limit);
        self.note(format_args!(
            "ending, for {limit} at most; a second signal cuts"
        ));
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
        self.asked_for(stats, stats.to_json());
    }

    /// Says what the run has moved, as far as a signal or the time asks for it.
    pub(crate) fn moved(&self, asked: Asked, stats: Stats) {
        match asked {
            Asked::Report => self.stats(stats),
            Asked::Progress => self.progress(stats),
            Asked::Stop(_) => {}
        }
    }

    /// Says what was asked for, which `--quiet` does not silence.
    pub(crate) fn asked_for(&self, words: impl fmt::Display, object: Json) {
        match self.json {
            true => self.line(object),
            false => self.words(words),
        }
    }

    /// Says how a session ended badly.
    pub(crate) fn session_error(&self, session: &Session, error: &Error) {
        let peer = session.info();
        let object = json!({
            "event": "session_error",
            "session": session.id(),
            "peer": peer.peer_text,
            "error": error.to_string(),
            "hint": error.hint(),
        });
        let (id, who) = (session.id(), peer.who());
        self.report(
            format_args!("error: session {id} from {who}: {error}"),
            with_process(object, peer),
        );
    }

    /// Says what did not work; `--quiet` does not silence it.
    pub(crate) fn error(&self, error: &Error) {
        let code = error.kind().exit_code();
        match self.json {
            true => self.line(json!({
                "event": "error",
                "error": error.to_string(),
                "hint": error.hint(),
                "exit_code": code,
            })),
            false => {
                let [red, blue, plain] = self.colors();
                self.line(format_args!("{red}error:{plain} {error}"));
                if let Some(hint) = error.hint() {
                    self.line(format_args!("{blue}hint:{plain} {hint}"));
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
    pub(crate) fn answer(&self, words: impl fmt::Display, object: &Json) -> Result<(), Error> {
        let text = match self.json {
            true => format!("{object}\n"),
            false => format!("{}\n", visible_lines(&words.to_string())),
        };
        answer::print(&text)
    }

    /// Reports in words or, for programs, as an object; `--quiet` silences both.
    pub(crate) fn report(&self, words: impl fmt::Display, object: Json) {
        match (self.quiet, self.json) {
            (true, _) => {}
            (false, true) => self.line(object),
            (false, false) => self.words(words),
        }
    }

    /// Says something in words; what others have chosen of it cannot act on a terminal.
    fn words(&self, words: impl fmt::Display) {
        self.line(visible_lines(&words.to_string()));
    }

    /// Returns what makes text red, blue and plain again.
    fn colors(&self) -> [&'static str; 3] {
        match self.color {
            true => ["\x1b[1;31m", "\x1b[1;34m", "\x1b[0m"],
            false => [""; 3],
        }
    }

    fn line(&self, text: impl fmt::Display) {
        let clear = match self.passing.swap(false, Ordering::Relaxed) {
            true => CLEAR_LINE,
            false => "",
        };
        self.print(format!("{clear}{text}\n"));
    }

    /// Writes whole lines as they are.
    pub(crate) fn print(&self, text: String) {
        match self.printer.get() {
            Some(printer) => printer.print(text, |missing| self.left_out(missing)),
            None => print_now(&text),
        }
    }

    /// Words that lines were left out, as a line.
    pub(crate) fn left_out(&self, missing: u64) -> String {
        match self.json {
            true => format!("{}\n", json!({"event": "left_out", "lines": missing})),
            false => format!("{missing} lines left out: they were taken too slowly\n"),
        }
    }
}

/// Returns `NO_COLOR` where it is set to something (no-color.org).
fn no_color() -> Option<std::ffi::OsString> {
    std::env::var_os("NO_COLOR").filter(|value| !value.is_empty())
}

/// Goes to the beginning of a terminal's line and empties it (ECMA-48 section 8.3.41).
const CLEAR_LINE: &str = "\r\x1b[K";
