//! `mock:`: a peer that is played by a script, for tests and lessons.
//!
//! The order is strict: nothing is sent before what is expected first has come, and nothing is taken
//! before what is sent first has been read. What comes and was not expected is an error that shows
//! both. After the last step it ends its direction and expects the end.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::endpoint::Endpoint;
use crate::endpoint::script::{Step, steps};
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Conversation, Layered, Stream};

pub(super) fn connect(
    endpoint: &Endpoint,
    script: &str,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let steps = steps(script)
        .map_err(|mistake| Error::new(ErrorKind::ConfigUsage, "open", endpoint, mistake.problem))?;
    let info = ConnectionInfo {
        peer_text: "mock".to_owned(),
        ..ConnectionInfo::default()
    };
    Ok((Stream::layered(Mock::new(steps)).into(), info))
}

/// A peer that follows a script.
#[derive(Debug)]
struct Mock {
    steps: VecDeque<Step>,
    /// The number of the step at the front, from 1.
    number: usize,
    /// Bytes of that step that have come or gone.
    done: usize,
    pause: Option<Pin<Box<Sleep>>>,
    /// Whether each direction has ended.
    sent_end: bool,
    got_end: bool,
    failed: Option<String>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Mock {
    fn new(steps: Vec<Step>) -> Self {
        Self {
            steps: steps.into(),
            number: 1,
            done: 0,
            pause: None,
            sent_end: false,
            got_end: false,
            failed: None,
            reader: None,
            writer: None,
        }
    }

    /// Returns the step whose turn it is once all pauses before it are over; `None` after the last.
    fn turn(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<&Step>>> {
        if let Some(why) = &self.failed {
            return Poll::Ready(Err(io::Error::other(why.clone())));
        }
        loop {
            match self.steps.front() {
                Some(Step::Pause(time)) => {
                    let time = *time;
                    let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(time)));
                    ready!(pause.as_mut().poll(cx));
                    self.pause = None;
                    self.step_on();
                }
                Some(Step::ExpectEnd) if self.got_end => self.step_on(),
                _ => return Poll::Ready(Ok(self.steps.front())),
            }
        }
    }

    /// Goes on to the next step, which may be the other direction's.
    fn step_on(&mut self) {
        self.steps.pop_front();
        self.number += 1;
        self.done = 0;
        self.wake();
    }

    fn wake(&mut self) {
        let waiting = [self.reader.take(), self.writer.take()];
        waiting.into_iter().flatten().for_each(Waker::wake);
    }

    /// Ends the play, since something else came than was expected.
    fn fail(&mut self, expected: &str, got: &str) -> io::Error {
        let why = match self.steps.is_empty() {
            true => format!("after the last step: expected {expected}, got {got}"),
            false => format!("step {}: expected {expected}, got {got}", self.number),
        };
        self.failed = Some(why.clone());
        self.wake();
        io::Error::other(why)
    }
}

impl Layered for Mock {}

impl AsyncRead for Mock {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Kept in any case: who waits for a pause is woken by whoever was last to look.
        self.reader = Some(cx.waker().clone());
        let done = self.done;
        let ended = self.sent_end;
        match ready!(self.turn(cx))? {
            Some(Step::Reset) => return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            None | Some(Step::Close) => {}
            _ if ended => {}
            Some(Step::Send(bytes)) => {
                let rest = bytes.get(done..).unwrap_or_default();
                let count = rest.len().min(buf.remaining());
                buf.put_slice(rest.get(..count).unwrap_or_default());
                let all = count == rest.len();
                self.done += count;
                if all {
                    self.step_on();
                }
            }
            Some(Step::SendEnd) => {
                self.sent_end = true;
                self.step_on();
            }
            Some(Step::Expect(_) | Step::ExpectEnd | Step::Pause(_)) => return Poll::Pending,
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Mock {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writer = Some(cx.waker().clone());
        let done = self.done;
        let (expected, got) = match ready!(self.turn(cx))? {
            Some(Step::Expect(bytes)) => {
                let rest = bytes.get(done..).unwrap_or_default();
                let count = rest.len().min(buf.len());
                if rest.get(..count) == buf.get(..count) {
                    let all = count == rest.len();
                    self.done += count;
                    if all {
                        self.step_on();
                    }
                    return Poll::Ready(Ok(count));
                }
                let came = bytes
                    .iter()
                    .take(done)
                    .chain(buf)
                    .copied()
                    .collect::<Vec<_>>();
                (shown(bytes), shown(&came))
            }
            None | Some(Step::ExpectEnd) => ("the end".to_owned(), shown(buf)),
            Some(Step::Close) => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            Some(Step::Reset) => return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            Some(Step::Send(_) | Step::SendEnd | Step::Pause(_)) => return Poll::Pending,
        };
        Poll::Ready(Err(self.fail(&expected, &got)))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(why) = &self.failed {
            return Poll::Ready(Err(io::Error::other(why.clone())));
        }
        if self.got_end {
            return Poll::Ready(Ok(()));
        }
        let mut missing = self.steps.iter().enumerate();
        let missing = missing.find_map(|(i, step)| match step {
            Step::Expect(bytes) => Some((i, shown(bytes))),
            _ => None,
        });
        if let Some((later, expected)) = missing {
            let part = self.steps.front().and_then(|step| match step {
                Step::Expect(bytes) => bytes.get(..self.done),
                _ => None,
            });
            let got = match part.filter(|part| !part.is_empty()) {
                Some(part) => format!("the end after {}", shown(part)),
                None => "the end".to_owned(),
            };
            self.number += later;
            return Poll::Ready(Err(self.fail(&expected, &got)));
        }
        self.got_end = true;
        self.wake();
        Poll::Ready(Ok(()))
    }
}

/// Writes bytes as a script does, the beginning of many.
fn shown(bytes: &[u8]) -> String {
    let start = bytes.get(..SHOWN_BYTES).unwrap_or(bytes);
    let text = start.escape_ascii();
    match bytes.len() > SHOWN_BYTES {
        true => format!("\"{text}\" and {} bytes more", bytes.len() - SHOWN_BYTES),
        false => format!("\"{text}\""),
    }
}

/// What an error shows of bytes: two lines of a terminal at most.
const SHOWN_BYTES: usize = 64;

#[cfg(test)]
mod tests;
