//! Messages whose edges are kept, whatever carries them.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::UdpSocket;

use super::shortcut::Shortcut;
use super::stream::ABORT_PATIENCE;
use super::{Bounds, Conversation, RelaySettings, Stream, Watch};

/// What carries messages: a UDP session, a Unix socket of messages, a framing layer over a stream.
pub trait Messages: fmt::Debug + Send + Unpin {
    /// Puts messages that have arrived at the end of `into`, at least one; `false` when the peer has
    /// ended and none will come any more.
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>>;

    /// Takes messages from the front of `from` and sends them; ready when it is empty and all that were
    /// taken have left, pending also while it is empty and they have not.
    ///
    /// An error is that of the message at the front, which stays.
    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>>;

    /// Returns the largest message that can be sent, bytes.
    fn message_bytes_max(&self) -> usize;

    /// Tells the peer that no message will follow, where it can be told.
    fn poll_shutdown(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Tells whether the peer can say that no message will follow.
    fn can_end(&self) -> bool {
        false
    }

    /// Stops taking messages; `false` when one has arrived meanwhile, which is to be received first.
    fn retire(&mut self) -> bool {
        true
    }

    /// Returns the bytes of messages that arrived faster than they were received and were dropped.
    fn bytes_dropped(&self) -> u64 {
        0
    }

    /// Ends both directions so that the peer sees that this is no clean end, where it can be told;
    /// returns how many bytes it had not acknowledged.
    fn abort(self: Box<Self>) -> u64 {
        0
    }

    /// Tells whether the bytes of its messages mean the same without their edges.
    fn has_bytes(&self) -> bool {
        false
    }

    /// Gives up the edges of its messages, where [`Messages::has_bytes`] says that it can.
    fn into_bytes(self: Box<Self>) -> Option<Stream> {
        None
    }

    /// Makes a line of each of its messages, where [`Messages::has_bytes`] says that it can, and a
    /// message of each line.
    fn into_lines(self: Box<Self>) -> Option<Stream> {
        None
    }

    /// Returns the stream beneath, where there is one.
    fn stream(&mut self) -> Option<&mut Stream> {
        None
    }

    /// Returns the socket whose messages these are, one and all, where it is connected to its one peer.
    fn own_socket(&self) -> Option<Arc<UdpSocket>> {
        None
    }

    /// Lets messages take a shortcut, where this can; from then on nobody else receives from its socket,
    /// until it is closed.
    #[doc(hidden)]
    fn open_shortcut(&mut self, _shortcut: &Arc<Shortcut>) -> bool {
        false
    }

    /// Closes the shortcut: nothing takes it after this.
    #[doc(hidden)]
    fn close_shortcut(&mut self) {}
}

/// Whole messages in both directions, in order.
#[derive(Debug)]
pub struct Datagram {
    messages: Box<dyn Messages>,
    arrived: VecDeque<Bytes>,
    /// Whole milliseconds: many sessions hold one of these for long.
    idle_ms: Option<NonZeroU64>,
    bounds: Option<Box<Bounds>>,
}

impl Datagram {
    /// Wraps anything that carries messages.
    pub fn new(messages: impl Messages + 'static) -> Self {
        Self {
            messages: Box::new(messages),
            arrived: VecDeque::new(),
            idle_ms: None,
            bounds: None,
        }
    }

    /// Sets after how long a silence the peer is taken to have left.
    #[must_use]
    pub fn with_idle(self, idle: Option<Duration>) -> Self {
        let ms = |idle: Duration| u64::try_from(idle.as_millis()).unwrap_or(u64::MAX);
        let idle_ms = idle.map(|idle| NonZeroU64::new(ms(idle)).unwrap_or(NonZeroU64::MIN));
        Self { idle_ms, ..self }
    }

    /// Returns after how long a silence the peer is taken to have left; `None` is never.
    pub fn idle(&self) -> Option<Duration> {
        self.idle_ms.map(|ms| Duration::from_millis(ms.get()))
    }

    /// Returns the largest message that can be sent, bytes.
    pub fn message_bytes_max(&self) -> usize {
        self.messages.message_bytes_max()
    }

