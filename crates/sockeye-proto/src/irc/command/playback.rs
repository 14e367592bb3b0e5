//! `*playback`: how clients that know bouncers ask for what they have missed (the playback module
//! of ZNC, `znc.in/playback`).
//!
//! It is spoken to by PRIVMSG or ZNC and answers by PRIVMSG, as modules of ZNC do. What PLAY asks for
//! holds for channels that are joined later, too, each of them once: clients ask as soon as they are
//! connected.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::chathistory::channels;
use super::{Asked, Request, targets};
use crate::irc::casemap::CHANNEL_PREFIX;
use crate::irc::event::Stamp;
use crate::irc::history::{
    Buffer, HistoryRequest, Keep, LIMIT_MAX, Point, Query, Reply, time_text,
};
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::message::Line;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Replies, mask};
use crate::irc::numeric::ERR_NOSUCHNICK;

/// What a session wants to see again, now and of channels that it joins.
#[derive(Debug, Clone)]
pub(crate) struct Playback {
    /// Masks of channels, and nicks, with commas between them.
    buffers: String,
    /// After this time, exclusive, milliseconds since 1970.
    after_ms: Option<u64>,
    /// Before this time, exclusive.
    before_ms: Option<u64>,
    /// The channels that it has seen again already.
    played: BTreeSet<ChannelId>,
}

/// PLAY.
#[derive(Debug)]
pub(crate) struct Play {
    session: SessionId,
    playback: Playback,
}

/// Hands what is said to the module over to it; returns whether it was meant.
pub(super) fn takes(request: &mut Request<'_>, receiver: &str, text: &str) -> bool {
    let is_meant = is_meant(request.network, receiver);
    if is_meant {
        command(request, text);
    }
    is_meant
}

/// Returns whether a target is the module.
pub(super) fn is_meant(network: &Network, receiver: &str) -> bool {
    network.settings.history && receiver.eq_ignore_ascii_case(MODULE)
}

/// ZNC, as its own clients write it: a module and its command.
pub(super) fn znc(request: &mut Request<'_>) {
    let module = request.param(0).unwrap_or_default();
    let words = request.message.params.get(1..).unwrap_or_default();
    if !takes(request, module, &words.join(" ")) {
        request.reply(ERR_NOSUCHNICK).param(module).text();
    }
}

fn command(request: &mut Request<'_>, text: &str) {
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let name = words.next().unwrap_or_default().to_ascii_uppercase();
    let words: Vec<_> = words.collect();
    match (name.as_str(), words.as_slice()) {
        ("PLAY", &[buffers, ref times @ ..]) => match Playback::parse(buffers, times) {
            Some(playback) => {
                let session = request.session.id;
                request.act(Event::Play(Play { session, playback }));
            }
            None => say(request, USAGE_OF_PLAY),
        },
        ("LIST", &[] | &[_]) => request.ask(list),
        ("CLEAR", &[_]) => say(
            request,
            "Nothing was cleared: the history here is that of all who were there",
        ),
        ("TIME", &[]) => {
            let (time, seconds) = (time_text(request.now_ms), seconds(request.now_ms));
            say(request, &format!("The current time is {time} [{seconds}]"));
        }
        _ => {
            say(request, USAGE_OF_PLAY);
            say(
                request,
                "LIST [buffers]: which there are, and the time of the latest message",
            );
            say(request, "TIME: what time it is here");
        }
    }
}

/// Which channels and people there are, each with the time of its latest message; the store tells.
fn list(asked: &Asked<'_>, replies: &mut Replies) {
    let words = asked.message.params.iter().skip(1);
    let mut words = words
        .flat_map(|param| param.split(' '))
        .filter(|word| !word.is_empty());
    let masks = words.find(|word| !word.eq_ignore_ascii_case("LIST"));
    let wanted = |name: &str| masks.is_none_or(|masks| fits(masks, name));
    let channels = channels(asked).into_iter();
    let query = Query::Targets {
        channels: channels.filter(|(_, name)| wanted(name)).collect(),
        // People are found by the store only, so they are told all together or not at all.
        owner: asked
            .client
            .account
            .as_ref()
            .map(|account| account.id)
            .filter(|_| wanted("")),
        after_ms: 0,
        before_ms: u64::MAX,
        limit: LIMIT_MAX,
    };
    let (session, nick) = (asked.session.id, asked.client.nick.clone());
    let request = replayed(asked.network, session, (query, nick), asked.stamp);
    if let Some(request) = request {
        replies.history(request);
    }
}

impl Playback {
    fn parse(buffers: &str, times: &[&str]) -> Option<Self> {
        let times: Vec<u64> = times
            .iter()
            .map(|time| parse_seconds(time))
            .collect::<Option<_>>()?;
        let (after_ms, before_ms) = match times.as_slice() {
            [] => (None, None),
            [from] => (Some(*from), None),
            [from, to] => (Some(*from), Some(to.saturating_add(1))),
            _ => return None,
        };
        // Nothing was said before the first second; 0 means all.
        let after_ms = after_ms.filter(|&ms| ms > 0);
        let is_short = targets(buffers).count() <= BUFFERS_MAX;
        is_short.then(|| Self {
            buffers: buffers.into(),
            after_ms,
            before_ms,
            played: BTreeSet::new(),
        })
    }

