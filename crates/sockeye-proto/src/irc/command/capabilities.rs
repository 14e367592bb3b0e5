//! CAP of a client on the network (IRCv3 capability negotiation).

use alloc::string::String;
use alloc::vec::Vec;

use super::Request;
use crate::irc::caps::{self, Offer};
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::metadata::Dialect;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal};

/// Negotiating; answered when its turn comes, since it changes how lines are written.
#[derive(Debug)]
pub(crate) struct SetCaps {
    session: SessionId,
    /// The parameters after CAP.
    params: Vec<String>,
}

pub(super) fn cap(request: &mut Request<'_>) {
    let (session, params) = (request.session.id, request.message.params.clone());
    request.act(Event::Caps(SetCaps { session, params }));
}

impl Intent for SetCaps {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), _stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(session) = network.sessions.find_mut(self.session) else {
            return;
        };
        let client = network.clients.find(session.client);
        let nick = client.map_or("*", |client| &client.nick);
        let offer = Offer::new(&network.settings, &session.link);
        let names = (&*network.settings.server, nick);
        let before = session.caps;
        caps::command(
            &self.params,
            &mut session.caps,
            &offer,
            names,
            effects.replies.lines(),
        );
        if Dialect::of(session.caps).is_none() {
            session.subscriptions.clear();
        }
        let client = session.client;
        if session.caps.encoding() != before.encoding() {
            network.regroup(client);
        }
    }
}
