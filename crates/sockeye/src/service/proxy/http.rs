//! Clients that speak HTTP: CONNECT (RFC 9110 section 9.3.6), and requests that are passed on.
//!
//! ```text
//!        ┌───────────── at most 60 s between requests ──────────────┐
//!        ▼                                                          │
//! request ──▶ who is it? ──▶ connect, or the same as before ──▶ exchange ──▶ no more requests
//!        │ CONNECT                                                  │ 101
//!        └──▶ connect ──▶ 200, then relay                           └──▶ relay
//! ```

mod exchange;
mod origin;
mod refusal;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sockeye_proto::connect::{Asks, ESTABLISHED, OPTIONS, ProxyRequest, ProxyStatus};
use sockeye_proto::forward::ForwardRequest;
use sockeye_proto::socks::{Destination, Login};
use tokio::time::{Instant, timeout, timeout_at};

use super::dial::{Dialled, dial};
use super::policy::{Caller, Denied, Policy};
use super::{ASKING_TIME, Joined, Opened, establish, part, say, too_slow};
use crate::engine::Session;
use crate::error::{Error, ErrorKind, words};
use crate::io::{HeadError, Stream, read_head};
use exchange::{Exchanged, Failed, exchange};
use origin::Origin;
use refusal::Refusal;

/// Serves a client until it is to be joined with what it has asked for; `None` when it has ended.
pub(super) async fn open(
    stream: Stream,
    until: Instant,
    policy: &Policy,
    session: &Session,
) -> Result<Option<Opened>, Error> {
    let mut client = Client {
        stream,
        policy,
        session,
        origin: None,
        asks_for_a_head: false,
        is_established: false,
    };
    let mut until = until;
    loop {
        let (caller, asks) = match client.asks(until).await {
            Ok(Some(asked)) => asked,
            Ok(None) => return Ok(None),
            Err(refusal) => return Err(client.refuse(refusal).await),
        };
        let request = match asks {
            Asks::Tunnel(to) => return client.tunnel(&caller, &to).await,
            Asks::Forward(request) => request,
        };
        client.asks_for_a_head = request.asks_for_a_head();
        let to = request.to.to_string();
        match client.forward(&caller, &request).await {
            Ok(Step::Next) => {}
            Ok(Step::Over) => {
                part(client.stream, &[]).await;
                return Ok(None);
            }
            Ok(Step::Joined(far)) => {
                let (near, far) = (client.stream.into(), far.into());
                return Ok(Some(Opened::Joined(Joined { near, far, to })));
            }
            Err(Unserved::Refused(refusal)) => return Err(client.refuse(refusal).await),
            Err(Unserved::Broken(kind, why)) => {
                // Whatever the client has had of an answer is not all of it.
                client.stream.abort().await;
                return Err(Error::new(kind, "relay", to, why));
            }
            Err(Unserved::Cut) => {
                client.stream.reset();
                return Ok(None);
            }
        }
        if !client.goes_on().await {
            return Ok(None);
        }
        until = Instant::now() + ASKING_TIME;
    }
}

/// Who asks.
struct Client<'a> {
    stream: Stream,
    policy: &'a Policy,
    session: &'a Session,
    /// Where it was before, and may ask again.
    origin: Option<Origin>,
    /// Whether its request has an answer without a body.
    asks_for_a_head: bool,
    is_established: bool,
}

/// What follows a request that was passed on.
enum Step {
    /// The next one.
    Next,
    /// Nothing.
    Over,
    /// Bytes from there, and to there.
    Joined(Stream),
}

/// Why a request was not passed on to its end.
enum Unserved {
    /// The client is told why.
    Refused(Refusal),
    /// It is too late to tell.
    Broken(ErrorKind, String),
    /// The session was cut.
    Cut,
}

