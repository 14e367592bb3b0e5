//! Accepting connections for a verb that takes them one by one.

use std::sync::Arc;
use std::time::Duration;

use sockeye::endpoint::Endpoint;
use sockeye::engine::{Engine, Listening, Session};
use sockeye::io::{ConnectionInfo, Conversation};
use sockeye::service::{BoxFuture, Service};
use sockeye::{Error, ErrorKind};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

/// A listening endpoint whose connections wait until somebody asks for the next one.
#[derive(Debug)]
pub(crate) struct Door {
    listening: Listening,
    guests: Receiver<Guest>,
    endpoint: Endpoint,
}

/// A conversation that was accepted or opened; its session lives until this is dropped.
#[derive(Debug)]
pub(crate) struct Guest {
    pub(crate) conversation: Conversation,
    pub(crate) info: ConnectionInfo,
    /// After how long without a byte its endpoint wants it ended.
    pub(crate) idle: Option<Duration>,
    /// Tells its session that it has gone.
    _here: Option<oneshot::Sender<()>>,
}

impl Door {
    /// Listens at an endpoint.
    pub(crate) async fn open(engine: &Engine, endpoint: &Endpoint) -> Result<Self, Error> {
        let (hall, guests) = channel(1);
        let usher = Usher {
            hall,
            idle: endpoint.idle(),
        };
        Ok(Self {
            listening: engine.listen(endpoint, Arc::new(usher)).await?,
            guests,
            endpoint: endpoint.clone(),
        })
    }

    /// Returns where it listens.
    pub(crate) fn listening(&self) -> &Listening {
        &self.listening
    }

    /// Waits for the next connection.
    pub(crate) async fn next(&mut self) -> Result<Guest, Error> {
        self.guests.recv().await.ok_or_else(|| {
            let why = "it accepts no more";
            Error::new(ErrorKind::Internal, "relay", &self.endpoint, why)
        })
    }
}

impl Guest {
    /// Makes one of what was opened.
    pub(crate) fn opened(
        conversation: Conversation,
        info: ConnectionInfo,
        endpoint: &Endpoint,
    ) -> Self {
        Self {
            conversation,
            info,
            idle: endpoint.idle(),
            _here: None,
        }
    }
}

/// The service that brings each conversation in.
#[derive(Debug)]
struct Usher {
    hall: Sender<Guest>,
    idle: Option<Duration>,
}

impl Service for Usher {
    fn name(&self) -> &'static str {
        "relay"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let (here, gone) = oneshot::channel();
            let guest = Guest {
                conversation,
                info: session.info().clone(),
                idle: self.idle,
                _here: Some(here),
            };
            // Where nobody asks any more, the connection is closed.
            let stay = async {
                if self.hall.send(guest).await.is_ok() {
                    let _ = gone.await;
                }
            };
            tokio::select! {
                () = stay => {}
                () = session.cut() => {}
            }
            Ok(())
        })
    }
}
