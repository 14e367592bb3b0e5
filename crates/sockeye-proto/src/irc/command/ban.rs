//! KLINE, DLINE and their opposites: bans from the whole network, for operators. The names are those
//! of hybrid servers; either takes an address, a network, an account or a mask.

use alloc::string::String;

use super::{REASON_BYTES_MAX, Request, shortened};
use crate::irc::ban::{BanRequest, span_s};
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::input::Output;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal};
use crate::irc::numeric::ERR_NEEDMOREPARAMS;

/// Asking the hub to change its bans, or to tell them.
#[derive(Debug)]
pub(crate) struct ChangeBans {
    by: ClientId,
    request: BanRequest,
}

/// `KLINE [SPAN] TARGET [:REASON]`; without any parameter it tells all bans.
pub(super) fn ban(request: &mut Request<'_>) {
    if !request.is_operator() {
        return;
    }
    let Some(first) = request.param(0) else {
        return ask(request, BanRequest::List);
    };
    let span_s = span_s(first);
    let at = usize::from(span_s.is_some());
    let Some(target) = request.param(at) else {
        let command = request.message.command.as_str();
        return request.reply(ERR_NEEDMOREPARAMS).param(command).text();
    };
    let reason = request.param(at + 1).unwrap_or(NO_REASON);
    let (target, reason) = (target.into(), shortened(reason, REASON_BYTES_MAX));
    let add = BanRequest::Add {
        target,
        span_s,
        reason,
    };
    ask(request, add);
}

/// `UNKLINE TARGET`
pub(super) fn unban(request: &mut Request<'_>) {
    if request.is_operator() {
        let target = request.param(0).map_or_else(String::new, String::from);
        ask(request, BanRequest::Remove { target });
    }
}

fn ask(request: &mut Request<'_>, bans: BanRequest) {
    let by = request.client.id;
    request.act(Event::Bans(ChangeBans { by, request: bans }));
}

impl Intent for ChangeBans {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        super::operator::still_operator(self.by, network)
    }

    fn commit(self, (): (), _: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let by = network.clients.find(self.by);
        let name = by.and_then(|by| by.account.as_ref());
        effects.outputs.push(Output::Bans {
            session: effects.replies.to(),
            by: name.map_or_else(String::new, |account| account.name.clone()),
            request: self.request,
        });
    }
}

/// What the banned are told where nothing else is given.
const NO_REASON: &str = "No reason given";