    /// Returns the bytes of messages that arrived and were dropped: faster than they were received, or
    /// beyond a bound.
    pub fn bytes_dropped(&self) -> u64 {
        let refused = self
            .bounds
            .as_ref()
            .map_or(0, |bounds| bounds.bytes_refused);
        self.messages.bytes_dropped() + refused
    }

    /// Receives the next message; `None` when the peer has ended, or has been silent for the idle
    /// time.
    ///
    /// # Errors
    /// What carries the messages has failed, or the peer ended uncleanly.
    pub async fn receive(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            if let Some(message) = self.arrived.pop_front() {
                return Ok(Some(message));
            }
            let (idle, mut arrived) = (self.idle(), std::mem::take(&mut self.arrived));
            let more = poll_fn(|cx| self.poll_receive(cx, &mut arrived));
            let more = match idle {
                None => more.await?,
                Some(idle) => match tokio::time::timeout(idle, more).await {
                    Ok(more) => more?,
                    Err(_) => !self.messages.retire(),
                },
            };
            self.arrived = arrived;
            if !more {
                return Ok(None);
            }
        }
    }

    /// Receives the next messages, all that have arrived together; none when [`Datagram::receive`] would
    /// return `None`.
    ///
    /// # Errors
    /// As [`Datagram::receive`].
    pub(crate) async fn receive_all(&mut self) -> io::Result<VecDeque<Bytes>> {
        let Some(first) = self.receive().await? else {
            return Ok(VecDeque::new());
        };
        let mut all = std::mem::take(&mut self.arrived);
        all.push_front(first);
        Ok(all)
    }

    /// Sends messages, as many at once as can be; those that were not sent stay.
    ///
    /// # Errors
    /// As [`Datagram::send`], of the message in front.
    pub(crate) async fn send_all(&mut self, messages: &mut VecDeque<Bytes>) -> io::Result<()> {
        poll_fn(|cx| self.poll_send(cx, messages)).await
    }

    /// Sends one message.
    ///
    /// # Errors
    /// It is larger than [`Datagram::message_bytes_max`] ([`io::ErrorKind::InvalidInput`]), or what
    /// carries the messages has failed.
    pub async fn send(&mut self, message: Bytes) -> io::Result<()> {
        let mut messages = VecDeque::from([message]);
        poll_fn(|cx| self.poll_send(cx, &mut messages)).await
    }

    /// Tells the peer that no message will follow, where it can be told.
    ///
    /// # Errors
    /// What carries the messages has failed.
    pub async fn shutdown(&mut self) -> io::Result<()> {
        poll_fn(|cx| self.messages.poll_shutdown(cx)).await
    }

    /// Ends uncleanly once the peer has acknowledged what was sent, after 10 s at the latest, where
    /// it can be told; returns how many bytes it had not acknowledged by then.
    pub async fn abort(mut self) -> u64 {
        self.acknowledged(ABORT_PATIENCE).await;
        self.reset()
    }
}

impl Datagram {
    /// Makes a stream of it by `make` where the edges of its messages mean nothing towards bytes.
    pub(super) fn into_stream(
        self,
        make: impl FnOnce(Box<dyn Messages>) -> Option<Stream>,
    ) -> Conversation {
        if !self.messages.has_bytes() || !self.arrived.is_empty() {
            return self.into();
        }
        let Self {
            messages, bounds, ..
        } = self;
        match make(messages) {
            Some(stream) => stream.bounded(bounds).into(),
            None => unreachable!("it has said that it can"),
        }
    }

    /// Holds it to bounds.
    #[must_use]
    pub(super) fn bounded(self, bounds: Option<Box<Bounds>>) -> Self {
        Self { bounds, ..self }
    }

    /// Opens a shortcut to `to`, where nothing stands between the two ends and nobody looks on.
    pub(crate) fn shortcut_to(
        &mut self,
        to: &Self,
        settings: &RelaySettings<'_>,
    ) -> Option<Arc<Shortcut>> {
        let is_bare = |end: &Self| end.bounds.is_none() && end.arrived.is_empty();
        let is_seen = settings.watch.is_some_and(Watch::sees_bytes);
        if !is_bare(self) || !is_bare(to) || is_seen {
            return None;
        }
        let RelaySettings { from_a, to_a, .. } = settings;
        let (socket, bytes_max) = (to.messages.own_socket()?, to.message_bytes_max());
        let shortcut = Arc::new(Shortcut::new(socket, bytes_max, from_a, to_a));
        self.messages.open_shortcut(&shortcut).then_some(shortcut)
    }

