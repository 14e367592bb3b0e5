//! From one line to all who see it: encoded once for each way of writing it, then shared.
//!
//! Invariant: the session whose command is carried out never receives its own copy from here, but
//! among its [`Replies`](super::Replies), so that label and order are right. The other sessions of
//! its client are told like everybody else.

use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;

use super::audience::{Lists, Sender};
use super::channel::Channel;
use super::client::{Client, UserMode};
use super::modes::Flag;
use super::rank::{Prefix, Rank};
use super::replies;
use super::session::Session;
use super::{Effects, Network};
use crate::irc::caps::{Caps, Encoding};
use crate::irc::command::relaymsg;
use crate::irc::event::Stamp;
use crate::irc::history::{HistoryRequest, msgid_text, time_text};
use crate::irc::id::{ChannelId, ClientId, SessionId};
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
    /// The same, on several lines, for those without `draft/multiline`.
    single: Option<String>,
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
            single: None,
            needs: Caps::NONE,
            lacks: Caps::NONE,
        }
    }

    /// Makes one of several lines, which begins with the one that has the tags; `single` is for
    /// those who do not know batches of this kind.
    pub(crate) fn lines(stamp: &'a Stamp, batch: String, single: String) -> Self {
        Self {
            body: batch,
            single: Some(single),
            ..Self::new(stamp, |_| {})
        }
    }

    /// Says which client it is from.
    pub(crate) fn by(self, sender: &Client) -> Self {
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
        let body = match (&self.extended, &self.single) {
            (Some(extended), _) if encoding.extended_join => extended,
            (_, Some(single)) if !encoding.multiline => single,
            _ => &self.body,
        };
        let mut out = String::with_capacity(TAGS_BYTES_LIKELY + body.len());
        match &self.single {
            Some(single) if !encoding.multiline => {
                // The first of them stands for the message.
                for (place, line) in single.split_inclusive('\n').enumerate() {
                    self.write(&mut out, line, encoding, place == 0);
                }
            }
            _ => self.write(&mut out, body, encoding, true),
        }
        Some(out)
    }

    /// Writes a line, or several of which the first has the tags.
    fn write(&self, out: &mut String, body: &str, encoding: Encoding, is_message: bool) {
        let mut line = Line::new(out);
        if encoding.server_time {
            line = line.tag("time", &time_text(self.stamp.wall_ms));
        }
        if let (true, Some(account)) = (encoding.account_tag, &self.account) {
            line = line.tag("account", account);
        }
        if encoding.message_tags && self.bot {
            line = line.tag("bot", "");
        }
        if let (true, Some((key, by))) = (encoding.relaymsg, self.relayer()) {
            line = line.tag(key, by);
        }
        if let (true, Some(tags)) = (encoding.message_tags && is_message, self.tags) {
            line = line
                .tag("msgid", &msgid_text(self.stamp))
                .client_tags(tags.iter().filter(|(key, _)| key != relaymsg::TAG));
        }
        line.before(body);
    }

    /// Returns the line for a client with these capabilities; `None` if it is kept from it.
    pub(crate) fn for_client(&self, caps: Caps) -> Option<String> {
        self.is_for(caps)
            .then(|| self.encode(caps.encoding()))
            .flatten()
    }

    pub(super) fn is_for(&self, caps: Caps) -> bool {
        caps.has(self.needs) && !caps.has_any(self.lacks)
    }

    fn is_for_all(&self) -> bool {
        self.needs == Caps::NONE && self.lacks == Caps::NONE
    }

    /// Returns the tag that says who has relayed it.
    fn relayer(&self) -> Option<&(String, String)> {
        let mut tags = self.tags.into_iter().flatten();
        tags.find(|(key, _)| key == relaymsg::TAG)
    }

    /// Returns the encoding in which the line is the same, with as little as possible.
    pub(super) fn plainest(&self, encoding: Encoding) -> Encoding {
        Encoding {
            message_tags: encoding.message_tags && (self.tags.is_some() || self.bot),
            server_time: encoding.server_time,
            account_tag: encoding.account_tag && self.account.is_some(),
            extended_join: encoding.extended_join && self.extended.is_some(),
            relaymsg: encoding.relaymsg && self.relayer().is_some(),
            multiline: encoding.multiline && self.single.is_some(),
        }
    }
}

impl Effects<'_> {
    /// Sends complete lines to a session: among its replies, if it is its line that is carried out.
    pub(crate) fn say(&mut self, to: SessionId, lines: String) {
        if to == self.replies.to() {
            self.replies.lines().push_str(&lines);
        } else if !lines.is_empty() {
            let (to, lines) = (Recipients::One(to), Bytes::from(lines));
            self.outputs.push(Output::Send { to, lines });
        }
    }

    /// Keeps a place for stored messages in the queue of a session.
    pub(crate) fn history(&mut self, mut request: HistoryRequest, network: &mut Network) {
        if request.to == self.replies.to() {
            return self.replies.history(request);
        }
        request.reply.batch = replies::batch_reference(request.to, network);
        self.outputs.push(Output::History(request));
    }

    /// Tells the session whose line is carried out what has come of it.
    pub(crate) fn echo(&mut self, relay: &Relay<'_>, network: &Network) {
        let session = network.sessions.find(self.replies.to());
        let line = session.and_then(|session| relay.for_client(session.caps));
        self.replies.lines().extend(line);
    }
}

impl Network {
    /// Sends to all members of a channel, also to the sender's, but for one session.
    pub(crate) fn send_to_channel(
        &mut self,
        channel: ChannelId,
        except: SessionId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        if !relay.is_for_all() {
            return self.send_to_some(channel, Some(except), relay, outputs, |_, _, _| true);
        }
        if let Some(channel) = self.channels.find_mut(channel) {
            let mut sender = Sender::new(relay, outputs);
            for audience in channel.audiences(&self.clients, &self.sessions) {
                sender.send(audience, Some(except));
            }
        }
    }

