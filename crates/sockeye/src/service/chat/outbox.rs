//! The queue between the core and one connection: what is to be written, and what is to be known.
//!
//! The core delivers under one lock and wakes the connection's task once a round; the task takes
//! everything at once and reports what it has written, since bytes count until they are.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;
use sockeye_proto::irc::history::HistoryRequest;
use tokio::time::Instant;

/// One connection's queue; the core and the connection share it.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
}

/// What is written next.
#[derive(Debug)]
pub(super) enum Item {
    /// Complete lines.
    Lines(Bytes),
    /// A place held for stored messages; they are fetched when its turn has come.
    History(Box<HistoryRequest>),
}

/// What is handed over at once.
#[derive(Debug, Default)]
pub(super) struct Delivery {
    pub(super) items: Vec<Item>,
    /// Of the items' lines.
    pub(super) bytes: usize,
    /// Inputs that have been dealt with.
    pub(super) done: u32,
    pub(super) answer: Option<Answer>,
    pub(super) closed: bool,
}

/// What the connection learns when it takes its items.
#[derive(Debug)]
pub(super) struct Mail {
    pub(super) done: u32,
    pub(super) answer: Option<Answer>,
    pub(super) end: End,
}

/// What the network says to a client that asks to enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Entered,
    NickRefused,
}

/// Whether more will come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum End {
    #[default]
    Open,
    /// Too much was queued; it is gone.
    Overflowed,
    /// The session has left the network; what is queued is the last.
    Closed,
}

/// How full a queue is, and what follows for those who fill it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pressure {
    /// Below half; or above it and too slow to be waited for.
    None,
    /// Above half but read at a good pace: its talkers wait.
    Wait,
    /// Over the limit: the client is to go.
    Overflow,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    /// Of the items, and of what was taken but is not written yet.
    bytes: usize,
    done: u32,
    answer: Option<Answer>,
    end: End,
    /// The core knows of the session, or will when it comes to the input.
    known: bool,
    orphaned: bool,
    /// The core holds talkers back because of this queue.
    waited_for: bool,
    pace: Pace,
    waker: Option<Waker>,
}

impl Delivery {
    pub(super) fn of(lines: Bytes) -> Self {
        let bytes = lines.len();
        Self {
            items: vec![Item::Lines(lines)],
            bytes,
            ..Self::default()
        }
    }

    pub(super) fn push(&mut self, lines: Bytes) {
        self.bytes += lines.len();
        self.items.push(Item::Lines(lines));
    }
}

impl Outbox {
    /// Appends a delivery, leaves it empty and wakes the connection.
    pub(super) fn deliver(&self, delivery: &mut Delivery, now: Instant) -> Pressure {
        let mut queue = self.queue();
        // Memory goes along: who is idle holds none, neither here nor there.
        let Delivery {
            items,
            bytes,
            done,
            answer,
            closed,
        } = std::mem::take(delivery);
        if queue.end == End::Open {
            match queue.items.is_empty() {
                true => queue.items = items.into(),
                false => queue.items.extend(items),
            }
            queue.bytes += bytes;
        }
        queue.done += done;
        if let Some(answer) = answer {
            queue.known = answer == Answer::Entered;
            queue.answer = Some(answer);
        }
        if closed {
            queue.known = false;
            queue.end = End::Closed;
        }
        let pressure = queue.pressure(now);
        queue.waited_for |= pressure == Pressure::Wait;
        wake(queue);
        pressure
    }

    /// Throws away what is queued and takes nothing more but `last`.
    pub(super) fn overflow(&self, last: Bytes) {
        let mut queue = self.queue();
        if queue.end == End::Open {
            queue.items = VecDeque::from([Item::Lines(last)]);
            queue.end = End::Overflowed;
            wake(queue);
        }
    }

    /// Tells how full it is now.
    pub(super) fn pressure(&self, now: Instant) -> Pressure {
        self.queue().pressure(now)
    }

