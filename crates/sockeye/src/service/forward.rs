//! `listen A B` where B is an endpoint: opens B for each accepted connection and joins the two.

use std::fmt::Debug;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{BoxFuture, Service};
use crate::endpoint::words::Carries;
use crate::endpoint::{Address, Endpoint, Role};
use crate::engine::{Engine, Session};
use crate::error::{Error, ErrorKind, words};
use crate::io::{
    ChildProcess, ConnectionInfo, Conversation, RelayReport, RelaySettings, Watch, join,
};
use crate::layer::Layers;

/// Opens an endpoint for each conversation and relays between the two.
#[derive(Debug)]
pub struct Forward {
    engine: Engine,
    to: Endpoint,
    to_text: String,
    layers: Layers,
    idle: Option<Duration>,
    watches: Option<Arc<dyn WatchSessions>>,
}

/// Gives each session of a [`Forward`] what looks on while it relays.
pub trait WatchSessions: Debug + Send + Sync {
    /// Returns what looks on between the session's peer (`a`) and what was opened for it (`b`).
    fn watch(&self, session: &Session, far: &ConnectionInfo) -> Option<Box<dyn Watch>>;
}

impl Forward {
    /// Makes a service that opens `to`; `idle`, or less that `to` itself says, ends a session in
    /// which no byte moves for so long.
    ///
    /// # Errors
    /// What the layers of `to` need and do not find, such as a file with a certificate.
    pub fn new(engine: &Engine, to: Endpoint, idle: Option<Duration>) -> Result<Self, Error> {
        let idle = [idle, to.idle()].into_iter().flatten().min();
        Ok(Self {
            engine: engine.clone(),
            to_text: to.to_string(),
            layers: Layers::prepare(&to, Role::Serve)?,
            to,
            idle,
            watches: None,
        })
    }

    /// Lets `watches` look on.
    #[must_use]
    pub fn watched(mut self, watches: Arc<dyn WatchSessions>) -> Self {
        self.watches = Some(watches);
        self
    }
}

impl Forward {
    /// Opens what `conversation` is to be joined with; `None` when the session was cut meanwhile.
    async fn open(
        &self,
        conversation: Conversation,
        session: &Session,
    ) -> Result<Option<Joined>, Error> {
        let opened = tokio::select! {
            opened = self.engine.open_under(&self.to, &self.layers, Some(session.info())) => opened,
            () = session.cut() => {
                conversation.abort().await;
                return Ok(None);
            }
        };
        let (far, info) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                conversation.abort().await;
                return Err(error);
            }
        };
        // Towards bytes the edges of WebSocket's messages mean nothing.
        let (conversation, far) = match (&conversation, self.to.carries()) {
            (Conversation::Stream(_), _) => (conversation, far.into_bytes()),
            (_, Carries::Bytes) => (conversation.into_bytes(), far),
            _ => (conversation, far),
        };
        let (conversation, far) = conversation.fitted_to(far);
        if let Err(why) = conversation.check_fits(&far) {
            conversation.abort().await;
            return Err(Error::new(
                ErrorKind::ConfigUsage,
                "relay",
                &self.to_text,
                why,
            ));
        }
        if session.establish().is_err() {
            let why = "too many sessions from this source";
            let peer = &session.info().peer_text;
            return Err(Error::new(ErrorKind::LocalLimits, "relay", peer, why));
        }
        let watch = self.watches.as_ref();
        let watch = watch.and_then(|watches| watches.watch(session, &info));
        Ok(Some(Joined {
            near: conversation,
            far,
            watch,
            child: info.child,
        }))
    }

    /// Counts what was lost, and says what went wrong.
    fn result_of(&self, report: RelayReport, session: &Session) -> Result<(), Error> {
        let lost = &session.facts().bytes_lost;
        lost.fetch_add(report.bytes_lost(), Ordering::Relaxed);
        let fault = report.local_fault(false, self.to.address().is_local());
        let result = report.into_result("relay", &session.info().peer_text, &self.to_text);
        result.map_err(|error| error.blamed_on(fault))
    }

    /// Waits for the child and reports a status that is no success.
    async fn ended(&self, child: &ChildProcess, session: &Session) -> Result<(), Error> {
        let status = tokio::select! {
            status = child.status() => status,
            () = session.cut() => {
                child.terminate();
                Ok(0)
            }
        };
        let (kind, why) = match status {
            Ok(0) => return Ok(()),
            Ok(status) => (
                ErrorKind::ChildStatus(status),
                format!("ended with status {status}"),
            ),
            Err(error) => (ErrorKind::LocalRead, words(&error)),
        };
        Err(Error::new(kind, "relay", &self.to_text, why))
    }
}

impl Service for Forward {
    fn name(&self) -> &'static str {
        "forward"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        // In boxes of their own: opening and ending take more room than the relay that lives on.
        let opening = Box::pin(self.open(conversation, session));
        Box::pin(async move {
            let Some(Joined {
                near,
                far,
                watch,
                child,
            }) = opening.await?
            else {
                return Ok(());
            };
            let facts = session.facts();
            let settings = RelaySettings {
                idle: self.idle,
                watch: watch.as_deref(),
                ..RelaySettings::counting(&facts.bytes_in, &facts.bytes_out)
            };
            let report = join(near, far, settings, pin!(session.cut())).await;
            // The one exception to the relay invariant: `… | head` has what it wanted.
            if *self.to.address() == Address::Stdio && report.forth.reader_left() {
                return Ok(());
            }
            self.result_of(report, session)?;
            match child {
                Some(child) => Box::pin(self.ended(&child, session)).await,
                None => Ok(()),
            }
        })
    }
}

/// Two conversations to be joined.
struct Joined {
    near: Conversation,
    far: Conversation,
    watch: Option<Box<dyn Watch>>,
    /// The child process that is the far end.
    child: Option<ChildProcess>,
}
