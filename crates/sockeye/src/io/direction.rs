//! One direction of a relay: from a source to a sink.
//!
//! ```text
//! deliver what is in hand ──▶ take more ──▶ deliver …        source has ended: shut the sink down
//!        │ sink is full          │ source is empty
//!        ▼                       ▼
//!     pending                 pending, nothing held
//! ```
//!
//! Invariant: nothing more is taken while anything is in hand.

use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::task::yield_now;

use super::bounds::{Gate, Reached};
use super::relay::{Ending, Leg};
use super::scratch;
use super::splice::Splice;
use super::stream::End;
use super::watch::{Watch, Way};

#[derive(Debug)]
pub(super) struct Direction<'a> {
    /// Taken and not yet delivered, by copying.
    held: Bytes,
    /// Taken and not yet delivered, inside the kernel.
    splice: Splice,
    source: Source,
    /// Whether something was written that a layer may still hold back.
    unflushed: bool,
    bytes_read: u64,
    bytes_written: u64,
    bytes_spliced: u64,
    /// Where the session counts what is taken, or what is delivered.
    count: Count<'a>,
    watch: Option<(Way, &'a dyn Watch)>,
    /// What bounds it: the source's and the sink's.
    gates: Vec<Gate>,
    ending: Option<Ending>,
}

