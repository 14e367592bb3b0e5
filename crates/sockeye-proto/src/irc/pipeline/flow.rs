//! Inputs of each session that wait for earlier events of the same session.

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
    /// Lets an input through or parks it. An input of a session that has left is dropped: the
    /// connection is closing already.
    pub(super) fn admit(&mut self, input: Input, random: u64) -> Option<(Input, u64)> {
        let session = session_of(&input);
        if matches!(input, Input::Enter(_)) {
            self.open(session);
            return Some((input, random));
        }
        let leaves = matches!(input, Input::Leave { .. });
        match self.find(session) {
            Some(flow) if flow.unapplied > 0 => {
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

    /// Returns the next parked input that need not wait any more.
    pub(super) fn next_released(&mut self, session: SessionId) -> Option<(Input, u64)> {
        self.find(session)
            .filter(|flow| flow.unapplied == 0)?
            .parked
            .pop_front()
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

    fn find(&mut self, session: SessionId) -> Option<&mut Flow> {
        self.0
            .get_mut(session.slot())?
            .as_mut()
            .filter(|flow| flow.session == session)
    }
}

fn session_of(input: &Input) -> SessionId {
    match input {
        Input::Enter(candidate) => candidate.session,
        Input::Line { session, .. }
        | Input::Naming { session, .. }
        | Input::Batch { session, .. }
        | Input::Reply { session, .. }
        | Input::Login { session, .. }
        | Input::Host { session, .. }
        | Input::Answer { session, .. }
        | Input::Leave { session, .. } => *session,
    }
}

/// Most parked inputs of a session. The caller keeps at most 64 lines of a session under way
/// without a `Done`, and a line becomes at most two inputs (a login and its reply).
const PARKED_MAX: usize = 2 * 64;