    /// Moves what has come to the end of `out`; the task is woken when more comes.
    pub(super) fn take(&self, cx: &mut Context<'_>, out: &mut VecDeque<Item>) -> Mail {
        let mut queue = self.queue();
        if !queue
            .waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            queue.waker = Some(cx.waker().clone());
        }
        let items = std::mem::take(&mut queue.items);
        match out.is_empty() {
            true => *out = items,
            false => out.extend(items),
        }
        let done = std::mem::take(&mut queue.done);
        Mail {
            done,
            answer: queue.answer.take(),
            end: queue.end,
        }
    }

    /// Counts bytes that were not known when their place was taken.
    pub(super) fn fetched(&self, bytes: usize) {
        self.queue().bytes += bytes;
    }

    /// Counts written bytes; returns whether talkers that were held back may go on.
    pub(super) fn wrote(&self, bytes: usize, now: Instant) -> bool {
        let mut queue = self.queue();
        queue.bytes = queue.bytes.saturating_sub(bytes);
        queue.pace.count(bytes, now);
        queue.bytes <= HALF_BYTES && std::mem::take(&mut queue.waited_for)
    }

    /// Returns whether it is more than half full.
    pub(super) fn is_above_half(&self) -> bool {
        self.queue().bytes > HALF_BYTES
    }

    /// Notes that the core is about to learn of the session, or has not learned of it after all.
    pub(super) fn set_known(&self, known: bool) {
        self.queue().known = known;
    }

    /// Marks that the connection has gone. Returns whether the core knows of its session, so that
    /// it is the core that has to take it out and to free its seat.
    pub(super) fn orphan(&self) -> bool {
        let mut queue = self.queue();
        queue.orphaned = queue.known;
        queue.orphaned
    }

    /// Returns whether the connection had gone before its session left the network.
    pub(super) fn is_orphaned(&self) -> bool {
        self.queue().orphaned
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes outside the lock: the woken task takes it first thing.
fn wake(mut queue: MutexGuard<'_, Queue>) {
    let waker = queue.waker.take();
    drop(queue);
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl Queue {
    fn pressure(&self, now: Instant) -> Pressure {
        match self.bytes {
            ..=HALF_BYTES => Pressure::None,
            bytes if bytes > QUEUE_BYTES_MAX => Pressure::Overflow,
            _ if self.pace.is_good(now) => Pressure::Wait,
            _ => Pressure::None,
        }
    }
}

/// How much a client has taken of late, in windows of one second.
#[derive(Debug, Default)]
struct Pace {
    window: Option<Instant>,
    bytes: usize,
    bytes_before: usize,
}

impl Pace {
    fn count(&mut self, bytes: usize, now: Instant) {
        let age = self.window.map_or(Duration::MAX, |start| now - start);
        if age >= WINDOW {
            self.bytes_before = if age < 2 * WINDOW { self.bytes } else { 0 };
            self.bytes = 0;
            self.window = Some(now);
        }
        self.bytes += bytes;
    }

    fn is_good(&self, now: Instant) -> bool {
        let age = self.window.map_or(Duration::MAX, |start| now - start);
        let best = match age {
            age if age < WINDOW => self.bytes.max(self.bytes_before),
            age if age < 2 * WINDOW => self.bytes,
            _ => 0,
        };
        best >= GOOD_PACE_BYTES
    }
}

/// Most that is queued for one client, bytes.
pub(super) const QUEUE_BYTES_MAX: usize = 1 << 20;

/// From here on a queue slows down those who fill it, and its owner is not read, bytes.
const HALF_BYTES: usize = QUEUE_BYTES_MAX / 2;

/// A client that took so much within a window is worth waiting for, bytes.
const GOOD_PACE_BYTES: usize = 64 * 1_024;

const WINDOW: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(outbox: &Outbox, bytes: usize) -> Pressure {
        outbox.deliver(&mut Delivery::of(vec![0; bytes].into()), Instant::now())
    }

    #[tokio::test(start_paused = true)]
    async fn above_half_a_good_reader_is_waited_for_and_a_slow_one_is_not() {
        let outbox = Outbox::default();
        assert_eq!(fill(&outbox, HALF_BYTES), Pressure::None);
        assert_eq!(
            fill(&outbox, GOOD_PACE_BYTES + 1),
            Pressure::None,
            "it has taken nothing"
        );
        outbox.wrote(GOOD_PACE_BYTES, Instant::now());
        assert_eq!(fill(&outbox, GOOD_PACE_BYTES), Pressure::Wait);
        assert!(
            outbox.wrote(HALF_BYTES, Instant::now()),
            "talkers are let go once"
        );
        assert!(!outbox.wrote(1, Instant::now()));
        fill(&outbox, HALF_BYTES);
        assert_eq!(outbox.pressure(Instant::now()), Pressure::Wait);
        tokio::time::advance(2 * WINDOW).await;
        assert_eq!(
            outbox.pressure(Instant::now()),
            Pressure::None,
            "it took nothing since"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn over_the_limit_only_a_last_line_is_left() {
        let outbox = Outbox::default();
        assert_eq!(fill(&outbox, QUEUE_BYTES_MAX), Pressure::None);
        assert_eq!(fill(&outbox, 1), Pressure::Overflow);
        outbox.overflow(Bytes::from_static(b"ERROR\r\n"));
        fill(&outbox, 1);
        let (mut out, mut cx) = (VecDeque::new(), Context::from_waker(Waker::noop()));
        assert_eq!(outbox.take(&mut cx, &mut out).end, End::Overflowed);
        assert!(matches!(&out.make_contiguous()[..], [Item::Lines(last)] if last == "ERROR\r\n"));
    }

    #[test]
    fn whoever_is_last_frees_the_seat() {
        let told = |delivery: Delivery| {
            let outbox = Outbox::default();
            outbox.set_known(true);
            let mut delivery = delivery;
            outbox.deliver(&mut delivery, Instant::now());
            outbox.orphan()
        };
        assert!(!Outbox::default().orphan(), "nobody knew of it");
        assert!(told(Delivery::default()));
        assert!(told(Delivery {
            answer: Some(Answer::Entered),
            ..Delivery::default()
        }));
        assert!(!told(Delivery {
            answer: Some(Answer::NickRefused),
            ..Delivery::default()
        }));
        assert!(!told(Delivery {
            closed: true,
            ..Delivery::default()
        }));
    }
}
