//! The relay of messages: each goes on whole, or the relay ends with an error.
//!
//! The relay invariant holds as for streams ([`super::relay`]); what is different is the end. A peer
//! that cannot say that no more will come is taken to have left after a silence: the idle time, or,
//! once the other side has ended, the time that is set for that.
//!
//! Between two bare UDP sockets most messages never come here ([`super::shortcut`]); what does not find
//! its way at once, the end, and the counts do.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep};

use super::datagram::bytes_in;
use super::direction::Count;
use super::pieces::Pieces;
use super::relay::{Ending, Leg};
use super::shortcut::{Passed, Shortcut};
use super::socket::{Hangup, hangup};
use super::watch::{Watch, Way};
use super::{Conversation, Datagram, RelayReport, RelaySettings};

/// Returns what is to be relayed as messages; a stream's are what single reads of it yield, small
/// enough for where they go.
pub(super) fn messages_of(conversation: Conversation, piece_bytes: usize) -> Datagram {
    match conversation {
        Conversation::Stream(stream) => Datagram::new(Pieces::new(stream, piece_bytes)),
        Conversation::Datagram(datagram) => datagram,
    }
}

/// Joins `a` and `b` until both directions have ended, a silence is taken for the end, or `cut`
/// completes.
pub(super) async fn relay_messages(
    mut a: Datagram,
    mut b: Datagram,
    settings: RelaySettings<'_>,
    cut: impl Future<Output = ()>,
) -> RelayReport {
    let mut cut = pin!(cut);
    a.reset_if_killed(true);
    b.reset_if_killed(true);
    let mut pair = Pair::new(&mut a, &b, &settings);
    pair.join(&mut a, &mut b, cut.as_mut()).await;
    let mut report = RelayReport {
        forth: pair.forth.into_leg(a.bytes_dropped()),
        back: pair.back.into_leg(b.bytes_dropped()),
    };
    if !report.was_cut() {
        a.reset_if_killed(false);
        b.reset_if_killed(false);
        return report;
    }
    let patience = report.patience();
    if patience != [Duration::ZERO; 2] {
        let both = async { tokio::join!(a.acknowledged(patience[0]), b.acknowledged(patience[1])) };
        tokio::select! {
            _ = both => {}
            () = cut => {}
        }
    }
    report.forth.was_reset(b.reset());
    report.back.was_reset(a.reset());
    report
}

/// Both directions of a relay that runs.
struct Pair<'a> {
    forth: Flow<'a>,
    back: Flow<'a>,
    patience: Patience,
    /// While it is open, nothing is received from `b` here.
    shortcut: Option<Arc<Shortcut>>,
}

impl<'a> Pair<'a> {
    fn new(a: &mut Datagram, b: &Datagram, settings: &RelaySettings<'a>) -> Self {
        let shortcut = a.shortcut_to(b, settings);
        let flow = |way, count| {
            let beside = shortcut.as_ref().map(|open| Arc::clone(open.passed(way)));
            Flow::new(count, settings.watch.map(|watch| (way, watch)), beside)
        };
        Self {
            forth: flow(Way::Forth, Count::Read(settings.from_a)),
            back: flow(Way::Back, Count::Written(settings.to_a)),
            patience: Patience::new(a, b, settings),
            shortcut,
        }
    }
}

