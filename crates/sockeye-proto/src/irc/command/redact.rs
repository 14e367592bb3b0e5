//! REDACT (IRCv3 draft/message-redaction): taking back what was said.
//!
//! The line comes with what the store holds under the msgid. Who is logged in takes back own
//! messages within a time that is set; halfops and above take back those of others in their
//! channel, whenever they were said.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{REASON_BYTES_MAX, Request, shortened};
use crate::irc::caps::Caps;
use crate::irc::casemap::CHANNEL_PREFIX;
use crate::irc::deed::Act;
use crate::irc::event::{Fact, Party, Record, Stamp};
use crate::irc::history::parse_msgid;
use crate::irc::id::{ChannelId, ClientId, Number};
use crate::irc::message::Line;
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Client, Effects, Event, Intent, Network, Refusal, Relay, Whom};
use crate::irc::numeric::{ERR_NEEDMOREPARAMS, ERR_UNKNOWNCOMMAND, Severity, standard_reply};

/// Taking back one message.
#[derive(Debug)]
pub(crate) struct Redact {
    pub(crate) by: ClientId,
    place: Place,
    /// The target and the id as the client wrote them.
    target: String,
    pub(crate) msgid: String,
    pub(crate) number: Number,
    pub(crate) reason: Option<String>,
    /// Whether it is the client's own.
    own: bool,
}

/// Where it was said.
#[derive(Debug)]
enum Place {
    Channel(ChannelId),
    /// To whom.
    Direct(Party),
}

pub(super) fn redact(request: &mut Request<'_>) {
    if !request.session.caps.has(Caps::MESSAGE_REDACTION) {
        return request.reply(ERR_UNKNOWNCOMMAND).param("REDACT").text();
    }
    let (Some(target), Some(msgid)) = (request.param(0), request.param(1)) else {
        return request.reply(ERR_NEEDMOREPARAMS).param("REDACT").text();
    };
    match plan(request, target, msgid) {
        Ok(redact) => request.act(Event::Redact(redact)),
        Err(why) => {
            let lines = fail(request.network, why, [target, msgid]);
            request.lines().push_str(&lines);
        }
    }
}

/// Why not.
enum Why {
    Target,
    Unknown,
    Forbidden,
    /// The window in seconds.
    Expired(u32),
}

/// Says why not; `context` is the target and the id.
fn fail(network: &Network, why: Why, [target, msgid]: [&str; 2]) -> String {
    let window;
    let (code, context, text): (_, &[&str], _) = match why {
        Why::Target => (
            "INVALID_TARGET",
            &[target],
            "You cannot delete messages from there",
        ),
        Why::Unknown => (
            "UNKNOWN_MSGID",
            &[target, msgid],
            "This message does not exist or is too old",
        ),
        Why::Forbidden => (
            "REDACT_FORBIDDEN",
            &[target, msgid],
            "You are not authorised to delete this message",
        ),
        Why::Expired(seconds) => {
            window = seconds.to_string();
            (
                "REDACT_WINDOW_EXPIRED",
                &[target, msgid, &window],
                "You can no longer delete this message",
            )
        }
    };
    let mut lines = String::new();
    let (line, server) = (Line::new(&mut lines), &network.settings.server);
    standard_reply(
        line,
        Severity::Fail,
        server,
        ("REDACT", code),
        context,
        text,
    );
    lines
}

/// Looks who may take this message back.
fn plan(request: &Request<'_>, target: &str, msgid: &str) -> Result<Redact, Why> {
    let (network, client) = (request.network, request.client);
    let record = request.beside.found.filter(|record| has_id(record, msgid));
    let (place, own) = match target.starts_with(CHANNEL_PREFIX) {
        true => in_channel(network, client, target, record)?,
        false => direct(network, client, target, record)?,
    };
    let record = record.ok_or(Why::Unknown)?;
    let window_s = network.settings.redaction_window_s;
    let age_ms = request.now_ms.saturating_sub(record.stamp.wall_ms);
    if own && !may_moderate(network, client, &place) && age_ms > u64::from(window_s) * 1_000 {
        return Err(Why::Expired(window_s));
    }
    Ok(Redact {
        by: client.id,
        place,
        target: target.into(),
        msgid: msgid.into(),
        number: record.stamp.number,
        reason: request
            .param(2)
            .map(|reason| shortened(reason, REASON_BYTES_MAX)),
        own,
    })
}

fn has_id(record: &Record, msgid: &str) -> bool {
    let id = (record.stamp.number, record.stamp.random & RANDOM_MASK);
    parse_msgid(msgid) == Some(id)
}

