//! What operators do: KILL, WALLOPS and REHASH (RFC 2812 section 3.7.1 and chapter 4).
//!
//! An operator is who is logged in to an account with a power; OPER is one more way to log in, for
//! which the accounts are asked. Each command needs its own power, WALLOPS any.

use alloc::format;
use alloc::string::String;

use super::errand::Purpose;
use super::{Asked, REASON_BYTES_MAX, Request, shortened};
use crate::irc::account::Question;
use crate::irc::deed::Act;
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::message::Line;
use crate::irc::network::client::UserMode;
use crate::irc::network::{Client, Effects, Event, Intent, Network, Refusal, Relay, Replies, Whom};
use crate::irc::numeric::{
    ERR_CANTKILLSERVER, ERR_NOPRIVILEGES, ERR_NOPRIVS, ERR_NOSUCHNICK, RPL_REHASHING,
};
use crate::irc::power::Power;

/// Sending a client away.
#[derive(Debug)]
pub(crate) struct Kill {
    pub(crate) by: ClientId,
    pub(crate) victim: ClientId,
    /// As the operator wrote it.
    nick: String,
    reason: String,
}

/// A line to all operators and those with `+w`.
#[derive(Debug)]
pub(crate) struct Wallops {
    by: ClientId,
    text: String,
}

/// Reading the configuration again.
#[derive(Debug)]
pub(crate) struct Rehash {
    by: ClientId,
}

pub(super) fn kill(request: &mut Request<'_>) {
    if !request.may(Power::Kill) {
        return;
    }
    let (nick, reason) = (request.param(0), request.param(1));
    let (nick, reason) = (nick.unwrap_or_default(), reason.unwrap_or_default());
    if nick.eq_ignore_ascii_case(&request.network.settings.server) {
        return request.reply(ERR_CANTKILLSERVER).text();
    }
    match request.network.client_by_nick(nick) {
        None => request.reply(ERR_NOSUCHNICK).param(nick).text(),
        Some(victim) => request.act(Event::Kill(Kill {
            by: request.client.id,
            victim: victim.id,
            nick: nick.into(),
            reason: shortened(reason, REASON_BYTES_MAX),
        })),
    }
}

pub(super) fn wallops(request: &mut Request<'_>) {
    if request.is_operator() {
        let text = request.param(0).unwrap_or_default().into();
        let by = request.client.id;
        request.act(Event::Wallops(Wallops { by, text }));
    }
}

pub(super) fn rehash(request: &mut Request<'_>) {
    if request.may(Power::Rehash) {
        let by = request.client.id;
        request.act(Event::Rehash(Rehash { by }));
    }
}

impl Request<'_> {
    /// Returns whether the client is an operator, or says that it is not.
    pub(super) fn is_operator(&mut self) -> bool {
        let is_operator = self.client.is_operator();
        if !is_operator {
            self.reply(ERR_NOPRIVILEGES).text();
        }
        is_operator
    }

    /// Returns whether the client is an operator who may do this, or says that it is not.
    pub(super) fn may(&mut self, power: Power) -> bool {
        let may = self.client.may(power);
        if !may && self.is_operator() {
            self.reply(ERR_NOPRIVS).param(power.name()).text();
        }
        may
    }
}

impl Asked<'_> {
    /// Returns whether the client is an operator, or says that it is not.
    pub(super) fn is_operator(&self, replies: &mut Replies) -> bool {
        let is_operator = self.client.is_operator();
        if !is_operator {
            self.reply(ERR_NOPRIVILEGES, replies).text();
        }
        is_operator
    }
}

/// Refuses what somebody wants who may not do it any more.
pub(super) fn still_may(power: Power, by: ClientId, network: &Network) -> Result<(), Refusal> {
    match network.clients.find(by) {
        Some(client) if client.may(power) => Ok(()),
        _ => Err(network.refusal(by, ERR_NOPRIVILEGES, [])),
    }
}

impl Kill {
    /// Returns what the others read.
    pub(crate) fn words(&self, by: &Client) -> String {
        format!("Killed ({} ({}))", by.nick, self.reason)
    }
}

impl Intent for Kill {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        still_may(Power::Kill, self.by, network)?;
        match network.clients.find(self.victim) {
            Some(_) => Ok(()),
            None => Err(network.refusal(self.by, ERR_NOSUCHNICK, [&self.nick])),
        }
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let find = |id| network.clients.find(id);
        let (Some(by), Some(victim)) = (find(self.by), find(self.victim)) else {
            return;
        };
        let reason = self.words(by);
        let target = Whom::client(victim, network, &self.reason);
        network.record_act(Act::Kill, self.by, target, effects);
        let mut lines = String::new();
        let line = Line::new(&mut lines).source(&by.source).command("KILL");
        line.param(&victim.nick).trailing(&reason);
        for &session in &victim.sessions {
            effects.say(session, lines.clone());
        }
        network.leave(self.victim, &reason, stamp, effects);
    }
}

impl Intent for Wallops {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        match network.clients.find(self.by) {
            Some(client) if client.is_operator() => Ok(()),
            _ => Err(network.refusal(self.by, ERR_NOPRIVILEGES, [])),
        }
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(by) = network.clients.find(self.by) else {
            return;
        };
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&by.source).command("WALLOPS");
            line.trailing(&self.text);
        });
        let relay = relay.by(by);
        effects.echo(&relay, network);
        let hears = |client: &&Client| client.is_operator() || client.modes.has(UserMode::Wallops);
        let listeners = network.clients.iter().filter(hears);
        let others = listeners.map(|client| client.id);
        let clients = others.filter(|&id| id != self.by).chain([self.by]);
        let sessions = clients.flat_map(|id| network.sessions_of(id));
        let own = Some(effects.replies.to());
        network.send_to_sessions(sessions, own, &relay, effects.outputs);
    }
}

impl Intent for Rehash {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        still_may(Power::Rehash, self.by, network)
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        if let Some(by) = network.clients.find(self.by) {
            let text = format_args!("REHASH by {}", by.source);
            network.notify_operators(self.by, text, stamp, effects.outputs);
        }
        network.record_act(Act::Rehash, self.by, Whom::default(), effects);
        let reply = network.reply(self.by, RPL_REHASHING, effects.replies.lines());
        reply.param("configuration").text();
        network.ask(Purpose::Lines, Question::Rehash, effects);
    }
}
