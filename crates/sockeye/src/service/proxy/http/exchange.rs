//! One request and its answer, passed on as they come: whoever reads slower slows the other down.
//!
//! ```text
//! client ══ request ══▶ origin      both at once: an origin may answer before it has read all
//! client ◀══ answers ══ origin      1xx … then one answer, or 101 and what follows is no HTTP
//! ```
//!
//! Invariant: who waits for bytes holds none. What was read too far is given back.

use std::fmt::Display;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sockeye_proto::connect::{ConnectError, ProxyStatus};
use sockeye_proto::forward::{ForwardRequest, ForwardResponse, Framing, Passage};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};

use crate::engine::SessionFacts;
use crate::error::{ErrorKind, words};
use crate::io::{Stream, read_piece};

/// How an exchange ended.
#[derive(Debug)]
pub(super) enum Exchanged {
    /// Both are done with it.
    Done {
        /// Whether the client may ask for more.
        client_persists: bool,
        /// Whether the origin may be asked for more.
        origin_persists: bool,
    },
    /// What follows is WebSocket.
    Upgraded,
}

/// Why an exchange did not come to its end.
#[derive(Debug)]
pub(super) enum Failed {
    /// The origin has left without a word, as one may that was not asked anything for a while.
    Unheard,
    /// It failed before the client was told anything.
    Before(ProxyStatus, ErrorKind, String),
    /// It failed within the answer, or the client did.
    Within(ErrorKind, String),
}

/// Passes a request on to `far` and its answers back to `near`; `closing` tells whether the client is to go
/// afterwards.
pub(super) async fn exchange(
    near: &mut Stream,
    far: &mut Stream,
    request: &ForwardRequest,
    facts: &SessionFacts,
    closing: &AtomicBool,
) -> Result<Exchanged, Failed> {
    let asked = AtomicBool::new(false);
    let mut unread = Vec::new();
    let both = both_ways(near, far, request, facts, closing, &asked, &mut unread);
    let Answered { rest, exchanged } = both.await?;
    let is_clean = rest.is_empty() && asked.into_inner();
    give_back(near, unread);
    give_back(far, rest);
    Ok(match exchanged {
        Exchanged::Done {
            client_persists,
            origin_persists,
        } => Exchanged::Done {
            client_persists,
            origin_persists: origin_persists && is_clean,
        },
        upgraded => upgraded,
    })
}

/// Lets both go until the answer is over. `unread` becomes what the client has sent behind its request.
async fn both_ways(
    near: &mut Stream,
    far: &mut Stream,
    request: &ForwardRequest,
    facts: &SessionFacts,
    closing: &AtomicBool,
    asked: &AtomicBool,
    unread: &mut Vec<u8>,
) -> Result<Answered, Failed> {
    let mut left = near.left();
    let (from_near, to_near) = split(near);
    let (from_far, to_far) = split(far);
    let begun = AtomicBool::new(false);
    let answering = Answering {
        origin: Source::of(from_far),
        client: to_near,
        request,
        facts,
        asked,
        begun: &begun,
        closing,
    };
    let mut answering = pin!(answering.run());
    let mut asking = pin!(ask(from_near, to_far, request, &facts.bytes_in));
    let mut is_asking = true;
    loop {
        tokio::select! {
            answered = &mut answering => return answered,
            sent = &mut asking, if is_asking => {
                is_asking = false;
                match sent {
                    Ok(rest) => {
                        *unread = rest;
                        asked.store(true, Ordering::Relaxed);
                    }
                    // It may have answered all the same.
                    Err(Broken::Sink(_)) => {}
                    Err(broken) => return Err(broken.of_client(begun.load(Ordering::Relaxed))),
                }
            }
            gone = &mut left => {
                let why = gone.map_or_else(|why| words(&why), |()| "the client has left".to_owned());
                return Err(Failed::Within(ErrorKind::PeerReset, why));
            }
        }
    }
}

