//! News of capabilities after a reload (IRCv3 capability negotiation, section cap-notify).

use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;

use super::Network;
use crate::irc::caps::{self, Offer};
use crate::irc::id::SessionId;
use crate::irc::input::{Output, Recipients};
use crate::irc::settings::Settings;

impl Network {
    /// Tells each session what the change from other settings gives it or takes from it.
    pub(crate) fn tell_offers(&mut self, before: &Settings, outputs: &mut Vec<Output>) {
        let all: Vec<SessionId> = self.sessions.iter().map(|session| session.id).collect();
        for id in all {
            let Some(session) = self.sessions.find_mut(id) else {
                continue;
            };
            let client = self.clients.find(session.client);
            let mut lines = String::new();
            let offers = (
                &Offer::new(before, &session.link),
                &Offer::new(&self.settings, &session.link),
            );
            let nick = client.map_or("*", |client| &client.nick);
            let names = (&*self.settings.server, nick);
            caps::notify(offers, &mut session.caps, names, &mut lines);
            if !lines.is_empty() {
                outputs.push(Output::Send {
                    to: Recipients::One(id),
                    lines: Bytes::from(lines),
                });
            }
        }
    }
}
