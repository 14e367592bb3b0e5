//! The answer to a query, as lines.

mod events;
#[cfg(test)]
mod tests;

use alloc::format;
use alloc::string::String;

use bytes::Bytes;

use super::text::{minute_text, msgid_text, time_text};
use super::{Command, Found, Invalid, Reply, Subcommand, search};
use crate::irc::caps::Caps;
use crate::irc::command::{playback, relaymsg};
use crate::irc::event::{Fact, MessageKind, Record, Stamp, StoredMessage};
use crate::irc::message::{Line, Params};
use crate::irc::multiline::{Lines, is_multiline};

/// Writes the answer: complete lines with CR LF.
///
/// With `batch` the lines stand in one, which carries the label. Without it a label can stand only
/// on an answer of one line, so it is left out of longer ones.
pub fn encode(reply: &Reply, found: &Found) -> Bytes {
    let mut out = String::new();
    match found {
        Found::Messages(records) => encode_messages(&mut out, reply, records),
        Found::Targets(targets) if reply.asked.is_none() => {
            for (name, latest_ms) in targets {
                let source = playback::source(&reply.server);
                let line = Line::new(&mut out).source(&source).command("PRIVMSG");
                let (first, last) = (playback::seconds(0), playback::seconds(*latest_ms));
                // When the first was is not looked for: nothing is older than 0.
                let text = format_args!("{name} {first} {last}");
                line.param(&reply.target).trailing_fmt(text);
            }
        }
        Found::Targets(targets) => {
            let body = |out: &mut String| {
                for (name, latest_ms) in targets {
                    let line = reply.line(out).source(&reply.server).command("CHATHISTORY");
                    line.param("TARGETS")
                        .param(name)
                        .param(&time_text(*latest_ms))
                        .end();
                }
            };
            in_batch(&mut out, reply, &["draft/chathistory-targets"], body);
        }
        Found::Unavailable(reason) => match reply.asked {
            Some(Command::Search) => {
                search::unavailable(reply.labelled(&mut out), &reply.server, reason);
            }
            Some(Command::Chathistory(subcommand)) => {
                let line = reply.labelled(&mut out);
                Invalid::unavailable(subcommand, reply.context()).write(line, &reply.server);
            }
            None => {
                let line = Line::new(&mut out).source(&reply.server).command("NOTICE");
                let line = line.param(&reply.target);
                line.trailing_fmt(format_args!("Earlier messages could not be read: {reason}"));
            }
        },
    }
    Bytes::from(out)
}

fn encode_messages(out: &mut String, reply: &Reply, records: &[Record]) {
    // A client that did not ask has no use for an empty batch.
    if records.is_empty() && reply.asked.is_none() {
        return;
    }
    let batch: &[&str] = match reply.asked {
        Some(Command::Search) => &["soju.im/search"],
        None if reply.caps.has(Caps::PLAYBACK) => &[playback::BATCH_TYPE, &reply.target],
        _ => &["chathistory", &reply.target],
    };
    in_batch(out, reply, batch, |out| {
        for record in records {
            if !reply.hidden.contains(&record.stamp.number) {
                encode_record(out, reply, record);
            }
        }
    });
}

/// Writes a record as the lines that it was when it happened.
fn encode_record(out: &mut String, reply: &Reply, record: &Record) {
    match &record.fact {
        Fact::Message(message) => {
            encode_message(out, reply, record, reply.target(record), message);
        }
        Fact::Direct(direct) => {
            encode_message(out, reply, record, &direct.to.nick, &direct.message);
        }
        fact if reply.caps.has(Caps::EVENT_PLAYBACK) => {
            events::encode(out, reply, &record.stamp, fact);
        }
        _ => {}
    }
}

fn encode_message(
    out: &mut String,
    reply: &Reply,
    record: &Record,
    target: &str,
    message: &StoredMessage,
) {
    let tags_only = message.kind == MessageKind::Tagmsg;
    if tags_only && !reply.caps.has(Caps::EVENT_PLAYBACK | Caps::MESSAGE_TAGS) {
        return;
    }
    if is_multiline(&message.text) {
        return encode_lines(out, reply, record, target, message);
    }
    let line = reply.spoken(out, record, message);
    let line = line
        .source(&message.source)
        .command(message.kind.command())
        .param(target);
    match tags_only {
        true => line.end(),
        false => write_text(line, reply, record, &message.text),
    }
}

/// Writes a message of several lines: as a batch in the batch, or one message a line.
fn encode_lines(
    out: &mut String,
    reply: &Reply,
    record: &Record,
    target: &str,
    message: &StoredMessage,
) {
    let lines = Lines {
        kind: message.kind,
        source: &message.source,
        target,
        text: &message.text,
        reference: &msgid_text(&record.stamp),
    };
    if reply.caps.has(Caps::MULTILINE | Caps::BATCH) && !reply.dates() {
        lines.write_opening(reply.spoken(out, record, message));
        lines.write_body(out);
        return lines.write_closing(reply.line(out));
    }
    for (place, piece) in lines.single().enumerate() {
        let line = match place {
            0 => reply.spoken(out, record, message),
            _ => reply.timed(out, &record.stamp, message.account.as_deref()),
        };
        let line = line.source(&message.source).command(message.kind.command());
        write_text(line.param(target), reply, record, piece.text);
    }
}

