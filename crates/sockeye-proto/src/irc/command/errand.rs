//! What a client wants of its account, or an operator of the hub: it waits for the answer, and so
//! does all that the client says behind it.
//!
//! ```text
//!  line ─▶ Errand ─▶ Output::Ask ─▶ (the hub, outside) ─▶ Input::Answer ─▶ done
//! ```

use alloc::string::String;

use super::services::nickserv::{self, Wish};
use super::services::{self, chanserv};
use super::{Work, account};
use crate::irc::account::{Answer, AnswerError, Question};
use crate::irc::event::{Holder, Stamp};
use crate::irc::id::SessionId;
use crate::irc::input::Output;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal};

/// Asking the hub.
#[derive(Debug)]
pub(crate) struct Errand {
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
    NickServ(Wish),
    /// A command to ChanServ about an account.
    ChanServ(chanserv::Wish),
    /// To be shown as it is.
    Lines,
}

/// What the hub has answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) session: SessionId,
    pub(crate) answer: Result<Answer, AnswerError>,
}

/// Returns what an answer leads to; `None` if nobody waits for it.
///
/// Where it only says who somebody is, what they want becomes the event, so that it is checked and
/// stored as it would be without a question.
pub(crate) fn answered(
    network: &mut Network,
    session: SessionId,
    answer: Result<Answer, AnswerError>,
) -> Option<Work> {
    let event = match (network.errands.get(&session)?, &answer) {
        (Purpose::NickServ(Wish::Free(free)), Ok(Answer::Account(_))) => {
            Event::FreeNick(free.proven())
        }
        (Purpose::ChanServ(wish), Ok(Answer::Info { account, name, .. })) => {
            let (account, name) = (*account, name.clone());
            let client = network.client_of(session)?.id;
            wish.event(client, Holder { account, name }, network)
        }
        _ => return Some(Work::Act(Event::Answered(Answered { session, answer }))),
    };
    network.errands.remove(&session);
    Some(match event.check(network) {
        Ok(()) => Work::Act(event),
        Err(refusal) => Work::Say(refusal.0),
    })
}

impl Intent for Errand {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), _stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        network.ask(self.purpose, self.question, effects);
    }
}

impl Network {
    /// Asks the hub something for the session whose line this is; the answer comes back with the
    /// purpose.
    pub(super) fn ask(&mut self, purpose: Purpose, question: Question, effects: &mut Effects<'_>) {
        let session = effects.replies.to();
        let Some(asking) = self.sessions.find(session) else {
            return;
        };
        if self.leaving.contains(&session) {
            // Nobody is left to be told.
            return;
        }
        effects.outputs.push(Output::Ask {
            session,
            question,
            link: asking.link.clone(),
        });
        self.errands.insert(session, purpose);
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
            Some(Purpose::ChanServ(_)) => {
                if let Err(error) = answer {
                    let lines = effects.replies.lines();
                    services::say(chanserv::NICK, client, network, lines, error.words());
                }
            }
            Some(Purpose::Lines) => {
                if let Ok(Answer::Lines(lines)) = answer {
                    let lines = network.addressed(self.session, &lines);
                    effects.replies.lines().push_str(&lines);
                }
            }
            None => {}
        }
    }
}
