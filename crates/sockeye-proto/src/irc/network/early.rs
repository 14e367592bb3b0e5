//! What a client has said of itself before it came onto the network (`before-connect` of IRCv3
//! draft/metadata-3).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::Network;
use super::metadata::Owner;
use crate::irc::event::{Fact, Stamp, StoredKeys, Target};
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::input::{Candidate, Early, Output};
use crate::irc::metadata::CHANGES;
use crate::irc::metadata::words::Fault;
use crate::irc::numeric::Severity;

impl Network {
    /// Hands over the changes of an account's keys that come with a client, and leaves out those
    /// that are none.
    pub(super) fn early_facts(
        &self,
        candidate: &mut Candidate,
        store: &mut dyn FnMut(ChannelId, Fact),
    ) {
        let (Some(early), Some(account)) = (&mut candidate.metadata, &candidate.account) else {
            return;
        };
        early.keep_news(self.keys(Owner::Account(account.id)));
        for change in early.changes() {
            let account = Some(account.id);
            store(ChannelId::NONE, Fact::Metadata { account, change });
        }
    }

    /// Carries out what a connection that has come said before; returns the places of the changes
    /// that are refused, whose lines go into `failures`.
    pub(crate) fn take_early(
        &mut self,
        id: SessionId,
        early: Option<Box<Early>>,
        stamp: &Stamp,
        failures: &mut String,
        outputs: &mut Vec<Output>,
    ) -> Vec<usize> {
        let mut refused = Vec::new();
        let (Some(early), Some(session)) = (early, self.sessions.find_mut(id)) else {
            return refused;
        };
        let client = session.client;
        session.subscriptions.clone_from(&early.subscriptions);
        let Some(owner) = self.owner(Target::Client(client)) else {
            return refused;
        };
        if let Some(why) = &early.lost {
            let (target, key) = ("*", "*");
            self.fail_early(id, &Fault::Store { target, key, why }, failures);
        }
        for (place, change) in early.changes().iter().enumerate() {
            let known = self.keys(owner);
            if let StoredKeys::Set { key, .. } = change
                && known.is_some_and(|known| !known.has_room_for(key))
            {
                self.fail_early(id, &Fault::Keys("*"), failures);
                refused.push(place);
                continue;
            }
            let before = known.cloned().unwrap_or_default();
            self.change_keys(owner, change);
            if let Some(client) = self.clients.find_mut(client) {
                client.keys_pace.take(stamp.wall_ms, &CHANGES);
            }
            let now = self.keys(owner).cloned();
            for (key, value) in now.unwrap_or_default().changes_from(&before) {
                let change = (&*key, value.as_deref());
                self.tell_key(owner, change, Some(id), stamp, outputs);
            }
        }
        refused
    }

    fn fail_early(&self, id: SessionId, fault: &Fault<'_>, failures: &mut String) {
        let session = self.sessions.find(id);
        if let Some(words) = session.and_then(|session| self.words(session)) {
            words.fault(fault, Severity::Fail, failures);
        }
    }
}