/// Gives back what was read too far.
fn give_back(stream: &mut Stream, rest: Vec<u8>) {
    if !rest.is_empty() {
        stream.unread(rest.into());
    }
}

/// Sends the request; returns what has come from the client behind it.
async fn ask(
    mut client: ReadHalf<&mut Stream>,
    mut origin: WriteHalf<&mut Stream>,
    request: &ForwardRequest,
    count: &AtomicU64,
) -> Result<Vec<u8>, Broken> {
    write(&mut origin, &request.head, count).await?;
    let passage = Passage::new(request.body, request.body);
    let mut source = Source::of(&mut client);
    source.pass(passage, &mut origin, count).await?;
    Ok(source.rest)
}

/// The way back.
struct Answering<'a> {
    origin: Source<ReadHalf<&'a mut Stream>>,
    client: WriteHalf<&'a mut Stream>,
    request: &'a ForwardRequest,
    facts: &'a SessionFacts,
    /// Whether all of the request has been sent.
    asked: &'a AtomicBool,
    /// Whether the client was told anything.
    begun: &'a AtomicBool,
    closing: &'a AtomicBool,
}

/// What came of it.
struct Answered {
    /// What the origin has sent behind its answer.
    rest: Vec<u8>,
    exchanged: Exchanged,
}

impl Answering<'_> {
    async fn run(mut self) -> Result<Answered, Failed> {
        let mut interim = 0;
        loop {
            let response = self.origin.answer(self.request).await;
            let response = response.map_err(|failed| match self.begun.load(Ordering::Relaxed) {
                true => failed.within(),
                false => failed,
            })?;
            tracing::info!(target: "step", "HTTP: answered {}", response.line());
            if !response.is_interim() {
                return self.finish(response).await;
            }
            interim += 1;
            if interim > INTERIM_MAX {
                let why = format!("more than {INTERIM_MAX} answers before the final one");
                return Err(Failed::Within(ErrorKind::PeerHandshake, why));
            }
            // Who speaks HTTP/1.0 knows no such answers (RFC 9110 section 15.2).
            if self.request.is_recent {
                self.say(&response.head(self.request, false)).await?;
            }
        }
    }

    async fn finish(mut self, response: ForwardResponse) -> Result<Answered, Failed> {
        // Who is answered before all was said cannot say more that would be read as such.
        let asked = self.asked.load(Ordering::Relaxed);
        let onward = response.onward(self.request);
        let client_persists = self.request.persists
            && asked
            && onward != Framing::UntilClose
            && !self.closing.load(Ordering::Relaxed);
        self.say(&response.head(self.request, !client_persists))
            .await?;
        if response.status == 101 {
            return Ok(Answered {
                rest: self.origin.rest,
                exchanged: Exchanged::Upgraded,
            });
        }
        let passage = Passage::new(response.body, onward);
        let count = &self.facts.bytes_out;
        let passing = self.origin.pass(passage, &mut self.client, count);
        passing.await.map_err(Broken::of_origin)?;
        Ok(Answered {
            rest: self.origin.rest,
            exchanged: Exchanged::Done {
                client_persists,
                origin_persists: response.persists && response.body != Framing::UntilClose,
            },
        })
    }

    async fn say(&mut self, head: &[u8]) -> Result<(), Failed> {
        self.begun.store(true, Ordering::Relaxed);
        let said = write(&mut self.client, head, &self.facts.bytes_out).await;
        said.map_err(Broken::of_origin)
    }
}

