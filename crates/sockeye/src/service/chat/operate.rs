//! What operators ask of the hub through chat.

use std::fmt;
use std::sync::Arc;

use sockeye_proto::irc::id::SessionId;
use sockeye_proto::irc::input::Input;
use sockeye_proto::irc::message::Line;
use sockeye_proto::irc::numeric::{Severity, standard_reply};

use super::Shared;
use super::core::Ask;
use crate::error::Error;
use crate::service::BoxFuture;

/// Reads the configuration again and returns what has changed.
#[derive(Clone)]
pub struct Rehash(Arc<Read>);

type Read = dyn Fn() -> BoxFuture<'static, Result<Vec<String>, Error>> + Send + Sync;

impl Rehash {
    /// Wraps what reads it.
    pub fn new(
        read: impl Fn() -> BoxFuture<'static, Result<Vec<String>, Error>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(read))
    }
}

impl fmt::Debug for Rehash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rehash")
    }
}

/// Carries out a REHASH beside the core, and tells the operator what came of it.
pub(super) fn rehash(shared: &Arc<Shared>, session: SessionId) {
    let shared = Arc::clone(shared);
    let engine = shared.engine.clone();
    engine.spawn(async move {
        let outcome = match shared.rehash.get() {
            Some(Rehash(read)) => read().await.map_err(|e| e.to_string()),
            None => Err("this hub has no configuration to read again".to_owned()),
        };
        let lines = told(&outcome, &shared.current().settings.server).into();
        // An operator that has gone needs no answer, nor does anybody after the core has stopped.
        let input = Input::Reply { session, lines };
        let _ = shared.asks.send(Ask::Inputs(vec![input])).await;
    });
}

fn told(outcome: &Result<Vec<String>, String>, server: &str) -> String {
    let mut lines = String::new();
    let mut say = |severity, code, text: &str| {
        let line = Line::new(&mut lines);
        standard_reply(line, severity, server, ("REHASH", code), &[], text);
    };
    match outcome {
        Err(why) => say(Severity::Fail, "CONFIG_BAD", why),
        Ok(changes) if changes.is_empty() => {
            say(Severity::Note, "CONFIG_RELOADED", "Nothing has changed");
        }
        Ok(changes) => {
            for change in changes {
                say(Severity::Note, "CONFIG_RELOADED", change);
            }
        }
    }
    lines
}
