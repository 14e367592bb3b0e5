//! Notices to the operators who want them (user mode `+s`, RFC 2812 section 3.1.5): who comes and
//! goes, and what other operators do.

use core::fmt;

use alloc::vec::Vec;

use super::{Client, Network, Relay};
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::input::Output;
use crate::irc::power::Power;

/// Which operators are told.
type Hears<'a> = &'a dyn Fn(&Client) -> bool;

impl Network {
    /// Tells the operators who want to know, but for `except`, whose doing it is.
    pub(crate) fn notify_operators(
        &self,
        except: impl Into<Option<ClientId>>,
        text: fmt::Arguments<'_>,
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) {
        let hears = |listener: &Client| listener.is_operator();
        self.notify((except.into(), &hears), text, stamp, outputs);
    }

    /// Tells those of them with this power.
    pub(crate) fn notify_who_may(
        &self,
        power: Power,
        text: fmt::Arguments<'_>,
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) {
        let hears = |listener: &Client| listener.may(power);
        self.notify((None, &hears), text, stamp, outputs);
    }

    /// Tells them who has come; the address to those who may see it.
    pub(crate) fn notify_of_newcomer(
        &self,
        newcomer: &Client,
        address: &str,
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) {
        let except = Some(newcomer.id);
        let source = &newcomer.source;
        let sees = |listener: &Client| listener.may(Power::Addresses);
        let hears = |listener: &Client| listener.is_operator() && !sees(listener);
        let text = format_args!("Client connecting: {source}");
        self.notify((except, &hears), text, stamp, outputs);
        let text = format_args!("Client connecting: {source} ({address})");
        self.notify((except, &sees), text, stamp, outputs);
    }

    fn notify(
        &self,
        (except, hears): (Option<ClientId>, Hears<'_>),
        text: fmt::Arguments<'_>,
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) {
        let listeners = self.clients.listeners();
        let hears = |listener: &&Client| Some(listener.id) != except && hears(listener);
        for listener in listeners.filter(hears) {
            let relay = Relay::new(stamp, |line| {
                let line = line.source(&self.settings.server).command("NOTICE");
                let line = line.param(&listener.nick);
                line.trailing_fmt(format_args!("*** {text}"));
            });
            self.send_to_client(listener.id, &relay, outputs);
        }
    }
}
