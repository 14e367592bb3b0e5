//! Messages of several sockets on their way through one.

use std::io;
use std::os::fd::BorrowedFd;

use super::{BATCH, Ends, MESSAGE_BYTES, several, with_space};

/// At most [`BATCH`] messages that were received from several sockets.
#[derive(Debug)]
pub(crate) struct Bundle<'a> {
    space: &'a mut [u8],
    lengths: [usize; BATCH],
    count: usize,
}

/// Lends an empty bundle.
pub(crate) fn with_bundle<T>(lend: impl FnOnce(&mut Bundle<'_>) -> T) -> T {
    with_space(|space| {
        lend(&mut Bundle {
            space,
            lengths: [0; BATCH],
            count: 0,
        })
    })
}

impl Bundle<'_> {
    /// Adds what a socket has that is connected to its one peer, as far as there is room; returns how many
    /// messages, and whether there may be more.
    ///
    /// # Errors
    /// `WouldBlock` when nothing has arrived, else what the socket reports.
    pub(crate) fn receive(&mut self, socket: BorrowedFd<'_>) -> io::Result<(usize, bool)> {
        let before = self.count;
        let space = self.space.get_mut(before * MESSAGE_BYTES..);
        let mut rooms = space.unwrap_or_default().chunks_exact_mut(MESSAGE_BYTES);
        loop {
            let lengths = self.lengths.get_mut(self.count..).unwrap_or_default();
            if lengths.is_empty() {
                return Ok((self.count - before, true));
            }
            match several::receive_few(socket, &mut rooms, lengths) {
                Ok((count, more)) => {
                    self.count += count;
                    if !more {
                        return Ok((self.count - before, false));
                    }
                }
                // It is told the next time.
                Err(_) if self.count > before => return Ok((self.count - before, true)),
                Err(error) => return Err(error),
            }
        }
    }

    /// Returns one of the messages.
    pub(crate) fn message(&self, at: usize) -> &[u8] {
        let length = self.lengths.get(at).copied().unwrap_or_default();
        let from = at * MESSAGE_BYTES;
        self.space.get(from..from + length).unwrap_or_default()
    }

    /// Tells whether there is no room for more.
    pub(crate) fn is_full(&self) -> bool {
        self.count == BATCH
    }

    /// Sends the messages from `first` on, each to whom `to` says; returns how many the socket took.
    ///
    /// # Errors
    /// What the socket says of the first one.
    pub(crate) fn send(
        &self,
        socket: BorrowedFd<'_>,
        first: usize,
        to: impl ExactSizeIterator<Item = Ends>,
    ) -> io::Result<usize> {
        let messages = to.enumerate();
        several::send_each(
            socket,
            messages.map(|(i, ends)| (ends, self.message(first + i))),
        )
    }

    /// Forgets all messages.
    pub(crate) fn clear(&mut self) {
        self.count = 0;
    }
}
