//! Who is told when a nick comes and goes (IRCv3 monitor).

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::{Network, Relay};
use crate::irc::event::Stamp;
use crate::irc::id::{ClientId, SessionId};
use crate::irc::input::Output;
use crate::irc::numeric::{RPL_MONOFFLINE, RPL_MONONLINE};

/// The watchers of each nick that has any.
///
/// Invariant: a session is among the watchers of exactly the nicks in its own list.
#[derive(Debug, Default)]
pub(crate) struct Monitors(BTreeMap<String, BTreeSet<SessionId>>);

impl Monitors {
    /// Returns who watches a folded nick.
    pub(crate) fn watchers(&self, folded: &str) -> impl Iterator<Item = SessionId> + '_ {
        self.0.get(folded).into_iter().flatten().copied()
    }

    fn add(&mut self, folded: &str, watcher: SessionId) {
        self.0.entry(folded.into()).or_default().insert(watcher);
    }

    fn remove(&mut self, folded: &str, watcher: SessionId) {
        if let Some(watchers) = self.0.get_mut(folded) {
            watchers.remove(&watcher);
            if watchers.is_empty() {
                self.0.remove(folded);
            }
        }
    }
}

impl Network {
    /// Puts a nick on the list of a session.
    pub(crate) fn monitor(&mut self, watcher: SessionId, folded: String, nick: String) {
        if let Some(session) = self.sessions.find_mut(watcher) {
            self.monitors.add(&folded, watcher);
            session.monitors.insert(folded, nick);
        }
    }

    /// Takes a nick off the list of a session.
    pub(crate) fn unmonitor(&mut self, watcher: SessionId, folded: &str) {
        if let Some(session) = self.sessions.find_mut(watcher)
            && session.monitors.remove(folded).is_some()
        {
            self.monitors.remove(folded, watcher);
        }
    }

    /// Empties the list of a session.
    pub(crate) fn unmonitor_all(&mut self, watcher: SessionId) {
        let Some(session) = self.sessions.find_mut(watcher) else {
            return;
        };
        for folded in core::mem::take(&mut session.monitors).keys() {
            self.monitors.remove(folded, watcher);
        }
    }

    /// Tells those who watch a client's nick that it is there.
    pub(crate) fn tell_online(&self, id: ClientId, stamp: &Stamp, outputs: &mut Vec<Output>) {
        let Some(client) = self.clients.find(id) else {
            return;
        };
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&self.settings.server);
            let line = line.command(RPL_MONONLINE.code).param("*");
            line.trailing(&client.source);
        });
        let watchers = || {
            let watchers = self.monitors.watchers(&client.folded);
            watchers.filter_map(|id| self.sessions.find(id))
        };
        self.send_to_sessions(watchers(), None, &relay, outputs);
        for watcher in watchers() {
            self.tell_monitored(watcher, client, outputs);
        }
    }

    /// Tells those who watch a nick that nobody has it any more.
    pub(crate) fn tell_offline(
        &self,
        (folded, nick): (&str, &str),
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) {
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&self.settings.server);
            line.command(RPL_MONOFFLINE.code).param("*").trailing(nick);
        });
        let watchers = self.monitors.watchers(folded);
        let watchers = watchers.filter_map(|id| self.sessions.find(id));
        self.send_to_sessions(watchers, None, &relay, outputs);
    }
}
