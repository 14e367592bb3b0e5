//! What happens when the turn of an entry has come.

use alloc::vec::Vec;

use super::Pipeline;
use super::order::{Entry, Job};
use crate::irc::command::{Asked, Work, register};
use crate::irc::id::{ClientId, SessionId};
use crate::irc::input::{Input, Output};
use crate::irc::message::Message;
use crate::irc::network::{Effects, Replies};

/// An entry that is applied, with what answers it.
#[derive(Debug)]
pub(super) struct Finished {
    session: SessionId,
    /// Whose line it was.
    client: Option<ClientId>,
    replies: Replies,
    /// Whether inputs of the session may wait for it.
    changes_state: bool,
    /// Whether the session asked to come onto the network and may not.
    rejected: bool,
}

impl Pipeline {
    /// Applies an entry; its replies leave with [`Pipeline::finish`].
    pub(super) fn apply(&mut self, entry: Entry, outputs: &mut Vec<Output>) -> Finished {
        let (message, label) = match entry.said {
            Some(said) => (Some(said.message), said.label),
            None => (None, None),
        };
        let client = self.network.client_of(entry.session);
        let mut finished = Finished {
            session: entry.session,
            client: client.map(|client| client.id),
            replies: match self.waiting.remove(&entry.session) {
                Some(replies) => replies,
                None => Replies::new(entry.session, label),
            },
            changes_state: entry.changes_state,
            rejected: false,
        };
        for job in entry.jobs {
            self.applied = job.stamp.number;
            self.apply_job(job, message.as_ref(), &mut finished, outputs);
        }
        finished
    }

    fn apply_job(
        &mut self,
        job: Job,
        message: Option<&Message>,
        finished: &mut Finished,
        outputs: &mut Vec<Output>,
    ) {
        let replies = &mut finished.replies;
        match job.work {
            Work::Say(lines) => replies.lines().push_str(&lines),
            Work::Ask(query) => {
                let session = self.network.sessions.find(finished.session);
                let client = self.network.client_of(finished.session);
                if let (Some(session), Some(client), Some(message)) = (session, client, message) {
                    let (network, stamp) = (&self.network, &job.stamp);
                    Asked {
                        network,
                        client,
                        session,
                        message,
                        stamp,
                    }
                    .answer(query, replies);
                }
            }
            Work::Act(event) => {
                let moved = self.network.moved(&event, &job.rows);
                let rows = job.rows.into_iter().map(|(number, _)| number);
                let rows: Vec<_> = rows.filter(|number| !moved.contains(number)).collect();
                // Nobody was told anything else than what happens: no need to wait for these.
                self.voids.owed.extend(moved);
                let mut effects = Effects { outputs, replies };
                let taken_back = event.takes_back();
                match event.apply(&job.stamp, &mut self.network, &mut effects) {
                    Ok(()) => {
                        self.network.mark_stored(job.stores);
                        self.erasures.are_due |= taken_back.is_some();
                        self.erasures.owed.extend(taken_back);
                    }
                    Err(refusal) => {
                        replies.lines().push_str(&refusal.0);
                        self.voids.awaited |= !rows.is_empty();
                        self.voids.owed.extend(rows);
                    }
                }
            }
            Work::Enter(candidate) => {
                let mut effects = Effects { outputs, replies };
                let network = &mut self.network;
                let refused = register::enter(candidate, &job.stamp, network, &mut effects);
                finished.rejected = refused.is_none();
                let rows = job.rows.into_iter().map(|(number, _)| number).enumerate();
                let is_void = |place| refused.as_ref().is_none_or(|all| all.contains(&place));
                let rows = rows.filter(|&(place, _)| is_void(place));
                let before = self.voids.owed.len();
                self.voids.owed.extend(rows.map(|(_, number)| number));
                self.voids.awaited |= self.voids.owed.len() > before;
            }
        }
    }

    /// Lets the replies leave, and the inputs that waited for them come.
    pub(super) fn finish(&mut self, finished: Finished, outputs: &mut Vec<Output>) {
        let (session, client) = (finished.session, finished.client);
        let closes = finished.replies.closes();
        if !closes && !finished.rejected && self.network.sessions.find(session).is_none() {
            // Somebody has sent it away meanwhile: nobody reads an answer.
            self.flows.close(session);
            return self.resume(session, client);
        }
        if !closes && self.network.errands.contains_key(&session) {
            // The accounts have been asked: the replies, and all that comes behind, wait for them.
            self.waiting.insert(session, finished.replies);
            return;
        }
        finished.replies.leave(&mut self.network, outputs);
        if closes {
            self.flows.close(session);
            self.resume(session, client);
        } else if finished.rejected {
            // Of what waited behind it only the wish to leave means something now.
            for (input, random) in self.flows.close(session) {
                if matches!(input, Input::Leave { .. }) {
                    self.check(input, random);
                }
            }
        } else if finished.changes_state {
            self.flows.release(session);
            self.resume(session, client);
        }
    }

    /// Takes what a session and the others of its client have parked, as far as it need not wait any
    /// more.
    fn resume(&mut self, session: SessionId, client: Option<ClientId>) {
        let client = client.and_then(|client| self.network.clients.find(client));
        let siblings = client.map_or(Vec::new(), |client| client.sessions.clone());
        let others = siblings.iter().filter(|&&other| other != session);
        for &id in [&session].into_iter().chain(others) {
            while let Some((input, random)) = self.flows.next_released(id, &siblings) {
                self.check(input, random);
            }
        }
    }
}
