//! MARKREAD (IRCv3 draft/read-marker).
//!
//! The markers belong to an account, and all its clients are told when one rises. A client
//! without an account has none.

use alloc::format;
use alloc::string::String;

use super::{Asked, Request};
use crate::irc::caps::Caps;
use crate::irc::casemap::CHANNEL_PREFIX;
use crate::irc::event::Stamp;
use crate::irc::history::{parse_time, time_text};
use crate::irc::id::AccountId;
use crate::irc::input::{Output, Recipients};
use crate::irc::message::Line;
use crate::irc::network::{Client, Effects, Event, Intent, Network, Refusal, Replies};
use crate::irc::numeric::{Severity, standard_reply};

/// Having read a channel or what somebody wrote.
#[derive(Debug)]
pub(crate) struct MarkRead {
    pub(crate) account: AccountId,
    /// The target as compared, and as the client wrote it.
    pub(crate) target: String,
    shown: String,
    /// Up to when, milliseconds since 1970.
    pub(crate) read_ms: u64,
}

pub(super) fn markread(request: &mut Request<'_>) {
    let Some(shown) = request.param(0) else {
        return fail(request, "NEED_MORE_PARAMS", &[], "Missing parameters");
    };
    let Some(target) = key(request.network, shown) else {
        return fail(request, "INVALID_PARAMS", &[shown], "Invalid target");
    };
    let Some(time) = request.param(1) else {
        return request.ask(current);
    };
    let read_ms = time.strip_prefix("timestamp=").and_then(parse_time);
    let Some(read_ms) = read_ms else {
        return fail(
            request,
            "INVALID_PARAMS",
            &[shown, time],
            "Invalid timestamp",
        );
    };
    let Some(account) = &request.client.account else {
        let text = "The read timestamp could not be set: log in first";
        return fail(request, "INTERNAL_ERROR", &[shown], text);
    };
    let account = account.id;
    let known = request.network.read_marks.find(account, &target);
    if known.is_some_and(|known| known >= read_ms) {
        return request.ask(current);
    }
    request.act(Event::MarkRead(MarkRead {
        account,
        target,
        shown: shown.into(),
        read_ms,
    }));
}

/// Returns what a target is compared as: a channel's name, the name of an account, or a nick.
fn key(network: &Network, target: &str) -> Option<String> {
    let mapping = &network.settings.casemapping;
    match target.starts_with(CHANNEL_PREFIX) {
        true => mapping.fold(target).filter(|_| mapping.is_channel(target)),
        false => network.direct_target(target),
    }
}

fn fail(request: &mut Request<'_>, code: &str, context: &[&str], text: &str) {
    let server = &request.network.settings.server;
    let line = Line::new(request.lines());
    standard_reply(
        line,
        Severity::Fail,
        server,
        ("MARKREAD", code),
        context,
        text,
    );
}

/// Without a time, or with one that is no news: up to when it has been read.
fn current(asked: &Asked<'_>, replies: &mut Replies) {
    let shown = asked.param(0).unwrap_or_default();
    show(asked.client, shown, asked.network, replies.lines());
}

/// Tells a client up to when it has read a target.
pub(super) fn show(client: &Client, shown: &str, network: &Network, lines: &mut String) {
    let account = client.account.as_ref();
    let read_ms = account
        .zip(key(network, shown))
        .and_then(|(account, target)| network.read_marks.find(account.id, &target));
    write(network, shown, read_ms, lines);
}

fn write(network: &Network, shown: &str, read_ms: Option<u64>, lines: &mut String) {
    let line = Line::new(lines).source(&network.settings.server);
    let time = read_ms.map(|read_ms| format!("timestamp={}", time_text(read_ms)));
    line.command("MARKREAD")
        .param(shown)
        .param(time.as_deref().unwrap_or("*"))
        .end();
}

impl MarkRead {
    /// Says that it could not be stored.
    pub(crate) fn not_stored(&self, server: &str, why: &str, lines: &mut String) {
        let (what, line) = (("MARKREAD", "INTERNAL_ERROR"), Line::new(lines));
        let text = format!("The read timestamp could not be set: {why}");
        standard_reply(line, Severity::Fail, server, what, &[&self.shown], &text);
    }
}

impl Intent for MarkRead {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        // Nobody reads what is still to be written.
        let read_ms = self.read_ms.min(stamp.wall_ms);
        let is_news = network
            .read_marks
            .raise(self.account, &self.target, read_ms);
        let known = network.read_marks.find(self.account, &self.target);
        write(network, &self.shown, known, effects.replies.lines());
        if !is_news {
            return;
        }
        let mut lines = String::new();
        write(network, &self.shown, known, &mut lines);
        let clients = network.clients.of_account(self.account);
        for other in clients.flat_map(|client| network.sessions_of(client.id)) {
            if other.id != effects.replies.to() && other.caps.has(Caps::READ_MARKER) {
                effects.outputs.push(Output::Send {
                    to: Recipients::One(other.id),
                    lines: lines.clone().into(),
                });
            }
        }
    }
}
