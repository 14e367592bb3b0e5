//! AUDIT: the hub's log of who did what, for operators with the power to read it. No document has it.

use alloc::string::String;

use super::Request;
use super::errand::Purpose;
use crate::irc::account::Question;
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal};
use crate::irc::power::Power;

/// Asking the hub for the last acts.
#[derive(Debug)]
pub(crate) struct AskAudit {
    by: ClientId,
    about: Option<String>,
}

/// `AUDIT [ACCOUNT]`
pub(super) fn audit(request: &mut Request<'_>) {
    if request.may(Power::Audit) {
        let (by, about) = (request.client.id, request.param(0).map(String::from));
        request.act(Event::Audit(AskAudit { by, about }));
    }
}

impl Intent for AskAudit {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        super::operator::still_may(Power::Audit, self.by, network)
    }

    fn commit(self, (): (), _: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let question = Question::Audit { about: self.about };
        network.ask(Purpose::Lines, question, effects);
    }
}
