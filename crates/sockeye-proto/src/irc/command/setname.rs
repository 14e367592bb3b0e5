//! SETNAME: another real name (IRCv3 setname).

use alloc::string::String;

use super::Request;
use crate::irc::caps::Caps;
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::message::Line;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay};
use crate::irc::numeric::{Severity, standard_reply};
use crate::irc::registration::REALNAME_BYTES_MAX;

/// Taking another real name.
#[derive(Debug)]
pub(crate) struct SetName {
    session: SessionId,
    realname: String,
}

pub(super) fn setname(request: &mut Request<'_>) {
    let realname = request.message.param(0).unwrap_or_default();
    if realname.trim().is_empty() || realname.len() > REALNAME_BYTES_MAX {
        let what = ("SETNAME", "INVALID_REALNAME");
        let server = &request.network.settings.server;
        let line = Line::new(request.say());
        let text = "Realname is not valid";
        return standard_reply(line, Severity::Fail, server, what, &[], text);
    }
    request.act(Event::SetName(SetName {
        session: request.session.id,
        realname: realname.into(),
    }));
}

impl Intent for SetName {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(session) = network.sessions.find_mut(self.session) else {
            return;
        };
        session.realname = self.realname;
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&session.source).command("SETNAME");
            line.trailing(&session.realname);
        });
        let relay = relay.by(session).needs(Caps::SETNAME);
        effects
            .replies
            .lines()
            .extend(relay.for_client(session.caps));
        network.send_to_peers(self.session, &relay, effects.outputs);
    }
}
