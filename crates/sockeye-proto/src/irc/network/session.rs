//! The connections of clients: each has its own capabilities, queue and labels.
//!
//! ```text
//!  Client (nick, channels, modes) ◀── Session (capabilities, link) ◀── Session … or none at all
//! ```

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Client, Network};
use crate::irc::caps::Caps;
use crate::irc::command::playback::Playback;
use crate::irc::id::{ClientId, SessionId};
use crate::irc::input::{Candidate, Link};
use crate::irc::metadata::Pace;

/// One connection of a client.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) client: ClientId,
    pub(crate) caps: Caps,
    pub(crate) link: Link,
    /// Why it is away; [`NOBODY_THERE`](crate::irc::command::away::NOBODY_THERE): nobody is in front
    /// of it.
    pub(crate) away: Option<String>,
    /// Whose coming and going it is told, as compared and as it wrote them.
    pub(crate) monitors: BTreeMap<String, String>,
    /// The keys of metadata whose values it is told.
    pub(crate) subscriptions: BTreeSet<String>,
    /// How soon it may SYNC again.
    pub(crate) syncs_pace: Pace,
    /// What it has asked to be shown again.
    pub(crate) playback: Option<Box<Playback>>,
    /// How many batches it has been sent: their reference tags are unique for it.
    batches: u64,
}

impl Session {
    /// Makes the connection of a client that has asked to enter.
    pub(crate) fn of(candidate: &Candidate, client: ClientId) -> Self {
        Self {
            id: candidate.session,
            client,
            caps: candidate.caps,
            link: candidate.link.clone(),
            away: candidate.away.clone(),
            monitors: BTreeMap::new(),
            subscriptions: BTreeSet::new(),
            syncs_pace: Pace::default(),
            playback: None,
            batches: 0,
        }
    }

    /// Returns a batch reference that this session has not seen yet.
    pub(crate) fn batch_reference(&mut self) -> String {
        self.batches += 1;
        format!("{}", self.batches)
    }
}

/// All sessions, by slot.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Vec<Option<Session>>);

impl Sessions {
    pub(crate) fn find(&self, id: SessionId) -> Option<&Session> {
        let place = self.0.get(id.slot())?.as_ref();
        place.filter(|session| session.id == id)
    }

    pub(crate) fn find_mut(&mut self, id: SessionId) -> Option<&mut Session> {
        let place = self.0.get_mut(id.slot())?.as_mut();
        place.filter(|session| session.id == id)
    }

    /// Returns all of them in the order of their slots.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Session> {
        self.0.iter().flatten()
    }

    fn insert(&mut self, session: Session) {
        let slot = session.id.slot();
        if self.0.len() <= slot {
            self.0.resize_with(slot + 1, || None);
        }
        if let Some(place) = self.0.get_mut(slot) {
            *place = Some(session);
        }
    }

    fn remove(&mut self, id: SessionId) -> Option<Session> {
        let place = self.0.get_mut(id.slot())?;
        place.take_if(|session| session.id == id)
    }
}

impl Network {
    /// Gives a client one more connection, whose slot is free.
    pub(crate) fn attach(&mut self, session: Session) {
        if let Some(client) = self.clients.find_mut(session.client) {
            client.sessions.push(session.id);
            let client = session.client;
            self.sessions.insert(session);
            self.regroup(client);
        }
    }

    /// Takes a connection from its client.
    pub(crate) fn detach(&mut self, id: SessionId) {
        self.unmonitor_all(id);
        self.errands.remove(&id);
        self.leaving.remove(&id);
        let Some(session) = self.sessions.remove(id) else {
            return;
        };
        if let Some(client) = self.clients.find_mut(session.client) {
            client.sessions.retain(|&other| other != id);
            self.regroup(session.client);
        }
    }

    /// Returns whose connection it is.
    pub(crate) fn client_of(&self, session: SessionId) -> Option<&Client> {
        let session = self.sessions.find(session)?;
        self.clients.find(session.client)
    }

    /// Returns the connections of a client, the oldest first.
    pub(crate) fn sessions_of(&self, client: ClientId) -> impl Iterator<Item = &Session> {
        let ids = self.clients.find(client);
        let ids = ids.into_iter().flat_map(|client| &client.sessions);
        ids.filter_map(|&id| self.sessions.find(id))
    }
}
