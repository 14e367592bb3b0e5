//! MODE of a client (Modern IRC, section User Modes; IRCv3 bot mode).

use alloc::string::String;
use alloc::vec::Vec;

use super::{Asked, Request};
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::message::Line;
use crate::irc::network::client::{OPERATOR_LETTER, UserMode, UserModes};
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Replies};
use crate::irc::numeric::{
    ERR_NOPRIVILEGES, ERR_NOSUCHNICK, ERR_UMODEUNKNOWNFLAG, ERR_USERSDONTMATCH, RPL_UMODEIS,
};

/// Changing one's own modes.
#[derive(Debug)]
pub(crate) struct ChangeUserModes {
    client: ClientId,
    /// Modes that are set or cleared, in the order given.
    changes: Vec<(bool, UserMode)>,
    /// Whether an operator does not want to be one any more.
    resigns: bool,
    /// Whether there were others, which do not exist.
    unknown: bool,
}

pub(super) fn user_mode(request: &mut Request<'_>, target: &str) {
    match request.network.client_by_nick(target) {
        None => return request.reply(ERR_NOSUCHNICK).param(target).text(),
        Some(other) if other.id != request.client.id => {
            return request.reply(ERR_USERSDONTMATCH).text();
        }
        Some(_) => {}
    }
    let Some(letters) = request.param(1) else {
        return request.ask(current);
    };
    let mut asked = ChangeUserModes {
        client: request.client.id,
        changes: Vec::new(),
        resigns: false,
        unknown: false,
    };
    let mut add = true;
    for letter in letters.chars() {
        match (letter, UserMode::of_letter(letter)) {
            ('+', _) => add = true,
            ('-', _) => add = false,
            (_, Some(UserMode::Notices)) if add && !request.client.is_operator() => {
                request.reply(ERR_NOPRIVILEGES).text();
            }
            (_, Some(mode)) => asked.changes.push((add, mode)),
            // Held by logging in: the wish to set it is ignored, to give it up is not (RFC 2812
            // section 3.1.5).
            (OPERATOR_LETTER, _) => asked.resigns |= !add,
            (_, None) => asked.unknown = true,
        }
    }
    request.act(Event::UserMode(asked));
}

/// Without modes: what they are.
fn current(asked: &Asked<'_>, replies: &mut Replies) {
    let letters = asked.client.mode_letters();
    asked.reply(RPL_UMODEIS, replies).param(&letters).end();
}

impl Intent for ChangeUserModes {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), _stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(client) = network.clients.find(self.client) else {
            return;
        };
        let (before, was_operator) = (client.modes, client.is_operator());
        let resigns = self.resigns && was_operator;
        for (add, mode) in self.changes {
            network.clients.set_mode(self.client, mode, add);
        }
        network.touch(self.client);
        if resigns {
            network.clients.resign(self.client);
        }
        let Some(client) = network.clients.find(self.client) else {
            return;
        };
        let lines = effects.replies.lines();
        let changes = changes(before, client.modes, resigns);
        if !changes.is_empty() {
            let line = Line::new(lines).source(&client.source).command("MODE");
            line.params([&*client.nick, &changes]).end();
        }
        // After the modes that there are (Modern IRC, section MODE message).
        if self.unknown {
            network
                .reply(self.client, ERR_UMODEUNKNOWNFLAG, lines)
                .text();
        }
    }
}

/// Writes `+ab-c`: what has changed.
fn changes(before: UserModes, now: UserModes, resigns: bool) -> String {
    let changed = |add| {
        let modes = UserMode::ALL.into_iter();
        modes
            .filter(move |&mode| before.has(mode) != add && now.has(mode) == add)
            .map(UserMode::letter)
    };
    let cleared = changed(false).chain(resigns.then_some(OPERATOR_LETTER));
    let (set, cleared): (String, String) = (changed(true).collect(), cleared.collect());
    let signed = |sign: char, letters: String| match letters.is_empty() {
        true => letters,
        false => [String::from(sign), letters].concat(),
    };
    signed('+', set) + &signed('-', cleared)
}