impl Client<'_> {
    /// Reads a request and learns whose it is; `None` when the session is to end.
    async fn asks(&mut self, until: Instant) -> Result<Option<(Caller, Asks)>, Refusal> {
        let asking = read_head(&mut self.stream, "request", ProxyRequest::decode);
        let asked = tokio::select! {
            asked = timeout_at(until, asking) => asked,
            () = self.session.closing() => return Ok(None),
        };
        let peer = &self.session.info().peer_text;
        let ProxyRequest { asks, login } = match asked {
            Ok(Ok(asked)) => asked,
            Ok(Err(HeadError::Wrong(error))) => {
                let status = ProxyStatus::of(&error);
                return Err(Refusal::asked(status, peer, error));
            }
            Ok(Err(HeadError::Cut(why))) => return Err(Refusal::silent(peer, why)),
            Err(_) => {
                return Err(Refusal::asked(
                    ProxyStatus::RequestTimeout,
                    peer,
                    too_slow(),
                ));
            }
        };
        let caller = tokio::select! {
            caller = who(self.policy, login, self.session) => caller,
            () = self.session.closing() => return Ok(None),
        };
        match caller {
            Ok(caller) => Ok(Some((caller, asks))),
            Err(denied) => Err(Refusal::denied(peer, denied)),
        }
    }

    /// Connects to where a request for a connection leads.
    async fn tunnel(mut self, caller: &Caller, to: &Destination) -> Result<Option<Opened>, Error> {
        let dialled = tokio::select! {
            dialled = dial(caller, to, self.policy) => dialled,
            () = self.session.cut() => return Ok(None),
        };
        let dialled = dialled.and_then(|dialled| establish(self.session).map(|()| dialled));
        let far = match dialled {
            Ok(Dialled { far, .. }) => far,
            Err(undialled) => return Err(self.refuse(Refusal::unreached(to, undialled)).await),
        };
        tracing::info!(target: "step", "HTTP: {caller} goes to {to}");
        if let Err(error) = say(&mut self.stream, ESTABLISHED).await {
            far.reset();
            let peer = &self.session.info().peer_text;
            return Err(Error::new(
                ErrorKind::PeerReset,
                "accept",
                peer,
                words(&error),
            ));
        }
        Ok(Some(Opened::Joined(Joined {
            near: self.stream.into(),
            far,
            to: to.to_string(),
        })))
    }

    /// Passes a request on, and its answer back.
    async fn forward(
        &mut self,
        caller: &Caller,
        request: &ForwardRequest,
    ) -> Result<Step, Unserved> {
        let ForwardRequest { to, method, .. } = request;
        if request.ends_here {
            return self.answer_here(request).await;
        }
        tracing::info!(target: "step", "HTTP: {caller} asks {to} for {method}");
        let (mut origin, was_there) = self.reach(caller, to).await?;
        let mut exchanged = self.exchange(&mut origin, request).await?;
        if let (Err(Failed::Unheard), true) = (&exchanged, was_there && request.may_repeat()) {
            tracing::info!(target: "step", "HTTP: {to} had left, and is asked once more");
            origin = self.dial(caller, to).await?;
            exchanged = self.exchange(&mut origin, request).await?;
        }
        match exchanged {
            Ok(Exchanged::Done {
                client_persists,
                origin_persists,
            }) => {
                self.origin = origin_persists.then_some(origin);
                Ok(if client_persists {
                    Step::Next
                } else {
                    Step::Over
                })
            }
            Ok(Exchanged::Upgraded) => Ok(Step::Joined(origin.stream)),
            Err(failed) => {
                // What it has of the request may not be all of it.
                origin.stream.reset();
                Err(match failed {
                    Failed::Unheard => Unserved::Refused(Refusal::unheard(to)),
                    Failed::Before(status, kind, why) => {
                        Unserved::Refused(Refusal::of(status, Error::new(kind, "relay", to, why)))
                    }
                    Failed::Within(kind, why) => Unserved::Broken(kind, why),
                })
            }
        }
    }

    /// Answers what was to be passed on no further (RFC 9110 section 7.6.2).
    async fn answer_here(&mut self, request: &ForwardRequest) -> Result<Step, Unserved> {
        if request.method != "OPTIONS" {
            let why = "TRACE was to end here, and this proxy does not send requests back";
            let peer = &self.session.info().peer_text;
            let refusal = Refusal::asked(ProxyStatus::NotAllowed, peer, why);
            return Err(Unserved::Refused(refusal));
        }
        match say(&mut self.stream, OPTIONS).await {
            Ok(()) => Ok(Step::Over),
            Err(error) => Err(Unserved::Broken(ErrorKind::PeerReset, words(&error))),
        }
    }

    /// Takes the connection that is there, or makes one; tells whether it was there.
    async fn reach(
        &mut self,
        caller: &Caller,
        to: &Destination,
    ) -> Result<(Origin, bool), Unserved> {
        if let Some(mut origin) = self.origin.take() {
            let serves = origin.serves(caller, to, self.policy).await;
            if serves.map_err(|why| Unserved::Refused(Refusal::unreached(to, why)))? {
                return Ok((origin, true));
            }
        }
        Ok((self.dial(caller, to).await?, false))
    }

    async fn dial(&mut self, caller: &Caller, to: &Destination) -> Result<Origin, Unserved> {
        let dialled = tokio::select! {
            dialled = Origin::dial(caller, to, self.policy) => dialled,
            () = self.session.cut() => return Err(Unserved::Cut),
        };
        let dialled = dialled.and_then(|origin| {
            if !self.is_established {
                establish(self.session)?;
                self.is_established = true;
            }
            Ok(origin)
        });
        dialled.map_err(|why| Unserved::Refused(Refusal::unreached(to, why)))
    }

    /// Passes both on until the session is cut; once it is to end, no more requests are taken.
    async fn exchange(
        &mut self,
        origin: &mut Origin,
        request: &ForwardRequest,
    ) -> Result<Result<Exchanged, Failed>, Unserved> {
        let (session, closing) = (self.session, AtomicBool::new(false));
        let (near, far) = (&mut self.stream, &mut origin.stream);
        let mut exchanging = pin!(exchange(near, far, request, session.facts(), &closing));
        loop {
            tokio::select! {
                exchanged = &mut exchanging => return Ok(exchanged),
                () = session.cut() => return Err(Unserved::Cut),
                () = session.closing(), if !closing.load(Ordering::Relaxed) => {
                    closing.store(true, Ordering::Relaxed);
                }
            }
        }
    }

    /// Waits for the next request; `false` when there is none.
    async fn goes_on(&mut self) -> bool {
        let first = |bytes: &[u8]| Ok::<_, Infallible>(bytes.first().map(|_| ((), 0)));
        tokio::select! {
            next = timeout(BETWEEN_TIME, read_head(&mut self.stream, "request", first)) => {
                matches!(next, Ok(Ok(())))
            }
            () = self.session.closing() => false,
        }
    }

    /// Tells the client why it is not served.
    async fn refuse(self, refusal: Refusal) -> Error {
        let Refusal { error, status } = refusal;
        if let Some((status, why)) = status {
            part(
                self.stream,
                &refusal::answer(status, &why, !self.asks_for_a_head),
            )
            .await;
        }
        error
    }
}

async fn who(policy: &Policy, login: Option<Login>, session: &Session) -> Result<Caller, Denied> {
    let info = session.info();
    match login {
        Some(Login { name, password }) => policy.log_in(&name, &password, info).await,
        None => policy.come(info),
    }
}

/// How long a client may be silent between two requests: as long as browsers keep a connection at least.
const BETWEEN_TIME: Duration = Duration::from_secs(60);