    /// Returns what carries the messages.
    pub(crate) fn carrier(&mut self) -> &mut dyn Messages {
        self.messages.as_mut()
    }

    /// Says what the system is to make of it if this process dies, as [`Stream`] does.
    pub(super) fn reset_if_killed(&mut self, reset: bool) {
        if let Some(stream) = self.messages.stream() {
            stream.reset_if_killed(reset);
        }
    }

    /// Waits until the peer has acknowledged all that was sent, at most `patience`.
    pub(super) async fn acknowledged(&mut self, patience: Duration) {
        if let Some(stream) = self.messages.stream() {
            stream.acknowledged(patience).await;
        }
    }

    /// Ends both directions at once; returns how many bytes the peer had not acknowledged.
    pub(super) fn reset(self) -> u64 {
        self.messages.abort()
    }

    pub(crate) fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        if !self.arrived.is_empty() {
            into.append(&mut self.arrived);
            return Poll::Ready(Ok(true));
        }
        let Some(bounds) = &mut self.bounds else {
            return self.messages.poll_receive(cx, into);
        };
        bounds.check_time(cx)?;
        if let Some(reached) = bounds.received.reached() {
            return Poll::Ready(Err(reached.into()));
        }
        ready!(bounds.received.poll_room(cx));
        let known = into.len();
        let more = ready!(self.messages.poll_receive(cx, into))?;
        for at in known..into.len() {
            let bytes = into.get(at).map_or(0, Bytes::len);
            if let Err(reached) = bounds.received.check(bytes) {
                let refused = into.drain(at..).map(|message| message.len() as u64);
                bounds.bytes_refused += refused.sum::<u64>();
                // Those before it go on first; the next call fails.
                match at > known {
                    true => break,
                    false => return Poll::Ready(Err(reached.into())),
                }
            }
            bounds.received.passed(bytes);
        }
        Poll::Ready(Ok(more))
    }

    /// Sends messages up to the first that is too large or beyond a bound, which is an error.
    pub(crate) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        let Some(bounds) = &mut self.bounds else {
            return send_fitting(self.messages.as_mut(), cx, from);
        };
        bounds.check_time(cx)?;
        // What was taken before leaves first, whether or not there is room for more.
        ready!(self.messages.poll_send(cx, &mut VecDeque::new()))?;
        while let Some(first) = from.front() {
            let room = ready!(bounds.sent.poll_room(cx));
            bounds.sent.check(first.len())?;
            // As many as there is room for; one at least, for a rate lets a large one go ahead of it.
            let mut left = room;
            let fits = |message: &&Bytes| {
                let after = left.checked_sub(message.len());
                left = after.unwrap_or_default();
                after.is_some()
            };
            let count = from.iter().take_while(fits).count().max(1);
            let mut rest = from.split_off(count);
            let bytes = bytes_in(from);
            let sent = send_fitting(self.messages.as_mut(), cx, from);
            bounds.sent.passed((bytes - bytes_in(from)) as usize);
            from.append(&mut rest);
            ready!(sent)?;
        }
        Poll::Ready(Ok(()))
    }
}

/// Returns the bytes of all messages.
pub(crate) fn bytes_in(messages: &VecDeque<Bytes>) -> u64 {
    messages.iter().map(|message| message.len() as u64).sum()
}

/// Sends messages up to the first that is larger than they may be, which is an error.
fn send_fitting(
    messages: &mut dyn Messages,
    cx: &mut Context<'_>,
    from: &mut VecDeque<Bytes>,
) -> Poll<io::Result<()>> {
    let max = messages.message_bytes_max();
    let Some(at) = from.iter().position(|message| message.len() > max) else {
        return messages.poll_send(cx, from);
    };
    let mut rest = from.split_off(at);
    let sent = match from.is_empty() {
        true => Poll::Ready(Ok(())),
        false => messages.poll_send(cx, from),
    };
    let too_large = rest.front().map_or(0, Bytes::len);
    from.append(&mut rest);
    ready!(sent)?;
    let why = format!("a message of {too_large} bytes, where {max} are the most");
    Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidInput, why)))
}
