//! SETNAME: another real name (IRCv3 setname).

use alloc::string::String;

use super::Request;
use crate::irc::caps::Caps;
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::message::Line;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay};
use crate::irc::numeric::{Severity, standard_reply};
use crate::irc::registration::REALNAME_BYTES_MAX;

/// Taking another real name.
#[derive(Debug)]
pub(crate) struct SetName {
    client: ClientId,
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
        client: request.client.id,
        realname: realname.into(),
    }));
}

impl Intent for SetName {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(client) = network.clients.find_mut(self.client) else {
            return;
        };
        client.realname = self.realname;
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&client.source).command("SETNAME");
            line.trailing(&client.realname);
        });
        let relay = relay.by(client).needs(Caps::SETNAME);
        effects.echo(&relay, network);
        network.send_to_others(self.client, effects.replies.to(), &relay, effects.outputs);
        network.send_to_peers(self.client, &relay, effects.outputs);
        network.touch(self.client);
    }
}
