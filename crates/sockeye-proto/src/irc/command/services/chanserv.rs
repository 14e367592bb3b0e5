//! ChanServ: channels by commands that people know from elsewhere. A registered channel belongs to
//! its founder's account, and accounts keep ranks in it.

mod clear;
mod info;
mod rank;
mod registry;
mod transfer;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub(crate) use clear::ClearMember;
pub(crate) use rank::SetRank;
pub(crate) use registry::{ChangeRegistry, Deed};
pub(crate) use transfer::Offer;

use super::super::Request;
use super::super::errand::{Errand, Purpose};
use crate::irc::account::Question;
use crate::irc::event::Holder;
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::network::channel::Channel;
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Client, Event, Network, Refusal};

/// What somebody wants, once it is known which account is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// That it keeps a rank.
    Keep(ChannelId, Prefix),
    /// That the channel becomes its own.
    Transfer(ChannelId),
}

impl Wish {
    /// Returns what is to happen.
    pub(crate) fn event(&self, by: ClientId, holder: Holder, network: &Network) -> Event {
        match *self {
            Self::Keep(channel, prefix) => {
                let prefix = Some(prefix);
                let deed = Deed::Keep { holder, prefix };
                Event::Registry(ChangeRegistry { by, channel, deed })
            }
            Self::Transfer(channel) => transfer::event(by, channel, holder, network),
        }
    }
}

pub(super) fn command(request: &mut Request<'_>, text: &str) {
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let verb = words.next().unwrap_or("HELP").to_ascii_uppercase();
    let words: Vec<&str> = words.collect();
    match (verb.as_str(), words.as_slice()) {
        ("HELP", []) => HELP.iter().for_each(|row| say(request, &usage(row, ": "))),
        ("REGISTER", [name, ..]) => registry::register(request, name),
        ("UNREGISTER" | "DROP", [name, code @ ..]) => {
            registry::confirmed(request, name, code.first().copied(), Deed::Free);
        }
        ("PURGE", [name, code @ ..]) => {
            registry::confirmed(request, name, code.first().copied(), Deed::End);
        }
        ("INFO", [name, ..]) => info::info(request, name),
        ("AMODE", [name]) => info::ranks(request, name),
        ("AMODE", [name, change, account, ..]) => registry::amode(request, name, change, account),
        ("TRANSFER", [verb, name, ..]) if verb.eq_ignore_ascii_case("ACCEPT") => {
            transfer::accept(request, name);
        }
        ("TRANSFER", [verb, name, ..]) if verb.eq_ignore_ascii_case("CANCEL") => {
            transfer::cancel(request, name);
        }
        ("TRANSFER", [name, account, ..]) => transfer::offer(request, name, account),
        ("CLEAR", [name, what, reason @ ..]) => clear::clear(request, name, what, reason),
        (verb, [name, nick @ ..]) if rank::of_verb(verb).is_some() => {
            rank::set(request, verb, name, nick.first().copied());
        }
        (verb, words) => explain(request, verb, words),
    }
}

/// Says how a command is used that somebody asks about, or has used otherwise.
fn explain(request: &mut Request<'_>, verb: &str, words: &[&str]) {
    let subject = match (verb, words) {
        ("HELP", [subject, ..]) => subject.to_ascii_uppercase(),
        _ => verb.into(),
    };
    let has = |verbs: &str| verbs.split(", ").any(|known| known == subject);
    match HELP.iter().find(|(verbs, ..)| has(verbs)) {
        Some(row) => say(request, &["Use: ", &usage(row, ": ")].concat()),
        None => say(request, "I do not understand. HELP lists what I do."),
    }
}

fn usage((verbs, params, about): &(&str, &str, &str), separator: &str) -> String {
    format!("{verbs} {params}{separator}{about}")
}

/// Finds a channel that the client may know of, or says that there is none.
fn find<'a>(request: &mut Request<'a>, name: &str) -> Option<&'a Channel> {
    let (network, client) = (request.network, request.client);
    let found = network.channel_by_name(name);
    let found = found.filter(|channel| {
        let has_authority = channel.authority(client).highest().is_some();
        channel.is_visible_to(client.id) || has_authority
    });
    if found.is_none() {
        say(request, &format!("There is no channel {name}."));
    }
    found
}

/// Returns the account that a client is logged in to, or says that it is in to none.
fn holder(request: &mut Request<'_>) -> Option<Holder> {
    let holder = holder_of(request.client);
    if holder.is_none() {
        say(request, NOT_LOGGED_IN);
    }
    holder
}

fn holder_of(client: &Client) -> Option<Holder> {
    client.account.as_ref().map(|account| Holder {
        account: account.id,
        name: account.name.clone(),
    })
}

/// Asks which account has a name.
fn ask(request: &mut Request<'_>, wish: Wish, name: &str) {
    request.act(Event::Errand(Errand {
        purpose: Purpose::ChanServ(wish),
        question: Question::Lookup { name: name.into() },
    }));
}

/// Returns a channel with who wants something of it.
///
/// # Errors
/// When one of them is not there any more.
fn parties(
    network: &Network,
    by: ClientId,
    channel: ChannelId,
) -> Result<(&Client, &Channel), Refusal> {
    match (network.clients.find(by), network.channels.find(channel)) {
        (Some(client), Some(channel)) => Ok((client, channel)),
        _ => Err(refusal(by, network, "There is no such channel any more.")),
    }
}

fn say(request: &mut Request<'_>, text: &str) {
    let (to, network) = (request.client.id, request.network);
    super::say(NICK, to, network, request.say(), text);
}

fn refusal(to: ClientId, network: &Network, text: &str) -> Refusal {
    super::refusal(NICK, to, network, text)
}

/// The nick of the service.
pub(crate) const NICK: &str = "ChanServ";

const NOT_LOGGED_IN: &str = "You are not logged in: see NickServ.";

const NOT_FOUNDER: &str = "That is for the channel's founder.";

/// Commands, their parameters and what they do.
const HELP: [(&str, &str, &str); 9] = [
    (
        "REGISTER",
        "#channel",
        "make a channel your account's, for good; you have to be its operator",
    ),
    (
        "UNREGISTER, DROP",
        "#channel [code]",
        "take that back; without the code it is told to you",
    ),
    (
        "INFO",
        "#channel",
        "whose the channel is, since when, and how it is set",
    ),
    (
        "AMODE",
        "#channel [+letter or -letter account]",
        "what accounts get on joining: q a o h v, one each; alone, the list",
    ),
    (
        "OP, DEOP, VOICE, DEVOICE, HALFOP, DEHALFOP, PROTECT, DEPROTECT, OWNER, DEOWNER",
        "#channel [nick]",
        "give or take a prefix, as your account may; without a nick your own",
    ),
    (
        "TRANSFER",
        "#channel account; TRANSFER ACCEPT #channel; TRANSFER CANCEL #channel",
        "give the channel to another account, which has to accept it",
    ),
    (
        "CLEAR",
        "#channel USERS or AMODES",
        "send everybody out of the channel; forget what accounts get in it",
    ),
    (
        "PURGE",
        "#channel [code]",
        "end a channel with all it remembers; for operators of the network",
    ),
    ("HELP", "[command]", "this"),
];
