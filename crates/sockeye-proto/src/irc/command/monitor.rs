//! MONITOR: being told when a nick comes and goes (IRCv3 monitor).

use alloc::string::String;
use alloc::vec::Vec;

use super::{Asked, Request, services, targets};
use crate::irc::event::Stamp;
use crate::irc::id::{ClientId, SessionId};
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Replies, Session};
use crate::irc::numeric::{
    ERR_ERRONEUSNICKNAME, ERR_MONLISTFULL, ERR_NEEDMOREPARAMS, ERR_UNKNOWNERROR, Numeric,
    RPL_ENDOFMONLIST, RPL_MONLIST, RPL_MONOFFLINE, RPL_MONONLINE,
};

/// Changing one's list.
#[derive(Debug)]
pub(crate) struct ChangeMonitors {
    session: SessionId,
    change: Change,
}

#[derive(Debug)]
enum Change {
    /// Nicks, as compared and as written.
    Add(Vec<(String, String)>),
    /// Nicks as compared.
    Remove(Vec<String>),
    Clear,
}

pub(super) fn monitor(request: &mut Request<'_>) {
    let modifier = request.param(0).unwrap_or_default();
    let change = match (modifier, request.param(1)) {
        ("+" | "-", None) => return request.reply(ERR_NEEDMOREPARAMS).param("MONITOR").text(),
        ("+", Some(nicks)) => Change::Add(valid(request, nicks)),
        ("-", Some(nicks)) => {
            let mapping = &request.network.settings.casemapping;
            Change::Remove(
                targets(nicks)
                    .filter_map(|nick| mapping.fold(nick))
                    .collect(),
            )
        }
        ("C" | "c", _) => Change::Clear,
        ("L" | "l", _) => return request.ask(list),
        ("S" | "s", _) => return request.ask(status),
        _ => {
            let reply = request.reply(ERR_UNKNOWNERROR).param("MONITOR");
            return reply.trailing("The modifiers are +, -, C, L and S");
        }
    };
    let session = request.session.id;
    request.act(Event::Monitor(ChangeMonitors { session, change }));
}

/// Returns the nicks that a client could have, and refuses the others: there are no masks.
fn valid(request: &mut Request<'_>, nicks: &str) -> Vec<(String, String)> {
    let mapping = &request.network.settings.casemapping;
    let mut valid = Vec::new();
    for nick in targets(nicks) {
        match mapping.fold(nick).filter(|_| mapping.is_nick(nick)) {
            Some(folded) => valid.push((folded, nick.into())),
            None => request.reply(ERR_ERRONEUSNICKNAME).param(nick).text(),
        }
    }
    valid
}

fn list(asked: &Asked<'_>, replies: &mut Replies) {
    let nicks = asked.session.monitors.values().map(String::as_str);
    write_list(RPL_MONLIST, nicks, asked.client.id, asked.network, replies);
    asked.reply(RPL_ENDOFMONLIST, replies).text();
}

fn status(asked: &Asked<'_>, replies: &mut Replies) {
    let nicks: Vec<_> = asked.session.monitors.iter().collect();
    show(&nicks, asked.session, asked.network, replies);
}

impl Intent for ChangeMonitors {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), _stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        match self.change {
            Change::Clear => network.unmonitor_all(self.session),
            Change::Remove(nicks) => {
                for folded in nicks {
                    network.unmonitor(self.session, &folded);
                }
            }
            Change::Add(nicks) => add(self.session, &nicks, network, effects.replies),
        }
    }
}

fn add(id: SessionId, nicks: &[(String, String)], network: &mut Network, replies: &mut Replies) {
    let mut shown = Vec::new();
    let mut refused = Vec::new();
    for (folded, nick) in nicks {
        let Some(session) = network.sessions.find(id) else {
            return;
        };
        let is_known = session.monitors.contains_key(folded);
        if !is_known && session.monitors.len() >= MONITORS_MAX {
            refused.push(nick.as_str());
            continue;
        }
        if !is_known {
            network.monitor(id, folded.clone(), nick.clone());
        }
        shown.push((folded, nick));
    }
    let (Some(session), Some(client)) = (network.sessions.find(id), network.client_of(id)) else {
        return;
    };
    let client = client.id;
    show(&shown, session, network, replies);
    if !refused.is_empty() {
        let reply = network.reply(client, ERR_MONLISTFULL, replies.lines());
        let reply = reply.number(MONITORS_MAX as u64);
        reply.param(&refused.join(",")).text();
    }
}

/// Writes who of some nicks is there, with what those say of themselves, and who is not.
fn show(nicks: &[(&String, &String)], session: &Session, network: &Network, replies: &mut Replies) {
    let to = session.client;
    let find = |folded: &str| network.clients.by_folded_nick(folded);
    let online = || nicks.iter().filter_map(|(folded, _)| find(folded));
    let served = nicks.iter();
    let served = served.filter_map(|(folded, _)| services::find(folded, network));
    let served: Vec<String> = served.map(|nick| services::source(nick, network)).collect();
    let sources = online().map(|client| client.source.as_str());
    let sources = sources.chain(served.iter().map(String::as_str));
    write_list(RPL_MONONLINE, sources, to, network, replies);
    for client in online() {
        network.show_monitored(session, client, replies.lines());
    }
    let is_here =
        |folded: &str| find(folded).is_some() || services::find(folded, network).is_some();
    let offline = nicks.iter().filter(|(folded, _)| !is_here(folded));
    let offline = offline.map(|(_, nick)| nick.as_str());
    write_list(RPL_MONOFFLINE, offline, to, network, replies);
}

/// Writes a list with commas, on as many lines as it takes; none if it is empty.
fn write_list<'a>(
    numeric: Numeric,
    items: impl Iterator<Item = &'a str>,
    to: ClientId,
    network: &Network,
    replies: &mut Replies,
) {
    let room = network.reply(to, numeric, &mut String::new()).room();
    let mut list = String::new();
    let mut write = |list: &mut String| {
        if !list.is_empty() {
            network.reply(to, numeric, replies.lines()).trailing(list);
            list.clear();
        }
    };
    for item in items {
        if list.len() + ",".len() + item.len() > room {
            write(&mut list);
        }
        if !list.is_empty() {
            list.push(',');
        }
        list.push_str(item);
    }
    write(&mut list);
}

/// Most nicks on the list of a session: MONITOR.
pub(crate) const MONITORS_MAX: usize = 100;