impl Pair<'_> {
    async fn join(
        &mut self,
        a: &mut Datagram,
        b: &mut Datagram,
        mut cut: Pin<&mut impl Future<Output = ()>>,
    ) {
        let mut gone: Option<Hangup<'static>> = None;
        poll_fn(|cx| {
            loop {
                self.look_beside(cx);
                if self.pump(cx, a, b) {
                    return Poll::Ready(());
                }
                if gone.is_none() {
                    gone = self.half_ended(a, b).and_then(hangup_of);
                }
                if let Some(gone) = &mut gone
                    && let Poll::Ready(error) = gone.as_mut().poll(cx)
                {
                    self.note_gone(error);
                    return Poll::Ready(());
                }
                if cut.as_mut().poll(cx).is_ready() {
                    self.end(|| Ending::Cut);
                    return Poll::Ready(());
                }
                let limit = self.limit(a, b);
                let moved = self.forth.moved + self.back.moved;
                let beside = self.shortcut.as_ref().map(|shortcut| shortcut.moved());
                ready!(self.patience.poll(cx, limit, moved, beside));
                let open = |flow: &Flow<'_>| flow.ending.is_none();
                let left = (!open(&self.forth) || a.carrier().retire())
                    & (!open(&self.back) || b.carrier().retire());
                if left {
                    self.end(|| Ending::Idle);
                    return Poll::Ready(());
                }
                // Something has arrived at the last moment: the silence is over.
                self.patience.restart();
            }
        })
        .await;
        if self.shortcut.is_some() {
            a.carrier().close_shortcut();
        }
    }

    /// Ends it when the shortcut has failed.
    fn look_beside(&mut self, cx: &Context<'_>) {
        let failure = self.shortcut.as_ref().map(|open| open.poll_failure(cx));
        if let Some(Poll::Ready(failure)) = failure {
            let flow = match failure.way {
                Way::Forth => &mut self.forth,
                Way::Back => &mut self.back,
            };
            flow.read(failure.bytes_lost);
            flow.end(failure.ending);
        }
    }

    /// Moves what can be moved; `true` when both directions have ended.
    fn pump(&mut self, cx: &mut Context<'_>, a: &mut Datagram, b: &mut Datagram) -> bool {
        let Self { forth, back, .. } = self;
        forth.pump(cx, a, b);
        if self.shortcut.is_none() {
            back.pump(cx, b, a);
        }
        let ends_both = |flow: &Flow<'_>| {
            let ending = flow.ending.as_ref();
            ending.is_some_and(|ending| ending.ends_both() || ending.sink_failed())
        };
        if ends_both(forth) {
            back.end(Ending::Abandoned);
        }
        if ends_both(back) {
            forth.end(Ending::Abandoned);
        }
        forth.ending.is_some() && back.ending.is_some()
    }

    /// Returns the silence that is the end at this moment.
    fn limit(&self, a: &mut Datagram, b: &mut Datagram) -> Option<Duration> {
        let waits_for = match (&self.forth.ending, &self.back.ending) {
            (Some(_), None) => b,
            (None, Some(_)) => a,
            _ => return self.patience.idle,
        };
        match waits_for.carrier().can_end() {
            true => self.patience.idle,
            false => Some(self.patience.after_end),
        }
    }

    /// Returns the end that has said that it sends no more while the other one still may.
    fn half_ended<'e>(&self, a: &'e mut Datagram, b: &'e mut Datagram) -> Option<&'e mut Datagram> {
        match (&self.forth.ending, &self.back.ending) {
            (Some(Ending::Eof), None) => Some(a),
            (None, Some(Ending::Eof)) => Some(b),
            _ => None,
        }
    }

    /// Notes that the peer that sends no more is gone, so nothing can be sent to it.
    fn note_gone(&mut self, error: io::Error) {
        match self.forth.ending {
            Some(_) => self.back.end(Ending::SinkFailed(error)),
            None => self.forth.end(Ending::SinkFailed(error)),
        }
    }

    fn end(&mut self, ending: fn() -> Ending) {
        self.forth.end(ending());
        self.back.end(ending());
    }
}

/// Returns what completes when the peer at the other end of a stream with messages in it is gone.
fn hangup_of(datagram: &mut Datagram) -> Option<Hangup<'static>> {
    hangup(datagram.carrier().stream()?.bottom()?).ok()
}

/// One direction: what is in hand, and what has passed.
struct Flow<'a> {
    held: VecDeque<Bytes>,
    /// Whether the sink has taken messages that have not all left yet.
    leaving: bool,
    source: Source,
    bytes_read: u64,
    bytes_written: u64,
    /// Grows with each message, also an empty one.
    moved: u64,
    count: Count<'a>,
    watch: Option<(Way, &'a dyn Watch)>,
    /// What goes the same way without coming here.
    beside: Option<Arc<Passed>>,
    ending: Option<Ending>,
}

enum Source {
    Open,
    Ended,
    Failed(io::Error),
}