/// What is read, and what of it was not taken yet.
struct Source<R> {
    reader: R,
    rest: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Source<R> {
    fn of(reader: R) -> Self {
        let rest = Vec::new();
        Self { reader, rest }
    }

    /// Reads the head of an answer.
    async fn answer(&mut self, request: &ForwardRequest) -> Result<ForwardResponse, Failed> {
        let wrong = |why: &dyn Display| {
            let why = format!("{}: its answer: {why}", request.to);
            Failed::Before(ProxyStatus::BadGateway, ErrorKind::PeerHandshake, why)
        };
        loop {
            match ForwardResponse::decode(&self.rest, request) {
                Ok(Some((response, used))) => {
                    self.rest.drain(..used);
                    return Ok(response);
                }
                Ok(None) => {}
                Err(error) => return Err(wrong(&error)),
            }
            let rest = &mut self.rest;
            let ended = read_piece(&mut self.reader, |piece| {
                rest.extend_from_slice(piece);
                piece.is_empty()
            });
            match ended.await {
                Ok(false) => {}
                Ok(true) if self.rest.is_empty() => return Err(Failed::Unheard),
                Ok(true) => return Err(wrong(&"it ends within its head")),
                Err(_) if self.rest.is_empty() => return Err(Failed::Unheard),
                Err(error) => return Err(wrong(&words(&error))),
            }
        }
    }

    /// Passes a body on to its end.
    async fn pass(
        &mut self,
        mut passage: Passage,
        sink: &mut (impl AsyncWrite + Unpin),
        count: &AtomicU64,
    ) -> Result<(), Broken> {
        let mut onward = Vec::new();
        let used = passage.feed(&self.rest, &mut onward)?;
        self.rest.drain(..used);
        loop {
            if !onward.is_empty() {
                write(sink, &std::mem::take(&mut onward), count).await?;
            }
            if passage.is_over() {
                return Ok(());
            }
            let rest = &mut self.rest;
            let taken = read_piece(&mut self.reader, |piece| match piece.is_empty() {
                true => passage.end(&mut onward),
                false => {
                    let used = passage.feed(piece, &mut onward)?;
                    rest.extend_from_slice(&piece[used..]);
                    Ok(())
                }
            });
            match taken.await {
                Ok(Ok(())) => {}
                // What was whole of it goes first.
                Ok(Err(error)) => {
                    let _ = write(sink, &onward, count).await;
                    return Err(error.into());
                }
                Err(error) => return Err(Broken::Source(words(&error))),
            }
        }
    }
}

async fn write(
    sink: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    count: &AtomicU64,
) -> Result<(), Broken> {
    let written = async {
        sink.write_all(bytes).await?;
        sink.flush().await
    };
    written.await.map_err(Broken::Sink)?;
    count.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    Ok(())
}

/// Why a body did not pass.
#[derive(Debug)]
enum Broken {
    /// It is not well written.
    Wrong(ConnectError),
    /// It ended before its end.
    Source(String),
    /// Nobody takes it.
    Sink(io::Error),
}

impl From<ConnectError> for Broken {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Length => Self::Source("it ended within a body".to_owned()),
            error => Self::Wrong(error),
        }
    }
}

impl Broken {
    /// The client's request broke; it has `begun` to be answered or not.
    fn of_client(self, begun: bool) -> Failed {
        match self {
            Self::Wrong(error) if !begun => Failed::Before(
                ProxyStatus::of(&error),
                ErrorKind::PeerHandshake,
                error.to_string(),
            ),
            Self::Wrong(error) => Failed::Within(ErrorKind::PeerHandshake, error.to_string()),
            Self::Source(why) => Failed::Within(ErrorKind::PeerReset, why),
            Self::Sink(error) => Failed::Within(ErrorKind::PeerReset, words(&error)),
        }
    }

    /// The answer broke, of which the client has had some.
    fn of_origin(self) -> Failed {
        match self {
            Self::Wrong(error) => Failed::Within(ErrorKind::PeerHandshake, error.to_string()),
            Self::Source(why) => Failed::Within(ErrorKind::PeerReset, why),
            Self::Sink(error) => Failed::Within(ErrorKind::PeerReset, words(&error)),
        }
    }
}

impl Failed {
    fn within(self) -> Self {
        match self {
            Self::Unheard => {
                let why = "it left without a final answer".to_owned();
                Self::Within(ErrorKind::PeerReset, why)
            }
            Self::Before(_, kind, why) => Self::Within(kind, why),
            within => within,
        }
    }
}

/// Answers before the final one: more than any server has to say.
const INTERIM_MAX: u32 = 32;
