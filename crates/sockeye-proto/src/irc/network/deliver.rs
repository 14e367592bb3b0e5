//! From one line to all who see it: encoded once for each way of writing it, then shared.
//!
//! Invariant: the one whose command is carried out never receives its own copy from here, but
//! among its [`Replies`](super::Replies), so that label and order are right.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;

use super::Network;
use super::channel::Channel;
use super::modes::Flag;
use super::rank::{Prefix, Rank};
use super::session::{Session, Sessions, UserMode};
use crate::irc::caps::{Caps, Encoding};
use crate::irc::event::Stamp;
use crate::irc::history::{msgid_text, time_text};
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::input::{Output, Recipients};
use crate::irc::message::Line;

/// A line on its way to several clients.
#[derive(Debug)]
pub(crate) struct Relay<'a> {
    stamp: &'a Stamp,
    /// `None`: a line that is no message, without msgid and client-only tags.
    tags: Option<&'a [(String, String)]>,
    /// Whether it consists of its tags, so that others have no use for it.
    tags_only: bool,
    /// The account of who it is from.
    account: Option<String>,
    /// Whether it is from a program (IRCv3 bot mode).
    bot: bool,
    /// The line without tags, with CR LF.
    body: String,
    /// The same for `extended-join`.
    extended: Option<String>,
    /// Capabilities that a receiver must have.
    needs: Caps,
    /// Capabilities that a receiver must not have.
    lacks: Caps,
}

impl<'a> Relay<'a> {
    /// Makes a line that says what has happened.
    pub(crate) fn new(stamp: &'a Stamp, write: impl FnOnce(Line<'_>)) -> Self {
        Self {
            stamp,
            tags: None,
            tags_only: false,
            account: None,
            bot: false,
            body: line(write),
            extended: None,
            needs: Caps::NONE,
            lacks: Caps::NONE,
        }
    }

    /// Says which client it is from.
    pub(crate) fn by(self, sender: &Session) -> Self {
        let account = sender.account.as_ref().map(|account| account.name.clone());
        let bot = sender.modes.has(UserMode::Bot);
        Self {
            account,
            bot,
            ..self
        }
    }

    /// Makes it a message, with an id and the sender's tags.
    pub(crate) fn message(self, tags: &'a [(String, String)], tags_only: bool) -> Self {
        Self {
            tags: Some(tags),
            tags_only,
            ..self
        }
    }

    /// Sets what it is for clients with `extended-join`.
    pub(crate) fn extended(self, write: impl FnOnce(Line<'_>)) -> Self {
        Self {
            extended: Some(line(write)),
            ..self
        }
    }

    /// Keeps it from clients without these capabilities.
    pub(crate) fn needs(self, needs: Caps) -> Self {
        Self { needs, ..self }
    }

    /// Keeps it from clients with any of these capabilities.
    pub(crate) fn lacks(self, lacks: Caps) -> Self {
        Self { lacks, ..self }
    }

    /// Returns the complete line; `None` if there is none in this encoding.
    pub(crate) fn encode(&self, encoding: Encoding) -> Option<String> {
        if self.tags_only && !encoding.message_tags {
            return None;
        }
        let body = match &self.extended {
            Some(extended) if encoding.extended_join => extended,
            _ => &self.body,
        };
        let mut out = String::with_capacity(TAGS_BYTES_LIKELY + body.len());
        let mut line = Line::new(&mut out);
        if encoding.server_time {
            line = line.tag("time", &time_text(self.stamp.wall_ms));
        }
        if let (true, Some(account)) = (encoding.account_tag, &self.account) {
            line = line.tag("account", account);
        }
        if encoding.message_tags && self.bot {
            line = line.tag("bot", "");
        }
        if let (true, Some(tags)) = (encoding.message_tags, self.tags) {
            line = line
                .tag("msgid", &msgid_text(self.stamp))
                .client_tags(tags.iter());
        }
        line.before(body);
        Some(out)
    }

    /// Returns the line for a client with these capabilities; `None` if it is kept from it.
    pub(crate) fn for_client(&self, caps: Caps) -> Option<String> {
        self.is_for(caps)
            .then(|| self.encode(caps.encoding()))
            .flatten()
    }

    fn is_for(&self, caps: Caps) -> bool {
        caps.has(self.needs) && !caps.has_any(self.lacks)
    }

    fn is_for_all(&self) -> bool {
        self.needs == Caps::NONE && self.lacks == Caps::NONE
    }

    /// Returns the encoding in which the line is the same, with as little as possible.
    fn plainest(&self, encoding: Encoding) -> Encoding {
        Encoding {
            message_tags: encoding.message_tags && (self.tags.is_some() || self.bot),
            server_time: encoding.server_time,
            account_tag: encoding.account_tag && self.account.is_some(),
            extended_join: encoding.extended_join && self.extended.is_some(),
        }
    }
}

