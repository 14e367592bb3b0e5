//! QUIT, and any other way of leaving the network (Modern IRC, section QUIT message).

use alloc::format;
use alloc::string::String;

use super::{REASON_BYTES_MAX, Request, shortened};
use crate::irc::event::Stamp;
use crate::irc::id::{ClientId, SessionId};
use crate::irc::input::Output;
use crate::irc::message::Line;
use crate::irc::network::{Client, Effects, Event, Intent, Network, Refusal, Relay};

/// Leaving the network.
#[derive(Debug)]
pub(crate) struct Leave {
    /// By which connection; the client itself stays while it has others.
    pub(crate) session: SessionId,
    /// What the others read.
    pub(crate) reason: String,
}

pub(super) fn quit(request: &mut Request<'_>) {
    let reason = request
        .param(0)
        .map_or("Quit".into(), |reason| format!("Quit: {reason}"));
    let reason = shortened(&reason, REASON_BYTES_MAX);
    request.act(Event::Leave(Leave {
        session: request.session.id,
        reason,
    }));
}

impl Leave {
    /// Returns whether the client leaves the network with this connection.
    pub(crate) fn ends(&self, network: &Network) -> bool {
        let client = network.client_of(self.session);
        client.is_some_and(|client| client.sessions.len() == 1 && !network.stays(client))
    }
}

impl Intent for Leave {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(client) = network.client_of(self.session) else {
            // It has never been on the network.
            return effects.replies.close();
        };
        let id = client.id;
        if self.ends(network) {
            return network.leave(id, &self.reason, stamp, effects);
        }
        let goodbye = goodbye(client, &self.reason);
        network.part_with(self.session, id, stamp);
        network.dismiss(self.session, goodbye, effects);
        network.tell_away(id, stamp, effects);
    }
}

impl Network {
    /// Takes a client out with all its connections, and tells the others.
    pub(crate) fn leave(
        &mut self,
        id: ClientId,
        reason: &str,
        stamp: &Stamp,
        effects: &mut Effects<'_>,
    ) {
        let Some(client) = self.clients.find(id) else {
            return;
        };
        let (goodbye, sessions) = (goodbye(client, reason), client.sessions.clone());
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&client.source).command("QUIT");
            line.trailing(reason);
        });
        let relay = relay.by(client);
        self.past.remember(client, stamp.wall_ms);
        self.send_to_peers(id, &relay, effects.outputs);
        for session in sessions {
            self.dismiss(session, goodbye.clone(), effects);
        }
        let Some(client) = self.clients.remove(id) else {
            return;
        };
        if let Some(account) = &client.account {
            self.stays.release(account.id, id);
        }
        for channel in client.channels {
            self.remove_member(channel, id);
        }
        self.tell_offline((&client.folded, &client.nick), stamp, effects.outputs);
        let text = format_args!("Client exiting: {} ({reason})", client.source);
        self.notify_operators(id, text, stamp, effects.outputs);
    }

    /// Remembers of a connection that goes what its client needs that stays.
    fn part_with(&mut self, session: SessionId, client: ClientId, stamp: &Stamp) {
        let session = self.sessions.find(session);
        let away = session.and_then(|session| session.away.clone());
        if let Some(client) = self.clients.find_mut(client) {
            client.seen_ms = stamp.wall_ms;
            client.away_left = away.filter(|_| client.sessions.len() == 1);
        }
        self.touch(client);
    }

    /// Takes a connection from its client and closes it.
    fn dismiss(&mut self, session: SessionId, goodbye: String, effects: &mut Effects<'_>) {
        self.detach(session);
        effects.say(session, goodbye);
        match session == effects.replies.to() {
            true => effects.replies.close(),
            false => effects.outputs.push(Output::Close { session }),
        }
    }
}

/// Writes the last line for a connection.
fn goodbye(client: &Client, reason: &str) -> String {
    let mut goodbye = String::new();
    let line = Line::new(&mut goodbye).command("ERROR");
    line.trailing_fmt(format_args!("Closing link: {} ({reason})", client.source));
    goodbye
}
