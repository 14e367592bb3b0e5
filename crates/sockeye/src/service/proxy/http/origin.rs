//! Where requests of one client go: a connection is kept for the next request to the same host.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;

use sockeye_proto::socks::{Command, Destination, ReplyCode};

use super::super::dial::{Dialled, Undialled, dial};
use super::super::policy::{Caller, Policy, Way};
use crate::error::ErrorKind;
use crate::io::{Conversation, Stream, poll_piece};

/// A connection to an origin server.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) stream: Stream,
    to: Destination,
    /// Its address, where no others are on the way.
    at: Option<SocketAddr>,
    account: Option<Arc<str>>,
}

impl Origin {
    /// Connects.
    ///
    /// # Errors
    /// [`Undialled`].
    pub(super) async fn dial(
        caller: &Caller,
        to: &Destination,
        policy: &Policy,
    ) -> Result<Self, Undialled> {
        let Dialled { far, at, .. } = dial(caller, to, policy).await?;
        let Conversation::Stream(stream) = far else {
            return Err(Undialled {
                code: ReplyCode::GeneralFailure,
                kind: ErrorKind::Internal,
                why: "it is no stream".to_owned(),
            });
        };
        Ok(Self {
            stream,
            to: to.clone(),
            at,
            account: caller.account.clone(),
        })
    }

    /// Tells whether it may be used for one more request: it is the same caller's, to the same place, which
    /// it may still go to, and the server has neither left nor said what nobody has asked for.
    ///
    /// # Errors
    /// [`Undialled`] where the caller may not go there any more.
    pub(super) async fn serves(
        &mut self,
        caller: &Caller,
        to: &Destination,
        policy: &Policy,
    ) -> Result<bool, Undialled> {
        let Some(at) = self
            .at
            .filter(|_| self.to == *to && self.account == caller.account)
        else {
            return Ok(false);
        };
        let denied = |denied| policy.counted(denied);
        let ahead = policy.ahead(caller, Command::Connect, to).map_err(denied)?;
        let way = policy
            .check(caller, Command::Connect, to, at)
            .map_err(denied)?;
        Ok(ahead.is_none() && way == Way::Direct && self.is_silent().await)
    }

    async fn is_silent(&mut self) -> bool {
        let said = poll_fn(|cx| Poll::Ready(poll_piece(&mut self.stream, cx, |_| ())));
        said.await.is_pending()
    }
}
