//! Notices to the operators who want them (user mode `+s`, RFC 2812 section 3.1.5): who comes and
//! goes, and what other operators do.

use core::fmt;

use alloc::vec::Vec;

use super::{Network, Relay};
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::input::Output;

impl Network {
    /// Tells the operators who want to know, but for `except`, whose doing it is.
    pub(crate) fn notify_operators(
        &self,
        except: SessionId,
        text: fmt::Arguments<'_>,
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) {
        let listeners = self.sessions.listeners();
        let listeners = listeners.filter(|session| session.is_admin() && session.id != except);
        for listener in listeners {
            let relay = Relay::new(stamp, |line| {
                let line = line.source(&self.settings.server).command("NOTICE");
                let line = line.param(&listener.nick);
                line.trailing_fmt(format_args!("*** {text}"));
            });
            self.send_to_session(listener.id, &relay, outputs);
        }
    }
}
