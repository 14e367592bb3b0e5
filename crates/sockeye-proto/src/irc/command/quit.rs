//! QUIT, and any other way of leaving the network (Modern IRC, section QUIT message).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{REASON_BYTES_MAX, Request, shortened};
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::input::Output;
use crate::irc::message::Line;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay};

/// Leaving the network.
#[derive(Debug)]
pub(crate) struct Leave {
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

impl Intent for Leave {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        effects.replies.close();
        let goodbye = network.leave(self.session, &self.reason, stamp, effects.outputs);
        effects.replies.lines().push_str(&goodbye);
    }
}

impl Network {
    /// Takes a client out and tells the others; returns the last line for it.
    pub(crate) fn leave(
        &mut self,
        id: SessionId,
        reason: &str,
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) -> String {
        let mut goodbye = String::new();
        let Some(session) = self.sessions.find(id) else {
            return goodbye;
        };
        let line = Line::new(&mut goodbye).command("ERROR");
        line.trailing_fmt(format_args!("Closing link: {} ({reason})", session.source));
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&session.source).command("QUIT");
            line.trailing(reason);
        });
        let relay = relay.by(session);
        self.past.remember(session, stamp.wall_ms);
        self.send_to_peers(id, &relay, outputs);
        self.unmonitor_all(id);
        self.errands.remove(&id);
        let Some(session) = self.sessions.remove(id) else {
            return goodbye;
        };
        for channel in session.channels {
            self.remove_member(channel, id);
        }
        self.tell_offline((&session.folded, &session.nick), stamp, outputs);
        let text = format_args!("Client exiting: {} ({reason})", session.source);
        self.notify_operators(id, text, stamp, outputs);
        goodbye
    }
}
