//! Notices to the operators who want them (user mode `+s`, RFC 2812 section 3.1.5): who comes and
//! goes, and what other operators do.

use core::fmt;

use alloc::vec::Vec;

use super::{Client, Network, Relay};
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::input::Output;

impl Network {
    /// Tells the operators who want to know, but for `except`, whose doing it is.
    pub(crate) fn notify_operators(
        &self,
        except: impl Into<Option<ClientId>>,
        text: fmt::Arguments<'_>,
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) {
        let except = except.into();
        let listeners = self.clients.listeners();
        let hears = |client: &&Client| client.is_admin() && Some(client.id) != except;
        let listeners = listeners.filter(hears);
        for listener in listeners {
            let relay = Relay::new(stamp, |line| {
                let line = line.source(&self.settings.server).command("NOTICE");
                let line = line.param(&listener.nick);
                line.trailing_fmt(format_args!("*** {text}"));
            });
            self.send_to_client(listener.id, &relay, outputs);
        }
    }
}
