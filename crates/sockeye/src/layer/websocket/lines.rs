//! Lines as messages, one each and without its ending (IRCv3 websocket).
//!
//! The reason of an `ERROR` that was sent last is the reason of the Close, which is all that a page is
//! told by itself.

use std::io::{self, IoSlice};
use std::task::{Context, Poll, ready};

use super::socket::{WRITE_BYTES, WebSocket};

/// What is written, cut into lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The beginning of a line whose end has not been written yet.
    begun: Vec<u8>,
}

impl Lines {
    /// Sends the lines of `bufs`, up to some size at once.
    pub(super) fn poll_write(
        &mut self,
        socket: &mut WebSocket,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut taken = 0;
        let made = socket.poll_send_frames(cx, |socket, made| {
            for buf in bufs {
                for line in buf.split_inclusive(|&byte| byte == b'\n') {
                    if made.len() >= WRITE_BYTES {
                        return Ok(());
                    }
                    self.take(line, socket, made)?;
                    taken += line.len();
                }
            }
            Ok(())
        });
        ready!(made)?;
        Poll::Ready(Ok(taken))
    }

    /// Makes a message of a line, once it is whole.
    fn take(&mut self, line: &[u8], socket: &mut WebSocket, made: &mut Vec<u8>) -> io::Result<()> {
        let Some(line) = line.strip_suffix(b"\n") else {
            if self.begun.len() + line.len() > LINE_BYTES_MAX {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, TOO_LONG));
            }
            self.begun.extend_from_slice(line);
            return Ok(());
        };
        let mut begun = std::mem::take(&mut self.begun);
        let line = match begun.is_empty() {
            true => line,
            false => {
                begun.extend_from_slice(line);
                &begun
            }
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let reason = line.strip_prefix(b"ERROR :").unwrap_or_default();
        socket.reason = String::from_utf8_lossy(reason).into_owned();
        socket.encode_message(line, made)
    }
}

/// What stands behind each message that comes.
pub(super) const ENDING: &[u8] = b"\r\n";

/// The longest line that is written in parts, bytes: more than any protocol of lines allows.
const LINE_BYTES_MAX: usize = 64 * 1024;
const TOO_LONG: &str = "a line of more than 64 KiB";
