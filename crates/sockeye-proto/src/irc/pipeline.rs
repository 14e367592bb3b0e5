//! The order of truth as a machine: check, number, batch, and apply what the log has ordered.
//!
//! ```text
//!  input ─ check ─▶ waiting ─ next_batch ─▶ in the log ─ committed ─▶ apply ─▶ outputs
//!    └▶ parked ▲       └─ nothing durable before it: at once ─────────▲
//! ```
//!
//! The caller owns the log, the queues and the clock. It feeds inputs while
//! [`Pipeline::takes_input`], appends each batch that [`Pipeline::next_batch`] yields, reports
//! [`Pipeline::committed`] or [`Pipeline::failed`], and carries out the outputs in order.
//!
//! * **Check** is parsing and a dry run of `plan`: what is plainly wrong now is refused and never
//!   reaches the log. Refusals and questions keep their place among all that is in order, so the
//!   replies of a connection are in the order of its lines.
//! * **Own events first.** A line is parked while an earlier event of the same session, other
//!   than a message, is not applied. So check always sees what the session itself has done, a
//!   stored line names the right source, and only a race between sessions can void a stored row.
//! * **Void.** What is refused only after it was stored is taken back: its number goes into the
//!   next batch as a void, and until that is stored neither the refusal nor anything behind it
//!   leaves. So one batch takes back however many rows the one before it had in vain. A row of who
//!   came or went that others have made untrue meanwhile is taken back without waiting.
//! * **Staying.** What a restart has to know of a client that stays without connections is stored
//!   after it has changed, in the next batch; what was told of the change waits for that, too.
//! * **Failed.** What should have been stored in a failed batch becomes a refusal to its sender;
//!   everything else of it keeps its place, and so does coming and going, which the history then
//!   lacks. A void that could not be written is not waited for any longer: it goes along with the
//!   next batch that has rows.
//!
//! Invariant: nothing is shown to anybody before it is stored, if it is to be stored at all.

mod apply;
mod clients;
mod flow;
mod order;
#[cfg(test)]
mod tests;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

pub use clients::{Client, Staying};
use flow::Flows;
use order::{Clock, Entry, Order, Said};

use super::account;
use super::caps::Caps;
use super::command::stay::{Expire, Retire};
use super::command::{self, Beside, Work, errand, host::ChangeHost, login::LogIn, quit::Leave};
use super::event::Record;
use super::id::{AccountId, ChannelId, Number, SessionId};
use super::input::{Batch, Input, Output};
use super::message::Message;
use super::network::{Event, Network, Replies};
use super::settings::Settings;
use crate::Now;

/// The core of a chat network.
#[derive(Debug)]
pub struct Pipeline {
    network: Network,
    clock: Clock,
    order: Order,
    flows: Flows,
    /// The last number applied.
    applied: Number,
    voids: Voids,
    erasures: Erasures,
    /// What may not leave before what is awaited is stored.
    withheld: Vec<Output>,
    /// What answers lines that wait for the accounts, so far.
    waiting: BTreeMap<SessionId, Replies>,
}

/// Rows to be taken back.
#[derive(Debug, Default)]
struct Voids {
    /// For the next batch.
    owed: Vec<Number>,
    /// In the batch that is being appended.
    in_log: Vec<Number>,
    /// Whether outputs wait for them, or for the rows of clients that stay.
    awaited: bool,
}

/// Messages that were taken back, whose rows are still to be emptied. Nobody waits for that.
#[derive(Debug, Default)]
struct Erasures {
    /// For the next batch.
    owed: Vec<Number>,
    /// In the batch that is being appended.
    in_log: Vec<Number>,
    /// Whether they are worth a batch of their own; after a failure they go along with another.
    are_due: bool,
}

/// Runs a function and returns whether it came to its end; false if it panicked. Catching a panic
/// needs the standard library, so the caller of the pipeline brings it.
pub type Guard = fn(&mut dyn FnMut()) -> bool;

/// Why a batch did not reach the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreFailure {
    /// No space is left.
    Full(String),
    /// Anything else.
    Unwritable(String),
}

/// The stored state cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreError(pub String);

