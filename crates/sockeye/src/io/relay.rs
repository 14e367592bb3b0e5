//! The relay: two conversations joined until both directions have ended.
//!
//! ```text
//!            forth: bytes in hand
//!   a ═══════════════════════════════▶ b        flowing ──end of stream──▶ half-closed
//!   a ◀═══════════════════════════════ b        flowing ──anything else──▶ failed
//!            back
//! ```
//!
//! The relay invariant: no byte taken from one side is dropped without being counted in the report,
//! and a report that counts any is no success. The end of a stream is passed on as a half-close,
//! and the other direction goes on for as long as it lives. An unclean end of one side becomes a
//! reset of the other, after the bytes in hand are delivered and acknowledged.
//!
//! While it runs, a process that is killed resets both ends: what it had in hand is missing, and an end
//! would not say so. Unix sockets, pipes and programs know no reset, and see an end.
//!
//! Memory is held only while bytes are in flight: small messages pass through one buffer a thread,
//! and what the far side does not take at once is kept in a buffer of exactly that size. Two bare
//! sockets with bulk between them are spliced ([`super::splice`]).

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::task::{Context, Poll};
use std::time::Duration;

use super::bounds::Reached;
use super::direction::{Count, Direction};
use super::over::Over;
use super::relay_messages::{messages_of, relay_messages};
use super::stream::{ABORT_PATIENCE, End};
use super::watch::{Watch, Way};
use super::{Bounds, Conversation, Stream};
use crate::error::{Error, ErrorKind, words};

/// What a relay is told, and where it counts while it runs.
#[derive(Debug, Clone, Copy)]
pub struct RelaySettings<'a> {
    /// Ends the relay when no byte has moved for so long; `None` is never.
    pub idle: Option<Duration>,
    /// How long a side that cannot say that it has ended lives once the other one has; `None` is the
    /// idle time. Only messages' sides are such.
    pub after_end: Option<Duration>,
    /// Grows by each byte that came from `a`.
    pub from_a: &'a Arc<AtomicU64>,
    /// Grows by each byte that went to `a`.
    pub to_a: &'a Arc<AtomicU64>,
    /// Is told what passes.
    pub watch: Option<&'a dyn Watch>,
}

impl<'a> RelaySettings<'a> {
    /// Makes settings that limit nothing and tell nobody; they only count.
    pub fn counting(from_a: &'a Arc<AtomicU64>, to_a: &'a Arc<AtomicU64>) -> Self {
        Self {
            idle: None,
            after_end: None,
            from_a,
            to_a,
            watch: None,
        }
    }
}

/// How a relay ended and what it moved.
#[derive(Debug)]
pub struct RelayReport {
    /// From `a` to `b`.
    pub forth: Leg,
    /// From `b` to `a`.
    pub back: Leg,
}

/// One direction of a relay that has ended.
#[derive(Debug)]
pub struct Leg {
    /// Bytes taken from the source.
    pub bytes_read: u64,
    /// Bytes handed to the sink.
    pub bytes_written: u64,
    /// Of these, bytes that passed inside the kernel and never entered this process.
    pub bytes_spliced: u64,
    /// Of those written, bytes that the sink's peer had not acknowledged when it was reset.
    pub bytes_unacknowledged: u64,
    /// Of those taken, bytes of messages that arrived faster than the sink took them and were dropped.
    pub bytes_dropped: u64,
    /// How it ended.
    pub ending: Ending,
}

/// How one direction of a relay ended.
#[derive(Debug)]
pub enum Ending {
    /// The source's stream ended, and the sink was told so.
    Eof,
    /// The source ended uncleanly.
    SourceFailed(io::Error),
    /// The sink took no more.
    SinkFailed(io::Error),
    /// The source of the other direction, this one's sink, failed.
    Abandoned,
    /// More came, or it took longer, than a bound of either side allows.
    Bound(Reached),
    /// No byte moved for the idle time.
    Idle,
    /// The relay was cut.
    Cut,
}

