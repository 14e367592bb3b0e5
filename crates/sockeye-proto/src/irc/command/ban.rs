//! KLINE, DLINE and their opposites: bans from the whole network, for operators. The names are those
//! of hybrid servers; either takes an address, a network, an account or a mask.

use alloc::string::String;

use super::errand::Purpose;
use super::{REASON_BYTES_MAX, Request, shortened};
use crate::irc::account::Question;
use crate::irc::ban::{BanOrder, BanRequest, span_s};
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal};
use crate::irc::numeric::ERR_NEEDMOREPARAMS;
use crate::irc::power::Power;

/// Asking the hub to change its bans, or to tell them.
#[derive(Debug)]
pub(crate) struct ChangeBans {
    by: ClientId,
    command: String,
    request: BanRequest,
}

/// `KLINE [SPAN] TARGET [:REASON]`; without any parameter it tells all bans.
pub(super) fn ban(request: &mut Request<'_>) {
    if !request.may(Power::Ban) {
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
    if request.may(Power::Ban) {
        let target = request.param(0).map_or_else(String::new, String::from);
        ask(request, BanRequest::Remove { target });
    }
}

fn ask(request: &mut Request<'_>, bans: BanRequest) {
    let change = ChangeBans {
        by: request.client.id,
        command: request.message.command.clone(),
        request: bans,
    };
    request.act(Event::Bans(change));
}

impl Intent for ChangeBans {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        super::operator::still_may(Power::Ban, self.by, network)
    }

    fn commit(self, (): (), _: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(by) = network.clients.find(self.by) else {
            return;
        };
        let name = by.account.as_ref().map(|account| account.name.clone());
        let order = BanOrder {
            command: self.command,
            source: (by.nick.clone(), by.user.clone(), by.host.clone()),
            account: name.unwrap_or_default(),
            request: self.request,
        };
        network.ask(Purpose::Lines, Question::Bans(order), effects);
    }
}

/// What the banned are told where nothing else is given.
const NO_REASON: &str = "No reason given";
