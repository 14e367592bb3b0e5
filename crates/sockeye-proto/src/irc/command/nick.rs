//! NICK of a client that is on the network (Modern IRC, section NICK message).

use alloc::string::String;

use super::Request;
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::network::channel::Channel;
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay};
use crate::irc::numeric::{
    ERR_BANONCHAN, ERR_ERRONEUSNICKNAME, ERR_NICKNAMEINUSE, ERR_NONICKNAMEGIVEN,
};

/// Taking another nick.
#[derive(Debug)]
pub(crate) struct ChangeNick {
    pub(crate) session: SessionId,
    /// Valid as text.
    pub(crate) nick: String,
    folded: String,
}

pub(super) fn nick(request: &mut Request<'_>) {
    let Some(nick) = request.param(0) else {
        return request.reply(ERR_NONICKNAMEGIVEN).text();
    };
    let mapping = &request.network.settings.casemapping;
    let Some(folded) = mapping.fold(nick).filter(|_| mapping.is_nick(nick)) else {
        return request.reply(ERR_ERRONEUSNICKNAME).param(nick).text();
    };
    if nick != request.session.nick {
        let session = request.session.id;
        request.act(Event::Nick(ChangeNick {
            session,
            nick: nick.into(),
            folded,
        }));
    }
}

impl ChangeNick {
    /// Makes it for a client that has not asked for it by NICK; `None` if it has the nick.
    pub(super) fn of(session: SessionId, nick: &str, network: &Network) -> Option<Self> {
        let mapping = &network.settings.casemapping;
        let folded = mapping.fold(nick).filter(|_| mapping.is_nick(nick))?;
        let own = network.sessions.find(session)?;
        (own.nick != nick).then(|| Self {
            session,
            nick: nick.into(),
            folded,
        })
    }

    /// Returns a channel that does not let its owner take another nick: one where it may not speak,
    /// so that the mask of the ban still fits.
    fn kept_by<'a>(&self, network: &'a Network) -> Option<&'a Channel> {
        let session = network.sessions.find(self.session)?;
        let channels = session.channels.iter();
        let mut channels = channels.filter_map(|&id| network.channels.find(id));
        channels.find(|channel| {
            let rank = channel.rank(self.session).unwrap_or_default();
            !rank.is_at_least(Prefix::Voice) && channel.modes.silences(session)
        })
    }
}

impl Intent for ChangeNick {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let session = network.sessions.find(self.session);
        let account = session.and_then(|session| session.account.as_ref());
        if network.is_kept_from(account, &self.folded) {
            let mut lines = String::new();
            let reply = network.reply(self.session, ERR_NICKNAMEINUSE, &mut lines);
            reply.param(&self.nick).trailing(KEPT);
            return Err(Refusal(lines));
        }
        match network.sessions.by_folded_nick(&self.folded) {
            Some(holder) if holder.id != self.session => {
                Err(network.refusal(self.session, ERR_NICKNAMEINUSE, [&self.nick]))
            }
            _ => match self.kept_by(network) {
                Some(channel) => {
                    let params = [&*self.nick, &channel.name];
                    Err(network.refusal(self.session, ERR_BANONCHAN, params))
                }
                None => Ok(()),
            },
        }
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(session) = network.sessions.find(self.session) else {
            return;
        };
        let relay = Relay::new(stamp, |line| {
            line.source(&session.source)
                .command("NICK")
                .param(&self.nick)
                .end();
        });
        let relay = relay.by(session);
        let (before, nick_before) = (session.folded.clone(), session.nick.clone());
        effects
            .replies
            .lines()
            .extend(relay.encode(session.caps.encoding()));
        network.send_to_peers(self.session, &relay, effects.outputs);
        let is_another = before != self.folded;
        if let (true, Some(session)) = (is_another, network.sessions.find(self.session)) {
            network.past.remember(session, stamp.wall_ms);
        }
        network.rename(self.session, self.nick, self.folded);
        if is_another {
            network.tell_offline((&before, &nick_before), stamp, effects.outputs);
            network.tell_online(self.session, stamp, effects.outputs);
        }
    }
}

/// Why a nick that nobody has now cannot be had.
pub(super) const KEPT: &str = "Nickname is registered: log in to its account first";
