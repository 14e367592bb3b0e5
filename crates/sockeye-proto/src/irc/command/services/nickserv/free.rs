//! GHOST and REGAIN: sending away who has a nick that is one's own.

use alloc::format;
use alloc::string::String;

use super::super::super::Request;
use super::super::super::nick::ChangeNick;
use super::{NICK, Question, Secret, Wish, ask, say_now};
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal};

/// Sending away who has a nick, and perhaps taking it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FreeNick {
    pub(crate) by: ClientId,
    /// Who has it.
    pub(crate) holder: ClientId,
    /// As the client wrote it.
    nick: String,
    and_take: bool,
    /// Whether the password of the account of that name was right.
    proven: bool,
}

/// Whose account has the nick for its name may take it from anybody, and so may who is logged in to
/// the account of who has it, or knows the password.
pub(super) fn free(request: &mut Request<'_>, nick: &str, password: &[&str], and_take: bool) {
    let by = request.client.id;
    let holder = match request.network.client_by_nick(nick) {
        None => return say_now(request, "Nobody has that nick."),
        Some(holder) if holder.id == by => return say_now(request, "That is yourself."),
        Some(holder) => holder.id,
    };
    let free = FreeNick {
        by,
        holder,
        nick: nick.into(),
        and_take,
        proven: false,
    };
    match password {
        [] => request.act(Event::FreeNick(free)),
        [password, ..] => {
            let question = Question::Password {
                name: nick.into(),
                password: Secret((*password).into()),
            };
            ask(request, Wish::Free(free), question);
        }
    }
}

impl FreeNick {
    /// Returns the same after the right password.
    pub(crate) fn proven(&self) -> Self {
        Self {
            proven: true,
            ..self.clone()
        }
    }

    /// Returns what the others read of who had the nick.
    pub(crate) fn words(&self, network: &Network) -> String {
        let by = network.clients.find(self.by).map_or("", |by| &by.nick);
        format!("GHOST command used by {by}")
    }

    /// Returns the taking of the nick, if that is wanted.
    pub(crate) fn taking(&self, network: &Network) -> Option<ChangeNick> {
        ChangeNick::of(self.by, &self.nick, network).filter(|_| self.and_take)
    }
}

impl Intent for FreeNick {
    type Change = Option<ChangeNick>;

    fn plan(&self, network: &Network) -> Result<Option<ChangeNick>, Refusal> {
        let refused = |text| Err(super::super::refusal(NICK, self.by, network, text));
        let holder = network.client_by_nick(&self.nick);
        let Some(holder) = holder.filter(|holder| holder.id == self.holder) else {
            return refused("Who had that nick has left it.");
        };
        if network.stays(holder) {
            return refused(STAYS);
        }
        let own = network.clients.find(self.by);
        let own = own.and_then(|client| client.account.as_ref());
        let fold = |name: &str| network.settings.casemapping.fold(name);
        let is_owner = own.is_some_and(|own| {
            let of_holder = holder.account.as_ref();
            fold(&own.name) == fold(&self.nick) || of_holder.is_some_and(|it| it.id == own.id)
        });
        if !is_owner && !self.proven {
            return refused("That nick is not yours; with its password it is.");
        }
        let taking = self.taking(network);
        if let Some(taking) = &taking {
            taking.allowed(network, Some(self.holder), self.proven)?;
        }
        Ok(taking)
    }

    fn commit(
        self,
        taking: Option<ChangeNick>,
        stamp: &Stamp,
        network: &mut Network,
        effects: &mut Effects<'_>,
    ) {
        let reason = self.words(network);
        network.leave(self.holder, &reason, stamp, effects);
        let text = format!("{} is free.", self.nick);
        super::super::say(NICK, self.by, network, effects.replies.lines(), &text);
        if let Some(taking) = taking {
            taking.commit((), stamp, network, effects);
        }
    }
}

/// A client that stays is no ghost.
const STAYS: &str = "That client is always on: connect with its nick and log in by SASL to be it.";
