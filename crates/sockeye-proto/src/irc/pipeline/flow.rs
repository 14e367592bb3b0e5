//! Inputs of each session that wait for earlier events of the same client, by whichever of its
//! sessions.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::irc::id::SessionId;
use crate::irc::input::Input;

/// The waiting inputs of all sessions, by slot.
#[derive(Debug, Default)]
pub(super) struct Flows(Vec<Option<Flow>>);

#[derive(Debug)]
struct Flow {
    session: SessionId,
    /// How many of its entries in the order change state; while there are any, inputs are parked.
    unapplied: usize,
    /// Inputs with their randomness, in order.
    parked: VecDeque<(Input, u64)>,
}

impl Flows {
    /// Lets an input through or parks it. `siblings` are all sessions of the client, none if it is
    /// not on the network: an input of a session that has left is dropped, since the connection is
    /// closing already.
    pub(super) fn admit(
        &mut self,
        session: SessionId,
        input: Input,
        random: u64,
        siblings: &[SessionId],
    ) -> Option<(Input, u64)> {
        if matches!(input, Input::Enter(_)) {
            self.open(session);
            return Some((input, random));
        }
        let leaves = matches!(input, Input::Leave { .. });
        let waits = self.waits(session, siblings);
        match self.find(session) {
            Some(flow) if waits || (!flow.parked.is_empty() && !siblings.is_empty()) => {
                // Invariant: the caller has at most so many inputs of a session under way.
                debug_assert!(flow.parked.len() < PARKED_MAX || leaves);
                if flow.parked.len() < PARKED_MAX || leaves {
                    flow.parked.push_back((input, random));
                }
                None
            }
            Some(_) => Some((input, random)),
            None => leaves.then_some((input, random)),
        }
    }

    /// Notes that an entry of the session changes state.
    pub(super) fn hold(&mut self, session: SessionId) {
        if let Some(flow) = self.find(session) {
            flow.unapplied += 1;
        }
    }

    /// Notes that such an entry is applied.
    pub(super) fn release(&mut self, session: SessionId) {
        if let Some(flow) = self.find(session) {
            flow.unapplied = flow.unapplied.saturating_sub(1);
        }
    }

    /// Returns the next parked input of a session that need not wait any more.
    pub(super) fn next_released(
        &mut self,
        session: SessionId,
        siblings: &[SessionId],
    ) -> Option<(Input, u64)> {
        match self.waits(session, siblings) {
            true => None,
            false => self.find(session)?.parked.pop_front(),
        }
    }

    /// Returns whether events of the session or of a sibling that change state are not applied.
    fn waits(&self, session: SessionId, siblings: &[SessionId]) -> bool {
        let mut all = siblings.iter().chain([&session]);
        all.any(|&id| self.peek(id).is_some_and(|flow| flow.unapplied > 0))
    }

    /// Forgets a session and returns what it had parked.
    pub(super) fn close(&mut self, session: SessionId) -> VecDeque<(Input, u64)> {
        let place = self.0.get_mut(session.slot());
        let flow = place.and_then(|flow| flow.take_if(|flow| flow.session == session));
        flow.map(|flow| flow.parked).unwrap_or_default()
    }

    fn open(&mut self, session: SessionId) {
        let slot = session.slot();
        if self.0.len() <= slot {
            self.0.resize_with(slot + 1, || None);
        }
        if let Some(place) = self.0.get_mut(slot) {
            *place = Some(Flow {
                session,
                unapplied: 0,
                parked: VecDeque::new(),
            });
        }
    }

    fn peek(&self, session: SessionId) -> Option<&Flow> {
        let flow = self.0.get(session.slot())?.as_ref();
        flow.filter(|flow| flow.session == session)
    }

    fn find(&mut self, session: SessionId) -> Option<&mut Flow> {
        self.0
            .get_mut(session.slot())?
            .as_mut()
            .filter(|flow| flow.session == session)
    }
}

/// Returns whose input it is; `None`: it comes from the hub itself.
pub(super) fn session_of(input: &Input) -> Option<SessionId> {
    match input {
        Input::Enter(candidate) => Some(candidate.session),
        Input::Line { session, .. }
        | Input::Naming { session, .. }
        | Input::Batch { session, .. }
        | Input::Reply { session, .. }
        | Input::Login { session, .. }
        | Input::Host { session, .. }
        | Input::Answer { session, .. }
        | Input::Leave { session, .. } => Some(*session),
        Input::Expire | Input::Retire { .. } => None,
    }
}

/// Most parked inputs of a session. The caller keeps at most 64 lines of a session under way
/// without a `Done`, and a line becomes at most two inputs (a login and its reply).
const PARKED_MAX: usize = 2 * 64;
