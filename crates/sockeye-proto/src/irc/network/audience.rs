//! The sessions that receive a line, by the way in which it is written for them.
//!
//! Those of a channel are kept with the [pieces](super::roll) of its members, so that who comes or
//! goes changes one list, and all other lists are shared with the lines before.

#[cfg(test)]
mod tests;

use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;

use super::client::Clients;
use super::deliver::Relay;
use super::session::{Session, Sessions};
use crate::irc::caps::Encoding;
use crate::irc::id::{ClientId, SessionId};
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

/// Returns the sessions of some clients.
pub(super) fn of(members: &[ClientId], clients: &Clients, sessions: &Sessions) -> Audience {
    let mut lists = Lists::default();
    let members = members.iter().filter_map(|&id| clients.find(id));
    let ids = members.flat_map(|member| &member.sessions);
    for session in ids.filter_map(|&id| sessions.find(id)) {
        lists.push(session);
    }
    lists.shared()
}

/// Writes a line once for each encoding that occurs in several audiences.
pub(super) struct Sender<'a> {
    relay: &'a Relay<'a>,
    /// What an encoding has more than another may not occur in this line. `None`: it is no line for
    /// those.
    written: Vec<(Encoding, Option<Bytes>)>,
    outputs: &'a mut Vec<Output>,
}

impl<'a> Sender<'a> {
    pub(super) fn new(relay: &'a Relay<'a>, outputs: &'a mut Vec<Output>) -> Self {
        Self {
            relay,
            written: Vec::new(),
            outputs,
        }
    }

    /// Hands the line to all but one.
    pub(super) fn send(&mut self, audience: &Audience, except: Option<SessionId>) {
        // Lists with an exception are those of channels, which are shared by many lines.
        let is_shared = except.is_some();
        for (encoding, members) in audience {
            // Only a list in which somebody is left out differs from that of the line before.
            let except = except.filter(|except| members.contains(except));
            if members.len() == 1 && except.is_some() {
                continue;
            }
            let Some(lines) = self.written(*encoding) else {
                continue;
            };
            let to = match &**members {
                &[only] if !is_shared => Recipients::One(only),
                _ => Recipients::Many {
                    members: Arc::clone(members),
                    except,
                },
            };
            self.outputs.push(Output::Send { to, lines });
        }
    }

    fn written(&mut self, encoding: Encoding) -> Option<Bytes> {
        let plainest = self.relay.plainest(encoding);
        let mut written = self.written.iter();
        if let Some((_, known)) = written.find(|(known, _)| *known == plainest) {
            return known.clone();
        }
        let lines = self.relay.encode(plainest).map(Bytes::from);
        self.written.push((plainest, lines.clone()));
        lines
    }
}