impl Channel {
    fn audience(&mut self, sessions: &Sessions) -> &Audience {
        self.audience.get_or_insert_with(|| {
            let mut lists = Lists::default();
            for &member in self.members.keys() {
                lists.push(sessions, member);
            }
            lists.shared()
        })
    }
}

impl Network {
    /// Sends to all members of a channel but one.
    pub(crate) fn send_to_channel(
        &mut self,
        channel: ChannelId,
        except: SessionId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        let Some(channel) = self.channels.find_mut(channel) else {
            return;
        };
        if relay.is_for_all() {
            let audience = channel.audience(&self.sessions);
            return send(audience, Some(except), relay, outputs);
        }
        let id = channel.id;
        self.send_to_some(id, relay, outputs, |_, member, _| member != except);
    }

    /// Sends to those members of a channel, but for one, who may know that `of` is there: what
    /// became of it.
    pub(crate) fn send_to_viewers(
        &mut self,
        channel: ChannelId,
        of: SessionId,
        except: SessionId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        let Some(known) = self.channels.find(channel) else {
            return;
        };
        if known.modes.has(Flag::Auditorium) && !known.has_rank(of, Prefix::Voice) {
            self.send_to_some(channel, relay, outputs, |channel, member, _| {
                member != except && channel.shows(of, member)
            });
        } else {
            self.send_to_channel(channel, except, relay, outputs);
        }
    }

    /// Sends to the members of a channel, but for one, who have this prefix or a higher one.
    pub(crate) fn send_to_ranked(
        &self,
        channel: ChannelId,
        except: SessionId,
        least: Prefix,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        self.send_to_some(channel, relay, outputs, |_, member, rank| {
            member != except && rank.is_at_least(least)
        });
    }

    /// Sends to the members of an auditorium to whom those without a prefix are not shown, but to
    /// `of`: that it appears or vanishes.
    pub(crate) fn send_to_audience(
        &self,
        channel: ChannelId,
        of: SessionId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        self.send_to_some(channel, relay, outputs, |_, member, rank| {
            member != of && !rank.is_at_least(Prefix::Halfop)
        });
    }

    /// Sends to those members of a channel who are meant.
    fn send_to_some(
        &self,
        channel: ChannelId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
        is_meant: impl Fn(&Channel, SessionId, Rank) -> bool,
    ) {
        let Some(channel) = self.channels.find(channel) else {
            return;
        };
        let mut lists = Lists::default();
        for (&member, &rank) in &channel.members {
            if is_meant(channel, member, rank) {
                lists.push_if(&self.sessions, member, |caps| relay.is_for(caps));
            }
        }
        send(&lists.shared(), None, relay, outputs);
    }

    /// Sends to one client.
    pub(crate) fn send_to_session(
        &self,
        session: SessionId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        let Some(receiver) = self.sessions.find(session) else {
            return;
        };
        if let Some(line) = relay.for_client(receiver.caps) {
            outputs.push(Output::Send {
                to: Recipients::One(session),
                lines: Bytes::from(line),
            });
        }
    }