/// Joins `a` and `b` until both directions have ended, the idle time is over, or `cut` completes.
// No `async fn`: that would hold its arguments twice, for as long as the relay lives.
pub fn relay(
    mut a: Stream,
    mut b: Stream,
    settings: RelaySettings<'_>,
    cut: impl Future<Output = ()>,
) -> impl Future<Output = RelayReport> {
    let mut pair = Pair::new(&settings);
    let over = pair.bound(a.take_bounds(), b.take_bounds(), settings.idle);
    pair.forth.begin_with(a.take_unread());
    pair.back.begin_with(b.take_unread());
    async move {
        a.reset_if_killed(true);
        b.reset_if_killed(true);
        let mut cut = pin!(cut);
        pair.join(a.end(), b.end(), over, cut.as_mut()).await;
        // In a block, and in a box: few relays end uncleanly, and all would hold room for it.
        let unclean = {
            let report = RelayReport {
                forth: pair.forth.into_leg(),
                back: pair.back.into_leg(),
            };
            if report.is_clean() {
                a.reset_if_killed(false);
                b.reset_if_killed(false);
                return report;
            }
            Box::pin(end_uncleanly(report, a, b, cut))
        };
        unclean.await
    }
}

/// Resets both ends of a relay, one that has not failed when its peer has acknowledged what was
/// sent.
async fn end_uncleanly(
    mut report: RelayReport,
    mut a: Stream,
    mut b: Stream,
    cut: Pin<&mut impl Future<Output = ()>>,
) -> RelayReport {
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

/// Joins two conversations of any kind as [`relay`] does two streams.
///
/// Between a stream and messages, one read of the stream is one message: right for standard input
/// and files; other streams get their edges from a layer first.
pub fn join<'a>(
    a: Conversation,
    b: Conversation,
    settings: RelaySettings<'a>,
    cut: impl Future<Output = ()> + Send + 'a,
) -> Pin<Box<dyn Future<Output = RelayReport> + Send + 'a>> {
    let piece_bytes = |to: &Conversation| match to {
        Conversation::Stream(_) => usize::MAX,
        Conversation::Datagram(datagram) => datagram.message_bytes_max(),
    };
    match (a, b) {
        (Conversation::Stream(a), Conversation::Stream(b)) => Box::pin(relay(a, b, settings, cut)),
        (a, b) => {
            let (to_a, to_b) = (piece_bytes(&a), piece_bytes(&b));
            let (a, b) = (messages_of(a, to_b), messages_of(b, to_a));
            Box::pin(relay_messages(a, b, settings, cut))
        }
    }
}

impl RelayReport {
    /// Returns how many bytes were taken from one side and did not reach the other.
    pub fn bytes_lost(&self) -> u64 {
        [&self.forth, &self.back].map(Leg::bytes_lost).iter().sum()
    }

    /// Tells whether nothing was lost and nobody has to be told of an unclean end.
    pub fn is_clean(&self) -> bool {
        self.bytes_lost() == 0 && !self.was_cut()
    }

    /// Tells whether a direction ended in another way than by its source's end or a silence.
    pub(super) fn was_cut(&self) -> bool {
        let cut = |leg: &Leg| !matches!(leg.ending, Ending::Eof | Ending::Idle);
        [&self.forth, &self.back].into_iter().any(cut)
    }

    /// Returns how long each side may take to acknowledge what was written to it: no time where it was
    /// cut, or is what has failed.
    pub(super) fn patience(&self) -> [Duration; 2] {
        let cut = |leg: &Leg| matches!(leg.ending, Ending::Cut);
        let wait = match (self.a_failed(), self.b_failed()) {
            _ if cut(&self.forth) || cut(&self.back) => [false; 2],
            (true, false) => [false, true],
            (false, true) => [true, false],
            _ => [matches!(self.reached(), Some(Reached::Quota(_))); 2],
        };
        wait.map(|wait| if wait { ABORT_PATIENCE } else { Duration::ZERO })
    }

    /// Returns the bound that ended it.
    fn reached(&self) -> Option<Reached> {
        match (&self.forth.ending, &self.back.ending) {
            (Ending::Bound(reached), _) | (_, Ending::Bound(reached)) => Some(*reached),
            _ => None,
        }
    }

    pub(super) fn a_failed(&self) -> bool {
        self.forth.ending.source_failed() || self.back.ending.sink_failed()
    }

    pub(super) fn b_failed(&self) -> bool {
        self.back.ending.source_failed() || self.forth.ending.sink_failed()
    }

