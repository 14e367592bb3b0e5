//! PART (Modern IRC, section PART message).

use alloc::string::String;

use super::{REASON_BYTES_MAX, Request, shortened, targets};
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay, Session};

/// Leaving one channel.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) session: SessionId,
    pub(crate) channel: ChannelId,
    /// The channel as the client wrote it.
    pub(crate) name: String,
    pub(crate) reason: Option<String>,
}

pub(super) fn part(request: &mut Request<'_>) {
    let reason = request
        .param(1)
        .map(|reason| shortened(reason, REASON_BYTES_MAX));
    for name in targets(request.param(0).unwrap_or_default()) {
        let Some(channel) = request.channel(name) else {
            continue;
        };
        request.act(Event::Part(Part {
            session: request.session.id,
            channel: channel.id,
            name: name.into(),
            reason: reason.clone(),
        }));
    }
}

impl Intent for Part {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let (session, channel) = (self.session, self.channel);
        network.as_member(session, channel, &self.name).map(drop)
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let (Some(session), Some(channel)) = (
            network.sessions.find(self.session),
            network.channels.find(self.channel),
        ) else {
            return;
        };
        let relay = news(session, &channel.name, self.reason.as_deref(), stamp);
        effects
            .replies
            .lines()
            .extend(relay.encode(session.caps.encoding()));
        let (channel, session) = (self.channel, self.session);
        network.send_to_viewers(channel, session, session, &relay, effects.outputs);
        network.remove_member(self.channel, self.session);
    }
}

/// Makes what the members of a channel are told of one who leaves.
pub(super) fn news<'a>(
    session: &Session,
    channel: &str,
    reason: Option<&str>,
    stamp: &'a Stamp,
) -> Relay<'a> {
    let relay = Relay::new(stamp, |line| {
        let line = line.source(&session.source).command("PART").param(channel);
        match reason {
            Some(reason) => line.trailing(reason),
            None => line.end(),
        }
    });
    relay.by(session)
}
