//! What operators do: KILL, WALLOPS and REHASH (RFC 2812 section 3.7.1 and chapter 4).
//!
//! An operator is who is logged in to an account with the permission `admin`; OPER is one more way
//! to log in, which the connection carries out.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;

use super::{Asked, REASON_BYTES_MAX, Request, shortened};
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::input::{Output, Recipients};
use crate::irc::message::Line;
use crate::irc::network::session::UserMode;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay, Replies, Session};
use crate::irc::numeric::{ERR_CANTKILLSERVER, ERR_NOPRIVILEGES, ERR_NOSUCHNICK, RPL_REHASHING};

/// Sending a client away.
#[derive(Debug)]
pub(crate) struct Kill {
    pub(crate) by: SessionId,
    pub(crate) victim: SessionId,
    /// As the operator wrote it.
    nick: String,
    reason: String,
}

/// A line to all operators and those with `+w`.
#[derive(Debug)]
pub(crate) struct Wallops {
    by: SessionId,
    text: String,
}

/// Reading the configuration again.
#[derive(Debug)]
pub(crate) struct Rehash {
    by: SessionId,
}

pub(super) fn kill(request: &mut Request<'_>) {
    if !request.is_operator() {
        return;
    }
    let (nick, reason) = (request.param(0), request.param(1));
    let (nick, reason) = (nick.unwrap_or_default(), reason.unwrap_or_default());
    if nick.eq_ignore_ascii_case(&request.network.settings.server) {
        return request.reply(ERR_CANTKILLSERVER).text();
    }
    match request.network.session_by_nick(nick) {
        None => request.reply(ERR_NOSUCHNICK).param(nick).text(),
        Some(victim) => request.act(Event::Kill(Kill {
            by: request.session.id,
            victim: victim.id,
            nick: nick.into(),
            reason: shortened(reason, REASON_BYTES_MAX),
        })),
    }
}

pub(super) fn wallops(request: &mut Request<'_>) {
    if request.is_operator() {
        let text = request.param(0).unwrap_or_default().into();
        let by = request.session.id;
        request.act(Event::Wallops(Wallops { by, text }));
    }
}

pub(super) fn rehash(request: &mut Request<'_>) {
    if request.is_operator() {
        let by = request.session.id;
        request.act(Event::Rehash(Rehash { by }));
    }
}

impl Request<'_> {
    /// Returns whether the client is an operator, or says that it is not.
    pub(super) fn is_operator(&mut self) -> bool {
        let is_operator = self.session.is_admin();
        if !is_operator {
            self.reply(ERR_NOPRIVILEGES).text();
        }
        is_operator
    }
}

impl Asked<'_> {
    /// Returns whether the client is an operator, or says that it is not.
    pub(super) fn is_operator(&self, replies: &mut Replies) -> bool {
        let is_operator = self.session.is_admin();
        if !is_operator {
            self.reply(ERR_NOPRIVILEGES, replies).text();
        }
        is_operator
    }
}

/// Refuses what somebody wants who is no operator any more.
pub(super) fn still_operator(by: SessionId, network: &Network) -> Result<(), Refusal> {
    match network.sessions.find(by).is_some_and(Session::is_admin) {
        true => Ok(()),
        false => Err(network.refusal(by, ERR_NOPRIVILEGES, [])),
    }
}

impl Kill {
    /// Returns what the others read.
    pub(crate) fn words(&self, by: &Session) -> String {
        format!("Killed ({} ({}))", by.nick, self.reason)
    }
}

impl Intent for Kill {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        still_operator(self.by, network)?;
        match network.sessions.find(self.victim) {
            Some(_) => Ok(()),
            None => Err(network.refusal(self.by, ERR_NOSUCHNICK, [&self.nick])),
        }
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let find = |id| network.sessions.find(id);
        let (Some(by), Some(victim)) = (find(self.by), find(self.victim)) else {
            return;
        };
        let reason = self.words(by);
        let mut lines = String::new();
        let line = Line::new(&mut lines).source(&by.source).command("KILL");
        line.param(&victim.nick).trailing(&reason);
        if self.victim == self.by {
            effects.replies.lines().push_str(&lines);
            effects.replies.close();
        }
        let goodbye = network.leave(self.victim, &reason, stamp, effects.outputs);
        lines.push_str(&goodbye);
        if self.victim == self.by {
            return effects.replies.lines().push_str(&goodbye);
        }
        effects.outputs.push(Output::Send {
            to: Recipients::One(self.victim),
            lines: Bytes::from(lines),
        });
        effects.outputs.push(Output::Close {
            session: self.victim,
        });
    }
}

impl Intent for Wallops {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        still_operator(self.by, network)
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(by) = network.sessions.find(self.by) else {
            return;
        };
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&by.source).command("WALLOPS");
            line.trailing(&self.text);
        });
        let relay = relay.by(by);
        let own = relay.for_client(by.caps);
        effects.replies.lines().extend(own);
        let hears = |session: &&Session| session.is_admin() || session.modes.has(UserMode::Wallops);
        let listeners = network.sessions.iter().filter(hears);
        let others = listeners.map(|session| session.id);
        let others: Vec<_> = others.filter(|&id| id != self.by).collect();
        network.send_to_each(others.into_iter(), &relay, effects.outputs);
    }
}

impl Intent for Rehash {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        still_operator(self.by, network)
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        if let Some(by) = network.sessions.find(self.by) {
            let text = format_args!("REHASH by {}", by.source);
            network.notify_operators(self.by, text, stamp, effects.outputs);
        }
        let reply = network.reply(self.by, RPL_REHASHING, effects.replies.lines());
        reply.param("configuration").text();
        effects.outputs.push(Output::Rehash { session: self.by });
    }
}