impl Pipeline {
    /// Rebuilds the network from a snapshot and the state-bearing records after it; `last` is the
    /// last number that the log knows, `last_wall_ms` the last time stamp in it.
    ///
    /// # Errors
    /// When the snapshot or a record is not of a known format.
    pub fn restore(
        settings: Settings,
        snapshot: Option<&[u8]>,
        tail: &[Record],
        last: Number,
        last_wall_ms: u64,
    ) -> Result<Self, RestoreError> {
        let mut network = Network::new(settings);
        if let Some(snapshot) = snapshot {
            network.restore_snapshot(snapshot).map_err(RestoreError)?;
        }
        for record in tail {
            network.restore_record(record).map_err(RestoreError)?;
        }
        network.restore_stays().map_err(RestoreError)?;
        Ok(Self {
            network,
            clock: Clock {
                last,
                wall_ms: last_wall_ms,
            },
            order: Order::default(),
            flows: Flows::default(),
            applied: last,
            voids: Voids::default(),
            erasures: Erasures::default(),
            withheld: Vec::new(),
            waiting: BTreeMap::new(),
        })
    }

    /// Returns the durable state, for [`Pipeline::restore`], and the number it is of: everything
    /// applied so far.
    pub fn snapshot(&self) -> (Number, Vec<u8>) {
        (self.applied, self.network.snapshot())
    }

    /// Returns how many channels there are, with members or with stored state.
    pub fn channels(&self) -> usize {
        self.network.channels.len()
    }

    /// Returns whether another input may come now; false while a full batch waits for the log.
    pub fn takes_input(&self) -> bool {
        !self.order.is_full()
    }

    /// Takes one input. `random` is fresh randomness, used at most once.
    pub fn input(&mut self, input: Input, now: Now, random: u64) {
        self.clock.advance(now.wall_ms);
        if let Input::Answer { session, answer } = input {
            return self.answer(session, answer, random);
        }
        if let Some(session) = leaving(&input) {
            self.leaves(session);
        }
        let Some(session) = flow::session_of(&input) else {
            return self.check(input, random);
        };
        let client = self.network.client_of(session);
        let siblings = client.map_or(&[][..], |client| &client.sessions);
        if let Some((input, random)) = self.flows.admit(session, input, random, siblings) {
            self.check(input, random);
        }
    }

    /// Returns what to append next, when no append is running and something durable waits.
    pub fn next_batch(&mut self) -> Option<Batch> {
        let wanted = self.voids.awaited || self.erasures.are_due;
        let mut records = self.order.next_records(wanted)?;
        // Rows are in the order of their numbers, also from batch to batch.
        if !self.order.leaves_open() {
            records.extend(self.stays());
        }
        self.voids.in_log = mem::take(&mut self.voids.owed);
        self.erasures.in_log = mem::take(&mut self.erasures.owed);
        self.erasures.are_due = false;
        Some(Batch {
            records,
            voids: self.voids.in_log.clone(),
            erased: self.erasures.in_log.clone(),
        })
    }

    /// Returns what to append last, when no input comes any more: the rows that are still to be
    /// taken back or emptied, since no batch with rows will take them along.
    pub fn closing_batch(&mut self) -> Option<Batch> {
        let voids = mem::take(&mut self.voids.owed);
        let erased = mem::take(&mut self.erasures.owed);
        let records = self.stays();
        let is_empty = voids.is_empty() && erased.is_empty() && records.is_empty();
        (!is_empty).then_some(Batch {
            records,
            voids,
            erased,
        })
    }

    /// Returns the rows of clients that stay and have changed.
    fn stays(&mut self) -> Vec<Record> {
        let clock = &mut self.clock;
        self.network.changed_stays(|fact| Record {
            stamp: clock.stamp(0),
            channel: ChannelId::NONE,
            fact,
        })
    }

    /// The batch is on disk.
    pub fn committed(&mut self) {
        self.order.decided();
        self.voids.in_log.clear();
        self.erasures.in_log.clear();
        self.network.stays.committed();
        self.voids.awaited = self.owes();
    }

    /// Returns whether something has to be stored that has happened.
    fn owes(&self) -> bool {
        !self.voids.owed.is_empty() || self.network.stays.has_changed()
    }