    /// Returns whose fault an unclean end is where that is an end of this machine's own: a file, or
    /// standard input and output.
    pub fn local_fault(&self, a_is_local: bool, b_is_local: bool) -> Option<ErrorKind> {
        match (&self.forth.ending, &self.back.ending) {
            (_, Ending::SinkFailed(_)) if a_is_local => Some(ErrorKind::LocalWrite),
            (Ending::SinkFailed(_), _) if b_is_local => Some(ErrorKind::LocalWrite),
            (Ending::SourceFailed(_), _) if a_is_local => Some(ErrorKind::LocalRead),
            (_, Ending::SourceFailed(_)) if b_is_local => Some(ErrorKind::LocalRead),
            _ => None,
        }
    }

    /// Turns an unclean end into the error of `op` on `b`; what `a` did is said with its name.
    ///
    /// # Errors
    /// [`ErrorKind::LocalQuota`] or [`ErrorKind::PeerTimeout`] when a bound was reached;
    /// [`ErrorKind::LostBytes`] when bytes were lost, else [`ErrorKind::PeerReset`] when a side ended
    /// uncleanly. A relay that was cut with nothing in hand is no error.
    pub fn into_result(
        self,
        op: &'static str,
        a: &dyn fmt::Display,
        b: &dyn fmt::Display,
    ) -> Result<(), Error> {
        let lost = self.bytes_lost();
        let reached = self.reached();
        let cause = match (&self.forth.ending, &self.back.ending) {
            _ if let Some(reached) = reached => Some(reached.to_string()),
            (Ending::SourceFailed(error), _) | (_, Ending::SinkFailed(error)) => {
                Some(format!("{a}: {}", words(error)))
            }
            (_, Ending::SourceFailed(error)) | (Ending::SinkFailed(error), _) => Some(words(error)),
            _ if self.forth.bytes_dropped + self.back.bytes_dropped > 0 => {
                Some("messages came faster than they were taken".to_owned())
            }
            (Ending::Idle, _) | (_, Ending::Idle) => Some("idle for too long".to_owned()),
            _ => Some("cut".to_owned()),
        };
        let kind = match lost {
            0 if self.a_failed() || self.b_failed() => ErrorKind::PeerReset,
            0 if reached.is_none() => return Ok(()),
            _ => reached.map_or(ErrorKind::LostBytes, Reached::kind),
        };
        let lost = match lost {
            0 => String::new(),
            1 => "; 1 byte did not arrive".to_owned(),
            _ => format!("; {lost} bytes did not arrive"),
        };
        Err(Error::new(
            kind,
            op,
            b,
            format!("{}{lost}", cause.unwrap_or_default()),
        ))
    }
}

impl Leg {
    /// Notes that the sink was reset with so much in its send queue, where the end of a stream
    /// takes one place, too (RFC 9293 section 3.4).
    pub(super) fn was_reset(&mut self, queued: u64) {
        let ends = u64::from(matches!(self.ending, Ending::Eof));
        self.bytes_unacknowledged = queued.saturating_sub(ends);
    }

    /// Tells whether the sink took no more because whoever read it has left (EPIPE).
    pub fn reader_left(&self) -> bool {
        matches!(&self.ending, Ending::SinkFailed(error)
            if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Returns how many bytes were taken from the source and did not reach the sink's peer.
    pub fn bytes_lost(&self) -> u64 {
        self.bytes_read - self.bytes_written + self.bytes_unacknowledged
    }
}

impl Ending {
    /// Returns how a direction ends whose source has failed.
    pub(super) fn of_source(error: io::Error) -> Self {
        Reached::in_error(&error).map_or_else(|| Self::SourceFailed(error), Self::Bound)
    }

    /// Returns how a direction ends whose sink has failed.
    pub(super) fn of_sink(error: io::Error) -> Self {
        Reached::in_error(&error).map_or_else(|| Self::SinkFailed(error), Self::Bound)
    }

    /// Tells whether the other direction cannot go on either.
    pub(super) fn ends_both(&self) -> bool {
        matches!(self, Self::SourceFailed(_) | Self::Bound(_))
    }

    fn source_failed(&self) -> bool {
        matches!(self, Self::SourceFailed(_))
    }

    pub(super) fn sink_failed(&self) -> bool {
        matches!(self, Self::SinkFailed(_))
    }
}

/// Both directions of a relay that runs.
struct Pair<'a> {
    forth: Direction<'a>,
    back: Direction<'a>,
}

impl<'a> Pair<'a> {
    fn new(settings: &RelaySettings<'a>) -> Self {
        let watched = |way| settings.watch.map(|watch| (way, watch));
        Self {
            forth: Direction::new(Count::Read(settings.from_a), watched(Way::Forth)),
            back: Direction::new(Count::Written(settings.to_a), watched(Way::Back)),
        }
    }

