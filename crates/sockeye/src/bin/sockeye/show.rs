//! Showing what passes: `--hex`, `--text`, `--explain`, `--access-log`.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use serde_json::json;
use sockeye::Error;
use sockeye::cli::visible;
use sockeye::engine::Session;
use sockeye::io::{ConnectionInfo, Ending, Watch, Way};
use sockeye::service::WatchSessions;

use crate::access::{AccessLog, Entry};
use crate::output::Output;

/// What of the sessions is shown.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Show the bytes as they pass, in hexadecimal.
    #[arg(long)]
    hex: bool,

    /// Show the bytes as they pass, as text.
    #[arg(long, conflicts_with = "hex")]
    text: bool,

    /// Add a line to this file for each session that has ended.
    #[arg(long, value_name = "FILE")]
    access_log: Option<PathBuf>,
}

impl Show {
    /// Opens what is written to; bytes and steps are then printed apart, so that what passes does not
    /// wait for whoever looks on.
    pub(crate) fn open(&self, output: &Output) -> Result<Shown, Error> {
        if self.hex || self.text || output.explains() {
            output.print_apart()?;
        }
        let log = self.access_log.as_deref();
        let log = log.map(|path| AccessLog::open(path, output)).transpose()?;
        let form = match (self.hex, self.text) {
            (true, _) => Some(Form::Hex),
            (_, true) => Some(Form::Text),
            _ => None,
        };
        Ok(Shown {
            output: output.clone(),
            form,
            log: log.map(Arc::new),
        })
    }
}

/// Where it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    output: Output,
    form: Option<Form>,
    log: Option<Arc<AccessLog>>,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Hex,
    Text,
}

impl Shown {
    /// Returns what looks on while session `id` relays between `a` and `b`, if anything is shown.
    pub(crate) fn watch(&self, id: u64, a: &str, b: &str) -> Option<Onlooker> {
        let wanted = self.form.is_some() || self.output.explains();
        wanted.then(|| Onlooker {
            shown: self.clone(),
            session: id,
            names: [a.to_owned(), b.to_owned()],
            one_ended: AtomicBool::new(false),
        })
    }

    /// Notes a session that has ended.
    pub(crate) fn ended(&self, session: &Session, to: &str, result: &Result<(), Error>) {
        if let Some(log) = &self.log {
            let facts = session.facts();
            log.write(&Entry {
                peer: session.info(),
                to,
                bytes_in: facts.bytes_in.load(Ordering::Relaxed),
                bytes_out: facts.bytes_out.load(Ordering::Relaxed),
                bytes_lost: facts.bytes_lost.load(Ordering::Relaxed),
                lasted: session.age(),
                result: result.as_ref().map(|_| ()),
            });
        }
    }

    /// Returns the access log.
    pub(crate) fn log(&self) -> Option<&AccessLog> {
        self.log.as_deref()
    }
}

impl WatchSessions for Shown {
    fn watch(&self, session: &Session, far: &ConnectionInfo) -> Option<Box<dyn Watch>> {
        let names = [&session.info().peer_text, &far.peer_text];
        let onlooker = self.watch(session.id(), names[0], names[1])?;
        Some(Box::new(onlooker))
    }
}

/// Looks on while one session relays.
#[derive(Debug)]
pub(crate) struct Onlooker {
    shown: Shown,
    session: u64,
    /// `a`, `b`.
    names: [String; 2],
    one_ended: AtomicBool,
}

impl Onlooker {
    /// Returns who speaks and who listens.
    fn ends(&self, way: Way) -> (&str, &str) {
        let [a, b] = &self.names;
        match way {
            Way::Forth => (a, b),
            Way::Back => (b, a),
        }
    }
}

impl Watch for Onlooker {
    fn sees_bytes(&self) -> bool {
        self.shown.form.is_some()
    }

    fn bytes(&self, way: Way, bytes: &[u8]) {
        let Some(form) = self.shown.form else { return };
        let (from, to) = self.ends(way);
        let output = &self.shown.output;
        let (id, at) = (self.session, output.elapsed());
        let arrow = match way {
            Way::Forth => '>',
            Way::Back => '<',
        };
        let (name, content) = match form {
            Form::Hex => ("hex", hex(bytes)),
            Form::Text => ("text", String::from_utf8_lossy(bytes).into_owned()),
        };
        let lines = match form {
            Form::Hex => hex_lines(bytes),
            Form::Text => text_lines(&content),
        };
        let count = bytes.len();
        output.asked_for(
            format_args!(
                "{arrow} {} session {id}: {count} bytes from {from} to {to}\n{lines}",
                seconds(at)
            ),
            json!({
                "event": "bytes",
                "session": id,
                "from": from,
                "to": to,
                "bytes": count,
                name: content,
                "elapsed_ms": ms(at),
            }),
        );
    }

    fn ended(&self, way: Way, ending: &Ending, bytes: u64) {
        let (from, to) = self.ends(way);
        let first = match self.one_ended.swap(true, Ordering::Relaxed) {
            true => "",
            false => " first",
        };
        let how = match ending {
            Ending::Eof => format!("{from} ended its stream{first}"),
            Ending::SourceFailed(why) => format!("{from} failed{first}: {why}"),
            Ending::SinkFailed(why) => format!("{to} took no more: {why}"),
            Ending::Abandoned => format!("{from} is not read any more, since {to} failed"),
            Ending::Bound(reached) => format!("{from}: {reached}"),
            Ending::Idle => format!("{from} was idle for too long"),
            Ending::Cut => format!("{from} was cut"),
        };
        let id = self.session;
        let text = format!("session {id}: {how}; {bytes} bytes had gone to {to}");
        self.shown.output.step(&text);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Sixteen bytes a line: where, in hexadecimal, as ASCII.
fn hex_lines(bytes: &[u8]) -> String {
    let line = |(row, bytes): (usize, &[u8])| {
        let pairs: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown = |byte: &u8| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        };
        let ascii: String = bytes.iter().map(shown).collect();
        format!(
            "  {:08x}  {:<47}  {ascii}",
            row * ROW_BYTES,
            pairs.join(" ")
        )
    };
    let lines: Vec<_> = bytes.chunks(ROW_BYTES).enumerate().map(line).collect();
    lines.join("\n")
}

/// A line each, its control characters escaped: nothing of it may act on the terminal.
fn text_lines(text: &str) -> String {
    let line = |line: &str| format!("  {}", visible(line));
    text.split_inclusive('\n')
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Writes a time since the start.
pub(crate) fn seconds(since_start: Duration) -> String {
    format!(
        "{}.{:03}",
        since_start.as_secs(),
        since_start.subsec_millis()
    )
}

fn ms(since_start: Duration) -> u64 {
    u64::try_from(since_start.as_millis()).unwrap_or(u64::MAX)
}

/// Bytes in one line of a dump.
const ROW_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dumps_are_read_as_usual() {
        let dump = hex_lines(b"GET / HTTP/1.1\r\nx");
        let expected = "  00000000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..\n  \
                        00000010  78                                               x";
        assert_eq!(dump, expected);
    }

    #[test]
    fn text_cannot_act_on_the_terminal() {
        assert_eq!(
            text_lines("a\r\n\u{1b}[2J\u{9b}é"),
            "  a\\r\\n\n  \\u{1b}[2J\\u{9b}é"
        );
    }
}
