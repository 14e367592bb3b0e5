//! From the outbox to bytes: one gathered write for all that has come.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use sockeye_proto::irc::history::{self, HistoryRequest};
use tokio::io::AsyncWrite;
use tokio::time::Instant;

use super::{Connection, Item, PROGRESS_BYTES, Progress};
use crate::error;

impl Connection<'_> {
    /// Writes once; ready when something moved.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(fetching) = &mut self.fetching {
            let lines = ready!(fetching.as_mut().poll(cx));
            self.fetching = None;
            // Their bytes were not counted while they were a place only.
            self.outbox.fetched(lines.len());
            self.out.push_front(Item::Lines(lines));
        }
        if self.is_dead {
            return self.discard();
        }
        match self.out.front() {
            None => {
                self.progress = None;
                // A layer may hold back what the socket had no room for.
                if let Err(e) = ready!(Pin::new(&mut self.stream).poll_flush(cx)) {
                    self.lose(&format!("Write error: {}", error::words(&e)));
                    return Poll::Ready(());
                }
                Poll::Pending
            }
            Some(Item::History(_)) => {
                if let Some(Item::History(request)) = self.out.pop_front() {
                    self.fetch(*request);
                }
                Poll::Ready(())
            }
            Some(Item::Lines(_)) => self.poll_gathered(cx),
        }
    }

    /// Returns whether all that came has been written.
    pub(super) fn is_written(&self) -> bool {
        self.out.is_empty() && self.fetching.is_none()
    }

    fn poll_gathered(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut slices = [IoSlice::new(&[]); SLICES_MAX];
        let mut count = 0;
        for (slot, item) in slices.iter_mut().zip(&self.out) {
            let Item::Lines(lines) = item else {
                break;
            };
            *slot = IoSlice::new(lines);
            count += 1;
        }
        let now = Instant::now();
        let beginning = || Progress {
            since: now,
            bytes: 0,
        };
        self.progress.get_or_insert_with(beginning);
        let stream = Pin::new(&mut self.stream);
        match ready!(stream.poll_write_vectored(cx, &slices[..count])) {
            Ok(0) => self.lose("Write error: no room"),
            Ok(written) => self.wrote(written, now),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => self.lose(&format!("Write error: {}", error::words(&e))),
        }
        Poll::Ready(())
    }

    fn wrote(&mut self, written: usize, now: Instant) {
        self.session
            .facts()
            .bytes_out
            .fetch_add(written as u64, Ordering::Relaxed);
        if let Some(progress) = &mut self.progress {
            progress.bytes += written;
            if progress.bytes >= PROGRESS_BYTES {
                (progress.since, progress.bytes) = (now, 0);
            }
        }
        let mut left = written;
        while let Some(Item::Lines(lines)) = self.out.front_mut() {
            if lines.len() > left {
                lines.advance(left);
                break;
            }
            left -= lines.len();
            self.out.pop_front();
        }
        self.relieve(written, now);
        if self.out.is_empty() {
            // An idle connection holds no memory for its queue.
            self.out = Default::default();
        }
    }

    /// Drops what cannot be written any more.
    fn discard(&mut self) -> Poll<()> {
        let bytes = |item: &Item| match item {
            Item::Lines(lines) => lines.len(),
            Item::History(_) => 0,
        };
        let dropped = self.out.iter().map(bytes).sum();
        self.out.clear();
        self.relieve(dropped, Instant::now());
        Poll::Pending
    }

    fn relieve(&self, bytes: usize, now: Instant) {
        if self.outbox.wrote(bytes, now) {
            self.shared.relief.notify_one();
        }
    }

    fn fetch(&mut self, request: HistoryRequest) {
        let stored = self.shared.history.clone();
        self.fetching = Some(Box::pin(async move {
            let HistoryRequest {
                query, upto, reply, ..
            } = request;
            let found = stored.find(query, upto).await;
            history::encode(&reply, &found)
        }));
    }
}

/// Queue entries in one gathered write; each may hold many lines.
const SLICES_MAX: usize = 64;
