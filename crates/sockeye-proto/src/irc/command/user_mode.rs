//! MODE of a client (Modern IRC, section User Modes; IRCv3 bot mode).

use alloc::string::String;
use alloc::vec::Vec;

use super::{Asked, Request};
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::message::Line;
use crate::irc::network::session::{OPERATOR_LETTER, UserMode};
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Replies};
use crate::irc::numeric::{ERR_NOSUCHNICK, ERR_UMODEUNKNOWNFLAG, ERR_USERSDONTMATCH, RPL_UMODEIS};

/// Changing one's own modes.
#[derive(Debug)]
pub(crate) struct ChangeUserModes {
    session: SessionId,
    /// Modes that are set or cleared, in the order given.
    changes: Vec<(bool, UserMode)>,
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
        unknown: false,
    };
    let mut add = true;
    for letter in letters.chars() {
        match (letter, UserMode::of_letter(letter)) {
            ('+', _) => add = true,
            ('-', _) => add = false,
            (_, Some(mode)) => asked.changes.push((add, mode)),
            // Held by logging in: the wish to set it is ignored (RFC 2812 section 3.1.5).
            (OPERATOR_LETTER, _) => {}
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
        let Some(session) = network.sessions.find_mut(self.session) else {
            return;
        };
        let before = session.modes;
        for (add, mode) in self.changes {
            session.modes.set(mode, add);
        }
        let now = session.modes;
        let lines = effects.replies.lines();
        if now != before {
            let changed = |add| {
                let letters = UserMode::ALL.into_iter();
                let changed =
                    letters.filter(move |&mode| before.has(mode) != add && now.has(mode) == add);
                changed.map(UserMode::letter).collect::<String>()
            };
            let (mut letters, cleared) = (changed(true), changed(false));
            if !letters.is_empty() {
                letters.insert(0, '+');
            }
            if !cleared.is_empty() {
                letters.push('-');
                letters.push_str(&cleared);
            }
            let line = Line::new(lines).source(&session.source);
            line.command("MODE")
                .param(&session.nick)
                .param(&letters)
                .end();
        }
        // After the modes that there are (Modern IRC, section MODE message).
        if self.unknown {
            network
                .reply(self.session, ERR_UMODEUNKNOWNFLAG, lines)
                .text();
        }
    }
}
