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
use super::session::Sessions;
use crate::irc::caps::Encoding;
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
    /// The line without tags, with CR LF.
    body: String,
}

impl<'a> Relay<'a> {
    /// Makes a line that says what has happened.
    pub(crate) fn new(stamp: &'a Stamp, write: impl FnOnce(Line<'_>)) -> Self {
        let mut body = String::new();
        write(Line::new(&mut body));
        Self {
            stamp,
            tags: None,
            tags_only: false,
            body,
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

    /// Returns the complete line; `None` if there is none in this encoding.
    pub(crate) fn encode(&self, encoding: Encoding) -> Option<String> {
        if self.tags_only && !encoding.message_tags {
            return None;
        }
        let mut out = String::with_capacity(TAGS_BYTES_LIKELY + self.body.len());
        let mut line = Line::new(&mut out);
        if encoding.server_time {
            line = line.tag("time", &time_text(self.stamp.wall_ms));
        }
        if let (true, Some(tags)) = (encoding.message_tags, self.tags) {
            line = line
                .tag("msgid", &msgid_text(self.stamp))
                .client_tags(tags.iter());
        }
        line.before(&self.body);
        Some(out)
    }
}

impl Channel {
    fn audience(&mut self, sessions: &Sessions) -> &[Arc<[SessionId]>; Encoding::COUNT] {
        self.audience.get_or_insert_with(|| {
            let mut lists = Lists::default();
            for &member in self.members.keys() {
                lists.push(sessions, member);
            }
            lists.0.map(Arc::from)
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
        send(
            channel.audience(&self.sessions),
            Some(except),
            relay,
            outputs,
        );
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
        if let Some(line) = relay.encode(receiver.caps.encoding()) {
            outputs.push(Output::Send {
                to: Recipients::One(session),
                lines: Bytes::from(line),
            });
        }
    }

    /// Sends to everybody who shares a channel with `session`, once to each, not to itself.
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
        let mut lists = Lists::default();
        for channel in channels.iter().filter_map(|&id| self.channels.find(id)) {
            for &member in channel.members.keys() {
                let Some(peer) = self.sessions.find_mut(member) else {
                    continue;
                };
                if core::mem::replace(&mut peer.mark, epoch) != epoch {
                    lists.push(&self.sessions, member);
                }
            }
        }
        send(&lists.0.map(Arc::from), None, relay, outputs);
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

/// Sessions by encoding.
#[derive(Default)]
struct Lists([Vec<SessionId>; Encoding::COUNT]);

impl Lists {
    fn push(&mut self, sessions: &Sessions, id: SessionId) {
        let Some(session) = sessions.find(id) else {
            return;
        };
        if let Some(list) = self.0.get_mut(session.caps.encoding().index()) {
            list.push(id);
        }
    }
}

fn send(
    audience: &[Arc<[SessionId]>; Encoding::COUNT],
    except: Option<SessionId>,
    relay: &Relay<'_>,
    outputs: &mut Vec<Output>,
) {
    for encoding in ENCODINGS {
        let Some(members) = audience.get(encoding.index()) else {
            continue;
        };
        if members.iter().all(|&member| Some(member) == except) {
            continue;
        }
        if let Some(line) = relay.encode(encoding) {
            let to = Recipients::Many {
                members: Arc::clone(members),
                except,
            };
            outputs.push(Output::Send {
                to,
                lines: Bytes::from(line),
            });
        }
    }
}

const ENCODINGS: [Encoding; Encoding::COUNT] = [
    Encoding {
        message_tags: false,
        server_time: false,
    },
    Encoding {
        message_tags: true,
        server_time: false,
    },
    Encoding {
        message_tags: false,
        server_time: true,
    },
    Encoding {
        message_tags: true,
        server_time: true,
    },
];

/// What `time` and `msgid` take, so that an ordinary line is allocated once.
const TAGS_BYTES_LIKELY: usize = 96;