/// Which of a direction's two numbers a session counts, and where.
#[derive(Debug, Clone, Copy)]
pub(super) enum Count<'a> {
    Read(&'a AtomicU64),
    Written(&'a AtomicU64),
}

#[derive(Debug)]
enum Source {
    Open,
    Ended,
    Failed(io::Error),
}

impl<'a> Direction<'a> {
    /// Makes a direction through which nothing has passed.
    pub(super) fn new(count: Count<'a>, watch: Option<(Way, &'a dyn Watch)>) -> Self {
        let splice = match watch {
            Some((_, watch)) if watch.sees_bytes() => Splice::never(),
            _ => Splice::default(),
        };
        Self {
            held: Bytes::new(),
            splice,
            source: Source::Open,
            unflushed: false,
            bytes_read: 0,
            bytes_written: 0,
            bytes_spliced: 0,
            count,
            watch,
            gates: Vec::new(),
            ending: None,
        }
    }

    /// Holds it to more bounds.
    pub(super) fn bound(&mut self, gate: Gate) {
        self.gates.push(gate);
    }

    /// Takes what was read before, to be delivered first.
    pub(super) fn begin_with(&mut self, mut unread: Bytes) {
        let (taken, room) = (unread.len(), self.left(unread.len()));
        if let Err(reached) = self.check(taken) {
            self.source = Source::Failed(reached.into());
            unread.truncate(room);
        }
        self.saw(&unread);
        self.took(taken);
        self.held = unread;
    }

    /// Returns how it ended, once it has.
    pub(super) fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// Ends it from outside; what is in hand is lost.
    pub(super) fn end(&mut self, ending: Ending) {
        if self.ending.is_some() {
            return;
        }
        if let Some((way, watch)) = self.watch {
            watch.ended(way, &ending, self.bytes_written);
        }
        self.ending = Some(ending);
    }

    /// Returns the bytes that went either way, to tell whether any moved.
    pub(super) fn progress(&self) -> u64 {
        self.bytes_read + self.bytes_written
    }

    pub(super) fn into_leg(self) -> Leg {
        Leg {
            bytes_read: self.bytes_read,
            bytes_written: self.bytes_written,
            bytes_spliced: self.bytes_spliced,
            bytes_unacknowledged: 0,
            bytes_dropped: 0,
            ending: self.ending.unwrap_or(Ending::Cut),
        }
    }

    /// Moves what can be moved; `true` when it has ended just now.
    ///
    /// `source_broken` says that the source is known to have ended uncleanly: its reading side may
    /// look like a clean end, for the system reports an error of a socket only once.
    pub(super) fn pump(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut End<'_>,
        to: &mut End<'_>,
        source_broken: bool,
    ) -> bool {
        if self.ending.is_some() {
            return false;
        }
        if let Poll::Ready(ending) = self.poll(cx, from, to, source_broken) {
            self.end(ending);
        }
        self.ending.is_some()
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut End<'_>,
        to: &mut End<'_>,
        source_broken: bool,
    ) -> Poll<Ending> {
        let mut turn = 0;
        loop {
            if let Err(error) = ready!(self.deliver(cx, to)) {
                return Poll::Ready(Ending::SinkFailed(error));
            }
            match std::mem::replace(&mut self.source, Source::Ended) {
                Source::Open => self.source = Source::Open,
                Source::Ended if source_broken => {
                    let reset = io::ErrorKind::ConnectionReset;
                    return Poll::Ready(Ending::SourceFailed(reset.into()));
                }
                Source::Ended => {
                    return ready!(to.poll_shutdown(cx)).map_or_else(
                        |error| Poll::Ready(Ending::SinkFailed(error)),
                        |()| Poll::Ready(Ending::Eof),
                    );
                }
                Source::Failed(error) => {
                    // What a layer holds back is in hand, too.
                    if self.unflushed && to.poll_flush(cx).is_pending() {
                        self.source = Source::Failed(error);
                        return Poll::Pending;
                    }
                    return Poll::Ready(Ending::of_source(error));
                }
            }
            if turn >= TURN_BYTES {
                // Unlike waking itself, this lets the event loop run first and wakes no other thread.
                let _ = pin!(yield_now()).poll(cx);
                return Poll::Pending;
            }
            match self.take(cx, from, to) {
                Poll::Ready(Ok(0)) => self.source = Source::Ended,
                Poll::Ready(Ok(count)) => turn += count,
                Poll::Ready(Err(Failed::Source(error))) => self.source = Source::Failed(error),
                Poll::Ready(Err(Failed::Sink(error))) => {
                    return Poll::Ready(Ending::SinkFailed(error));
                }
                Poll::Pending => return self.flush(cx, to),
            }
        }
    }

    /// Delivers what is in hand.
    fn deliver(&mut self, cx: &mut Context<'_>, to: &mut End<'_>) -> Poll<io::Result<()>> {
        while self.held.has_remaining() {
            let count = ready!(to.poll_write(cx, &self.held))?;
            self.held.advance(count);
            self.gave(count);
        }
        // Gives the buffer back, which an empty rest would keep.
        self.held = Bytes::new();
        while let Some(count) = ready!(self.splice.poll_drain(cx, to))? {
            self.gave(count);
            self.bytes_spliced += count as u64;
        }
        Poll::Ready(Ok(()))
    }

    /// Takes from the source, by splicing where there is bulk between two sockets, else by copying
    /// and then delivering what the sink takes at once; returns how many bytes, 0 at the end.
    fn take(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut End<'_>,
        to: &mut End<'_>,
    ) -> Poll<Result<usize, Failed>> {
        let room = ready!(self.poll_room(cx));
        if room == 0 {
            return self.look_beyond(cx, from);
        }
        if let (End::Socket(from), End::Socket(_)) = (&*from, &*to)
            && let Some(taken) = self.splice.poll_fill(cx, *from, room)
        {
            let count = ready!(taken).map_err(Failed::Source)?;
            self.took(count);
            return Poll::Ready(Ok(count));
        }
        scratch::with(|scratch| {
            let part = room.min(scratch.len());
            self.copy(cx, from, to, scratch.split_at_mut(part).0)
        })
    }

    fn copy(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut End<'_>,
        to: &mut End<'_>,
        scratch: &mut [u8],
    ) -> Poll<Result<usize, Failed>> {
        let count = ready!(from.poll_read(cx, scratch)).map_err(Failed::Source)?;
        self.took(count);
        self.splice.saw(count, scratch.len());
        let mut rest = scratch.get(..count).unwrap_or_default();
        self.saw(rest);
        while !rest.is_empty() {
            match to.poll_write(cx, rest) {
                Poll::Ready(Ok(written)) => {
                    self.gave(written);
                    rest = rest.get(written..).unwrap_or_default();
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(Failed::Sink(error))),
                Poll::Pending => {
                    self.held = Bytes::copy_from_slice(rest);
                    break;
                }
            }
        }
        Poll::Ready(Ok(count))
    }

    /// Looks, where nothing more may pass, whether the end comes or more.
    fn look_beyond(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut End<'_>,
    ) -> Poll<Result<usize, Failed>> {
        let count = ready!(from.poll_read(cx, &mut [0])).map_err(Failed::Source)?;
        let within = self.check(count);
        self.took(count);
        within.map_err(|reached| Failed::Source(reached.into()))?;
        Poll::Ready(Ok(count))
    }

    /// Waits until some bytes may pass and returns how many; 0 when that is none any more.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        let mut room = usize::MAX;
        for gate in &mut self.gates {
            room = room.min(ready!(gate.poll_room(cx)));
        }
        Poll::Ready(room)
    }

    /// Returns how many of `bytes` may pass in the end.
    fn left(&self, bytes: usize) -> usize {
        let left = self.gates.iter().map(Gate::left).min();
        left.and_then(|left| usize::try_from(left).ok())
            .map_or(bytes, |left| left.min(bytes))
    }

    fn check(&self, bytes: usize) -> Result<(), Reached> {
        self.gates.iter().try_for_each(|gate| gate.check(bytes))
    }

    /// Lets a layer send what it holds back; always pending, for the source is empty.
    fn flush(&mut self, cx: &mut Context<'_>, to: &mut End<'_>) -> Poll<Ending> {
        if self.unflushed {
            match ready!(to.poll_flush(cx)) {
                Ok(()) => self.unflushed = false,
                Err(error) => return Poll::Ready(Ending::SinkFailed(error)),
            }
        }
        Poll::Pending
    }

    fn saw(&self, bytes: &[u8]) {
        if let Some((way, watch)) = self.watch
            && !bytes.is_empty()
        {
            watch.bytes(way, bytes);
        }
    }

    fn took(&mut self, count: usize) {
        for gate in &mut self.gates {
            gate.passed(count);
        }
        self.bytes_read += count as u64;
        if let Count::Read(total) = self.count {
            total.fetch_add(count as u64, Ordering::Relaxed);
        }
    }

    fn gave(&mut self, count: usize) {
        self.unflushed = true;
        self.bytes_written += count as u64;
        if let Count::Written(total) = self.count {
            total.fetch_add(count as u64, Ordering::Relaxed);
        }
    }
}

enum Failed {
    Source(io::Error),
    Sink(io::Error),
}

/// What a direction moves before other tasks have their turn, bytes.
const TURN_BYTES: usize = 2 * 1024 * 1024;
