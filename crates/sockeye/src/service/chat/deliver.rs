//! Fan-out: from the network's outputs to the queues of connections.
//!
//! Two joins keep a delivery cheap. Lines for the same list of members, a piece of a channel, become one
//! shared buffer while nothing else for any of those members comes between. What a round has for one
//! session is collected here and handed over under one lock with one wake-up.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use sockeye_proto::irc::id::SessionId;
use sockeye_proto::irc::input::{Output, Recipients};
use tokio::time::Instant;

use super::outbox::{Answer, Delivery, Item, Outbox, Pressure};

/// The queues of all sessions on the network, and what this round has for them.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    slots: Vec<Slot>,
    /// Slots with something to hand over.
    dirty: Vec<usize>,
    /// Runs of lines for the same members, and the places of those that have ended. No session
    /// receives from two of them.
    runs: Vec<Option<Run>>,
    /// The slot that the last lines went to and that talkers have to wait for.
    congested: Option<usize>,
    held: Vec<Held>,
}

#[derive(Debug, Default)]
struct Slot {
    holder: Option<(SessionId, Arc<Outbox>)>,
    delivery: Delivery,
    is_dirty: bool,
    /// The open run that it receives from.
    run: Option<usize>,
    /// Its queue was above half and read at a good pace when last looked at.
    is_waited_for: bool,
}

#[derive(Debug)]
struct Run {
    members: Arc<[SessionId]>,
    except: Option<SessionId>,
    lines: Vec<Bytes>,
    /// A receiver that talkers have to wait for.
    congested: Option<usize>,
}

/// A talker whose input is done but who is not told so yet.
#[derive(Debug)]
struct Held {
    talker: SessionId,
    waits_for: usize,
}

/// What a round has left to the core.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Sessions with too much in their queue.
    pub(super) overflowed: Vec<SessionId>,
    /// Sessions that have left and whose connections had gone before.
    pub(super) orphans_gone: Vec<SessionId>,
}

impl Deliveries {
    /// Connects a session with its queue.
    pub(super) fn seat(&mut self, id: SessionId, outbox: Arc<Outbox>) {
        if self.slots.len() <= id.slot() {
            self.slots.resize_with(id.slot() + 1, Slot::default);
        }
        self.slots[id.slot()].holder = Some((id, outbox));
    }

    /// Sorts one output into what its receivers get.
    pub(super) fn carry_out(&mut self, output: Output) {
        match output {
            Output::Send {
                to: Recipients::One(to),
                lines,
            } => {
                if self
                    .slots
                    .get(to.slot())
                    .is_some_and(|slot| slot.is_waited_for)
                {
                    self.congested = Some(to.slot());
                }
                self.give_one(to, |delivery| delivery.push(lines));
            }
            Output::Send {
                to: Recipients::Many { members, except },
                lines,
            } => {
                self.give_many(members, except, lines);
            }
            Output::History(request) => self.give_one(request.to, |delivery| {
                delivery.items.push(Item::History(Box::new(request)));
            }),
            Output::Entered { session } => {
                self.give_one(session, |delivery| delivery.answer = Some(Answer::Entered));
            }
            Output::NickRefused { session, lines } => self.give_one(session, |delivery| {
                delivery.push(lines);
                delivery.answer = Some(Answer::NickRefused);
            }),
            Output::Done { session } => self.done(session),
            // Carried out by the core.
            Output::Ask { .. } | Output::Record(_) => {}
            Output::Close { session } => self.give_one(session, |delivery| delivery.closed = true),
        }
    }

    /// Hands everything over.
    pub(super) fn flush(&mut self, now: Instant) -> Outcome {
        self.end_runs();
        let mut outcome = Outcome::default();
        for index in std::mem::take(&mut self.dirty) {
            let slot = &mut self.slots[index];
            slot.is_dirty = false;
            let Some((id, outbox)) = &slot.holder else {
                slot.delivery = Delivery::default();
                continue;
            };
            let refused = slot.delivery.answer == Some(Answer::NickRefused);
            let leaves = slot.delivery.closed || refused;
            let pressure = outbox.deliver(&mut slot.delivery, now);
            slot.is_waited_for = pressure == Pressure::Wait;
            if leaves {
                if outbox.is_orphaned() {
                    outcome.orphans_gone.push(*id);
                }
                *slot = Slot::default();
            } else if pressure == Pressure::Overflow {
                outcome.overflowed.push(*id);
            }
        }
        outcome
    }

