//! MODE of a client (Modern IRC, section User Modes; IRCv3 bot mode).

use alloc::string::String;
use alloc::vec::Vec;

use super::{Asked, Request};
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::message::Line;
use crate::irc::network::session::{OPERATOR_LETTER, UserMode, UserModes};
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Replies};
use crate::irc::numeric::{
    ERR_NOPRIVILEGES, ERR_NOSUCHNICK, ERR_UMODEUNKNOWNFLAG, ERR_USERSDONTMATCH, RPL_UMODEIS,
};

/// Changing one's own modes.
#[derive(Debug)]
pub(crate) struct ChangeUserModes {
    session: SessionId,
    /// Modes that are set or cleared, in the order given.
    changes: Vec<(bool, UserMode)>,
    /// Whether an operator does not want to be one any more.
    resigns: bool,
    /// Whether there were others, which do not exist.
    unknown: bool,
}

pub(super) fn user_mode(request: &mut Request<'_>, target: &str) {
    match request.network.session_by_nick(target) {
        None => return request.reply(ERR_NOSUCHNICK).param(target).text(),
        Some(other) if other.id != request.session.id => {
            return request.reply(ERR_USERSDONTMATCH).text();
        }
        Some(_) => {}
    }
    let Some(letters) = request.param(1) else {
        return request.ask(current);
    };
    let mut asked = ChangeUserModes {
        session: request.session.id,
        changes: Vec::new(),
        resigns: false,
        unknown: false,
    };
    let mut add = true;
    for letter in letters.chars() {
        match (letter, UserMode::of_letter(letter)) {
            ('+', _) => add = true,
            ('-', _) => add = false,
            (_, Some(UserMode::Notices)) if add && !request.session.is_admin() => {
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
    let letters = asked.session.mode_letters();
    asked.reply(RPL_UMODEIS, replies).param(&letters).end();
}

impl Intent for ChangeUserModes {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), _stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(session) = network.sessions.find(self.session) else {
            return;
        };
        let (before, was_operator) = (session.modes, session.is_admin());
        let resigns = self.resigns && was_operator;
        for (add, mode) in self.changes {
            network.sessions.set_mode(self.session, mode, add);
        }
        if resigns {
            network.sessions.resign(self.session);
        }
        let Some(session) = network.sessions.find(self.session) else {
            return;
        };
        let lines = effects.replies.lines();
        let changes = changes(before, session.modes, resigns);
        if !changes.is_empty() {
            let line = Line::new(lines).source(&session.source).command("MODE");
            line.params([&*session.nick, &changes]).end();
        }
        // After the modes that there are (Modern IRC, section MODE message).
        if self.unknown {
            network
                .reply(self.session, ERR_UMODEUNKNOWNFLAG, lines)
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
