//! BATCH: a message of several lines (IRCv3 draft/multiline, draft/client-batch).
//!
//! The connection has gathered the lines; here it is a message like any other. Who may say it, who
//! hears it and what is kept of it is decided as for one line.

use alloc::string::ToString as _;

use super::{Request, message, playback, services};
use crate::irc::caps::Caps;
use crate::irc::message::Line;
use crate::irc::multiline::{BYTES_MAX, Fault, LINES_MAX};
use crate::irc::numeric::{ERR_UNKNOWNCOMMAND, Severity, standard_reply};

pub(super) fn batch(request: &mut Request<'_>) {
    if !request.session.caps.has(Caps::MULTILINE | Caps::BATCH) {
        return request.reply(ERR_UNKNOWNCOMMAND).param("BATCH").text();
    }
    let content = match request.beside.batch {
        Some(Ok(content)) => content,
        Some(Err(fault)) => return refuse(request, fault),
        None => return refuse(request, &Fault::Invalid("No such batch is open")),
    };
    let Some(target) = request.param(2) else {
        return refuse(request, &Fault::Invalid("A multiline batch has one target"));
    };
    let network = request.network;
    if services::means_one(network, target) || playback::is_meant(network, target) {
        return refuse(request, &Fault::Invalid("Services take one line at a time"));
    }
    message::send(request, content.kind, target, &content.text);
}

fn refuse(request: &mut Request<'_>, fault: &Fault) {
    let reference = request.message.param(0).unwrap_or("*");
    let reference = reference.trim_start_matches(['+', '-']);
    let target = request.message.param(2).unwrap_or("*");
    let (bytes_max, lines_max) = (BYTES_MAX.to_string(), LINES_MAX.to_string());
    let (code, context, text): (_, &[&str], _) = match fault {
        Fault::TooManyBytes => (
            "MULTILINE_MAX_BYTES",
            &[&bytes_max],
            "The message has too many bytes",
        ),
        Fault::TooManyLines => (
            "MULTILINE_MAX_LINES",
            &[&lines_max],
            "The message has too many lines",
        ),
        Fault::OtherTarget(other) => (
            "MULTILINE_INVALID_TARGET",
            &[target, other],
            "All lines of a message are for one target",
        ),
        Fault::TimedOut => ("TIMEOUT", &[reference], "The batch was open for too long"),
        Fault::Invalid(why) => ("MULTILINE_INVALID", &[], why),
    };
    let server = &request.network.settings.server;
    let what = ("BATCH", code);
    let line = Line::new(request.lines());
    standard_reply(line, Severity::Fail, server, what, context, text);
}