impl<'a> Flow<'a> {
    fn new(
        count: Count<'a>,
        watch: Option<(Way, &'a dyn Watch)>,
        beside: Option<Arc<Passed>>,
    ) -> Self {
        Self {
            held: VecDeque::new(),
            leaving: false,
            source: Source::Open,
            bytes_read: 0,
            bytes_written: 0,
            moved: 0,
            count,
            watch,
            beside,
            ending: None,
        }
    }

    fn into_leg(self, bytes_dropped: u64) -> Leg {
        let beside = self.bytes_beside();
        Leg {
            bytes_read: self.bytes_read + beside + bytes_dropped,
            bytes_written: self.bytes_written + beside,
            bytes_spliced: 0,
            bytes_unacknowledged: 0,
            bytes_dropped,
            ending: self.ending.unwrap_or(Ending::Cut),
        }
    }

    fn pump(&mut self, cx: &mut Context<'_>, from: &mut Datagram, to: &mut Datagram) {
        if self.ending.is_none()
            && let Poll::Ready(ending) = self.poll(cx, from, to)
        {
            self.end(ending);
        }
    }

    /// Ends it, unless it has ended.
    fn end(&mut self, ending: Ending) {
        if self.ending.is_some() {
            return;
        }
        if let Some((way, watch)) = self.watch {
            watch.ended(way, &ending, self.bytes_written + self.bytes_beside());
        }
        self.ending = Some(ending);
    }

    fn bytes_beside(&self) -> u64 {
        self.beside.as_ref().map_or(0, |passed| passed.bytes())
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut Datagram,
        to: &mut Datagram,
    ) -> Poll<Ending> {
        let mut turn = 0;
        loop {
            if let Err(error) = ready!(self.deliver(cx, to)) {
                return Poll::Ready(Ending::of_sink(error));
            }
            match std::mem::replace(&mut self.source, Source::Ended) {
                Source::Open => self.source = Source::Open,
                Source::Ended => {
                    return ready!(to.carrier().poll_shutdown(cx)).map_or_else(
                        |error| Poll::Ready(Ending::of_sink(error)),
                        |()| Poll::Ready(Ending::Eof),
                    );
                }
                Source::Failed(error) => return Poll::Ready(Ending::of_source(error)),
            }
            if turn >= TURN_MESSAGES {
                // Unlike waking itself, this lets the event loop run first.
                let _ = pin!(yield_now()).poll(cx);
                return Poll::Pending;
            }
            let taken = ready!(from.poll_receive(cx, &mut self.held));
            turn += self.took();
            match taken {
                Ok(true) => {}
                Ok(false) => self.source = Source::Ended,
                Err(error) => self.source = Source::Failed(error),
            }
        }
    }

    /// Counts what has just been taken; returns how many messages.
    fn took(&mut self) -> usize {
        self.read(bytes_in(&self.held));
        if let Some((way, watch)) = self.watch {
            let each = self.held.iter();
            each.for_each(|message| watch.bytes(way, message));
        }
        self.moved += self.held.len() as u64;
        self.held.len()
    }

    fn read(&mut self, bytes: u64) {
        self.bytes_read += bytes;
        if let Count::Read(total) = self.count {
            total.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Delivers what is in hand.
    fn deliver(&mut self, cx: &mut Context<'_>, to: &mut Datagram) -> Poll<io::Result<()>> {
        if self.held.is_empty() && !self.leaving {
            return Poll::Ready(Ok(()));
        }
        let (messages, bytes) = (self.held.len(), bytes_in(&self.held));
        let sent = to.poll_send(cx, &mut self.held);
        self.leaving = sent.is_pending();
        let gave = bytes - bytes_in(&self.held);
        self.bytes_written += gave;
        if let Count::Written(total) = self.count {
            total.fetch_add(gave, Ordering::Relaxed);
        }
        self.moved += (messages - self.held.len()) as u64;
        sent
    }
}

/// Waits for a silence.
struct Patience {
    idle: Option<Duration>,
    after_end: Duration,
    timer: Pin<Box<Sleep>>,
    seen: u64,
    moved: Instant,
}

impl Patience {
    fn new(a: &Datagram, b: &Datagram, settings: &RelaySettings<'_>) -> Self {
        let own = [a.idle(), b.idle()].into_iter().flatten().min();
        let idle = settings.idle.or(own);
        Self {
            idle,
            after_end: settings.after_end.or(idle).unwrap_or(AFTER_END),
            timer: Box::pin(sleep(Duration::ZERO)),
            seen: 0,
            moved: Instant::now(),
        }
    }

    fn restart(&mut self) {
        self.moved = Instant::now();
    }

    /// Completes when nothing has moved for `limit`, neither here nor, since `beside`, elsewhere.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        limit: Option<Duration>,
        moved: u64,
        beside: Option<Instant>,
    ) -> Poll<()> {
        if moved != self.seen {
            self.seen = moved;
            self.restart();
        }
        self.moved = beside.map_or(self.moved, |beside| beside.max(self.moved));
        let Some(limit) = limit else {
            return Poll::Pending;
        };
        loop {
            let due = self.moved + limit;
            // A later end is set only when the earlier one has come: most messages move it.
            if due < self.timer.deadline() {
                self.timer.as_mut().reset(due);
            }
            ready!(self.timer.as_mut().poll(cx));
            if due <= Instant::now() {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(due);
        }
    }
}

/// How long the side that cannot end lives once the other one has ended, where nothing is set.
const AFTER_END: Duration = Duration::from_secs(60);
/// What a direction moves before other tasks have their turn, messages.
const TURN_MESSAGES: usize = 256;

#[cfg(test)]
mod tests;