    /// Sends to everybody who sees `session` on a channel, once to each, not to itself.
    ///
    /// News that need a capability reach those who monitor it, too (IRCv3 extended-monitor).
    pub(crate) fn send_to_peers(
        &mut self,
        session: SessionId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        self.epoch += 1;
        let epoch = self.epoch;
        let Some(own) = self.sessions.find_mut(session) else {
            return;
        };
        own.mark = epoch;
        let channels = own.channels.clone();
        let watchers = match relay.needs {
            Caps::NONE => Vec::new(),
            _ => self.monitors.watchers(&own.folded).collect(),
        };
        let mut lists = Lists::default();
        for channel in channels.iter().filter_map(|&id| self.channels.find(id)) {
            for &member in channel.members.keys() {
                if channel.shows(session, member) && self.sessions.visit(member, epoch) {
                    lists.push_if(&self.sessions, member, |caps| relay.is_for(caps));
                }
            }
        }
        for watcher in watchers {
            if self.sessions.visit(watcher, epoch) {
                lists.push_if(&self.sessions, watcher, |caps| {
                    caps.has(Caps::EXTENDED_MONITOR) && relay.is_for(caps)
                });
            }
        }
        send(&lists.shared(), None, relay, outputs);
    }

    /// Sends to each of some clients.
    pub(crate) fn send_to_each(
        &self,
        receivers: impl Iterator<Item = SessionId>,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        let mut lists = Lists::default();
        for receiver in receivers {
            lists.push_if(&self.sessions, receiver, |caps| relay.is_for(caps));
        }
        send(&lists.shared(), None, relay, outputs);
    }

    /// Forgets who receives what in the channels of `session`, whose capabilities have changed.
    pub(crate) fn regroup(&mut self, session: SessionId) {
        let Some(session) = self.sessions.find(session) else {
            return;
        };
        for &id in &session.channels {
            if let Some(channel) = self.channels.find_mut(id) {
                channel.audience = None;
            }
        }
    }
}

/// Who receives a line, by encoding; those that do not occur are left out.
pub(super) type Audience = Vec<(Encoding, Arc<[SessionId]>)>;

/// Sessions by encoding.
#[derive(Default)]
struct Lists(Vec<(Encoding, Vec<SessionId>)>);

impl Lists {
    fn push(&mut self, sessions: &Sessions, id: SessionId) {
        self.push_if(sessions, id, |_| true);
    }

    fn push_if(&mut self, sessions: &Sessions, id: SessionId, is_for: impl Fn(Caps) -> bool) {
        let Some(session) = sessions.find(id).filter(|session| is_for(session.caps)) else {
            return;
        };
        let encoding = session.caps.encoding();
        match self.0.iter_mut().find(|(known, _)| *known == encoding) {
            Some((_, list)) => list.push(id),
            None => self.0.push((encoding, Vec::from([id]))),
        }
    }

    fn shared(self) -> Audience {
        let lists = self.0.into_iter();
        lists
            .map(|(encoding, list)| (encoding, list.into()))
            .collect()
    }
}

fn send(
    audience: &Audience,
    except: Option<SessionId>,
    relay: &Relay<'_>,
    outputs: &mut Vec<Output>,
) {
    // What an encoding has more than another may not occur in this line.
    let mut written: Vec<(Encoding, Bytes)> = Vec::new();
    for (encoding, members) in audience {
        if members.iter().all(|&member| Some(member) == except) {
            continue;
        }
        let plainest = relay.plainest(*encoding);
        let known = written.iter().find(|(known, _)| *known == plainest);
        let lines = match known {
            Some((_, lines)) => lines.clone(),
            None => match relay.encode(plainest).map(Bytes::from) {
                Some(lines) => lines,
                None => continue,
            },
        };
        if known.is_none() {
            written.push((plainest, lines.clone()));
        }
        let to = Recipients::Many {
            members: Arc::clone(members),
            except,
        };
        outputs.push(Output::Send { to, lines });
    }
}

fn line(write: impl FnOnce(Line<'_>)) -> String {
    let mut body = String::new();
    write(Line::new(&mut body));
    body
}

/// What `time`, `account` and `msgid` take, so that an ordinary line is allocated once.
const TAGS_BYTES_LIKELY: usize = 128;
