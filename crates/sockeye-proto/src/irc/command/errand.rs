//! What a client wants of its account: it waits for the accounts, and so does all that the client
//! says behind it.
//!
//! ```text
//!  line ─▶ Errand ─▶ Output::Ask ─▶ (the accounts, outside) ─▶ Input::Answer ─▶ done
//! ```

use alloc::string::String;

use super::account;
use super::services::nickserv;
use crate::irc::account::{Answer, AnswerError, Question};
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::input::Output;
use crate::irc::network::{Effects, Intent, Network, Refusal};

/// Asking the accounts.
#[derive(Debug)]
pub(crate) struct Errand {
    pub(crate) session: SessionId,
    pub(crate) purpose: Purpose,
    pub(crate) question: Question,
}

/// What the answer is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// OPER.
    Oper,
    /// REGISTER of that account.
    Register(String),
    /// A command to NickServ.
    NickServ(nickserv::Wish),
}

/// What the accounts have answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) session: SessionId,
    pub(crate) answer: Result<Answer, AnswerError>,
}

impl Intent for Errand {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), _stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(session) = network.sessions.find(self.session) else {
            return;
        };
        effects.outputs.push(Output::Ask {
            session: self.session,
            question: self.question,
            link: session.link.clone(),
        });
        network.errands.insert(self.session, self.purpose);
    }
}

impl Intent for Answered {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let (purpose, answer) = (network.errands.remove(&self.session), self.answer);
        let Some(client) = network.client_of(self.session).map(|client| client.id) else {
            return;
        };
        match purpose {
            Some(Purpose::Oper) => account::oper(client, answer, stamp, network, effects),
            Some(Purpose::Register(name)) => {
                account::registered(client, &name, answer, stamp, network, effects);
            }
            Some(Purpose::NickServ(wish)) => {
                nickserv::answered(client, wish, answer, stamp, network, effects);
            }
            None => {}
        }
    }
}