    /// Returns whether talkers are held back.
    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Lets talkers go on whose listeners have caught up, have become slow, or have gone.
    pub(super) fn release(&mut self, now: Instant) {
        let (stay, go): (Vec<_>, Vec<_>) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|held| self.slots[held.waits_for].look(now));
        self.held = stay;
        for held in go {
            self.give_one(held.talker, |delivery| delivery.done += 1);
        }
    }

    /// Returns the queue of a session, if it is on the network.
    pub(super) fn outbox(&self, id: SessionId) -> Option<&Outbox> {
        let (holder, outbox) = self.slots.get(id.slot())?.holder.as_ref()?;
        (*holder == id).then_some(outbox)
    }

    /// An input is done: its sender may send another, unless it talks to a full queue.
    fn done(&mut self, session: SessionId) {
        match self.congested.take() {
            Some(waits_for) if waits_for != session.slot() => {
                self.held.push(Held {
                    talker: session,
                    waits_for,
                });
            }
            _ => self.give_one(session, |delivery| delivery.done += 1),
        }
    }

    fn give_one(&mut self, to: SessionId, add: impl FnOnce(&mut Delivery)) {
        if let Some(run) = self.run_of(to) {
            self.end_run(run);
        }
        self.put(to, add);
    }

    fn give_many(&mut self, members: Arc<[SessionId]>, except: Option<SessionId>, lines: Bytes) {
        let receives = |member: &&SessionId| Some(**member) != except;
        let first = members.iter().find(receives);
        let run = first.and_then(|&first| self.run_of(first));
        if let Some(Some(run)) = run.and_then(|run| self.runs.get_mut(run))
            && Arc::ptr_eq(&run.members, &members)
            && run.except == except
        {
            self.congested = run.congested.or(self.congested);
            return run.lines.push(lines);
        }
        let mut congested = None;
        for &receiver in members.iter().filter(receives) {
            if let Some(run) = self.run_of(receiver) {
                self.end_run(run);
            }
            if let Some(slot) = self.slots.get_mut(receiver.slot()) {
                slot.run = Some(self.runs.len());
                if slot.is_waited_for {
                    congested = Some(receiver.slot());
                }
            }
        }
        self.congested = congested.or(self.congested);
        self.runs.push(Some(Run {
            members,
            except,
            lines: vec![lines],
            congested,
        }));
    }

    fn run_of(&self, member: SessionId) -> Option<usize> {
        self.slots.get(member.slot())?.run
    }

    /// Hands out a run before something else for one of its members.
    fn end_run(&mut self, run: usize) {
        if let Some(run) = self.runs.get_mut(run).and_then(Option::take) {
            let lines = joined(&run.lines);
            self.put_run(&run, &lines);
        }
    }

    /// Hands out all runs; those of the same lines share them.
    fn end_runs(&mut self) {
        let mut known: Vec<(Vec<Bytes>, Bytes)> = Vec::new();
        for mut run in std::mem::take(&mut self.runs).into_iter().flatten() {
            let mut latest = known.iter().rev().take(ENCODINGS_MAX);
            match latest.find(|(lines, _)| are_same(lines, &run.lines)) {
                Some((_, all)) => self.put_run(&run, all),
                None => {
                    let all = joined(&run.lines);
                    self.put_run(&run, &all);
                    known.push((std::mem::take(&mut run.lines), all));
                }
            }
        }
    }

    fn put_run(&mut self, run: &Run, lines: &Bytes) {
        let receives = |member: &&SessionId| Some(**member) != run.except;
        for &member in run.members.iter().filter(receives) {
            self.put(member, |delivery| delivery.push(lines.clone()));
        }
    }

    fn put(&mut self, to: SessionId, add: impl FnOnce(&mut Delivery)) {
        let Some(slot) = self.slots.get_mut(to.slot()) else {
            return;
        };
        slot.run = None;
        if !slot.is_of(to) || slot.delivery.closed {
            return;
        }
        add(&mut slot.delivery);
        if !std::mem::replace(&mut slot.is_dirty, true) {
            self.dirty.push(to.slot());
        }
    }
}

impl Slot {
    fn is_of(&self, id: SessionId) -> bool {
        matches!(&self.holder, Some((holder, _)) if *holder == id)
    }

    /// Looks whether talkers still have to wait for this one.
    fn look(&mut self, now: Instant) -> bool {
        let pressure = self.holder.as_ref().map(|(_, outbox)| outbox.pressure(now));
        self.is_waited_for = pressure == Some(Pressure::Wait);
        self.is_waited_for
    }
}

fn joined(lines: &[Bytes]) -> Bytes {
    if let [only] = lines {
        return only.clone();
    }
    let mut all = BytesMut::with_capacity(lines.iter().map(Bytes::len).sum());
    lines.iter().for_each(|line| all.extend_from_slice(line));
    all.freeze()
}

/// Whether two runs are made of the very same buffers.
fn are_same(lines: &[Bytes], others: &[Bytes]) -> bool {
    let is_same = |(one, other): (&Bytes, &Bytes)| one.as_ptr_range() == other.as_ptr_range();
    lines.len() == others.len() && lines.iter().zip(others).all(is_same)
}

/// The ways in which the lines of one channel may be written: each of six capabilities changes them.
const ENCODINGS_MAX: usize = 1 << 6;
