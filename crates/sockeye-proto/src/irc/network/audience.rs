//! The sessions that receive a line, by the way in which it is written for them.

use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;

use super::channel::Channel;
use super::client::Clients;
use super::deliver::Relay;
use super::session::{Session, Sessions};
use crate::irc::caps::Encoding;
use crate::irc::id::SessionId;
use crate::irc::input::{Output, Recipients};

/// Who receives a line, by encoding; those that do not occur are left out.
pub(super) type Audience = Vec<(Encoding, Arc<[SessionId]>)>;

/// Sessions by encoding.
#[derive(Default)]
pub(super) struct Lists(Vec<(Encoding, Vec<SessionId>)>);

impl Lists {
    fn push(&mut self, session: &Session) {
        let encoding = session.caps.encoding();
        match self.0.iter_mut().find(|(known, _)| *known == encoding) {
            Some((_, list)) => list.push(session.id),
            None => self.0.push((encoding, Vec::from([session.id]))),
        }
    }

    /// Adds a session that the line is for, unless it is the one that does not receive it.
    pub(super) fn push_if(
        &mut self,
        session: &Session,
        except: Option<SessionId>,
        relay: &Relay<'_>,
    ) {
        if relay.is_for(session.caps) && Some(session.id) != except {
            self.push(session);
        }
    }

    pub(super) fn shared(self) -> Audience {
        let lists = self.0.into_iter();
        lists
            .map(|(encoding, list)| (encoding, list.into()))
            .collect()
    }
}

impl Channel {
    /// Returns the sessions of all members.
    pub(super) fn audience(&mut self, clients: &Clients, sessions: &Sessions) -> &Audience {
        self.audience.get_or_insert_with(|| {
            let mut lists = Lists::default();
            let members = self.members.keys().filter_map(|&id| clients.find(id));
            let ids = members.flat_map(|member| &member.sessions);
            for session in ids.filter_map(|&id| sessions.find(id)) {
                lists.push(session);
            }
            lists.shared()
        })
    }
}

/// Writes the line once for each encoding, and hands it to all but one.
pub(super) fn send(
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
        let to = match (except, &**members) {
            // Lists with an exception are those of channels, which are shared by many lines.
            (None, &[only]) => Recipients::One(only),
            _ => Recipients::Many {
                members: Arc::clone(members),
                except,
            },
        };
        outputs.push(Output::Send { to, lines });
    }
}