    /// Holds each direction to the bounds of its source and its sink; returns when all is over.
    fn bound(
        &mut self,
        a: Option<Box<Bounds>>,
        b: Option<Box<Bounds>>,
        idle: Option<Duration>,
    ) -> Option<Box<Over>> {
        let mut deadlines = Vec::new();
        let Self { forth, back } = self;
        if let Some(bounds) = a {
            forth.bound(bounds.received);
            back.bound(bounds.sent);
            deadlines.extend(bounds.deadline);
        }
        if let Some(bounds) = b {
            back.bound(bounds.received);
            forth.bound(bounds.sent);
            deadlines.extend(bounds.deadline);
        }
        Over::new(idle, deadlines)
    }

    fn join<'s>(
        &'s mut self,
        mut a: End<'s>,
        mut b: End<'s>,
        mut over: Option<Box<Over>>,
        mut cut: Pin<&'s mut impl Future<Output = ()>>,
    ) -> impl Future<Output = ()> {
        let mut gone = None;
        poll_fn(move |cx| {
            if self.pump(cx, &mut a, &mut b) {
                return Poll::Ready(());
            }
            if cut.as_mut().poll(cx).is_ready() {
                self.end(Ending::Cut);
                return Poll::Ready(());
            }
            let progress = self.forth.progress() + self.back.progress();
            if let Some(over) = &mut over
                && let Poll::Ready(ending) = over.poll(cx, progress)
            {
                self.end(ending);
                return Poll::Ready(());
            }
            // A peer whose stream has ended is not read any more, so a reset of it would go unseen
            // until the next byte for it.
            if gone.is_none() {
                gone = self.half_ended(&a, &b).and_then(End::hangup);
            }
            match &mut gone {
                None => Poll::Pending,
                Some(gone) => gone.as_mut().poll(cx).map(|error| self.note_gone(error)),
            }
        })
    }

    /// Moves what can be moved; `true` when both directions have ended.
    fn pump(&mut self, cx: &mut Context<'_>, a: &mut End<'_>, b: &mut End<'_>) -> bool {
        loop {
            let Self { forth, back } = self;
            let a_broken = back.ending().is_some_and(Ending::sink_failed);
            let forth_ended = forth.pump(cx, a, b, a_broken);
            let b_broken = forth.ending().is_some_and(Ending::sink_failed);
            let back_ended = back.pump(cx, b, a, b_broken);
            if forth.ending().is_some_and(Ending::ends_both) {
                back.end(Ending::Abandoned);
            }
            if back.ending().is_some_and(Ending::ends_both) {
                forth.end(Ending::Abandoned);
            }
            match (forth.ending(), back.ending()) {
                (Some(_), Some(_)) => return true,
                // An end may be news to the other direction.
                _ if forth_ended || back_ended => {}
                _ => return false,
            }
        }
    }

    /// Returns the end whose stream has ended while the other's has not.
    fn half_ended<'e, 's>(&self, a: &'e End<'s>, b: &'e End<'s>) -> Option<&'e End<'s>> {
        match (self.forth.ending(), self.back.ending()) {
            (Some(_), None) => Some(a),
            (None, Some(_)) => Some(b),
            _ => None,
        }
    }

    /// Notes that the peer whose own stream has ended is gone, so nothing can be sent to it.
    fn note_gone(&mut self, error: io::Error) {
        match self.forth.ending() {
            Some(_) => self.back.end(Ending::SinkFailed(error)),
            None => self.forth.end(Ending::SinkFailed(error)),
        }
    }

    fn end(&mut self, ending: Ending) {
        let other = match &ending {
            Ending::Idle => Ending::Idle,
            Ending::Bound(reached) => Ending::Bound(*reached),
            _ => Ending::Cut,
        };
        self.forth.end(other);
        self.back.end(ending);
    }
}

#[cfg(test)]
mod tests;
