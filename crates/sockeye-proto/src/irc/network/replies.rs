//! All that answers one line of a client, held together until it may leave.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use bytes::Bytes;

use super::Network;
use crate::irc::history::HistoryRequest;
use crate::irc::id::SessionId;
use crate::irc::input::{Output, Recipients};
use crate::irc::message::Line;
use crate::irc::multiline::BATCH_TYPE;

/// The answer to one line, in order.
///
/// With a label it leaves as IRCv3 labeled-response wants it: nothing as `ACK`, one line with the
/// label, more lines as a batch with it. Stored messages, which carry their own label, come after.
#[derive(Debug)]
pub(crate) struct Replies {
    to: SessionId,
    label: Option<String>,
    lines: String,
    /// Earlier lines, each time those before a place for stored messages.
    parts: Vec<(String, HistoryRequest)>,
    closes: bool,
}

impl Replies {
    pub(crate) fn new(to: SessionId, label: Option<String>) -> Self {
        Self {
            to,
            label,
            lines: String::new(),
            parts: Vec::new(),
            closes: false,
        }
    }

    /// Whose line it answers.
    pub(crate) fn to(&self) -> SessionId {
        self.to
    }

    /// Where complete lines are appended.
    pub(crate) fn lines(&mut self) -> &mut String {
        &mut self.lines
    }

    /// Keeps a place for stored messages; the batch reference is filled in here.
    pub(crate) fn history(&mut self, request: HistoryRequest) {
        self.parts.push((mem::take(&mut self.lines), request));
    }

    /// Returns the label, for a reply that carries it itself.
    pub(crate) fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// Closes the connection after the lines.
    pub(crate) fn close(&mut self) {
        self.closes = true;
    }

    pub(crate) fn closes(&self) -> bool {
        self.closes
    }

    /// Sends all of it.
    pub(crate) fn leave(mut self, network: &mut Network, outputs: &mut Vec<Output>) {
        if let Some(label) = self.label.take() {
            self.leave_labelled(&label, network, outputs);
        } else {
            for (lines, mut request) in mem::take(&mut self.parts) {
                send(self.to, lines, outputs);
                request.reply.batch = batch_reference(self.to, network);
                outputs.push(Output::History(request));
            }
            send(self.to, self.lines, outputs);
        }
        outputs.push(match self.closes {
            true => Output::Close { session: self.to },
            false => Output::Done { session: self.to },
        });
    }

    fn leave_labelled(&mut self, label: &str, network: &mut Network, outputs: &mut Vec<Output>) {
        let mut lines = String::new();
        let mut requests = Vec::new();
        for (part, request) in mem::take(&mut self.parts) {
            lines.push_str(&part);
            requests.push(request);
        }
        lines.push_str(&self.lines);
        let answered_by_history = requests.iter().any(|request| request.reply.label.is_some());
        if !(lines.is_empty() && answered_by_history) {
            send(self.to, labelled(&lines, label, self.to, network), outputs);
        }
        for mut request in requests {
            request.reply.batch = batch_reference(self.to, network);
            outputs.push(Output::History(request));
        }
    }
}

fn labelled(lines: &str, label: &str, to: SessionId, network: &mut Network) -> String {
    let mut out = String::with_capacity(lines.len() * 2);
    let count = lines.split_terminator('\n').count();
    let server = network.settings.server.clone();
    if count == 0 {
        Line::new(&mut out)
            .tag("label", label)
            .source(&server)
            .command("ACK")
            .end();
    } else if count == 1 || is_one_message(lines) {
        Line::new(&mut out).tag("label", label).before(lines);
    } else {
        let batch = batch_reference(to, network);
        let start = Line::new(&mut out)
            .tag("label", label)
            .source(&server)
            .command("BATCH");
        start
            .param(&["+", &batch].concat())
            .param("labeled-response")
            .end();
        for line in lines.split_inclusive('\n') {
            // What stands in a batch of its own belongs to the outer one by that one's first line.
            match line.starts_with("@batch=") {
                true => out.push_str(line),
                false => Line::new(&mut out).tag("batch", &batch).before(line),
            }
        }
        let end = Line::new(&mut out).source(&server).command("BATCH");
        end.param(&["-", &batch].concat()).end();
    }
    out
}

/// Whether the lines are one message of several: its batch carries the label itself (IRCv3
/// draft/multiline, section Labeled response).
fn is_one_message(lines: &str) -> bool {
    let first = lines.split(' ').skip_while(|word| !word.starts_with(':'));
    let mut words = first.skip(1);
    let [Some("BATCH"), Some(reference), Some(BATCH_TYPE)] = [(); 3].map(|()| words.next()) else {
        return false;
    };
    let reference = reference.trim_start_matches('+');
    let inner = ["@batch=", reference].concat();
    let middle = lines
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with(&inner));
    let mut rest = lines.lines().skip(1 + middle.count());
    let is_end = |line: &str| line.ends_with(&[" BATCH -", reference].concat());
    rest.next().is_some_and(is_end) && rest.next().is_none()
}

pub(super) fn batch_reference(to: SessionId, network: &mut Network) -> String {
    network
        .sessions
        .find_mut(to)
        .map(|session| session.batch_reference())
        .unwrap_or_default()
}

fn send(to: SessionId, lines: String, outputs: &mut Vec<Output>) {
    if !lines.is_empty() {
        outputs.push(Output::Send {
            to: Recipients::One(to),
            lines: Bytes::from(lines),
        });
    }
}
