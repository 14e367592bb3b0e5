//! MODE of a client (Modern IRC, section User Modes).

use alloc::vec::Vec;

use super::{Asked, Request};
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::message::Line;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Replies};
use crate::irc::numeric::{ERR_NOSUCHNICK, ERR_UMODEUNKNOWNFLAG, ERR_USERSDONTMATCH, RPL_UMODEIS};

/// Changing one's own modes.
#[derive(Debug)]
pub(crate) struct ChangeUserModes {
    session: SessionId,
    /// What `+i` and `-i`, in the order given, make of it.
    invisible: Vec<bool>,
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
    let mut add = true;
    let mut unknown = false;
    let mut invisible = Vec::new();
    for letter in letters.chars() {
        match letter {
            '+' => add = true,
            '-' => add = false,
            'i' => invisible.push(add),
            _ => unknown = true,
        }
    }
    if unknown {
        request.reply(ERR_UMODEUNKNOWNFLAG).text();
    }
    if !invisible.is_empty() {
        let session = request.session.id;
        request.act(Event::UserMode(ChangeUserModes { session, invisible }));
    }
}

/// Without modes: what they are.
fn current(asked: &Asked<'_>, replies: &mut Replies) {
    let modes = if asked.session.invisible { "+i" } else { "+" };
    asked.reply(RPL_UMODEIS, replies).param(modes).end();
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
        let Some(&invisible) = self.invisible.last() else {
            return;
        };
        if core::mem::replace(&mut session.invisible, invisible) != invisible {
            let modes = if invisible { "+i" } else { "-i" };
            let line = Line::new(effects.replies.lines()).source(&session.source);
            line.command("MODE").param(&session.nick).param(modes).end();
        }
    }
}