fn in_channel(
    network: &Network,
    client: &Client,
    target: &str,
    record: Option<&Record>,
) -> Result<(Place, bool), Why> {
    let channel = network.channel_by_name(target).ok_or(Why::Target)?;
    channel.rank(client.id).ok_or(Why::Target)?;
    let record = record.filter(|record| record.channel == channel.id);
    let Some(Fact::Message(message)) = record.map(|record| &record.fact) else {
        return Err(Why::Unknown);
    };
    let account = client.account.as_ref().map(|account| &account.name);
    let own = account.is_some() && message.account.as_ref() == account;
    let place = Place::Channel(channel.id);
    match own || may_moderate(network, client, &place) {
        true => Ok((place, own)),
        false => Err(Why::Forbidden),
    }
}

fn direct(
    network: &Network,
    client: &Client,
    target: &str,
    record: Option<&Record>,
) -> Result<(Place, bool), Why> {
    let account = client.account.as_ref().ok_or(Why::Target)?;
    let peer = network.direct_target(target).ok_or(Why::Target)?;
    let Some(Fact::Direct(direct)) = record.map(|record| &record.fact) else {
        return Err(Why::Unknown);
    };
    let (from, to) = (&direct.from, &direct.to);
    if from.account == Some(account.id) && to.key == peer {
        Ok((Place::Direct(to.clone()), true))
    } else if to.account == Some(account.id) && from.key == peer {
        Err(Why::Forbidden)
    } else {
        Err(Why::Unknown)
    }
}

fn may_moderate(network: &Network, client: &Client, place: &Place) -> bool {
    match place {
        Place::Channel(id) => {
            let channel = network.channels.find(*id);
            channel.is_some_and(|channel| channel.has_rank(client.id, Prefix::Halfop))
        }
        Place::Direct(_) => false,
    }
}

impl Intent for Redact {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let refused = |why| Err(Refusal(fail(network, why, [&self.target, &self.msgid])));
        let Some(client) = network.clients.find(self.by) else {
            return Err(Refusal(String::new()));
        };
        if let Place::Channel(id) = self.place {
            let channel = network.channels.find(id);
            if channel.and_then(|channel| channel.rank(self.by)).is_none() {
                return refused(Why::Target);
            }
        }
        match self.own || may_moderate(network, client, &self.place) {
            true => Ok(()),
            false => refused(Why::Forbidden),
        }
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(by) = network.clients.find(self.by) else {
            return;
        };
        let target = match &self.place {
            Place::Channel(id) => network.channels.find(*id).map(|channel| &channel.name),
            Place::Direct(to) => Some(&to.nick),
        };
        let Some(target) = target else {
            return;
        };
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&by.source).command("REDACT");
            let line = line.params([&**target, &self.msgid]);
            match &self.reason {
                Some(reason) => line.trailing(reason),
                None => line.end(),
            }
        });
        let relay = relay.by(by).message(&[], false);
        let relay = relay.needs(Caps::MESSAGE_REDACTION);
        if !self.own {
            let why = self.reason.as_deref().unwrap_or_default();
            let target = Whom::other(target, &[&self.msgid, ": ", why].concat());
            network.record_act(Act::Redact, self.by, target, effects);
        }
        effects.echo(&relay, network);
        let own = effects.replies.to();
        match &self.place {
            Place::Channel(channel) => {
                network.send_to_channel(*channel, own, &relay, effects.outputs);
            }
            Place::Direct(to) => {
                let mut clients = receivers(network, to);
                clients.retain(|&client| client != self.by);
                clients.push(self.by);
                let sessions = clients
                    .iter()
                    .flat_map(|&client| network.sessions_of(client));
                network.send_to_sessions(sessions, Some(own), &relay, effects.outputs);
            }
        }
    }
}

/// Returns the clients that a direct message was for, as far as they are here.
fn receivers(network: &Network, to: &Party) -> Vec<ClientId> {
    match to.account {
        Some(account) => {
            let clients = network.clients.of_account(account);
            clients.map(|client| client.id).collect()
        }
        None => {
            let holder = network.clients.by_folded_nick(&to.key);
            let guest = holder.filter(|client| client.account.is_none());
            guest.map(|client| client.id).into_iter().collect()
        }
    }
}

impl Redact {
    /// Returns where the row belongs.
    pub(crate) fn channel(&self) -> ChannelId {
        match self.place {
            Place::Channel(channel) => channel,
            Place::Direct(_) => ChannelId::NONE,
        }
    }

    /// Says that it could not be stored.
    pub(crate) fn not_stored(&self, server: &str, why: &str, lines: &mut String) {
        let (what, context) = (("REDACT", "REDACT_FORBIDDEN"), [&*self.target, &self.msgid]);
        let text = format!("Not carried out, because it cannot be stored: {why}");
        standard_reply(
            Line::new(lines),
            Severity::Fail,
            server,
            what,
            &context,
            &text,
        );
    }
}

/// The randomness that a msgid holds.
const RANDOM_MASK: u64 = 0xff_ffff_ffff;