    fn query(&self, buffer: Buffer) -> Query {
        Query::Messages {
            buffer,
            after: self.after_ms.map(Point::Time),
            before: self.before_ms.map(Point::Time),
            keep: Keep::Last,
            limit: LIMIT_MAX,
        }
    }

    /// Returns the request for a channel, if it is wanted and has not been played yet.
    fn channel(&mut self, network: &Network, id: ChannelId) -> Option<(Query, String)> {
        let channel = network.channels.find(id).filter(|channel| channel.stored)?;
        if !fits(&self.buffers, &channel.name) || !self.played.insert(id) {
            return None;
        }
        let events = false;
        Some((
            self.query(Buffer::Channel { id, events }),
            channel.name.clone(),
        ))
    }
}

impl Intent for Play {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let mut playback = self.playback;
        let Some(client) = network.client_of(self.session) else {
            return;
        };
        let joined = client.channels.iter();
        let mut wanted: Vec<_> = joined
            .filter_map(|&id| playback.channel(network, id))
            .collect();
        let owner = client.account.as_ref().map(|account| account.id);
        for name in targets(&playback.buffers).filter(|name| !name.starts_with(CHANNEL_PREFIX)) {
            let Some(owner) = owner else {
                break;
            };
            if name == "*" {
                let query = Query::Directs {
                    owner,
                    after: playback.after_ms.map(Point::Time),
                    before: playback.before_ms.map(Point::Time),
                    limit: LIMIT_MAX,
                };
                wanted.push((query, client.nick.clone()));
            } else if let Some(peer) = network.direct_target(name) {
                let direct = Buffer::Direct {
                    owner,
                    peer,
                    events: false,
                };
                wanted.push((playback.query(direct), name.into()));
            }
        }
        for wanted in wanted {
            if let Some(request) = replayed(network, self.session, wanted, stamp) {
                effects.replies.history(request);
            }
        }
        if let Some(session) = network.sessions.find_mut(self.session) {
            session.playback = Some(Box::new(playback));
        }
    }
}

/// Returns what shows a channel again that a session has just joined, as far as it has asked for it.
pub(super) fn on_join(
    id: SessionId,
    channel: ChannelId,
    stamp: &Stamp,
    network: &mut Network,
) -> Option<HistoryRequest> {
    let mut playback = network.sessions.find_mut(id)?.playback.take()?;
    let wanted = playback.channel(network, channel);
    network.sessions.find_mut(id)?.playback = Some(playback);
    replayed(network, id, wanted?, stamp)
}

/// Returns a request whose answer nobody has asked for with a command of history.
pub(super) fn replayed(
    network: &Network,
    to: SessionId,
    (query, target): (Query, String),
    stamp: &Stamp,
) -> Option<HistoryRequest> {
    let session = network.sessions.find(to)?;
    let reply = Reply {
        server: network.settings.server.clone(),
        caps: session.caps,
        target,
        label: None,
        batch: String::new(),
        asked: None,
        channels: Vec::new(),
        hidden: Vec::new(),
    };
    let upto = stamp.number;
    Some(HistoryRequest {
        to,
        query,
        upto,
        reply,
    })
}

/// Whether one of several masks fits a channel.
fn fits(masks: &str, name: &str) -> bool {
    targets(masks).any(|wanted| mask::matches(wanted, name))
}

fn say(request: &mut Request<'_>, text: &str) {
    let (nick, server) = (&request.client.nick, &request.network.settings.server);
    let source = source(server);
    let line = Line::new(request.lines()).source(&source);
    line.command("PRIVMSG").param(nick).trailing(text);
}

/// Returns the source of what the module says.
pub(crate) fn source(server: &str) -> String {
    [MODULE, "!playback@", server].concat()
}

/// Reads seconds since 1970, with a fraction or without, as milliseconds.
fn parse_seconds(text: &str) -> Option<u64> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if seconds.is_empty() || !is_number(seconds) || !is_number(fraction) {
        return None;
    }
    let ms = fraction.bytes().chain(*b"000").take(3);
    let ms = ms.fold(0, |ms, digit| ms * 10 + u64::from(digit - b'0'));
    seconds
        .parse::<u64>()
        .ok()?
        .checked_mul(1_000)?
        .checked_add(ms)
}

/// Writes milliseconds as seconds with a fraction.
pub(crate) fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// The nick of the module.
const MODULE: &str = "*playback";

/// The type of the batch of a buffer that is played.
pub(crate) const BATCH_TYPE: &str = "znc.in/playback";

/// Most channels and people of one PLAY: each is a read of the store. A client is on as many
/// channels.
const BUFFERS_MAX: usize = 50;

const USAGE_OF_PLAY: &str =
    "PLAY <buffers> [from] [to]: sends what was said; times are seconds since 1970";