/// Ends the line of a message.
fn write_text(line: Params<'_>, reply: &Reply, record: &Record, text: &str) {
    match reply.dates() {
        true => write_dated(line, &minute_text(record.stamp.wall_ms), text),
        false => line.trailing(text),
    }
}

/// Puts the date before the text; into an action, so that it stays one (CTCP ACTION).
fn write_dated(line: Params<'_>, date: &str, text: &str) {
    match text.strip_prefix(ACTION) {
        Some(action) => {
            let dated = format!("{ACTION}[{date}] {action}");
            // A cut action would not end.
            let fits = dated.len() <= line.room() || !action.ends_with(CTCP_END);
            let kept = line.room().saturating_sub(CTCP_END.len_utf8());
            let end = if fits { "" } else { "\u{1}" };
            let dated = if fits {
                &dated
            } else {
                crate::irc::message::truncated(&dated, kept)
            };
            line.trailing_fmt(format_args!("{dated}{end}"));
        }
        None => line.trailing_fmt(format_args!("[{date}] {text}")),
    }
}

fn in_batch(out: &mut String, reply: &Reply, params: &[&str], body: impl FnOnce(&mut String)) {
    if !reply.caps.has(Caps::BATCH) {
        body(out);
        if let (true, Some(label)) = (out.is_empty(), &reply.label) {
            Line::new(out)
                .tag("label", label)
                .source(&reply.server)
                .command("ACK")
                .end();
        }
        return;
    }
    let line = reply.labelled(out).source(&reply.server).command("BATCH");
    line.param(&format!("+{}", reply.batch))
        .params(params.iter().copied())
        .end();
    body(out);
    let line = Line::new(out).source(&reply.server).command("BATCH");
    line.param(&format!("-{}", reply.batch)).end();
}

impl Reply {
    /// Starts a line within the answer.
    fn line<'a>(&self, out: &'a mut String) -> Line<'a> {
        let line = Line::new(out);
        if self.caps.has(Caps::BATCH) {
            line.tag("batch", &self.batch)
        } else {
            line
        }
    }

    /// Starts the line of something that happened, with time, id and the account of who did it.
    fn stamped<'a>(&self, out: &'a mut String, stamp: &Stamp, account: Option<&str>) -> Line<'a> {
        let line = self.timed(out, stamp, account);
        match self.caps.has(Caps::MESSAGE_TAGS) {
            true => line.tag("msgid", &msgid_text(stamp)),
            false => line,
        }
    }

    /// The same without an id.
    fn timed<'a>(&self, out: &'a mut String, stamp: &Stamp, account: Option<&str>) -> Line<'a> {
        let mut line = self.line(out);
        if self.caps.encoding().server_time {
            line = line.tag("time", &time_text(stamp.wall_ms));
        }
        if let (true, Some(account)) = (self.caps.has(Caps::ACCOUNT_TAG), account) {
            line = line.tag("account", account);
        }
        line
    }

    /// Starts the line of a message, with the tags that its sender gave it, too.
    fn spoken<'a>(
        &self,
        out: &'a mut String,
        record: &Record,
        message: &StoredMessage,
    ) -> Line<'a> {
        let line = self.stamped(out, &record.stamp, message.account.as_deref());
        let is_shown = |tag: &&(String, String)| match tag.0.as_str() {
            relaymsg::TAG => self.caps.has(Caps::RELAYMSG),
            _ => self.caps.has(Caps::MESSAGE_TAGS),
        };
        line.client_tags(message.tags.iter().filter(is_shown))
    }

    /// Whether texts begin with the time, for who neither asked nor is told it.
    fn dates(&self) -> bool {
        self.asked.is_none() && !self.caps.encoding().server_time
    }

    /// Starts the line that carries the label.
    fn labelled<'a>(&self, out: &'a mut String) -> Line<'a> {
        let line = Line::new(out);
        match &self.label {
            Some(label) => line.tag("label", label),
            None => line,
        }
    }

    /// Returns the channel that a record was said in, by its name.
    fn target(&self, record: &Record) -> &str {
        let mut channels = self.channels.iter();
        let named = channels.find(|(id, _)| *id == record.channel);
        named.map_or(&self.target, |(_, name)| name)
    }

    /// What a refusal names: TARGETS has no target.
    fn context(&self) -> &str {
        if self.asked == Some(Command::Chathistory(Subcommand::Targets)) {
            "*"
        } else {
            &self.target
        }
    }
}

/// How a CTCP action begins.
const ACTION: &str = "\u{1}ACTION ";

/// How it ends.
const CTCP_END: char = '\u{1}';