    /// Sends to those members of a channel, but for one session, who may know that `of` is there:
    /// what became of it.
    pub(crate) fn send_to_viewers(
        &mut self,
        channel: ChannelId,
        of: ClientId,
        except: SessionId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        let Some(known) = self.channels.find(channel) else {
            return;
        };
        if known.modes.has(Flag::Auditorium) && !known.has_rank(of, Prefix::Voice) {
            let shows = |channel: &Channel, member, _| channel.shows(of, member);
            self.send_to_some(channel, Some(except), relay, outputs, shows);
        } else {
            self.send_to_channel(channel, except, relay, outputs);
        }
    }

    /// Sends to those members of a channel who may know that `of` is there, but not to itself.
    pub(crate) fn send_to_witnesses(
        &self,
        channel: ChannelId,
        of: ClientId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        self.send_to_some(channel, None, relay, outputs, |channel, member, _| {
            member != of && channel.shows(of, member)
        });
    }

    /// Sends to the members of a channel who have this prefix or a higher one, and to the sender's
    /// other sessions.
    pub(crate) fn send_to_ranked(
        &self,
        channel: ChannelId,
        (from, except): (ClientId, SessionId),
        least: Prefix,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        let hears = |_: &Channel, member, rank: Rank| member == from || rank.is_at_least(least);
        self.send_to_some(channel, Some(except), relay, outputs, hears);
    }

    /// Sends to the members of an auditorium to whom those without a prefix are not shown, but to
    /// `of`: that it appears or vanishes.
    pub(crate) fn send_to_audience(
        &self,
        channel: ChannelId,
        of: ClientId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        self.send_to_some(channel, None, relay, outputs, |_, member, rank| {
            member != of && !rank.is_at_least(Prefix::Halfop)
        });
    }

    /// Sends to those members of a channel who are meant, but for one session.
    fn send_to_some(
        &self,
        channel: ChannelId,
        except: Option<SessionId>,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
        is_meant: impl Fn(&Channel, ClientId, Rank) -> bool,
    ) {
        let Some(channel) = self.channels.find(channel) else {
            return;
        };
        let members = channel.members.iter();
        let members = members.filter(|&(&member, &rank)| is_meant(channel, member, rank));
        let mut lists = Lists::default();
        for session in members.flat_map(|(&member, _)| self.sessions_of(member)) {
            lists.push_if(session, except, relay);
        }
        Sender::new(relay, outputs).send(&lists.shared(), None);
    }

    /// Sends to all sessions of a client.
    pub(crate) fn send_to_client(
        &self,
        client: ClientId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        self.send_to_sessions(self.sessions_of(client), None, relay, outputs);
    }

    /// Sends to the sessions of a client but for one: what that one has done.
    pub(crate) fn send_to_others(
        &self,
        client: ClientId,
        except: SessionId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        self.send_to_sessions(self.sessions_of(client), Some(except), relay, outputs);
    }

    /// Sends to everybody who sees `client` on a channel, once to each, not to itself.
    ///
    /// News that need a capability reach those who monitor it, too (IRCv3 extended-monitor).
    pub(crate) fn send_to_peers(
        &mut self,
        client: ClientId,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        self.epoch += 1;
        let epoch = self.epoch;
        let Some(own) = self.clients.find_mut(client) else {
            return;
        };
        own.mark = epoch;
        let (channels, folded) = (own.channels.clone(), own.folded.clone());
        let mut lists = Lists::default();
        for channel in channels.iter().filter_map(|&id| self.channels.find(id)) {
            for &member in channel.members.keys() {
                if channel.shows(client, member) && self.clients.visit(member, epoch) {
                    for session in self.sessions_of(member) {
                        lists.push_if(session, None, relay);
                    }
                }
            }
        }
        if relay.needs != Caps::NONE {
            for watcher in self.monitors.watchers(&folded) {
                let session = self.sessions.find(watcher);
                let is_peer = |session: &&Session| {
                    let client = self.clients.find(session.client);
                    client.is_some_and(|client| client.mark == epoch)
                };
                let extends = |session: &&Session| session.caps.has(Caps::EXTENDED_MONITOR);
                if let Some(session) = session.filter(extends).filter(|it| !is_peer(it)) {
                    lists.push_if(session, None, relay);
                }
            }
        }
        Sender::new(relay, outputs).send(&lists.shared(), None);
    }

    /// Sends to each of some sessions but for one.
    pub(crate) fn send_to_sessions<'a>(
        &self,
        receivers: impl Iterator<Item = &'a Session>,
        except: Option<SessionId>,
        relay: &Relay<'_>,
        outputs: &mut Vec<Output>,
    ) {
        let mut lists = Lists::default();
        for receiver in receivers {
            lists.push_if(receiver, except, relay);
        }
        Sender::new(relay, outputs).send(&lists.shared(), None);
    }

    /// Forgets who receives what where a client is, whose sessions or their capabilities have
    /// changed.
    pub(crate) fn regroup(&mut self, client: ClientId) {
        let known = self.clients.find(client);
        for &channel in known.iter().flat_map(|client| &client.channels) {
            if let Some(channel) = self.channels.find_mut(channel) {
                channel.roll.regroup(client);
            }
        }
    }
}

fn line(write: impl FnOnce(Line<'_>)) -> String {
    let mut body = String::new();
    write(Line::new(&mut body));
    body
}

/// What `time`, `account` and `msgid` take, so that an ordinary line is allocated once.
const TAGS_BYTES_LIKELY: usize = 128;