    /// The batch is not in the log and will never be: its senders get their refusal.
    pub fn failed(&mut self, why: &StoreFailure) {
        let (StoreFailure::Full(why) | StoreFailure::Unwritable(why)) = why;
        for job in self.order.stored_in_log() {
            job.rows.clear();
            job.stores = None;
            match &mut job.work {
                Work::Act(event) => {
                    if let Some(refusal) = self.network.not_stored(event, why) {
                        job.work = Work::Say(refusal.0);
                    }
                }
                Work::Enter(candidate) => {
                    if let Some(early) = &mut candidate.metadata {
                        early.lose(why);
                    }
                }
                Work::Say(_) | Work::Ask(_) => {}
            }
        }
        self.order.decided();
        // What could not be written goes first in the next batch, but nobody waits for it.
        self.voids.awaited = self.owes();
        self.network.stays.failed();
        self.voids.in_log.append(&mut self.voids.owed);
        self.voids.owed = mem::take(&mut self.voids.in_log);
        self.erasures.owed.append(&mut self.erasures.in_log);
    }

    /// Applies what may be applied and pushes what follows. Call it after inputs (all that were
    /// ready, at most 1,024) and after `committed` or `failed`.
    pub fn advance(&mut self, outputs: &mut Vec<Output>) {
        let before = outputs.len();
        let mut withheld = mem::take(&mut self.withheld);
        if !self.voids.awaited {
            outputs.append(&mut withheld);
        }
        while let Some(entry) = self.order.pop_ready() {
            let mark = outputs.len();
            let finished = self.apply(entry, outputs);
            self.finish(finished, outputs);
            self.voids.awaited |= self.network.stays.take_news();
            // Applying it may have led to rows, for which what it says waits too.
            if self.voids.awaited {
                withheld.extend(outputs.drain(mark..));
            }
        }
        self.withheld = withheld;
        self.hide_voided(outputs.iter_mut().skip(before));
    }

    /// Sets what runs the parts that only look at the state, so that a panic in one of them costs
    /// no more than the line that led to it: it is answered with 400.
    pub fn guard(&mut self, guard: Guard) {
        self.network.guard = guard;
    }

    /// Replaces the settings after a reload; the case mapping stays.
    pub fn reload(&mut self, settings: Settings) {
        let casemapping = self.network.settings.casemapping;
        let settings = Settings {
            casemapping,
            ..settings
        };
        let before = mem::replace(&mut self.network.settings, settings);
        self.network.tell_offers(&before, &mut self.withheld);
        self.network.settle_stays();
    }

    /// Sets which nicks belong to which accounts, as compared, in place of those before. Who has one
    /// of them keeps it.
    pub fn reserve(&mut self, nicks: BTreeMap<String, AccountId>) {
        self.network.reserve(nicks);
    }

    /// Leaves out one check, so that the simulator can prove that it finds such a fault.
    #[doc(hidden)]
    pub fn plant_skipped_membership_check(&mut self) {
        self.network.skips_membership_check = true;
    }

