//! NICK of a client that is on the network (Modern IRC, section NICK message).

use alloc::string::String;

use super::Request;
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::lookalike;
use crate::irc::network::channel::Channel;
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay};
use crate::irc::numeric::{
    ERR_BANONCHAN, ERR_ERRONEUSNICKNAME, ERR_NICKNAMEINUSE, ERR_NONICKNAMEGIVEN,
};

/// Taking another nick.
#[derive(Debug)]
pub(crate) struct ChangeNick {
    pub(crate) client: ClientId,
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
    if nick != request.client.nick {
        let client = request.client.id;
        request.act(Event::Nick(ChangeNick {
            client,
            nick: nick.into(),
            folded,
        }));
    }
}

impl ChangeNick {
    /// Makes it for a client that has not asked for it by NICK; `None` if it has the nick.
    pub(super) fn of(client: ClientId, nick: &str, network: &Network) -> Option<Self> {
        let mapping = &network.settings.casemapping;
        let folded = mapping.fold(nick).filter(|_| mapping.is_nick(nick))?;
        let own = network.clients.find(client)?;
        (own.nick != nick).then(|| Self {
            client,
            nick: nick.into(),
            folded,
        })
    }

    /// Decides whether the nick can be had, now or once `leaving` has left; `proven`: the client has
    /// told the password of the account that the nick is kept for.
    ///
    /// # Errors
    /// 433 and 435.
    pub(super) fn allowed(
        &self,
        network: &Network,
        leaving: Option<ClientId>,
        proven: bool,
    ) -> Result<(), Refusal> {
        let client = network.clients.find(self.client);
        let account = client.and_then(|client| client.account.as_ref());
        if !proven && network.is_kept_from(account, &self.nick, &self.folded) {
            let mut lines = String::new();
            let reply = network.reply(self.client, ERR_NICKNAMEINUSE, &mut lines);
            reply.param(&self.nick).trailing(KEPT);
            return Err(Refusal(lines));
        }
        match network.clients.by_folded_nick(&self.folded) {
            Some(holder) if holder.id != self.client && Some(holder.id) != leaving => {
                return Err(network.refusal(self.client, ERR_NICKNAMEINUSE, [&self.nick]));
            }
            _ => {}
        }
        let looks = lookalike::looks(&self.nick, &self.folded);
        let alike = network.clients.by_look(&looks, Some(self.client));
        if alike.is_some_and(|holder| Some(holder.id) != leaving) {
            let mut lines = String::new();
            let reply = network.reply(self.client, ERR_NICKNAMEINUSE, &mut lines);
            reply.param(&self.nick).trailing(ALIKE);
            return Err(Refusal(lines));
        }
        match self.kept_by(network) {
            Some(channel) => {
                let params = [&*self.nick, &channel.name];
                Err(network.refusal(self.client, ERR_BANONCHAN, params))
            }
            None => Ok(()),
        }
    }

    /// Returns a channel that does not let its owner take another nick: one where it may not speak,
    /// so that the mask of the ban still fits.
    fn kept_by<'a>(&self, network: &'a Network) -> Option<&'a Channel> {
        let client = network.clients.find(self.client)?;
        let channels = client.channels.iter();
        let mut channels = channels.filter_map(|&id| network.channels.find(id));
        channels.find(|channel| {
            let rank = channel.rank(self.client).unwrap_or_default();
            !rank.is_at_least(Prefix::Voice) && channel.modes.silences(client)
        })
    }
}

impl Intent for ChangeNick {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        self.allowed(network, None, false)
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(client) = network.clients.find(self.client) else {
            return;
        };
        let relay = Relay::new(stamp, |line| {
            line.source(&client.source)
                .command("NICK")
                .param(&self.nick)
                .end();
        });
        let relay = relay.by(client);
        let (before, nick_before) = (client.folded.clone(), client.nick.clone());
        effects.echo(&relay, network);
        network.send_to_others(self.client, effects.replies.to(), &relay, effects.outputs);
        network.send_to_peers(self.client, &relay, effects.outputs);
        let is_another = before != self.folded;
        if let (true, Some(client)) = (is_another, network.clients.find(self.client)) {
            network.past.remember(client, stamp.wall_ms);
        }
        network.rename(self.client, self.nick, self.folded);
        if is_another {
            network.tell_offline((&before, &nick_before), stamp, effects.outputs);
            network.tell_online(self.client, stamp, effects.outputs);
        }
    }
}

/// Why a nick that nobody has now cannot be had.
pub(super) const KEPT: &str = "Nickname is registered: log in to its account first";

/// Why a nick cannot be had that nobody has in these letters.
pub(super) const ALIKE: &str = "Nickname looks like that of somebody here";
