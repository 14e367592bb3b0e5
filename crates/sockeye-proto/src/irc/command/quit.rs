//! QUIT, and any other way of leaving the network (Modern IRC, section QUIT message).

use alloc::format;
use alloc::string::String;

use super::{REASON_BYTES_MAX, Request, shortened};
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
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
        let Some(session) = network.sessions.find(self.session) else {
            return;
        };
        let line = Line::new(effects.replies.lines()).command("ERROR");
        line.trailing_fmt(format_args!(
            "Closing link: {} ({})",
            session.source, self.reason
        ));
        let relay = Relay::new(stamp, |line| {
            line.source(&session.source)
                .command("QUIT")
                .trailing(&self.reason);
        });
        let relay = relay.by(session);
        network.send_to_peers(self.session, &relay, effects.outputs);
        network.unmonitor_all(self.session);
        let Some(session) = network.sessions.remove(self.session) else {
            return;
        };
        for channel in session.channels {
            network.remove_member(channel, self.session);
        }
        let gone = (&*session.folded, &*session.nick);
        network.tell_offline(gone, stamp, effects.outputs);
    }
}