    /// Leaves out of what is read the rows whose voids could not be written yet: their senders
    /// have been told that they do not count.
    fn hide_voided<'a>(&self, outputs: impl Iterator<Item = &'a mut Output>) {
        let hidden = self.voids.owed.iter().chain(&self.voids.in_log);
        for output in outputs {
            if let Output::History(request) = output {
                request.reply.hidden.extend(hidden.clone());
            }
        }
    }

    /// Turns an input that is not parked into an entry of the order.
    fn check(&mut self, input: Input, random: u64) {
        let (session, work) = match input {
            Input::Line { session, message } => {
                return self.check_line(session, message, Beside::default(), random);
            }
            Input::Naming {
                session,
                message,
                found,
            } => {
                let found = found.as_ref();
                let beside = Beside {
                    found,
                    ..Beside::default()
                };
                return self.check_line(session, message, beside, random);
            }
            Input::Batch { session, batch } => {
                let beside = Beside {
                    batch: Some(&batch.content),
                    ..Beside::default()
                };
                return self.check_line(session, batch.opening, beside, random);
            }
            Input::Enter(candidate) => (candidate.session, Work::Enter(candidate)),
            Input::Reply { session, lines } => {
                let lines = String::from_utf8_lossy(&lines);
                (session, Work::Say(self.network.addressed(session, &lines)))
            }
            Input::Login { session, account } => {
                let Some(client) = self.network.client_of(session).map(|client| client.id) else {
                    return;
                };
                let account = Some(account);
                (session, Work::Act(Event::LogIn(LogIn { client, account })))
            }
            Input::Host {
                session,
                user,
                host,
            } => {
                let Some(client) = self.network.client_of(session).map(|client| client.id) else {
                    return;
                };
                let change = ChangeHost { client, user, host };
                (session, Work::Act(Event::Host(change)))
            }
            Input::Answer { session, answer } => return self.answer(session, answer, random),
            Input::Expire => {
                let now_ms = self.clock.wall_ms;
                (SessionId::NONE, Work::Act(Event::Expire(Expire { now_ms })))
            }
            Input::Retire { account, reason } => {
                let reason = command::shortened(&reason, command::REASON_BYTES_MAX);
                let retire = Retire { account, reason };
                (SessionId::NONE, Work::Act(Event::Retire(retire)))
            }
            Input::Leave { session, reason } => {
                let reason = command::shortened(&reason, command::REASON_BYTES_MAX);
                (session, Work::Act(Event::Leave(Leave { session, reason })))
            }
        };
        self.push(session, None, Vec::from([work]), random);
    }

    /// Takes an answer of the accounts; what it is the answer to holds the session already.
    fn answer(
        &mut self,
        session: SessionId,
        answer: Result<account::Answer, account::AnswerError>,
        random: u64,
    ) {
        let Some(work) = errand::answered(&mut self.network, session, answer) else {
            if self.network.sessions.find(session).is_none() {
                self.waiting.remove(&session);
            }
            return;
        };
        let job = order::job(work, &self.network, &mut self.clock, random);
        let mut entry = Entry::new(session, None, Vec::from([job]));
        // It ends what the question has begun, also when it is only said why not.
        entry.changes_state = true;
        self.order.push(entry);
    }

    /// Lets nobody wait for the accounts who is about to leave: what they were asked is given up, and
    /// what was said behind it is dealt with at once.
    fn leaves(&mut self, session: SessionId) {
        if self.network.sessions.find(session).is_some() {
            self.network.leaving.insert(session);
            self.answer(session, Err(account::AnswerError::Left), 0);
        }
    }

    fn check_line(&mut self, id: SessionId, message: Message, beside: Beside<'_>, random: u64) {
        if self.network.sessions.find(id).is_none() {
            return;
        }
        if let Some(index) = command::index(&message.command)
            && let Some(count) = self.network.usage.get_mut(index)
        {
            *count += 1;
        }
        let (Some(session), Some(client)) =
            (self.network.sessions.find(id), self.network.client_of(id))
        else {
            return;
        };
        let label = message.tag("label").filter(|label| {
            let labels = session.caps.has(Caps::LABELED_RESPONSE);
            labels && !label.is_empty() && label.len() <= LABEL_BYTES_MAX
        });
        let label = label.map(String::from);
        let works = command::parse(
            &self.network,
            (client, session),
            &message,
            beside,
            self.clock.wall_ms,
        );
        self.push(id, Some(Said { message, label }), works, random);
    }

    fn push(&mut self, session: SessionId, said: Option<Said>, works: Vec<Work>, random: u64) {
        let (network, clock) = (&self.network, &mut self.clock);
        let jobs = works
            .into_iter()
            .map(|work| order::job(work, network, clock, random));
        let entry = Entry::new(session, said, jobs.collect());
        if entry.changes_state {
            self.flows.hold(session);
        }
        self.order.push(entry);
    }
}

/// Returns whose input it is, if that client leaves with it.
fn leaving(input: &Input) -> Option<SessionId> {
    match input {
        Input::Leave { session, .. } => Some(*session),
        Input::Line { session, message } if message.command == "QUIT" => Some(*session),
        _ => None,
    }
}

/// Longest label (IRCv3 labeled-response); a longer one is not valid and is ignored.
const LABEL_BYTES_MAX: usize = 64;
